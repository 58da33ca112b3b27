//! Line by line, so that lines that nobody meant to change keep even their line ends.

/// The text with plain line ends.
pub(super) fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The line end of the text.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The changed text, with every line of `text` before and behind the change as it was there.
pub(super) fn merged(text: &str, changed: &str) -> String {
    let unended = changed.strip_suffix('\n').filter(|_| !text.ends_with('\n'));
    let changed = unended.unwrap_or(changed);
    let old: Vec<_> = text.split_inclusive('\n').collect();
    let new: Vec<_> = changed.split_inclusive('\n').collect();
    let same = |old: &str, new: &str| plain(old) == new;
    let most = old.len().min(new.len());
    let before = (0..most).take_while(|at| same(old[*at], new[*at])).count();
    let behind = (1..=most - before)
        .take_while(|back| same(old[old.len() - back], new[new.len() - back]))
        .count();
    let middle = new[before..new.len() - behind].concat().replace('\n', newline(text));
    [&old[..before].concat(), middle.as_str(), &old[old.len() - behind..].concat()].concat()
}

/// The line with its comment blanked. Its strings are short and on one line.
pub(super) fn without_comment(line: &str) -> String {
    let mut quote = None;
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '#') => {
                let end = if line.ends_with('\n') { "\n" } else { "" };
                return format!("{}#{}{end}", &line[..at], super::BLANK);
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    line.to_owned()
}
