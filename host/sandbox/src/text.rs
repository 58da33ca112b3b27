//! Guest text, made safe to show: bounded, on one line, without characters that hide.

/// One line of at most `limit` bytes: control characters become escapes, so a guest cannot forge a second
/// line or move a terminal's cursor.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    let mut line = String::with_capacity(text.len().min(limit));
    for character in text.chars() {
        if line.len() >= limit {
            line.push('…');
            break;
        }
        if character.is_control() || is_hidden(character) {
            line.extend(character.escape_unicode());
        } else {
            line.push(character);
        }
    }
    line
}

/// The same text, with an escape for each character that hides or controls; its lines stay.
pub(crate) fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && (character.is_control() || is_hidden(character)) {
            plain.extend(character.escape_unicode());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Characters that show nothing or reorder what is shown: a line with them does not say what it seems to say.
pub(crate) fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{180e}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(bounded("a\nb\u{1b}[2J\u{202e}c", 100), r"a\u{a}b\u{1b}[2J\u{202e}c");
        assert_eq!(bounded("ääää", 4), "ää…");
    }
}
