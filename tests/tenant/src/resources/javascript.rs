//! As much of JavaScript as it takes to find code that cannot be built.
//!
//! Only brackets are counted. Strings that do not end are no flaw: the real service built such
//! code, and deployed it.

/// What is wrong with the brackets of some code.
pub(super) fn flaw(code: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut scanner = Scanner { rest: code, before: None };
    while let Some(bracket) = scanner.bracket() {
        match bracket {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            closing if open.pop() != Some(closing) => {
                return Some(format!("SyntaxError: Unexpected token '{closing}'"));
            }
            _ => {}
        }
    }
    open.pop().map(|_| "SyntaxError: Unexpected end of input".to_owned())
}

/// The message of an error that the code throws in plain words.
pub(super) fn thrown(code: &str) -> Option<&str> {
    let (_, rest) = code.split_once("throw new Error(")?;
    let quote = rest.chars().next().filter(|quote| "'\"`".contains(*quote))?;
    rest[1..].split(quote).next()
}

/// Walks over code from bracket to bracket.
struct Scanner<'a> {
    rest: &'a str,
    /// The last letter that was neither space nor comment.
    before: Option<char>,
}

impl Scanner<'_> {
    /// The next bracket outside of strings, comments and regular expressions.
    fn bracket(&mut self) -> Option<char> {
        loop {
            let letter = self.rest.chars().next()?;
            if self.rest.starts_with("//") {
                self.skip_to("\n", 0);
            } else if self.rest.starts_with("/*") {
                self.skip_to("*/", 2);
            } else {
                let value_may_follow =
                    self.before.is_none_or(|last| "(,=:[!&|?{};+-~<>%*^".contains(last));
                self.rest = &self.rest[letter.len_utf8()..];
                match letter {
                    '\'' | '"' => self.skip_literal(letter, true),
                    '`' => self.skip_literal(letter, false),
                    '/' if value_may_follow => self.skip_regex(),
                    _ => {}
                }
                if !letter.is_whitespace() {
                    self.before = Some(letter);
                }
                if "()[]{}".contains(letter) {
                    return Some(letter);
                }
            }
        }
    }

    fn skip_to(&mut self, end: &str, from: usize) {
        let at = self.rest[from..].find(end).map(|at| from + at + end.len());
        self.rest = &self.rest[at.unwrap_or(self.rest.len())..];
    }

    /// Goes behind the end of a string; one that must stay on its line ends there at the latest.
    fn skip_literal(&mut self, quote: char, on_one_line: bool) {
        self.skip(|letter, _| letter == quote || (on_one_line && letter == '\n'));
    }

    fn skip_regex(&mut self) {
        self.skip(|letter, in_class| letter == '\n' || (letter == '/' && !in_class));
    }

    fn skip(&mut self, ends: impl Fn(char, bool) -> bool) {
        let (mut escaped, mut in_class) = (false, false);
        for (at, letter) in self.rest.char_indices() {
            if !escaped && ends(letter, in_class) {
                self.rest = &self.rest[at + letter.len_utf8()..];
                return;
            }
            in_class = (in_class || letter == '[') && (escaped || letter != ']');
            escaped = !escaped && letter == '\\';
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_of_literals_only() {
        for sound in [
            "",
            "exports.f = async (event, api) => { api.x['}'] = [1, `${2}`]; };",
            "// }\n/* ( */ const pattern = /[{(]\\/[/]/.test(\"(\");",
            "const half = (a + b) / 2; const other = c / d;",
            "exports.f = () => {\n\tconsole.log(1)\n};\"\n",
        ] {
            assert_eq!(flaw(sound), None, "{sound}");
        }
        for broken in ["exports.f = () => {", "f(]", "}", "exports.f = async (event => {};"] {
            assert!(flaw(broken).is_some(), "{broken}");
        }
        assert_eq!(thrown("throw new Error('no');"), Some("no"));
    }
}
