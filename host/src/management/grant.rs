//! What one tool may ask of the tenant: the rows that it declared, and GET alone if it only reads.
//!
//! The grant of a call is its own tool's, not its plugin's. It is checked on path segments, before they are
//! encoded: a template has as many parts as a path has segments, so no content of a segment can make a
//! request match a row of another shape.

use std::sync::Arc;

use auth0_mcp_sandbox::contract::{Endpoint, Method, Refusal, Request};

use crate::policy::{Denial, Policy};

/// The rows of one tool. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Grant {
    tool: Arc<str>,
    rows: Arc<[Row]>,
    read_only: bool,
    policy: Policy,
}

/// One row of the Management API that a tool may use.
#[derive(Debug)]
pub struct Row {
    method: Method,
    template: String,
    parts: Vec<Part>,
    scopes: Vec<String>,
}

#[derive(Debug)]
enum Part {
    /// Exactly this text.
    Fixed(String),
    /// `{…}`: any one segment that is not empty.
    Any,
}

impl Row {
    /// The path as the tool declared it: `clients/{id}`. Fit for logs, since it holds no ids.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// The OAuth scopes that the row needs.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// None for a template that cannot be read: a row that nobody understands grants nothing.
    fn read(endpoint: &Endpoint) -> Option<Self> {
        let parts = endpoint.path.split('/').map(Part::read).collect::<Option<Vec<_>>>()?;
        let (method, template) = (endpoint.method, endpoint.path.clone());
        Some(Self { method, template, parts, scopes: endpoint.scopes.clone() })
    }

    fn covers(&self, request: &Request) -> bool {
        self.method == request.method
            && self.parts.len() == request.path.len()
            && self.parts.iter().zip(&request.path).all(|(part, segment)| part.covers(segment))
    }
}

impl Part {
    fn read(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let clean = |text: &str| !text.is_empty() && !text.contains(['{', '}']);
        match inner {
            Some(name) => clean(name).then_some(Self::Any),
            None => clean(text).then(|| Self::Fixed(text.to_owned())),
        }
    }

    fn covers(&self, segment: &str) -> bool {
        match self {
            Self::Fixed(text) => text == segment,
            Self::Any => !segment.is_empty(),
        }
    }
}

impl Grant {
    /// The grant of `tool`, as its manifest declares it. `read_only` is set where the tool's effect is
    /// read-only or the server runs with `--read-only`: then nothing but GET passes, whatever the rows say.
    #[must_use]
    pub fn new(tool: &str, rows: &[Endpoint], read_only: bool) -> Self {
        let rows: Arc<[Row]> = rows.iter().filter_map(Row::read).collect();
        Self { tool: tool.into(), rows, read_only, policy: Policy::none() }
    }

    /// The same grant, narrowed by the operator's policy: a request has to be covered by both.
    #[must_use]
    pub fn under(self, policy: &Policy) -> Self {
        Self { policy: policy.clone(), ..self }
    }

    /// The tool whose grant it is.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// The row that covers the request.
    ///
    /// # Errors
    /// [`Refusal::NotGranted`], which names the tool, the request without its ids, and the rows that it has.
    pub fn check(&self, request: &Request) -> Result<&Row, Refusal> {
        let passes = |row: &&Row| self.may_send(row.method) && row.covers(request);
        let row = self.rows.iter().find(passes).ok_or_else(|| self.refuse(request))?;
        match self.policy.request(request.method, &request.path) {
            Ok(()) => Ok(row),
            Err(denial) => Err(self.denied(row, &denial)),
        }
    }

    /// The operator reads which rule it was; the plugin and the model, that it was the policy.
    fn denied(&self, row: &Row, denial: &Denial) -> Refusal {
        let (tool, method, template) = (&self.tool, row.method.as_str(), &row.template);
        tracing::warn!("tool `{tool}` was stopped at {method} {template}: {denial}");
        Refusal::NotGranted(format!("{tool} may not send {method} {template}: {}", denial.short()))
    }

    /// The row that covers the request, as it was declared, and the request's path without its ids: words of this
    /// tool's own rows are shown, everything else may be an id. Fit for logs.
    #[must_use]
    pub fn described(&self, request: &Request) -> (Option<String>, String) {
        let row = self.rows.iter().find(|row| row.covers(request));
        let row = row.map(|row| format!("{} {}", row.method.as_str(), row.template));
        let is_word = |segment: &&String| {
            let fixed = |part: &Part| matches!(part, Part::Fixed(word) if word == *segment);
            self.rows.iter().flat_map(|row| &row.parts).any(fixed)
        };
        let shown = |segment| Some(segment).filter(is_word).map_or("{\u{2026}}", String::as_str);
        (row, request.path.iter().take(8).map(shown).collect::<Vec<_>>().join("/"))
    }

    /// Why the policy denies the request, if it does.
    #[must_use]
    pub fn denial(&self, request: &Request) -> Option<Denial> {
        self.policy.request(request.method, &request.path).err()
    }

    fn may_send(&self, method: Method) -> bool {
        !self.read_only || method == Method::Get
    }

    /// The word of a row that one of the segments was meant to be, as it seems. Only that word is told: a segment that
    /// looks like none may be an id.
    fn near(&self, path: &[String]) -> String {
        let rows = || self.rows.iter().filter(|row| self.may_send(row.method));
        let words = |index: usize| {
            rows().filter_map(move |row| match row.parts.get(index) {
                Some(Part::Fixed(word)) => Some(word.as_str()),
                _ => None,
            })
        };
        let meant = |(index, segment): (usize, &String)| {
            if segment.len() > 64 || words(index).any(|word| word == segment) {
                return None;
            }
            let segment = segment.to_ascii_lowercase().replace('_', "-");
            words(index).find(|word| strsim::osa_distance(&segment, word) <= TYPING_MISTAKE)
        };
        let near = path.iter().enumerate().find_map(meant);
        near.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
    }

    fn refuse(&self, request: &Request) -> Refusal {
        let rows: Vec<_> = self
            .rows
            .iter()
            .filter(|row| self.may_send(row.method))
            .map(|row| format!("{} {}", row.method.as_str(), row.template))
            .collect();
        let rows = match rows.is_empty() {
            true => "it has no rows".to_owned(),
            false => format!("its rows are {}", rows.join(", ")),
        };
        let (tool, wanted) = (&self.tool, describe(request));
        let why =
            if self.may_send(request.method) { "" } else { "only reading is allowed here, and " };
        let hint = hint(&request.path);
        let near = if hint.is_empty() { self.near(&request.path) } else { String::new() };
        Refusal::NotGranted(format!("{tool} may not send {wanted}: {why}{rows}{hint}{near}"))
    }
}

/// How many letters of a mistyped word may be wrong.
const TYPING_MISTAKE: usize = 2;

/// What authors of plugins have to know of a path that no row can cover, as it seems.
fn hint(path: &[String]) -> &'static str {
    if path.iter().any(String::is_empty) {
        "; a segment of the path is empty"
    } else if path.iter().any(|segment| segment.contains('/')) {
        "; a segment of the path has a `/` in it, which is sent as %2F: give each part of the path as a segment of its own, without /api/v2/"
    } else if path.starts_with(&["api".to_owned(), "v2".to_owned()]) {
        "; the path begins after /api/v2/"
    } else {
        ""
    }
}

/// The request as `POST clients/{…}/rotate-secret`: words of the API are shown, everything that may be an id
/// is not, since it comes from outside and may hold personal data.
fn describe(request: &Request) -> String {
    let is_word = |text: &str| {
        (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let shown =
        |segment: &String| if is_word(segment) { segment.clone() } else { "{\u{2026}}".to_owned() };
    let mut path = request.path.iter().take(8).map(shown).collect::<Vec<_>>().join("/");
    if request.path.len() > 8 {
        path.push_str("/\u{2026}");
    }
    format!("{} {path}", request.method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(method: Method, path: &str) -> Endpoint {
        Endpoint { method, path: path.into(), scopes: vec!["some:scope".into()] }
    }

    fn request(method: Method, path: &[&str]) -> Request {
        let path = path.iter().map(ToString::to_string).collect();
        Request { method, path, query: vec![], body: None }
    }

    #[test]
    fn only_the_rows_pass() {
        let rows = [
            row(Method::Get, "clients/{id}"),
            row(Method::Patch, "clients/{id}"),
            row(Method::Post, "actions/actions/{id}/deploy"),
            row(Method::Get, "bad//row"),
            row(Method::Get, "/rooted"),
            row(Method::Get, "mixed-{id}"),
            row(Method::Get, "{}"),
            row(Method::Get, ""),
        ];
        let writer = Grant::new("auth0_update_application", &rows, false);
        let reader = Grant::new("auth0_get_application", &rows, true);
        for (method, path, may_write, may_read) in [
            (Method::Get, &["clients", "abc"][..], true, true),
            (Method::Get, &["clients", "clients/abc?x"], true, true),
            (Method::Patch, &["clients", "abc"], true, false),
            (Method::Post, &["actions", "actions", "x", "deploy"], true, false),
            (Method::Delete, &["clients", "abc"], false, false),
            (Method::Put, &["clients", "abc"], false, false),
            (Method::Get, &["clients"], false, false),
            (Method::Get, &["clients", ""], false, false),
            (Method::Get, &["clients", "a", "b"], false, false),
            (Method::Get, &["Clients", "a"], false, false),
            (Method::Get, &["clients/abc"], false, false),
            (Method::Get, &["clients%2Fabc"], false, false),
            (Method::Get, &["bad", "", "row"], false, false),
            (Method::Get, &["", "rooted"], false, false),
            (Method::Get, &["mixed-{id}"], false, false),
            (Method::Get, &["anything"], false, false),
            (Method::Get, &[""], false, false),
            (Method::Get, &[], false, false),
        ] {
            let request = request(method, path);
            assert_eq!(writer.check(&request).is_ok(), may_write, "{request:?}");
            assert_eq!(reader.check(&request).is_ok(), may_read, "{request:?}");
        }
        let matched = writer.check(&request(Method::Get, &["clients", "abc"])).unwrap();
        assert_eq!(
            (matched.template(), matched.scopes()),
            ("clients/{id}", &["some:scope".to_owned()][..])
        );
    }

    #[test]
    fn a_refusal_names_tool_request_and_rows_but_no_ids() {
        let rows = [row(Method::Get, "logs"), row(Method::Post, "logs/{id}")];
        let says = |grant: &Grant, request| match grant.check(&request) {
            Err(Refusal::NotGranted(text)) => text,
            other => panic!("{other:?}"),
        };
        let grant = Grant::new("auth0_list_logs", &rows, false);
        let wanted = request(Method::Delete, &["users", "auth0|jane@example.com", "rotate-secret"]);
        assert_eq!(
            says(&grant, wanted),
            "auth0_list_logs may not send DELETE users/{…}/rotate-secret: its rows are GET logs, POST logs/{id}"
        );
        let grant = Grant::new("auth0_list_logs", &rows, true);
        assert_eq!(
            says(&grant, request(Method::Post, &["logs", "X1"])),
            "auth0_list_logs may not send POST logs/{…}: only reading is allowed here, and its rows are GET logs"
        );
        let hidden = [row(Method::Get, "logs"), row(Method::Post, "users")];
        let hidden = says(&Grant::new("t", &hidden, true), request(Method::Get, &["user"]));
        assert!(hidden.ends_with("its rows are GET logs"), "a row that is not granted: {hidden}");
        assert!(
            says(&grant, request(Method::Get, &["x"; 12]))
                .contains("GET x/x/x/x/x/x/x/x/…: its rows are GET logs")
        );
        let one_text = says(&grant, request(Method::Get, &["/api/v2/logs"]));
        assert!(
            one_text.contains("GET {…}: its rows are GET logs; a segment of the path has a `/`")
        );
        for (path, end) in [
            (
                &["logs", ""][..],
                "GET logs/{…}: its rows are GET logs; a segment of the path is empty",
            ),
            (&["api", "v2", "logs"], "its rows are GET logs; the path begins after /api/v2/"),
            (&["Logs"], "GET {…}: its rows are GET logs; did you mean `logs`?"),
            (&["log", "x"], "GET log/x: its rows are GET logs; did you mean `logs`?"),
            (&["users"], "GET users: its rows are GET logs"),
            (&["logs", "log"], "GET logs/log: its rows are GET logs"),
        ] {
            let text = says(&grant, request(Method::Get, path));
            assert!(text.ends_with(end), "{text}");
        }
        assert!(
            says(&Grant::new("t", &[], false), request(Method::Get, &["x"]))
                .ends_with("it has no rows")
        );
    }

    /// Against random rows and paths: what passes has the method of a row, as many URL parts as its template
    /// after encoding, and the template's words in their places.
    #[test]
    fn no_content_of_a_segment_reaches_another_row() {
        use crate::management::path::{self, tests::domain};

        let mut random = fastrand::Rng::with_seed(11);
        let methods = [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];
        let words = ["clients", "{id}", "actions", "deploy"];
        let odd = [
            "clients",
            "deploy",
            "{id}",
            "a/b",
            "a%2Fb",
            "..",
            ".",
            "",
            "clients/deploy",
            "x?y",
            "x#y",
            "\\",
            "%2e%2e",
        ];
        let mut passed = 0;
        for _ in 0..50_000 {
            let template = (0..random.usize(1..4))
                .map(|_| words[random.usize(0..4)])
                .collect::<Vec<_>>()
                .join("/");
            let declared = row(methods[random.usize(0..5)], &template);
            let read_only = random.bool();
            let grant = Grant::new("tool", std::slice::from_ref(&declared), read_only);
            // Half of the segments fit the template, so that many paths come close.
            let mut path: Vec<_> = template.split('/').take(random.usize(0..5)).collect();
            path.resize(random.usize(path.len()..5), "clients");
            for segment in &mut path {
                if random.bool() {
                    *segment = odd[random.usize(0..odd.len())];
                }
            }
            let request = request(methods[random.usize(0..5)], &path);
            if grant.check(&request).is_err() {
                continue;
            }
            assert_eq!(request.method, declared.method);
            assert!(!read_only || request.method == Method::Get);
            let Ok(url) = path::url(&domain(), &request) else { continue };
            let sent: Vec<_> = url.path().strip_prefix("/api/v2/").unwrap().split('/').collect();
            assert_eq!(sent.len(), template.split('/').count());
            for (sent, part) in sent.iter().zip(template.split('/')) {
                assert!(part == "{id}" || part == *sent, "{template}: {url}");
            }
            passed += 1;
        }
        assert!(passed > 500, "{passed}");
    }
}
