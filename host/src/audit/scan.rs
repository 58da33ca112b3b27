//! Reads a file of the log line by line, as the verifier needs it.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use super::line::{self, Flaw, LONGEST, Parsed};

/// A file, read.
pub(super) struct Scanned {
    pub(super) path: PathBuf,
    /// Its lines with their numbers, from 1.
    pub(super) items: Vec<(u64, Item)>,
    /// What stands behind the last line feed.
    pub(super) tail: Option<Tail>,
}

/// A line.
pub(super) enum Item {
    Line(Parsed),
    /// The beginning of a line that was never finished, and the line behind it that sets it aside.
    Torn {
        bytes: u64,
        session: Option<String>,
        by: Parsed,
    },
    Flawed(Flaw),
}

/// Bytes without a line feed.
pub(super) struct Tail {
    pub(super) bytes: u64,
    pub(super) session: Option<String>,
    /// Whether they can be the beginning of a line.
    pub(super) is_beginning: bool,
}

impl Scanned {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let name =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let mut reader = BufReader::new(File::open(path).map_err(name)?);
        let mut scanned = Self { path: path.to_owned(), items: Vec::new(), tail: None };
        for number in 1.. {
            let mut line = Vec::new();
            // A longer line is none: it is read in pieces, each of them flawed.
            reader.by_ref().take(2 * LONGEST as u64).read_until(b'\n', &mut line).map_err(name)?;
            match line.pop() {
                None => break,
                Some(b'\n') => scanned.items.push((number, item(&line))),
                Some(_) if line.len() + 1 == 2 * LONGEST => {
                    scanned.items.push((number, Item::Flawed(Flaw::Shape)));
                }
                Some(other) => {
                    line.push(other);
                    scanned.tail = Some(tail(&line));
                    break;
                }
            }
        }
        Ok(scanned)
    }

    /// The file's number, as its first line says.
    pub(super) fn number(&self) -> Option<u64> {
        self.lines().next().map(|(_, parsed)| parsed.at.file)
    }

    /// The lines that hold.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &Parsed)> {
        self.items.iter().filter_map(|(number, item)| match item {
            Item::Line(parsed) | Item::Torn { by: parsed, .. } => Some((*number, parsed)),
            Item::Flawed(_) => None,
        })
    }
}

fn item(bytes: &[u8]) -> Item {
    match line::parse(bytes) {
        Ok(parsed) => Item::Line(parsed),
        Err(flaw) => match line::parse_torn(bytes) {
            Some((torn, by)) => {
                let session = line::session(&bytes[..torn]);
                Item::Torn { bytes: torn as u64, session, by }
            }
            None => Item::Flawed(flaw),
        },
    }
}

fn tail(bytes: &[u8]) -> Tail {
    let (session, is_beginning) = (line::session(bytes), line::is_beginning(bytes));
    Tail { bytes: bytes.len() as u64, session, is_beginning }
}
