//! The query language of log searches, the subset of Lucene's that Auth0 documents.
//!
//! Values are compared whole and with regard to case. `*` stands for anything, but at the start of
//! a value only before three characters or more. Where operators are left out, `OR` is meant, and
//! `AND` before `NOT`, as in Lucene. Unknown fields are refused, as the service does.

use serde_json::{Map, Value};

/// Fields that a query may name.
const FIELDS: [&str; 16] = [
    "client_id",
    "client_name",
    "connection",
    "connection_id",
    "date",
    "description",
    "hostname",
    "ip",
    "log_id",
    "organization_id",
    "strategy",
    "strategy_type",
    "type",
    "user_agent",
    "user_id",
    "user_name",
];
/// Fields that a term without a field is looked for in.
const BARE: [&str; 7] =
    ["client_name", "connection", "description", "ip", "log_id", "type", "user_name"];
const DATE: &str = "date";
/// How many characters must follow a leading `*`.
const LEAST_AFTER_STAR: usize = 3;

/// A query that was understood.
#[derive(Debug)]
pub(super) struct Search(Option<Node>);

#[derive(Debug)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    Is { field: Option<String>, value: Test },
}

#[derive(Debug)]
enum Test {
    Equal(String),
    /// The literal parts between stars.
    Wildcard(Vec<String>),
    Range {
        from: Bound,
        to: Bound,
    },
}

#[derive(Debug)]
struct Bound {
    /// `None` for `*`.
    value: Option<String>,
    inclusive: bool,
}

impl Search {
    /// Reads a query; `Err` says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        if parser.tokens.is_empty() {
            return Ok(Self(None));
        }
        let node = parser.any(None)?;
        match parser.next() {
            None => Ok(Self(Some(node))),
            Some(token) => Err(format!("unexpected {}", token.name())),
        }
    }

    pub(super) fn matches(&self, event: &Map<String, Value>) -> bool {
        self.0.as_ref().is_none_or(|node| node.matches(event))
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `name:`
    Field(String),
    /// A term; stars that were not escaped are kept as `STAR`.
    Term(String),
    Phrase(String),
    Range {
        from: String,
        to: String,
        inclusive: (bool, bool),
    },
}

/// Stands for a `*` that means anything, which no query can contain by itself.
const STAR: char = '\u{0}';

impl Token {
    fn name(&self) -> String {
        match self {
            Self::Open => "\"(\"".to_owned(),
            Self::Close => "\")\"".to_owned(),
            Self::And => "AND".to_owned(),
            Self::Or => "OR".to_owned(),
            Self::Not => "NOT".to_owned(),
            Self::Field(name) => format!("\"{name}:\""),
            Self::Term(text) | Self::Phrase(text) => format!("\"{text}\"").replace(STAR, "*"),
            Self::Range { from, to, .. } => format!("range from {from} to {to}"),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after_field = matches!(tokens.last(), Some(Token::Field(_)));
        let (token, left) = match first {
            '(' => (Token::Open, &rest[1..]),
            ')' => (Token::Close, &rest[1..]),
            '"' => phrase(&rest[1..])?,
            '[' | '{' if after_field => range(rest)?,
            _ => word(rest, after_field)?,
        };
        tokens.push(token);
        rest = left.trim_start();
    }
    Ok(tokens)
}

/// A quoted text, after its first quote.
fn phrase(text: &str) -> Result<(Token, &str), String> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((Token::Phrase(value), &text[at + 1..])),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    Err("a quote is not closed".to_owned())
}

/// `[a TO b]`, `{a TO b}` or a mixture of both.
fn range(text: &str) -> Result<(Token, &str), String> {
    let end = text.find([']', '}']).ok_or("a range is not closed")?;
    let inclusive = (text.starts_with('['), text[end..].starts_with(']'));
    let (from, to) = text[1..end].split_once(" TO ").ok_or("a range needs TO")?;
    let bound = |text: &str| text.trim().trim_matches('"').to_owned();
    let (from, to) = (bound(from), bound(to));
    if from.is_empty() || to.is_empty() {
        return Err("a range needs two bounds".to_owned());
    }
    Ok((Token::Range { from, to, inclusive }, &text[end + 1..]))
}

/// An operator, a field with its colon, or a term. After a field a colon belongs to the value, as
/// in a time or an address.
fn word(text: &str, after_field: bool) -> Result<(Token, &str), String> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    let mut end = text.len();
    let mut plain = true;
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                plain = false;
                value.extend(letters.next().map(|(_, escaped)| escaped));
            }
            ':' if !after_field => return field(value, &text[at + 1..]),
            '(' | ')' | '"' => {
                end = at;
                break;
            }
            '?' => return Err("the wildcard \"?\" is not supported".to_owned()),
            '*' => value.push(STAR),
            space if space.is_whitespace() => {
                end = at;
                break;
            }
            other => value.push(other),
        }
    }
    let token = match value.as_str() {
        "AND" if plain && !after_field => Token::And,
        "OR" if plain && !after_field => Token::Or,
        "NOT" if plain && !after_field => Token::Not,
        "&&" | "||" | "!" => return Err(format!("unknown operator \"{value}\"")),
        _ => Token::Term(value),
    };
    Ok((token, &text[end..]))
}

fn field(name: String, rest: &str) -> Result<(Token, &str), String> {
    if FIELDS.contains(&name.as_str()) {
        return Ok((Token::Field(name), rest));
    }
    Err(format!("unknown field \"{}\"", name.replace(STAR, "*")))
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Parts joined by `OR` or by nothing, up to the end or a closing parenthesis.
    fn any(&mut self, field: Option<&str>) -> Result<Node, String> {
        let mut parts = vec![self.all(field)?];
        while let Some(token) = self.peek() {
            match token {
                Token::Close => break,
                Token::Or => self.at += 1,
                _ => {}
            }
            parts.push(self.all(field)?);
        }
        Ok(one_or(parts, Node::Any))
    }

    fn all(&mut self, field: Option<&str>) -> Result<Node, String> {
        let mut parts = vec![self.not(field)?];
        loop {
            match self.peek() {
                Some(Token::And) => self.at += 1,
                Some(Token::Not) => {}
                _ => return Ok(one_or(parts, Node::All)),
            }
            parts.push(self.not(field)?);
        }
    }

    fn not(&mut self, field: Option<&str>) -> Result<Node, String> {
        if self.peek() == Some(&Token::Not) {
            self.at += 1;
            return Ok(Node::Not(Box::new(self.not(field)?)));
        }
        self.one(field)
    }

    fn one(&mut self, field: Option<&str>) -> Result<Node, String> {
        let field_of = |name: Option<&str>| name.map(str::to_owned);
        match self.next() {
            Some(Token::Open) => {
                let node = self.any(field)?;
                match self.next() {
                    Some(Token::Close) => Ok(node),
                    _ => Err("a parenthesis is not closed".to_owned()),
                }
            }
            Some(Token::Field(name)) if field.is_none() => match self.peek() {
                Some(Token::Open | Token::Term(_) | Token::Phrase(_) | Token::Range { .. }) => {
                    self.one(Some(&name))
                }
                _ => Err(format!("the field \"{name}\" has no value")),
            },
            Some(Token::Term(text)) => {
                Ok(Node::Is { field: field_of(field), value: term(text, field)? })
            }
            Some(Token::Phrase(text)) => {
                Ok(Node::Is { field: field_of(field), value: Test::Equal(text) })
            }
            Some(Token::Range { from, to, inclusive }) => Ok(Node::Is {
                field: field_of(field),
                value: Test::Range {
                    from: bound(&from, inclusive.0, field)?,
                    to: bound(&to, inclusive.1, field)?,
                },
            }),
            Some(token) => Err(format!("unexpected {}", token.name())),
            None => Err("unexpected end".to_owned()),
        }
    }
}

fn one_or(mut parts: Vec<Node>, join: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

fn term(text: String, field: Option<&str>) -> Result<Test, String> {
    if !text.contains(STAR) {
        return Ok(Test::Equal(if field == Some(DATE) { moment(&text)? } else { text }));
    }
    let parts: Vec<String> = text.split(STAR).map(str::to_owned).collect();
    let literal: usize = parts.iter().map(|part| part.chars().count()).sum();
    if parts[0].is_empty() && literal > 0 && literal < LEAST_AFTER_STAR {
        return Err(format!(
            "a leading \"*\" needs at least {LEAST_AFTER_STAR} characters after it"
        ));
    }
    Ok(Test::Wildcard(parts))
}

fn bound(text: &str, inclusive: bool, field: Option<&str>) -> Result<Bound, String> {
    let value = match text {
        "*" => None,
        text if field == Some(DATE) => Some(moment(text)?),
        text => Some(text.to_owned()),
    };
    Ok(Bound { value, inclusive })
}

/// A time, or the first parts of one: `2026-08-13` means the whole day.
fn moment(text: &str) -> Result<String, String> {
    let valid = |letter: char| letter.is_ascii_digit() || "-:.TZ".contains(letter);
    match crate::ids::normal_time(text) {
        Some(time) => Ok(time),
        None if text.len() >= "2026".len() && text.chars().all(valid) => {
            Ok(text.trim_end_matches('Z').to_owned())
        }
        None => Err(format!("\"{text}\" is no date")),
    }
}

impl Node {
    fn matches(&self, event: &Map<String, Value>) -> bool {
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.matches(event)),
            Self::All(parts) => parts.iter().all(|part| part.matches(event)),
            Self::Not(part) => !part.matches(event),
            Self::Is { field: None, value } => {
                BARE.iter().filter_map(|name| text(name)).any(|found| value.fits(found))
            }
            Self::Is { field: Some(name), value } if name == DATE => {
                text(name).is_some_and(|date| value.fits_date(date))
            }
            Self::Is { field: Some(name), value } => {
                text(name).is_some_and(|found| value.fits(found))
            }
        }
    }
}

impl Test {
    fn fits(&self, found: &str) -> bool {
        match self {
            Self::Equal(wanted) => found == wanted,
            Self::Wildcard(parts) => fits_parts(found, parts),
            Self::Range { from, to } => {
                from.value
                    .as_deref()
                    .is_none_or(|least| found > least || (from.inclusive && found == least))
                    && to
                        .value
                        .as_deref()
                        .is_none_or(|most| found < most || (to.inclusive && found == most))
            }
        }
    }

    /// Compares as much of a date as the query names.
    fn fits_date(&self, date: &str) -> bool {
        let cut = |bound: &str| date[..bound.len().min(date.len())].to_owned();
        match self {
            Self::Equal(wanted) => date.starts_with(wanted.as_str()),
            Self::Wildcard(parts) => fits_parts(date, parts),
            Self::Range { from, to } => {
                from.value.as_deref().is_none_or(|least| {
                    cut(least).as_str() > least || (from.inclusive && cut(least) == least)
                }) && to.value.as_deref().is_none_or(|most| {
                    cut(most).as_str() < most || (to.inclusive && cut(most) == most)
                })
            }
        }
    }
}

/// Whether `text` is these parts with anything between them.
fn fits_parts(text: &str, parts: &[String]) -> bool {
    let [first, inner @ .., last] = parts else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in inner {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(query: &str, expected: bool) {
        let event = json!({
            "date": "2026-08-13T06:52:23.850Z",
            "type": "fp",
            "description": "Wrong email or password.",
            "ip": "2001:db8::17",
            "user_id": "auth0|5f2c",
            "user_name": "mara@example.com",
            "client_name": "Reader Web",
            "connection": null,
        });
        let search = Search::parse(query).unwrap();
        assert_eq!(search.matches(event.as_object().unwrap()), expected, "{query}");
    }

    #[test]
    fn terms_phrases_and_wildcards_are_compared_whole() {
        check("", true);
        check("type:fp", true);
        check("type:f", false);
        check("type:FP", false);
        check("fp", true);
        check("mara@example.com", true);
        check("auth0|5f2c", false);
        check("user_id:auth0|5f2c", true);
        check("description:\"Wrong email or password.\"", true);
        check("description:\"Wrong email\"", false);
        check("description:Wrong*", true);
        check("description:*email*", true);
        check("Read*Web", true);
        check("client_name:*Web", true);
        check("connection:*", false);
        check("user_name:*", true);
        check("ip:2001:db8::17", true);
        check("user_name:mara\\@example.com", true);
    }

    #[test]
    fn operators_bind_as_in_lucene() {
        check("type:fp AND client_name:\"Reader Web\"", true);
        check("type:s OR type:fp", true);
        check("type:s type:fp", true);
        check("type:fp NOT ip:2001*", false);
        check("NOT type:s", true);
        check("type:(s OR f OR fp) AND NOT user_name:nobody*", true);
        check("type:s AND type:fp OR type:fp", true);
        check("type:s AND (type:fp OR type:fp)", false);
    }

    #[test]
    fn ranges_compare_as_much_of_a_date_as_they_name() {
        check("date:2026-08-13", true);
        check("date:2026-08-13T06:52:23.850Z", true);
        check("date:[2026-08-13 TO 2026-08-13]", true);
        check("date:[2026-08-01 TO *]", true);
        check("date:{2026-08-13 TO *]", false);
        check("date:[* TO 2026-08-13}", false);
        check("date:[2026-08-13T06:00:00Z TO 2026-08-13T07:00:00Z}", true);
        check("date:[2026-08-13T08:00:00+02:00 TO *]", true);
        check("type:[fa TO fz}", true);
    }

    #[test]
    fn what_is_wrong_with_a_query_is_named() {
        let fault = |query: &str| Search::parse(query).unwrap_err();
        assert_eq!(fault("user_email:a@b"), "unknown field \"user_email\"");
        assert_eq!(fault("type:"), "the field \"type\" has no value");
        assert_eq!(fault("type:f AND"), "unexpected end");
        assert_eq!(fault("AND type:f"), "unexpected AND");
        assert_eq!(fault("(type:f"), "a parenthesis is not closed");
        assert_eq!(fault("type:f)"), "unexpected \")\"");
        assert_eq!(fault("description:\"x"), "a quote is not closed");
        assert_eq!(fault("date:[2026 TO"), "a range is not closed");
        assert_eq!(fault("date:yesterday"), "\"yesterday\" is no date");
        assert_eq!(fault("type:?"), "the wildcard \"?\" is not supported");
        assert_eq!(fault("user_name:*ab"), "a leading \"*\" needs at least 3 characters after it");
    }
}
