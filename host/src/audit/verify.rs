//! Checks a chain: every line by its hash, and each by the one before. What is wrong is said line by line; what a
//! crash left is told apart from it.
//!
//! A chain of hashes shows every change but two: that the newest lines were removed, and that all lines from some
//! place on were written anew. Both show against a head that was kept elsewhere ([`Anchors`]).

use std::{
    collections::{HashMap, HashSet},
    io,
    path::PathBuf,
};

use serde::Serialize;

use super::{
    line::{Flaw, Hash, Parsed},
    place,
    scan::{Item, Scanned},
};

/// At most so many findings are kept; the rest is counted.
const MOST: usize = 50;

/// What is known of the chain from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anchors {
    /// A hash that the chain must hold: its head at some time.
    pub head: Option<Hash>,
    /// The hash of the last line of what was archived: the chain may begin behind it.
    pub after: Option<Hash>,
}

/// What the check found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The files, in the order of the chain.
    pub files: Vec<PathBuf>,
    /// Lines that hold.
    pub lines: u64,
    /// The number of the last line.
    pub last: u64,
    /// Its hash.
    pub head: String,
    /// What crashes left; not a fault.
    pub torn: Vec<Torn>,
    /// What is wrong, in the order of the chain.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub more: u64,
}

/// The beginning of a line that was never finished.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Torn {
    /// Where it is.
    pub file: PathBuf,
    /// The line in that file after which it stands; 0 at its beginning.
    pub after_line: u64,
    /// How much of it there is.
    pub bytes: u64,
    /// Who wrote it, if so much of it is there.
    pub session: Option<String>,
    /// Who found it and went on; None if nobody has yet.
    pub set_aside_by: Option<String>,
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where.
    pub file: PathBuf,
    /// Which line of that file; 0 for the file as a whole.
    pub line: u64,
    /// What.
    pub what: String,
}

/// Checks these files as one chain. A log that is named also stands for the files that were put aside from it.
///
/// # Errors
/// A file cannot be read.
pub fn verify(files: &[PathBuf], anchors: &Anchors) -> io::Result<Report> {
    let files = with_those_aside(files)?;
    let mut scanned =
        files.iter().map(|file| Scanned::read(file)).collect::<io::Result<Vec<_>>>()?;
    scanned.sort_by_key(|file| file.number().unwrap_or(u64::MAX));
    let mut check = Check::new(&scanned, anchors);
    scanned.iter().enumerate().for_each(|(at, file)| check.file(at, file));
    check.end();
    Ok(check.report)
}

fn with_those_aside(named: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = Vec::new();
    for file in named {
        let aside: Vec<_> =
            place::numbers(file)?.into_iter().map(|n| place::numbered(file, n)).collect();
        // Between two files a crash can leave none under the log's own name.
        let own = (aside.is_empty() || file.exists()).then(|| file.clone());
        for path in aside.into_iter().chain(own) {
            if !all.contains(&path) {
                all.push(path);
            }
        }
    }
    Ok(all)
}

struct Check<'a> {
    scanned: &'a [Scanned],
    anchors: &'a Anchors,
    /// Where each number stands for the first time: file, line and hash.
    spots: HashMap<u64, (usize, u64, Hash)>,
    /// The file that is being read.
    at: usize,
    /// The number that the next file has.
    next_file: u64,
    /// The number that the next line has.
    next: u64,
    /// The hash that it names; None where that is not known.
    prev: Option<Hash>,
    /// Lines before it that are none.
    flawed: u64,
    /// Numbers that are known to stand elsewhere.
    moved: HashSet<u64>,
    anchored: bool,
    report: Report,
}

impl<'a> Check<'a> {
    fn new(scanned: &'a [Scanned], anchors: &'a Anchors) -> Self {
        let mut spots = HashMap::new();
        for (at, file) in scanned.iter().enumerate() {
            for (line, parsed) in file.lines() {
                spots.entry(parsed.at.seq).or_insert((at, line, parsed.hash));
            }
        }
        let files = scanned.iter().map(|file| file.path.clone()).collect();
        Self {
            scanned,
            anchors,
            spots,
            at: 0,
            next_file: 1,
            next: 1,
            prev: Some(Hash::default()),
            flawed: 0,
            moved: HashSet::new(),
            anchored: false,
            report: Report { files, ..Report::default() },
        }
    }

    fn file(&mut self, at: usize, file: &Scanned) {
        self.at = at;
        self.sequence(file);
        for (line, item) in &file.items {
            match item {
                Item::Line(parsed) => self.line(*line, parsed),
                Item::Torn { bytes, session, by } => {
                    self.torn(line - 1, *bytes, session.clone(), Some(by.session.clone()));
                    self.line(*line, by);
                }
                Item::Flawed(flaw) => self.flaw(*line, *flaw),
            }
        }
        self.tail(file);
    }

    /// Whether it is the file that comes next.
    fn sequence(&mut self, file: &Scanned) {
        let Some((number, first)) = file.number().zip(file.lines().next()) else {
            return self.next_file += 1;
        };
        let archived = self.at == 0 && self.anchors.after.is_some();
        if archived {
            (self.next, self.prev) = (first.1.at.seq, self.anchors.after);
        } else if number > self.next_file {
            let files = range("the file", "the files", self.next_file, number - 1);
            let lines = range("number", "numbers", self.next, first.1.at.seq - 1);
            self.find(
                0,
                format!(
                    "{files} before it {}, with the {lines}",
                    missing(self.next_file, number - 1)
                ),
            );
            (self.next, self.prev) = (first.1.at.seq, None);
        } else if number < self.next_file {
            self.find(0, format!("it is file {number}, and so is another"));
        }
        self.next_file = number + 1;
    }

    fn line(&mut self, line: u64, parsed: &Parsed) {
        self.report.lines += 1;
        self.anchored |= self.anchors.head == Some(parsed.hash);
        if parsed.at.file + 1 != self.next_file {
            self.find(line, format!("it is of file {}", parsed.at.file));
        }
        let (seq, flawed) = (parsed.at.seq, std::mem::take(&mut self.flawed));
        if seq < self.next {
            return self.repeated(line, parsed);
        }
        if seq > self.next + flawed {
            self.gap(line, seq, flawed);
        } else if seq == self.next && self.prev.is_some_and(|prev| prev != parsed.at.prev) {
            let what = match line {
                1 => "it does not go on from the line before it: that was written anew, or is missing".to_owned(),
                _ => format!("line {} was written anew: this line was written after another one", line - 1),
            };
            self.find(line, what);
        }
        (self.next, self.prev) = (seq + 1, Some(parsed.hash));
        (self.report.last, self.report.head) = (seq, parsed.hash.to_string());
    }

    /// Numbers are passed over: their lines are gone, or stand elsewhere.
    fn gap(&mut self, line: u64, seq: u64, flawed: u64) {
        let expected = self.next + flawed;
        let gone: Vec<u64> =
            (expected..seq).filter(|n| !self.spots.contains_key(n)).take(1000).collect();
        match (gone.first(), gone.last()) {
            (Some(first), Some(last)) => {
                let numbers =
                    range("the line with number", "the lines with numbers", *first, *last);
                self.find(line, format!("{numbers} {} before it", missing(*first, *last)));
            }
            _ => {
                let place = self.place(expected);
                self.find(line, format!("it has number {seq}, and number {expected} stands {place}: the lines were put in another order"));
            }
        }
        self.moved.extend((expected..seq).filter(|n| self.spots.contains_key(n)).take(1000));
    }

    /// A number that was passed already.
    fn repeated(&mut self, line: u64, parsed: &Parsed) {
        let seq = parsed.at.seq;
        if self.moved.remove(&seq) {
            return;
        }
        let place = self.place(seq);
        let same = self.spots.get(&seq).is_some_and(|(_, _, hash)| *hash == parsed.hash);
        let what = if same { "is a copy of the line" } else { "has other content than the line" };
        self.find(
            line,
            format!("it has number {seq} again, and {what} that stands {place}: it was put in"),
        );
    }

    fn place(&self, seq: u64) -> String {
        match self.spots.get(&seq) {
            Some((at, line, _)) if *at == self.at => format!("at line {line}"),
            Some((at, line, _)) => {
                format!("at line {line} of {}", self.scanned[*at].path.display())
            }
            None => "nowhere".to_owned(),
        }
    }

    fn flaw(&mut self, line: u64, flaw: Flaw) {
        let what = match flaw {
            Flaw::Hash => "it does not fit its hash: it was changed",
            Flaw::Shape => "it is no line of an audit log: it was changed or put in",
        };
        self.find(line, what.to_owned());
        self.flawed += 1;
    }

    fn tail(&mut self, file: &Scanned) {
        let line = file.items.last().map_or(0, |(line, _)| *line);
        let Some(tail) = &file.tail else { return };
        let newest = self.at + 1 == self.scanned.len();
        if newest && tail.is_beginning {
            self.torn(line, tail.bytes, tail.session.clone(), None);
        } else {
            self.find(
                line + 1,
                format!(
                    "{} bytes at the end are no line of an audit log and no beginning of one",
                    tail.bytes
                ),
            );
        }
    }

    fn end(&mut self) {
        self.at = self.scanned.len().saturating_sub(1);
        if self.report.lines == 0 && self.report.torn.is_empty() && self.report.findings.is_empty()
        {
            self.find(0, "it holds no line".to_owned());
        }
        if let (Some(head), false) = (self.anchors.head, self.anchored) {
            self.find(0, format!("no line has the hash {head}: the newest lines were removed, or lines were written anew"));
        }
    }

    fn torn(&mut self, after_line: u64, bytes: u64, session: Option<String>, by: Option<String>) {
        let file = self.scanned[self.at].path.clone();
        self.report.torn.push(Torn { file, after_line, bytes, session, set_aside_by: by });
    }

    fn find(&mut self, line: u64, what: String) {
        if self.report.findings.len() == MOST {
            self.report.more += 1;
            return;
        }
        let file = self.scanned.get(self.at).map(|file| file.path.clone()).unwrap_or_default();
        self.report.findings.push(Finding { file, line, what });
    }
}

fn range(one: &str, many: &str, first: u64, last: u64) -> String {
    if first == last { format!("{one} {first}") } else { format!("{many} {first} to {last}") }
}

fn missing(first: u64, last: u64) -> &'static str {
    if first == last { "is missing" } else { "are missing" }
}
