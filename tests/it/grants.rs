//! Grants (client grants) through the real binary: which application may use which API, and a new one.

use serde_json::{Value, json};
use tenant::Tenant;

use crate::session::{Builder, Session, tenant};

const LIST: &str = "auth0_list_application_grants";
const CREATE: &str = "auth0_create_application_grant";
const ORDERS: &str = "https://orders.harbourbooks.example/";
const SEARCH: &str = "https://search.harbourbooks.example/";

/// A tenant with a new application of this id, which has no grants.
fn start() -> (Tenant, Session, String) {
    let tenant = tenant();
    let session = Builder::new().tenant(&tenant).start();
    let id = tenant.put_client(json!({"client_id": "newclient", "name": "New"})).unwrap();
    (tenant, session, id)
}

fn grants(answer: &Value) -> &[Value] {
    answer["client_grants"].as_array().unwrap()
}

#[test]
fn a_grant_is_created_once() {
    let (tenant, mut session, client) = start();
    let given = json!({"client_id": client, "audience": ORDERS, "scope": ["read:orders", "create:orders"],
        "subject_type": "client", "organization_usage": "allow", "allow_any_organization": true});
    let created = session.call(CREATE, given.clone()).ok();
    let request = tenant.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/v2/client-grants"));
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), given);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&created[name], value, "{name}");
    }
    let stored = tenant.stored("client-grants", created["id"].as_str().unwrap()).unwrap();
    assert_eq!(stored, created);
    let found = session.call(LIST, json!({"client_id": client})).ok();
    assert_eq!(grants(&found).len(), 1);
    assert_eq!(grants(&found)[0]["scope"], given["scope"]);
    // A second one for the same pair is refused, whatever its scopes.
    let again = json!({"client_id": client, "audience": ORDERS, "scope": []});
    let text = session.call(CREATE, again).error();
    let told = format!("Application '{client}' already has a grant for '{ORDERS}'.");
    assert!(text.contains(&told) && text.contains("409"), "{text}");
    // The same pair on behalf of users is another grant, and no scopes are none.
    let users =
        json!({"client_id": client, "audience": ORDERS, "scope": [], "subject_type": "user"});
    let created = session.call(CREATE, users).ok();
    assert_eq!((&created["scope"], &created["subject_type"]), (&json!([]), &json!("user")));
}

#[test]
fn who_and_what_is_missing_is_said() {
    let (tenant, mut session, client) = start();
    for (client, audience) in [("nobody", ORDERS), (client.as_str(), "https://nobody.example/")] {
        let arguments = json!({"client_id": client, "audience": audience, "scope": ["a"]});
        let text = session.call(CREATE, arguments).error();
        let told = format!("There is no application '{client}' or no API '{audience}'.");
        assert!(text.contains(&told) && text.contains("404"), "{text}");
    }
    tenant.clear_requests();
    for arguments in [
        json!({"client_id": client, "audience": ORDERS}),
        json!({"audience": ORDERS, "scope": []}),
        json!({"client_id": "", "audience": ORDERS, "scope": []}),
        json!({"client_id": client, "audience": ORDERS, "scope": [""]}),
        json!({"client_id": client, "audience": ORDERS, "scope": "read:orders"}),
        json!({"client_id": client, "audience": ORDERS, "scope": [], "default_for": "third_party_clients"}),
    ] {
        session.call(CREATE, arguments).error();
    }
    assert!(tenant.requests().is_empty(), "a refused grant was sent");
}

#[test]
fn filters_choose_grants() {
    let (_tenant, mut session, client) = start();
    for (audience, subject) in [(ORDERS, "client"), (SEARCH, "user"), (ORDERS, "user")] {
        let grant = json!({"client_id": client, "audience": audience, "scope": [], "subject_type": subject});
        session.call(CREATE, grant).ok();
    }
    let whole = session
        .call(LIST, json!({"per_page": 100, "fields": ["client_id", "audience", "subject_type"]}))
        .ok();
    for filters in [
        json!({"client_id": client}),
        json!({"audience": ORDERS}),
        json!({"subject_type": "user"}),
        json!({"subject_type": "client"}),
        json!({"client_id": client, "audience": ORDERS}),
        json!({"client_id": client, "audience": ORDERS, "subject_type": "user"}),
        json!({"client_id": "nobody"}),
        json!({"audience": "https://orders.harbourbooks.example/?a=1&b"}),
    ] {
        let filter = filters.as_object().unwrap();
        let fits = |grant: &&Value| {
            let default =
                |name: &str| if name == "subject_type" { json!("client") } else { Value::Null };
            let held = |name: &str| grant.get(name).cloned().unwrap_or_else(|| default(name));
            filter.iter().all(|(name, value)| held(name) == *value)
        };
        let expected: Vec<_> =
            grants(&whole).iter().filter(fits).map(|grant| &grant["id"]).collect();
        let found = session.call(LIST, filters.clone()).ok();
        let ids: Vec<_> = grants(&found).iter().map(|grant| &grant["id"]).collect();
        assert_eq!(ids, expected, "{filters}");
        assert_eq!(found["pagination"]["total"], expected.len());
    }
}

#[test]
fn pages_tell_the_truth() {
    let (_tenant, mut session, _) = start();
    let whole = session.call(LIST, json!({"per_page": 100})).ok();
    let total = whole["pagination"]["total"].as_u64().unwrap();
    assert!(total >= 9, "{whole}");
    for per_page in [1, 4, total, total + 1] {
        let (mut seen, pages) = (Vec::new(), total.div_ceil(per_page));
        for page in 0..pages {
            let list = session.call(LIST, json!({"per_page": per_page, "page": page})).ok();
            assert_eq!(list["pagination"]["has_next"], page + 1 < pages, "{list}");
            assert_eq!(list["pagination"]["total_pages"], pages);
            seen.extend(grants(&list).to_vec());
        }
        assert_eq!(seen, grants(&whole));
    }
    let beyond = session.call(LIST, json!({"per_page": 4, "page": 99})).ok();
    assert_eq!(
        (&beyond["client_grants"], &beyond["pagination"]["has_next"]),
        (&json!([]), &json!(false))
    );
}

#[test]
fn long_lists_of_scopes_are_cut_unless_asked_for() {
    let (_tenant, mut session, client) = start();
    let scope: Vec<String> = (0..45).map(|number| format!("read:{number}")).collect();
    let grant = json!({"client_id": client, "audience": ORDERS, "scope": scope});
    session.call(CREATE, grant).ok();
    let short = session.call(LIST, json!({"client_id": client})).ok();
    assert_eq!(grants(&short)[0]["scope"], json!(scope[..20]));
    assert_eq!(grants(&short)[0]["scope_count"], 45);
    let long = session.call(LIST, json!({"client_id": client, "fields": ["scope"]})).ok();
    assert_eq!(grants(&long)[0]["scope"], json!(scope));
}
