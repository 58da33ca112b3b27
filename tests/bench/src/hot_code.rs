//! Which functions of the binary a session runs, as a linker script that puts them side by side.
//!
//! They are three of its thirty megabytes of code. Scattered, each brings a page of its neighbours into memory, and
//! a call needs more entries of the processor's address cache than it has. The session runs under callgrind, which
//! counts instructions and so says the same each time; what it ran is looked up in the symbols of the binary.
//!
//! Names are written without the hash that rustc appends, so that they fit the next build too; but for generic
//! functions that are compiled for many types, where only some of them run.

mod profile;
mod session;
mod symbols;

use std::{collections::BTreeSet, fmt::Write, path::PathBuf};

use anyhow::Result;
use clap::Args;

use crate::world::World;
use symbols::Symbols;

/// How many rounds of calls a session has; what runs more often in the longer one runs in every call.
const ROUNDS: [usize; 2] = [3, 6];

/// A name without its hash may stand for so many bytes of other functions, together.
const BYSTANDERS: u64 = 4096;

/// Prints the linker script that the build of the binary uses. Needs valgrind and nm.
#[derive(Args)]
pub(crate) struct HotCode {
    /// The binary, with its symbols
    binary: PathBuf,
}

impl HotCode {
    pub(crate) fn script(&self) -> Result<String> {
        let world = World::start()?;
        let symbols = Symbols::of(&self.binary)?;
        let [few, many] = ROUNDS.map(|rounds| session::profile(&world, &self.binary, rounds));
        let (few, many) = (few?, many?);
        world.remove();
        let (few, many) = (symbols.sum(&few), symbols.sum(&many));
        let (often, once): (Vec<&str>, Vec<&str>) =
            many.keys().copied().partition(|name| many.get(name) > few.get(name));
        Ok(script(&symbols.patterns(&often), &symbols.patterns(&once)))
    }
}

/// The script adds to the linker's own: `.text` begins with these. A linker that finds none of the names leaves
/// everything where it was.
fn script(often: &BTreeSet<String>, once: &BTreeSet<String>) -> String {
    let mut text = String::from(
        "/* Made by `just hot-code`: the functions that a session runs, those of every call first. */\nSECTIONS\n{\n  .text :\n  {\n",
    );
    for group in [often, once] {
        text.push_str("    *(\n");
        for pattern in group {
            // Writing to a string cannot fail.
            _ = writeln!(text, "      .text.{pattern}");
        }
        text.push_str("    )\n");
    }
    text.push_str("  }\n}\nINSERT AFTER .init;\n");
    text
}
