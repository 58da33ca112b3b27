//! What the texts of a manifest may hold. A person decides by them, and a model acts on them: both must read the
//! same, and all of it.

use super::{ManifestError, check as require};

/// Checks one text of at most `most` characters.
pub(super) fn check(place: &str, what: &str, text: &str, most: usize) -> Result<(), ManifestError> {
    require(!text.trim().is_empty(), place, &format!("the {what} is empty"))?;
    let short = text.len() <= most * 4 && text.chars().count() <= most;
    require(short, place, &format!("the {what} has more than {most} characters"))?;
    let problem = format!("the {what} has control or invisible characters");
    require(is_plain(text), place, &problem)
}

/// Whether a text shows what it is: no characters that are invisible, change the order of others, or control a
/// terminal. Lines may end.
pub(super) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || crate::text::is_hidden(c)))
}
