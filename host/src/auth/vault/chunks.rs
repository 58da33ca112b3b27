//! Values of any length in a keychain whose entries are short, written so that an interruption loses nothing.
//!
//! A value has two slots, `a` and `b`, of numbered pieces, and a header that says which slot counts. A write fills
//! the slot that does not count, reads it back, switches the header, and only then empties the other slot. Pieces
//! are written from the first to the last and deleted from the last to the first, so what is in a slot is always
//! found by counting up. The format is the same on every system.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    VaultError,
    store::{LONGEST_VALUE, Store},
};
use crate::secret::Secret;

/// The version of the header.
const VERSION: u64 = 1;

/// The most pieces that are looked for: 150 kB, ten times what a session with the longest tokens takes.
const MOST: usize = 64;

/// How often a reader begins again when a writer was faster.
const READS: usize = 3;

/// Which slot counts, and what is in it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Header {
    version: u64,
    slot: Slot,
    chunks: usize,
    /// Of the whole value, so that pieces of two writes are never taken for one value.
    sha256: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Slot {
    A,
    B,
}

/// Why a value cannot be read, apart from the keychain's own failures.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The keychain failed.
    Store(VaultError),
    /// What is stored makes no sense.
    Damaged(String),
}

impl From<VaultError> for ReadError {
    fn from(error: VaultError) -> Self {
        Self::Store(error)
    }
}

impl Slot {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn entry(self, key: &str, number: usize) -> String {
        let slot = match self {
            Self::A => "a",
            Self::B => "b",
        };
        format!("{key}/{slot}/{number}")
    }
}

/// The value of `key`; None where there is none.
pub(super) fn read(store: &dyn Store, key: &str) -> Result<Option<Secret>, ReadError> {
    for _ in 0..READS {
        let Some(header) = header(store, key)? else { return Ok(None) };
        if let Some(value) = gather(store, key, &header)? {
            return Ok(Some(value));
        }
        // A writer may have switched and emptied this slot meanwhile; then the header is another one now.
        if self::header(store, key)?.as_ref() == Some(&header) {
            return Err(ReadError::Damaged("some of its pieces are missing or changed".to_owned()));
        }
    }
    Err(ReadError::Damaged("it changes faster than it can be read".to_owned()))
}

/// Writes the value of `key`. Until the header is switched the value before stays readable; after that the new one
/// is, whatever happens.
pub(super) fn write(store: &dyn Store, key: &str, value: &Secret) -> Result<(), VaultError> {
    let slot = match header(store, key) {
        Ok(header) => header.map_or(Slot::A, |header| header.slot.other()),
        Err(ReadError::Store(error)) => return Err(error),
        // What cannot be read cannot be lost.
        Err(ReadError::Damaged(_)) => Slot::A,
    };
    let pieces = pieces(value);
    for (number, piece) in pieces.iter().enumerate() {
        store.set(&slot.entry(key, number), piece)?;
    }
    let header = Header { version: VERSION, slot, chunks: pieces.len(), sha256: digest(value) };
    let kept = |found: Option<Secret>| found.is_some_and(|f| f.expose() == value.expose());
    if !kept(gather(store, key, &header)?) {
        return Err(VaultError::NotKept(store.name()));
    }
    let json =
        serde_json::to_string(&header).map_err(|error| VaultError::Other(error.to_string()))?;
    store.set(key, &Secret::new(json))?;
    match read(store, key) {
        Ok(found) if kept(found.clone()) => {}
        Err(ReadError::Store(error)) => return Err(error),
        _ => return Err(VaultError::NotKept(store.name())),
    }
    // What is left of longer values, and the value before: a failure here leaves something old, and loses nothing.
    let emptied =
        empty(store, key, slot, pieces.len()).and_then(|()| empty(store, key, slot.other(), 0));
    if let Err(error) = emptied {
        tracing::warn!("the session is saved, but the one before stays in the keychain: {error}");
    }
    Ok(())
}

/// Deletes the value of `key` with everything that an interrupted write left. False where there was nothing.
pub(super) fn erase(store: &dyn Store, key: &str) -> Result<bool, VaultError> {
    let mut found = store.delete(key)?;
    for slot in [Slot::A, Slot::B] {
        found |= store.get(&slot.entry(key, 0))?.is_some();
        empty(store, key, slot, 0)?;
    }
    Ok(found)
}

fn header(store: &dyn Store, key: &str) -> Result<Option<Header>, ReadError> {
    let Some(text) = store.get(key)? else { return Ok(None) };
    let header: Header = serde_json::from_str(text.expose())
        .map_err(|_| ReadError::Damaged("its header cannot be read".to_owned()))?;
    if header.version != VERSION || header.chunks > MOST {
        return Err(ReadError::Damaged(format!(
            "its header is of version {}, which is not known",
            header.version
        )));
    }
    Ok(Some(header))
}

/// The value that the header describes; None if that is not what is stored.
fn gather(store: &dyn Store, key: &str, header: &Header) -> Result<Option<Secret>, VaultError> {
    let mut text = String::new();
    for number in 0..header.chunks {
        let Some(piece) = store.get(&header.slot.entry(key, number))? else { return Ok(None) };
        text.push_str(piece.expose());
    }
    let value = Secret::new(text);
    Ok((digest(&value) == header.sha256).then_some(value))
}

/// Deletes the pieces of a slot from number `from` on, the last one first.
fn empty(store: &dyn Store, key: &str, slot: Slot, from: usize) -> Result<(), VaultError> {
    let mut end = from;
    while end < MOST && store.get(&slot.entry(key, end))?.is_some() {
        end += 1;
    }
    (from..end).rev().try_for_each(|number| store.delete(&slot.entry(key, number)).map(drop))
}

/// The value in pieces that fit, cut between characters.
fn pieces(value: &Secret) -> Vec<Secret> {
    let mut rest = value.expose();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(LONGEST_VALUE));
        pieces.push(Secret::new(piece.to_owned()));
        rest = after;
    }
    pieces
}

fn digest(value: &Secret) -> String {
    Sha256::digest(value.expose()).iter().map(|byte| format!("{byte:02x}")).collect()
}
