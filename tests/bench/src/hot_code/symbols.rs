//! The functions of a binary, and the names under which a linker script finds them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{BYSTANDERS, profile::Profile};

/// A binary's functions.
pub(super) struct Symbols {
    sizes: HashMap<String, u64>,
    by_address: BTreeMap<u64, String>,
}

impl Symbols {
    pub(super) fn of(binary: &Path) -> Result<Self> {
        let printed = Command::new("nm").arg("-S").arg(binary).output().context("cannot run nm")?;
        let text = String::from_utf8(printed.stdout)?;
        let functions: Vec<_> = text.lines().filter_map(function).collect();
        ensure!(!functions.is_empty(), "{} has no symbols", binary.display());
        Ok(Self::new(functions))
    }

    fn new(functions: Vec<Function>) -> Self {
        let sizes = functions.iter().map(|f| (f.name.clone(), f.size)).collect();
        Self { sizes, by_address: functions.into_iter().map(|f| (f.address, f.name)).collect() }
    }

    /// How often the instructions of each function ran.
    pub(super) fn sum(&self, profile: &Profile) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for (address, count) in profile {
            if let Some(name) = self.at(*address) {
                *sums.entry(name).or_default() += count;
            }
        }
        sums
    }

    fn at(&self, address: u64) -> Option<&str> {
        let (start, name) = self.by_address.range(..=address).next_back()?;
        (address - start < *self.sizes.get(name)?).then_some(name)
    }

    /// Patterns for these functions, in order.
    pub(super) fn patterns(&self, names: &[&str]) -> BTreeSet<String> {
        let chosen: HashSet<&str> = names.iter().copied().collect();
        let mut others: HashMap<String, u64> = HashMap::new();
        for (name, size) in self.sizes.iter().filter(|(name, _)| !chosen.contains(name.as_str())) {
            *others.entry(general(name)).or_default() += size;
        }
        let pattern = |name: &&str| match general(name) {
            general if others.get(&general).is_none_or(|size| *size <= BYSTANDERS) => general,
            _ => (*name).to_owned(),
        };
        names.iter().filter(|name| is_plain(name)).map(pattern).collect()
    }
}

/// Whether a linker script takes the name as it is.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte))
}

struct Function {
    address: u64,
    size: u64,
    name: String,
}

/// A line of `nm -S`: address, size, kind, name.
fn function(line: &str) -> Option<Function> {
    let mut words = line.split_ascii_whitespace();
    let mut number = || u64::from_str_radix(words.next()?, 16).ok();
    let (address, size) = (number()?, number()?);
    let (kind, name) = (words.next()?, words.next()?);
    let name = name.to_owned();
    matches!(kind, "t" | "T" | "w" | "W").then_some(Function { address, size, name })
}

/// A name of Rust as a pattern without the hashes of this build; any other name as it is.
fn general(name: &str) -> String {
    if name.starts_with("_R") { without_crate_ids(name) } else { without_hash(name) }
}

/// `_ZN…17h0123456789abcdefE`, and what LLVM appends.
fn without_hash(name: &str) -> String {
    let is_hash = |(at, _): &(usize, &str)| {
        let digits = name.as_bytes().get(at + 3..at + 20).and_then(<[u8]>::split_last);
        digits.is_some_and(|(end, hash)| *end == b'E' && hash.iter().all(u8::is_ascii_hexdigit))
    };
    let hash = name.rmatch_indices("17h").find(is_hash).filter(|_| name.starts_with("_ZN"));
    hash.map_or_else(|| name.to_owned(), |(at, _)| format!("{}*", &name[..at + 3]))
}

/// `_R…CslNYArtu3iFV_5alloc…`: rustc's newer names (RFC 2603), which the standard library has.
fn without_crate_ids(name: &str) -> String {
    let mut parts = name.split("Cs");
    let mut general = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        general.push_str("Cs");
        match part.split_once('_') {
            Some((id, rest))
                if id.bytes().all(|byte| byte.is_ascii_alphanumeric())
                    && rest.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                general.push_str("*_");
                general.push_str(rest);
            }
            _ => general.push_str(part),
        }
    }
    general
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_without_its_hash_unless_that_takes_in_too_much() {
        let symbols = [
            ("_ZN4once17h0123456789abcdefE.llvm.12", 100),
            ("_ZN4many17h0000000000000001E", 100),
            ("_ZN4many17h0000000000000002E", BYSTANDERS + 1),
            ("_ZN3few17h0000000000000001E", 100),
            ("_ZN3few17h0000000000000002E", BYSTANDERS),
            ("_ZN5fh17h17h00000000000000aaE", 1),
            ("_RNvCslNYArtu3iFV_5alloc3vecCs_x", 1),
            ("_mi_free", 100),
            ("odd name", 100),
        ];
        let function =
            |(name, size): (&str, u64)| Function { address: 0, size, name: name.to_owned() };
        let symbols = Symbols::new(symbols.map(function).into());
        let names = [
            "odd name",
            "_ZN4once17h0123456789abcdefE.llvm.12",
            "_ZN4many17h0000000000000001E",
            "_ZN3few17h0000000000000001E",
            "_ZN5fh17h17h00000000000000aaE",
            "_RNvCslNYArtu3iFV_5alloc3vecCs_x",
            "_mi_free",
        ];
        let expected = [
            "_RNvCs*_5alloc3vecCs_x",
            "_ZN3few17h*",
            "_ZN4many17h0000000000000001E",
            "_ZN4once17h*",
            "_ZN5fh17h17h*",
            "_mi_free",
        ];
        assert!(symbols.patterns(&names).iter().eq(&expected));
    }

    #[test]
    fn instructions_are_counted_for_the_function_that_they_are_in() {
        let text = "0000000000001000 000000000000001f t main\n0000000000001020 0000000000000004 W other\n                 U malloc\n0000000000001024 0000000000000008 D data\n";
        let symbols = Symbols::new(text.lines().filter_map(function).collect());
        let profile =
            [(0xfff, 1), (0x1000, 2), (0x101e, 3), (0x101f, 5), (0x1023, 7), (0x1024, 11)];
        assert_eq!(symbols.sum(&profile.into()), [("main", 5), ("other", 7)].into());
    }
}
