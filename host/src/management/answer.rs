//! From an HTTP answer to JSON: bounded in size, never a redirect, never a page of HTML.

use std::time::{Duration, SystemTime};

use reqwest::{
    Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap, LINK, LOCATION},
};

use super::{error::Error, json::Json, retry};
use crate::auth::cause::Cause;

/// The most bytes of an answer, after decompression.
pub const LONGEST_BODY: usize = 8 * 1024 * 1024;

/// The longest checkpoint that is handed on. Log ids have 56 characters.
const LONGEST_CHECKPOINT: usize = 2048;

/// What the tenant answered.
pub struct Answer {
    /// HTTP status; never one of the 300s.
    pub status: StatusCode,
    /// The body as it came, with its secrets: see [`json`](Self::json).
    pub body: Vec<u8>,
    /// Whether the tenant says that the body is HTML.
    pub is_html: bool,
    /// The checkpoint of the next page.
    pub next: Option<String>,
    /// How long the tenant asks to wait.
    pub wait: Option<Duration>,
}

impl Answer {
    /// Receives an answer to its end.
    ///
    /// # Errors
    /// For a redirect, a body beyond [`LONGEST_BODY`], or a broken connection.
    pub async fn receive(mut response: Response) -> Result<Self, Error> {
        let status = response.status();
        if status.is_redirection() {
            return Err(Error::Malformed(redirect(status, response.headers())));
        }
        let body = bounded(&mut response).await?;
        let headers = response.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        Ok(Self {
            status,
            body,
            is_html: kind.is_some_and(|kind| kind.contains("html")),
            next: checkpoint(headers),
            wait: retry::asked_wait(headers, SystemTime::now()),
        })
    }

    /// What the body says, still with its secrets. None if it is empty, or is no JSON in an error answer.
    ///
    /// # Errors
    /// For a success that is not JSON.
    pub fn json(&self) -> Result<Option<Json<'_>>, Error> {
        if self.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        match Json::read(&self.body) {
            Ok(json) => Ok(Some(json)),
            Err(_) if !self.status.is_success() => Ok(None),
            Err(error) => Err(Error::Malformed(self.instead_of_json(&error))),
        }
    }

    /// Says what came instead of JSON, without repeating it.
    fn instead_of_json(&self, error: &serde_json::Error) -> String {
        let what = if self.is_html || self.body.trim_ascii_start().starts_with(b"<") {
            "a page of HTML, which a proxy or a login page may have sent"
        } else if error.is_eof() {
            "JSON that ends too early"
        } else {
            "something that is not JSON"
        };
        format!("status {} with {what}", self.status.as_u16())
    }
}

async fn bounded(response: &mut Response) -> Result<Vec<u8>, Error> {
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    let too_large = Error::TooLarge(LONGEST_BODY as u64);
    if announced > LONGEST_BODY {
        return Err(too_large);
    }
    let mut bytes = Vec::with_capacity(announced);
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > LONGEST_BODY {
            return Err(too_large);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A body that ends too early is a broken connection; one that cannot be decompressed is the tenant's fault.
fn broken(error: reqwest::Error) -> Error {
    match Cause::of(&error) {
        Cause::Other(_) if error.is_decode() => {
            Error::Malformed("the answer cannot be decompressed".to_owned())
        }
        cause => Error::Network { cause, sent: true },
    }
}

/// Names the host of a redirect and nothing else of it: the rest may hold tokens.
fn redirect(status: StatusCode, headers: &HeaderMap) -> String {
    let Some(location) = headers.get(LOCATION) else {
        return format!("status {}, which answers no request of this kind", status.as_u16());
    };
    let location = location.to_str().ok();
    let target = location.and_then(|location| Url::parse(location).ok());
    let host = target.as_ref().and_then(Url::host_str);
    let host = host.map_or("the same host".to_owned(), |host| format!("the host {host}"));
    format!(
        "status {} redirects to {host}; redirects are not followed, since the access token is for the tenant alone",
        status.as_u16()
    )
}

/// The parameter `from` of the `Link` header with `rel="next"`. Nothing else of that URL is used: Auth0 sends
/// it with other hosts and schemes.
fn checkpoint(headers: &HeaderMap) -> Option<String> {
    headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok()).find_map(next_from)
}

/// RFC 8288: `<https://…?from=ID&take=1>; rel="next", <…>; rel="first"`.
fn next_from(link: &str) -> Option<String> {
    let mut rest = link;
    while let Some((_, target)) = rest.split_once('<') {
        let (url, parameters) = target.split_once('>')?;
        let end = parameters.find('<').unwrap_or(parameters.len());
        if parameters[..end].split([';', ',']).any(is_next) {
            let url = Url::parse(url).ok()?;
            let from = url.query_pairs().find(|(name, _)| name == "from")?.1.into_owned();
            return (1..=LONGEST_CHECKPOINT).contains(&from.len()).then_some(from);
        }
        rest = &parameters[end..];
    }
    None
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("rel")
        && value
            .trim()
            .trim_matches('"')
            .split_ascii_whitespace()
            .any(|rel| rel.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_checkpoint_is_the_from_of_next() {
        for (link, expected) in [
            ("<https://x/api/v2/logs?from=900&take=1>; rel=\"next\"", Some("900")),
            ("<https://x/logs?take=1&from=a%2Fb%20c>;rel=next", Some("a/b c")),
            (
                "<https://x/a?from=1>; rel=\"first\", <http://x/a?from=2>; rel=\"next\"; title=\"a\"",
                Some("2"),
            ),
            ("<https://x/a?from=1>; rel=\"prev next\"", Some("1")),
            ("<https://x/a?page=1>; rel=\"next\"", None),
            ("<https://x/a?from=>; rel=\"next\"", None),
            ("<https://x/a?from=1>; rel=\"last\"", None),
            ("<https://x/a?from=1", None),
            ("<not a url>; rel=next", None),
            ("", None),
        ] {
            assert_eq!(checkpoint(&headers(&[("link", link)])).as_deref(), expected, "{link}");
        }
        let long = format!("<https://x/a?from={}>; rel=next", "1".repeat(LONGEST_CHECKPOINT + 1));
        assert_eq!(checkpoint(&headers(&[("link", &long)])), None);
    }

    #[test]
    fn odd_answers_are_described_and_not_repeated() {
        let answer = |status, is_html, text: &str| Answer {
            status,
            body: text.as_bytes().to_vec(),
            is_html,
            next: None,
            wait: None,
        };
        for (is_html, text, says) in [
            (true, "s3cr3t", "status 200 with a page of HTML"),
            (false, " <!doctype html>s3cr3t", "status 200 with a page of HTML"),
            (false, "{\"s3cr3t\": [", "status 200 with JSON that ends too early"),
            (false, "s3cr3t", "status 200 with something that is not JSON"),
            (false, &"[".repeat(100_000), "status 200 with something that is not JSON"),
        ] {
            let Err(Error::Malformed(found)) = answer(StatusCode::OK, is_html, text).json() else {
                panic!("{text} passed");
            };
            assert!(found.starts_with(says) && !found.contains("s3cr3t"), "{found}");
            let failed = answer(StatusCode::BAD_GATEWAY, is_html, text);
            assert!(matches!(failed.json(), Ok(None)));
        }
        assert!(matches!(answer(StatusCode::OK, false, " \n").json(), Ok(None)));
        assert!(matches!(answer(StatusCode::OK, false, "[]").json(), Ok(Some(_))));
        for (location, says) in [
            (
                "https://Evil.example/x?token=s3cr3t",
                "status 302 redirects to the host evil.example;",
            ),
            ("/login?token=s3cr3t", "status 302 redirects to the same host;"),
        ] {
            let found = redirect(StatusCode::FOUND, &headers(&[("location", location)]));
            assert!(found.starts_with(says) && !found.contains("s3cr3t"), "{found}");
        }
    }
}
