//! A planned change as a unified diff, without the values that are not ours.

use std::path::Path;

use similar::TextDiff;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The difference of two blanked texts of one file.
pub(super) fn unified(path: &Path, before: Option<&str>, after: &str) -> String {
    let name = path.display().to_string();
    let old = if before.is_some() { name.as_str() } else { "/dev/null" };
    TextDiff::from_lines(before.unwrap_or_default(), after)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(old, &name)
        .to_string()
}
