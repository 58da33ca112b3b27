//! HTML from values: text is escaped here and nowhere else.

use std::fmt;

/// Text in HTML, safe as content and in quoted attributes.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                // Marks that turn text around could make one scope look like another.
                '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    formatter.write_str("\u{fffd}")?;
                }
                other => fmt::Write::write_char(formatter, other)?,
            }
        }
        Ok(())
    }
}

/// A whole page around the contents of `main`.
pub(super) fn document(title: &str, main: &str) -> String {
    let title = Text(title);
    format!(
        r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · Local test tenant</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/activate/style.css">
</head>
<body>
<main>
<p class="brand"><svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" focusable="false"><path d="M12 2 4 5v6c0 5 3.4 9.4 8 11 4.6-1.6 8-6 8-11V5l-8-3Z"/><path class="tick" d="m8.5 12 2.5 2.5 4.5-5"/></svg>Local test tenant</p>
{main}
</main>
<footer><p>This page stands in for Auth0's on this machine. Nothing leaves it.</p></footer>
</body>
</html>
"##
    )
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn text_cannot_leave_its_place() {
        let shown = Text("\"><script>'&\u{202e}").to_string();
        assert_eq!(shown, "&quot;&gt;&lt;script&gt;&#39;&amp;\u{fffd}");
    }
}
