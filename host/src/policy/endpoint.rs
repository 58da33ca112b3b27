//! Endpoint patterns: `GET clients/{id}`, `* users/**`.
//!
//! A pattern is a method or `*`, and path segments: a word stands for itself, `*` or `{name}` for any one
//! segment, `**` at the end for any number of them. It is compared with the rows of tools, when the list of tools
//! is made, and with the segments of each request before they are encoded.
//!
//! Words of a rule that denies also match in another case: whether the API tells `users` from `Users` is not
//! for the author of a plugin to try out.

use auth0_mcp_sandbox::{contract::Method, manifest::Endpoint};

/// Which requests a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// None for every method.
    method: Option<Method>,
    parts: Vec<Part>,
    /// Whether it ends with `**`.
    open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    Any,
}

/// What is wrong with a pattern. The operator reads it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not two words.
    #[error("an endpoint is a method and a path, such as \"GET clients/{{id}}\" or \"* users/**\"")]
    Shape,
    /// An unknown method.
    #[error("`{0}` is no method: use GET, POST, PATCH, PUT, DELETE, or * for all")]
    Method(String),
    /// The path begins or ends with `/`, or names the API's root.
    #[error("the path is relative to the Management API, such as `clients/{{id}}`: {0}")]
    Path(&'static str),
    /// A part that is neither a word nor a wildcard.
    #[error(
        "`{0}` is no path segment: use letters, digits and `._-`, or `*` or `{{name}}` for any one segment, or `**` at the end"
    )]
    Segment(String),
}

impl Pattern {
    /// Reads `METHOD path`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut words = text.split_whitespace();
        let (Some(method), Some(path), None) = (words.next(), words.next(), words.next()) else {
            return Err(PatternError::Shape);
        };
        let method = match method {
            "*" => None,
            name => Some(
                Method::ALL
                    .into_iter()
                    .find(|method| method.as_str() == name)
                    .ok_or_else(|| PatternError::Method(shown(name)))?,
            ),
        };
        if path.starts_with('/') || path.ends_with('/') {
            return Err(PatternError::Path("leave out the `/` at its ends"));
        }
        if path.starts_with("api/v2") {
            return Err(PatternError::Path("leave out `api/v2`"));
        }
        let (path, open) = match path.strip_suffix("**") {
            Some("") => return Ok(Self { method, parts: Vec::new(), open: true }),
            Some(rest) => (rest.strip_suffix('/').ok_or_else(|| last(path))?, true),
            None => (path, false),
        };
        let parts = path.split('/').map(Part::parse).collect::<Result<_, _>>()?;
        Ok(Self { method, parts, open })
    }

    /// Whether a rule that allows it lets some request of the row pass.
    #[must_use]
    pub fn meets(&self, row: &Endpoint) -> bool {
        self.fits(row.method, &segments(row), |part, segment| match (part, segment) {
            (Part::Word(word), Some(segment)) => word == segment,
            (Part::Any, _) | (_, None) => true,
        })
    }

    /// Whether a rule that denies it stops some request of the row.
    #[must_use]
    pub fn touches(&self, row: &Endpoint) -> bool {
        self.fits(row.method, &segments(row), |part, segment| match (part, segment) {
            (Part::Word(word), Some(segment)) => word.eq_ignore_ascii_case(segment),
            (Part::Any, _) | (_, None) => true,
        })
    }

    /// Whether a rule that allows it lets every request of the row pass.
    #[must_use]
    pub fn covers(&self, row: &Endpoint) -> bool {
        self.fits(row.method, &segments(row), |part, segment| match (part, segment) {
            (Part::Any, _) => true,
            (Part::Word(word), Some(segment)) => word == segment,
            (Part::Word(_), None) => false,
        })
    }

    /// Whether a rule that denies it stops every request of the row.
    #[must_use]
    pub fn contains(&self, row: &Endpoint) -> bool {
        self.fits(row.method, &segments(row), |part, segment| match (part, segment) {
            (Part::Any, _) => true,
            (Part::Word(word), Some(segment)) => word.eq_ignore_ascii_case(segment),
            (Part::Word(_), None) => false,
        })
    }

    /// Whether a rule that allows it lets this request pass.
    #[must_use]
    pub fn allows(&self, method: Method, path: &[String]) -> bool {
        self.fits(method, path, |part, segment| match part {
            Part::Word(word) => word == segment,
            Part::Any => !segment.is_empty(),
        })
    }

    /// Whether a rule that denies it stops this request.
    #[must_use]
    pub fn denies(&self, method: Method, path: &[String]) -> bool {
        self.fits(method, path, |part, segment| match part {
            Part::Word(word) => word.eq_ignore_ascii_case(segment),
            Part::Any => true,
        })
    }

    fn fits<T>(&self, method: Method, path: &[T], part: impl Fn(&Part, &T) -> bool) -> bool {
        let length =
            if self.open { path.len() >= self.parts.len() } else { path.len() == self.parts.len() };
        self.method.is_none_or(|known| known == method)
            && length
            && self.parts.iter().zip(path).all(|(known, segment)| part(known, segment))
    }
}

impl Part {
    fn parse(text: &str) -> Result<Self, PatternError> {
        let is_word = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match name {
            Some(name) if is_word(name) => Ok(Self::Any),
            None if text == "*" => Ok(Self::Any),
            None if is_word(text) => Ok(Self::Word(text.to_owned())),
            _ => Err(PatternError::Segment(shown(text))),
        }
    }
}

/// The parts of a row's template; None where any segment may stand.
fn segments(row: &Endpoint) -> Vec<Option<&str>> {
    row.path.split('/').map(|part| (!part.starts_with('{')).then_some(part)).collect()
}

fn last(path: &str) -> PatternError {
    PatternError::Segment(shown(path.rsplit('/').next().unwrap_or(path)))
}

fn shown(text: &str) -> String {
    text.escape_debug().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(method: Method, path: &str) -> Endpoint {
        Endpoint { method, path: path.to_owned(), scopes: vec![] }
    }

    #[test]
    fn patterns_meet_and_contain_rows() {
        let get = |path| row(Method::Get, path);
        for (pattern, row, meets, contains) in [
            ("GET clients", get("clients"), true, true),
            ("POST clients", get("clients"), false, false),
            ("* clients", get("clients"), true, true),
            ("GET clients/{id}", get("clients/{client_id}"), true, true),
            ("GET clients/*", get("clients/{id}"), true, true),
            ("GET clients/abc", get("clients/{id}"), true, false),
            ("GET clients/{id}", get("clients/abc"), true, true),
            ("GET clients/{id}", get("clients"), false, false),
            ("GET clients", get("clients/{id}"), false, false),
            ("GET clients/**", get("clients"), true, true),
            ("GET clients/**", get("clients/{id}/credentials"), true, true),
            ("GET clients/abc/**", get("clients/{id}/credentials"), true, false),
            ("GET **", get("anything/{at}/all"), true, true),
            ("* users/**", get("Users/{id}"), false, true),
            ("* users/**", get("{kind}/{id}"), true, false),
            ("* users/**", get("users-by-email"), false, false),
        ] {
            let read = Pattern::parse(pattern).unwrap();
            assert_eq!(
                (read.meets(&row), read.contains(&row)),
                (meets, contains),
                "{pattern} {row:?}"
            );
        }
    }

    #[test]
    fn patterns_decide_on_the_segments_of_a_request() {
        for (pattern, method, path, allows, denies) in [
            ("GET clients/{id}", Method::Get, &["clients", "abc"][..], true, true),
            ("GET clients/{id}", Method::Get, &["clients", "a/b?c"], true, true),
            ("GET clients/{id}", Method::Get, &["clients", "a", "b"], false, false),
            ("GET clients/{id}", Method::Get, &["clients", ""], false, true),
            ("GET clients/{id}", Method::Patch, &["clients", "abc"], false, false),
            ("GET clients/abc", Method::Get, &["clients", "ABC"], false, true),
            ("* users/**", Method::Delete, &["USERS", "auth0|1", "roles"], false, true),
            ("* **", Method::Put, &[], true, true),
        ] {
            let path: Vec<_> = path.iter().map(ToString::to_string).collect();
            let read = Pattern::parse(pattern).unwrap();
            let found = (read.allows(method, &path), read.denies(method, &path));
            assert_eq!(found, (allows, denies), "{pattern} {path:?}");
        }
    }

    #[test]
    fn a_pattern_that_is_not_understood_is_an_error() {
        for (text, words) in [
            ("", "a method and a path"),
            ("clients", "a method and a path"),
            ("GET clients POST", "a method and a path"),
            ("get clients", "`get` is no method"),
            ("HEAD clients", "`HEAD` is no method"),
            ("GET /clients", "leave out the `/`"),
            ("GET clients/", "leave out the `/`"),
            ("GET api/v2/clients", "leave out `api/v2`"),
            ("GET clients//x", "`` is no path segment"),
            ("GET clients/a*", "`a*` is no path segment"),
            ("GET clients/x**", "`x**` is no path segment"),
            ("GET **/clients", "`**` is no path segment"),
            ("GET clients/{}", "`{}` is no path segment"),
            ("GET clients/%41", "`%41` is no path segment"),
            ("GET clients/..é", "is no path segment"),
        ] {
            let error = Pattern::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
