//! Appends to the chain. Several servers may write to one log: each line is written under a lock, after a look
//! whether another has written since.
//!
//! Lines are handed to the system with one write each: they survive the end of this process, however it comes.
//! They are forced to disk when a file is full and when a server stops; a power failure can cost the newest ones.

use std::{
    fs::{File, TryLockError, rename, symlink_metadata},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use super::{
    event::Event,
    line::{self, Hash, LONGEST, Position, Writer},
    place,
};

/// How long another process may hold the log. A line takes a few microseconds, so this is a process that hangs,
/// or a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(2);

/// A log that is open for appending.
pub(super) struct Chain {
    path: PathBuf,
    max_bytes: u64,
    state: Mutex<State>,
}

struct State {
    /// A file of its own, which stays when the log is put aside for a new one.
    lock: File,
    /// None until the first line, and after a write that failed.
    tail: Option<Tail>,
}

/// The end of the chain, as this process last saw it.
struct Tail {
    /// The log itself; None if it has to be created.
    log: Option<File>,
    identity: Option<(u64, u64)>,
    length: u64,
    /// Where the next line stands.
    next: Position,
    /// What broke off behind the last line.
    torn: Vec<u8>,
}

impl Chain {
    /// Opens the lock; the log is opened or created by the first line.
    pub(super) fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        let lock = place::open_or_create(&place::lock(path))?;
        let state = Mutex::new(State { lock, tail: None });
        Ok(Self { path: path.to_owned(), max_bytes, state })
    }

    /// Writes one line.
    pub(super) fn append(&self, writer: &Writer, event: &Event<'_>) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { lock, tail } = &mut *state;
        let _held = Held::wait(lock)?;
        let mut current = match tail.take().filter(|tail| tail.is_current(&self.path)) {
            Some(tail) => tail,
            None => Tail::read(&self.path)?,
        };
        // A tail that failed is not kept: the next line reads anew what is there.
        current.append(&self.path, self.max_bytes, writer, event)?;
        *tail = Some(current);
        Ok(())
    }

    /// Forces what was written to disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tail.as_ref().and_then(|tail| tail.log.as_ref()).map_or(Ok(()), File::sync_data)
    }
}

/// The lock, held until it is dropped.
struct Held<'f>(&'f File);

impl<'f> Held<'f> {
    fn wait(file: &'f File) -> io::Result<Self> {
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    sleep(Duration::from_micros(50));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::other("another process keeps it locked"));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // The system releases it when the process ends, at the latest.
        _ = self.0.unlock();
    }
}

impl Tail {
    /// Reads the end of the log, or of the newest file that was put aside.
    fn read(path: &Path) -> io::Result<Self> {
        let log = place::open(path)?;
        let length = log.as_ref().map_or(Ok(0), |log| log.metadata().map(|found| found.len()))?;
        let identity =
            log.as_ref().map_or(Ok(None), |log| log.metadata().map(|m| place::identity(&m)))?;
        let (last, torn) = match &log {
            Some(log) => end(log, length)?,
            None => (None, Vec::new()),
        };
        if !torn.is_empty() && !line::is_beginning(&torn) {
            return Err(damaged(path));
        }
        let next = match last {
            Some(line) => following(path, &line)?,
            None => after_the_newest(path)?,
        };
        Ok(Self { log, identity, length, next, torn })
    }

    /// Whether nobody has written to the log, or put it aside, since.
    fn is_current(&self, path: &Path) -> bool {
        let same = |found: &std::fs::Metadata| {
            found.len() == self.length && place::identity(found) == self.identity
        };
        self.identity.is_some() && symlink_metadata(path).is_ok_and(|found| same(&found))
    }

    fn append(
        &mut self,
        path: &Path,
        max_bytes: u64,
        writer: &Writer,
        event: &Event<'_>,
    ) -> io::Result<()> {
        if !self.torn.is_empty() {
            let sha256 = Hash::of(&self.torn).to_string();
            let bytes = self.torn.len() as u64;
            self.write(path, writer, &Event::Torn { bytes, sha256: &sha256 })?;
            self.torn.clear();
        }
        if self.length >= max_bytes {
            self.put_aside(path)?;
        }
        self.write(path, writer, event)
    }

    fn write(&mut self, path: &Path, writer: &Writer, event: &Event<'_>) -> io::Result<()> {
        let (line, hash) = line::build(self.next, writer, event)?;
        if line.len() > LONGEST {
            return Err(io::Error::other("a line would be too long"));
        }
        if self.log.is_none() {
            let log = place::create(path)?;
            self.identity = place::identity(&log.metadata()?);
            self.log = Some(log);
        }
        if let Some(log) = &mut self.log {
            log.write_all(line.as_bytes())?;
        }
        self.length += line.len() as u64;
        self.next = Position { seq: self.next.seq + 1, prev: hash, ..self.next };
        Ok(())
    }

    /// The file is full: it gets its number as a name, and the chain goes on in a new one.
    fn put_aside(&mut self, path: &Path) -> io::Result<()> {
        let aside = place::numbered(path, self.next.file);
        if symlink_metadata(&aside).is_ok() {
            return Err(io::Error::other(format!("{} is in the way", aside.display())));
        }
        rename(path, aside)?;
        if let Some(log) = self.log.take() {
            // Beside, since a disk can take long: nobody waits for it, and nobody holds the lock meanwhile.
            spawn(move || log.sync_data());
        }
        self.length = 0;
        self.next.file += 1;
        Ok(())
    }
}

/// The last whole line of a log, and what broke off behind it.
fn end(log: &File, length: u64) -> io::Result<(Option<Vec<u8>>, Vec<u8>)> {
    let is_feed = |byte: &u8| *byte == b'\n';
    let mut window = 8 << 10;
    loop {
        let bytes = last_bytes(log, length, window)?;
        let whole = bytes.len() as u64 == length;
        let feed = bytes.iter().rposition(is_feed);
        let begin = feed.and_then(|feed| bytes[..feed].iter().rposition(is_feed));
        match (feed, begin) {
            (Some(feed), Some(begin)) => {
                return Ok((Some(bytes[begin + 1..feed].to_vec()), bytes[feed + 1..].to_vec()));
            }
            (Some(feed), None) if whole => {
                return Ok((Some(bytes[..feed].to_vec()), bytes[feed + 1..].to_vec()));
            }
            (None, _) if whole => return Ok((None, bytes)),
            _ if window > 4 * LONGEST as u64 => {
                return Err(io::Error::other("its end holds no line of an audit log"));
            }
            _ => window *= 8,
        }
    }
}

fn last_bytes(mut log: &File, length: u64, window: u64) -> io::Result<Vec<u8>> {
    log.seek(SeekFrom::Start(length.saturating_sub(window)))?;
    let mut bytes = Vec::new();
    log.take(window).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the line after this one stands. A last line that does not hold is no place to go on from: what follows
/// would look as if it vouched for it.
fn following(path: &Path, line: &[u8]) -> io::Result<Position> {
    let torn = || line::parse_torn(line).map(|(_, parsed)| parsed);
    let Some(parsed) = line::parse(line).ok().or_else(torn) else {
        return Err(damaged(path));
    };
    Ok(Position { seq: parsed.at.seq + 1, prev: parsed.hash, ..parsed.at })
}

fn damaged(path: &Path) -> io::Error {
    io::Error::other(format!(
        "its last line was changed or is no line of an audit log: see `auth0-mcp audit verify {}`, and move the file away to begin anew",
        path.display()
    ))
}

/// Where the first line of a new log stands: behind the newest file that was put aside, or at the very beginning.
fn after_the_newest(path: &Path) -> io::Result<Position> {
    let beginning = Position { file: 1, seq: 1, prev: Hash::default() };
    let Some(number) = place::numbers(path)?.pop() else { return Ok(beginning) };
    let aside = place::numbered(path, number);
    let log = place::open(&aside)?.ok_or_else(|| io::Error::other("a file vanished"))?;
    let (last, _) = end(&log, log.metadata()?.len())?;
    let last = last.ok_or_else(|| io::Error::other(format!("{} is empty", aside.display())))?;
    Ok(Position { file: number + 1, ..following(&aside, &last)? })
}

/// Where the chain ends: how many lines it has and the hash of the last.
pub(super) fn head(path: &Path) -> io::Result<(u64, Hash)> {
    if place::open(path)?.is_none() && place::numbers(path)?.is_empty() {
        return Err(io::Error::from(io::ErrorKind::NotFound));
    }
    let next = Tail::read(path)?.next;
    Ok((next.seq - 1, next.prev))
}
