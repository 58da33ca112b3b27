//! What callgrind counted (valgrind manual, "Callgrind Format Specification").

use std::collections::HashMap;

use anyhow::{Context, Result};

/// How often the instruction at each address ran, of one object. Addresses are those of the file.
pub(super) type Profile = HashMap<u64, u64>;

/// Reads a profile with `positions: instr line`. Of the format it needs: `ob=` names the object that the next
/// costs belong to, as `(id) name` the first time and `(id)` after; a cost is `0x1f40 12 3`; the line after
/// `calls=` is the cost of what was called, and not its own. Names of functions are not asked for, since valgrind
/// knows those of `.text` alone.
pub(super) fn read(text: &str, object: &str) -> Result<Profile> {
    let (mut objects, mut profile) = (HashMap::new(), Profile::new());
    let (mut ours, mut called) = (false, false);
    for line in text.lines() {
        match line.split_once('=') {
            Some(("ob", name)) => ours = resolve(&mut objects, name)? == object,
            Some(("cob", name)) => _ = resolve(&mut objects, name)?,
            Some(("calls", _)) => called = true,
            Some(_) => {}
            None if std::mem::take(&mut called) || !ours => {}
            None => {
                if let Some((address, count)) = cost(line) {
                    *profile.entry(address).or_default() += count;
                }
            }
        }
    }
    Ok(profile)
}

/// Address, line and count.
fn cost(line: &str) -> Option<(u64, u64)> {
    let mut words = line.strip_prefix("0x")?.split(' ');
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    Some((address, words.nth(1)?.parse().ok()?))
}

fn resolve<'t>(names: &mut HashMap<&'t str, &'t str>, text: &'t str) -> Result<&'t str> {
    let (id, name) = text.split_once(' ').map_or((text, None), |(id, name)| (id, Some(name)));
    if let Some(name) = name {
        names.insert(id, name);
    }
    names.get(id).copied().with_context(|| format!("{text} has no name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_costs_are_counted_and_those_of_callees_are_not() {
        let text = "events: Ir\nsummary: 99\n\nob=(1) /bin/server\nfn=(1) main\n0x10 0 5\ncob=(2) /lib/libc.so\ncfn=(2) read\ncalls=1 0x9 0 \n0x13 0 70\n0x13 2 2\n\nob=(2)\nfn=(2)\n0x9 0 70\n\nob=(1)\nfn=(3) main'2\n0x10 0 1\n";
        assert_eq!(read(text, "/bin/server").unwrap(), [(0x10, 6), (0x13, 2)].into());
        assert!(read("ob=(7)\n", "x").is_err());
    }
}
