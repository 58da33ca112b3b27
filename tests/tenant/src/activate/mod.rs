//! The page on which a user confirms a device: enter the code, read what is asked, decide.
//!
//! Plain HTML and forms, no script. A form is valid only with the cookie that came with it, and it
//! is bound to one code, so no other site can decide in the user's name. Nobody has to log in:
//! whoever opens the page on this machine is the one user of the tenant.

mod html;
mod pages;

use serde_json::Value;

use crate::{
    Shared,
    api::Request,
    ids,
    oauth::{ActivationError, normal_code},
    sign_in,
};

const PAGE: &str = "/activate";
const SUCCESS: &str = "/activate/success";
const DENIED: &str = "/activate/denied";
const STYLE: &str = "/activate/style.css";
/// `__Host-` keeps other hosts from setting it.
const COOKIE: &str = "__Host-activate";

/// A page as it is sent.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// What a browser says about itself.
pub(crate) struct Visitor<'a> {
    /// The `Cookie` header.
    pub(crate) cookie: Option<&'a str>,
    /// The `Sec-Fetch-Site` header.
    pub(crate) site: Option<&'a str>,
}

/// Whether a path belongs to the page.
pub(crate) fn owns(path: &str) -> bool {
    [PAGE, SUCCESS, DENIED, STYLE].contains(&path)
}

/// Answers a request for the page.
pub(crate) fn answer(shared: &Shared, request: &Request<'_>, visitor: &Visitor<'_>) -> Page {
    match (request.method, request.path) {
        ("GET" | "HEAD", PAGE) => show(shared, request.query, visitor),
        ("POST", PAGE) => decide(shared, request.body, visitor),
        ("GET" | "HEAD", SUCCESS) => page(200, pages::success()),
        ("GET" | "HEAD", DENIED) => page(200, pages::denied()),
        ("GET" | "HEAD", STYLE) => style(),
        _ => {
            let mut page = page(405, pages::failure("This address takes no such request."));
            page.headers.push(("allow", "GET, HEAD".to_owned()));
            page
        }
    }
}

/// The form for the code, or the question if the address holds a code.
fn show(shared: &Shared, query: &str, visitor: &Visitor<'_>) -> Page {
    let given = form_urlencoded::parse(query.as_bytes()).into_owned();
    let typed = given.filter(|(name, _)| name == "user_code").map(|(_, code)| code).last();
    let Some(typed) = typed else { return page(200, pages::enter(None)) };
    match sign_in::question(shared, &typed) {
        Err(error) => refused(&typed, error),
        Ok((question, domains)) => {
            let cookie =
                known_cookie(visitor).map_or_else(|| ids::hex(COOKIE_LENGTH), str::to_owned);
            let seal = seal(shared, &cookie, &question.user_code);
            let mut page = page(200, pages::ask(shared, &question, &domains, &seal));
            page.headers.push((
                "set-cookie",
                format!("{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite=Strict"),
            ));
            page
        }
    }
}

/// The answers of the consent form.
#[derive(Default)]
struct Form {
    user_code: String,
    seal: String,
    decision: String,
    tenant: Option<String>,
    scopes: Vec<String>,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body).into_owned() {
            match name.as_str() {
                "user_code" => form.user_code = value,
                "seal" => form.seal = value,
                "decision" => form.decision = value,
                "tenant" => form.tenant = Some(value),
                "scope" => form.scopes.push(value),
                _ => {}
            }
        }
        form
    }
}

fn decide(shared: &Shared, body: &[u8], visitor: &Visitor<'_>) -> Page {
    let form = Form::read(body);
    let code = normal_code(&form.user_code);
    let sealed = known_cookie(visitor)
        .is_some_and(|cookie| seal(shared, cookie, &code) == form.seal)
        && visitor.site != Some("cross-site");
    if !sealed {
        return page(403, pages::stale(&code));
    }
    let (decided, next) = match form.decision.as_str() {
        "allow" => {
            let tenant = form.tenant.as_deref();
            (sign_in::approve(shared, &code, tenant, Some(form.scopes)), SUCCESS)
        }
        "deny" => (sign_in::deny(shared, &code), DENIED),
        _ => return page(400, pages::failure("The form says neither yes nor no.")),
    };
    match decided {
        Err(error) => refused(&form.user_code, error),
        Ok(()) => {
            let mut page = page(303, String::new());
            page.headers.push(("location", next.to_owned()));
            page
        }
    }
}

fn refused(typed: &str, error: ActivationError) -> Page {
    let status = match error {
        ActivationError::Unknown => 404,
        ActivationError::NoSuchTenant => 400,
        ActivationError::Expired | ActivationError::Used => 410,
    };
    page(status, pages::enter(Some((typed, error))))
}

const COOKIE_LENGTH: usize = 32;

/// The page's cookie, if the browser sent one that this page can have made.
fn known_cookie<'a>(visitor: &Visitor<'a>) -> Option<&'a str> {
    let cookies = visitor.cookie.unwrap_or_default().split(';');
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let is_ours = value.len() == COOKIE_LENGTH && value.bytes().all(|b| b.is_ascii_hexdigit());
    is_ours.then_some(value)
}

/// What binds a form to a browser and to a code.
fn seal(shared: &Shared, cookie: &str, user_code: &str) -> String {
    ids::digest(Value::from(vec![&shared.form_key, cookie, user_code]).to_string().as_bytes())
}

fn page(status: u16, body: String) -> Page {
    let fixed = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    ];
    let headers = fixed.map(|(name, value)| (name, value.to_owned())).to_vec();
    Page { status, headers, body }
}

fn style() -> Page {
    let mut style = page(200, include_str!("style.css").to_owned());
    style.headers[0].1 = "text/css; charset=utf-8".to_owned();
    style.headers[1].1 = "max-age=60".to_owned();
    style
}
