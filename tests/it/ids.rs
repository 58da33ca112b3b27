//! Ids that try to be something else: none reaches another path.

use serde_json::json;

use crate::session::{Builder, tenant};

/// An id, and the path that may be requested for it; None where nothing may be sent.
fn table() -> Vec<(String, Option<&'static str>)> {
    let sent = |id: &str, path| (id.to_owned(), Some(path));
    vec![
        (".".into(), None),
        ("..".into(), None),
        (String::new(), None),
        ("x".repeat(10_000), None),
        sent("a/b", "/api/v2/clients/a%2Fb"),
        ("../users".into(), None),
        ("%2e%2e".into(), None),
        ("..%2fusers".into(), None),
        ("%252e%252e".into(), None),
        sent("a?b=c", "/api/v2/clients/a%3Fb%3Dc"),
        sent("a#b", "/api/v2/clients/a%23b"),
        sent("a\\b", "/api/v2/clients/a%5Cb"),
        sent("a;b", "/api/v2/clients/a%3Bb"),
        sent("a b", "/api/v2/clients/a%20b"),
        sent("a\nb", "/api/v2/clients/a%0Ab"),
        sent("a\u{0}b", "/api/v2/clients/a%00b"),
        sent("ä", "/api/v2/clients/%C3%A4"),
        sent("\u{ff0e}\u{ff0e}", "/api/v2/clients/%EF%BC%8E%EF%BC%8E"),
        sent("https://x.example/@", "/api/v2/clients/https%3A%2F%2Fx.example%2F%40"),
    ]
}

#[test]
fn no_id_reaches_another_path() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    for (id, path) in table() {
        for (tool, method) in
            [("auth0_get_application", "GET"), ("auth0_update_application", "PATCH")]
        {
            tenant.clear_requests();
            let mut arguments = json!({"client_id": id});
            if method == "PATCH" {
                arguments["name"] = json!("x");
            }
            let text = session.call(tool, arguments).error();
            let shown: String = id.chars().take(20).collect();
            let requests: Vec<_> = tenant
                .requests()
                .into_iter()
                .map(|request| (request.method, request.path))
                .collect();
            match path {
                None => assert!(requests.is_empty(), "{tool} {shown:?}: {requests:?}"),
                Some(path) => assert_eq!(
                    requests,
                    [(method.to_owned(), path.to_owned())],
                    "{tool} {shown:?}: {text}"
                ),
            }
            assert!(text.len() < 1000, "{tool} {shown:?}: an answer of {} bytes", text.len());
        }
    }
}
