//! The verification page as a browser without scripts sees it.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use tenant::{DeviceState, Options, Tenant};

use crate::{
    oauth::{Device, ask, poll, quick},
    session::Session,
};

/// A page as it was received.
struct Seen {
    status: u16,
    cookie: Option<String>,
    location: Option<String>,
    text: String,
}

impl Seen {
    async fn new(response: Response) -> Self {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let policy = header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        let cookie = header("set-cookie").map(|set| set.split(';').next().unwrap().to_owned());
        let (status, location) = (response.status().as_u16(), header("location"));
        Self { status, cookie, location, text: response.text().await.unwrap() }
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> &str {
        let from = format!("name=\"{name}\" value=\"");
        self.text.split_once(&from).unwrap().1.split_once('"').unwrap().0
    }
}

async fn open(session: &Session, path: &str) -> Seen {
    Seen::new(session.http.get(session.url(path)).send().await.unwrap()).await
}

async fn ask_page(session: &Session, device: &Device) -> Seen {
    open(session, &format!("/activate?user_code={}", device.user_code)).await
}

/// Submits the consent form of a page with these answers.
async fn submit(session: &Session, page: &Seen, answers: &[(&str, &str)]) -> Seen {
    let mut form = vec![("user_code", page.hidden("user_code")), ("seal", page.hidden("seal"))];
    form.extend(answers);
    let cookie = page.cookie.clone().unwrap();
    let request = session.http.post(session.url("/activate")).header("cookie", cookie);
    Seen::new(request.form(&form).send().await.unwrap()).await
}

#[tokio::test]
async fn the_form_for_the_code_is_labelled_and_complete() {
    let page = open(&quick(), "/activate").await;
    assert_eq!(page.status, 200);
    for part in [
        "<html lang=\"en\">",
        "<title>Connect a device",
        "name=\"viewport\"",
        "<h1>Connect a device</h1>",
        "<label for=\"user_code\">",
        "id=\"user_code\"",
        "aria-describedby=\"code-hint\"",
        "<button class=\"primary\" type=\"submit\">",
    ] {
        assert!(page.text.contains(part), "{part} is not in {}", page.text);
    }
    assert!(!page.text.contains("<script"));
}

#[tokio::test]
async fn codes_that_do_not_work_are_explained_beside_the_field() {
    let session = quick();
    let used = ask(&session, "").await;
    session.tenant.deny(&used.user_code).unwrap();
    let late = ask(&session, "").await;
    session.tenant.advance(std::time::Duration::from_secs(900));
    let cases = [
        ("BCDF-GHJK", 404, "not known"),
        ("", 404, "not known"),
        ("%22%3E%3Cscript%3E", 404, "&quot;&gt;&lt;script&gt;"),
        (used.user_code.as_str(), 410, "has been used"),
        (late.user_code.as_str(), 410, "has expired"),
    ];
    for (code, status, text) in cases {
        let page = open(&session, &format!("/activate?user_code={code}")).await;
        assert_eq!(page.status, status, "{code}");
        assert!(page.text.contains(text), "{code}: {}", page.text);
        assert!(page.text.contains("<title>Error: "));
        assert!(
            page.text.contains("aria-invalid=\"true\"") && page.text.contains("role=\"alert\"")
        );
        assert!(!page.text.contains("<script"));
    }
}

#[tokio::test]
async fn consent_names_the_application_and_every_scope_and_grants_the_ticked_ones() {
    let session = quick();
    let device = ask(&session, "read:clients delete:clients read:dragons offline_access").await;
    let page = ask_page(&session, &device).await;
    assert_eq!(page.status, 200);
    let checkbox =
        |scope: &str| format!("<input type=\"checkbox\" name=\"scope\" value=\"{scope}\" checked>");
    for scope in ["read:clients", "delete:clients", "offline_access"] {
        assert!(page.text.contains(&checkbox(scope)), "{scope}");
    }
    assert!(!page.text.contains(&checkbox("read:dragons")));
    assert!(page.text.contains("not granted: <code>read:dragons</code>"));
    assert!(page.text.contains("Auth0 MCP Server") && page.text.contains(&device.user_code));
    assert!(page.text.contains(session.tenant.domain()));
    let answers = [
        ("decision", "allow"),
        ("tenant", session.tenant.domain()),
        ("scope", "read:clients"),
        ("scope", "read:dragons"),
        ("scope", "update:clients"),
    ];
    let answer = submit(&session, &page, &answers).await;
    assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/activate/success")));
    assert!(open(&session, "/activate/success").await.text.contains("Device connected"));
    assert_eq!(poll(&session, &device.code).await.1["scope"], "read:clients");
}

#[tokio::test]
async fn denial_is_final() {
    let session = quick();
    let device = ask(&session, "read:clients").await;
    let page = ask_page(&session, &device).await;
    let answer = submit(&session, &page, &[("decision", "deny")]).await;
    assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/activate/denied")));
    assert!(open(&session, "/activate/denied").await.text.contains("not connected"));
    let again = submit(&session, &page, &[("decision", "allow")]).await;
    assert_eq!(again.status, 410);
    assert_eq!(poll(&session, &device.code).await.1["error"], "access_denied");
}

#[tokio::test]
async fn a_form_without_its_cookie_or_of_another_code_decides_nothing() {
    let session = quick();
    let device = ask(&session, "read:clients").await;
    let other = ask(&session, "read:clients").await;
    let page = ask_page(&session, &device).await;
    let cookie = page.cookie.clone().unwrap();
    let stranger = ask_page(&session, &device).await.cookie.unwrap();
    assert_ne!(cookie, stranger);
    let (seal, code, foreign) = (page.hidden("seal"), &device.user_code, &other.user_code);
    // cookie, seal, code, where the browser says that the form came from
    let cases = [
        ("", seal, code, "same-origin"),
        ("__Host-activate=zz", seal, code, "same-origin"),
        (&stranger, seal, code, "same-origin"),
        (&cookie, "", code, "same-origin"),
        (&cookie, "x", code, "same-origin"),
        (&cookie, seal, foreign, "same-origin"),
        (&cookie, seal, code, "cross-site"),
    ];
    for (cookie, seal, code, site) in cases {
        let form = [("user_code", code.as_str()), ("seal", seal), ("decision", "allow")];
        let request = session.http.post(session.url("/activate")).form(&form);
        let request = request.header("cookie", cookie).header("sec-fetch-site", site);
        let page = Seen::new(request.send().await.unwrap()).await;
        assert_eq!(page.status, 403, "{cookie} {seal} {code} {site}");
    }
    let states = session.tenant.device_requests();
    assert!(states.iter().all(|device| device.state == DeviceState::Pending));
    let undecided = submit(&session, &page, &[("decision", "perhaps")]).await;
    assert_eq!(undecided.status, 400);
    assert_eq!(submit(&session, &page, &[("decision", "allow")]).await.status, 303);
}

#[tokio::test]
async fn a_user_with_two_tenants_picks_one() {
    let session = quick();
    let second = Tenant::start(Options { seed: false, ..Options::default() }).unwrap();
    session.tenant.share_sign_in(&second);
    let device = ask(&session, "read:clients").await;
    let page = ask_page(&session, &device).await;
    for domain in [session.tenant.domain(), second.domain()] {
        let radio = format!("<input type=\"radio\" name=\"tenant\" value=\"{domain}\" required");
        assert!(page.text.contains(&radio), "{domain}");
    }
    let wrong = submit(&session, &page, &[("decision", "allow"), ("tenant", "x.test")]).await;
    assert_eq!(wrong.status, 400);
    let answers = [("decision", "allow"), ("tenant", second.domain())];
    assert_eq!(submit(&session, &page, &answers).await.status, 303);
    let token = poll(&session, &device.code).await.1["access_token"].clone();
    let audience = format!("https://{}/api/v2/", second.domain());
    assert_eq!(crate::oauth::claims(&token)["aud"], audience);
}

#[tokio::test]
async fn the_name_of_an_application_is_text() {
    let session = quick();
    let client = json!({
        "client_id": "evil", "name": "<img src=x onerror=alert(1)>\"'&",
        "token_endpoint_auth_method": "none", "grant_types": [crate::oauth::DEVICE_GRANT],
    });
    session.tenant.put_client(client).unwrap();
    let form = [("client_id", "evil"), ("audience", crate::oauth::ANY_TENANT)];
    let (_, body) = crate::oauth::post(&session, "/oauth/device/code", &form).await;
    let code = body["user_code"].as_str().unwrap();
    let page = open(&session, &format!("/activate?user_code={code}")).await;
    assert!(page.text.contains("Let &lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp; in?"));
    assert!(!page.text.contains("<img"));
}

#[tokio::test]
async fn other_methods_are_refused_and_the_style_is_served() {
    let session = quick();
    for (method, path, status) in [
        (Method::PUT, "/activate", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/activate/success", StatusCode::METHOD_NOT_ALLOWED),
        (Method::HEAD, "/activate", StatusCode::OK),
        (Method::GET, "/activate/style.css", StatusCode::OK),
        (Method::GET, "/activate/else", StatusCode::NOT_FOUND),
    ] {
        let sent = session.http.request(method.clone(), session.url(path)).send().await.unwrap();
        assert_eq!(sent.status(), status, "{method} {path}");
    }
}
