//! The applications family through the real binary: what a user asks for, end to end.

use serde_json::json;

use crate::session::{Builder, tenant};

#[test]
fn an_application_lives_from_creation_to_update() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let created = session
        .call("auth0_create_application", json!({"name": "Shoe Shop (new)", "app_type": "spa", "callbacks": ["http://localhost:3000/cb"]}))
        .ok();
    let application = &created;
    assert_eq!(application["oidc_conformant"], true);
    assert_eq!(application["token_endpoint_auth_method"], "none");
    assert_eq!(application["jwt_configuration"]["alg"], "RS256");
    assert!(
        created["defaults_applied"]
            .as_object()
            .is_some_and(|defaults| defaults.contains_key("oidc_conformant")),
        "{created}"
    );
    let id = application["client_id"].as_str().unwrap();

    let found = session.call("auth0_list_applications", json!({"name": "shoe SHOP"})).ok();
    assert_eq!(found["applications"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["applications"][0]["client_id"], id);

    let updated = session
        .call("auth0_update_application", json!({"client_id": id, "description": "Sells shoes"}))
        .ok();
    assert_eq!(updated["description"], "Sells shoes");
    let patch = tenant.requests().into_iter().find(|request| request.method == "PATCH").unwrap();
    assert_eq!(String::from_utf8(patch.body).unwrap(), r#"{"description":"Sells shoes"}"#);
}

#[test]
fn a_masked_value_that_was_read_is_not_written_back() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let callback = "https://app.example/cb?token=abcdefgh12345678";
    let created = session
        .call("auth0_create_application", json!({"name": "Tokens", "callbacks": [callback]}))
        .ok();
    let shown = created["callbacks"][0].as_str().unwrap();
    assert_eq!(shown, "https://app.example/cb?token=[REDACTED]");
    tenant.clear_requests();
    let change =
        json!({"client_id": created["client_id"], "callbacks": [shown, "https://new.example/cb"]});
    let refused = session.call("auth0_update_application", change).error();
    assert!(refused.contains("callbacks[0] holds [REDACTED]"), "{refused}");
    assert!(tenant.requests().is_empty());
}

#[test]
fn whole_numbers_may_be_written_with_a_fraction() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let list = session.call("auth0_list_applications", json!({"per_page": 2.0, "page": 1.0})).ok();
    assert_eq!(list["applications"].as_array().unwrap().len(), 2, "{list}");
    assert_eq!(list["pagination"]["page"], 1);
}

#[test]
fn defaults_never_replace_what_the_caller_gave() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let created = session
        .call(
            "auth0_create_application",
            json!({"name": "Legacy", "app_type": "regular_web", "oidc_conformant": false,
                "token_endpoint_auth_method": "client_secret_basic",
                "jwt_configuration": {"alg": "HS256", "lifetime_in_seconds": 60}}),
        )
        .ok();
    let application = &created;
    assert_eq!(application["oidc_conformant"], false);
    assert_eq!(application["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(application["jwt_configuration"]["alg"], "HS256");
    assert_eq!(application["jwt_configuration"]["lifetime_in_seconds"], 60);
}

#[test]
fn pages_tell_the_truth() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let first = session.call("auth0_list_applications", json!({"per_page": 5})).ok();
    let total = first["pagination"]["total"].as_u64().unwrap();
    assert!(total > 10, "{first}");
    let last_page = (total - 1) / 5;
    let mut seen = 0;
    for page in 0..=last_page {
        let list =
            session.call("auth0_list_applications", json!({"per_page": 5, "page": page})).ok();
        seen += list["applications"].as_array().unwrap().len() as u64;
        assert_eq!(list["pagination"]["page"], page);
        assert_eq!(list["pagination"]["has_next"], page != last_page, "{list}");
    }
    assert_eq!(seen, total);
    let beyond =
        session.call("auth0_list_applications", json!({"per_page": 5, "page": last_page + 5})).ok();
    assert_eq!(beyond["applications"], json!([]));
    assert_eq!(beyond["pagination"]["has_next"], false);
}

#[test]
fn fields_choose_what_a_list_shows_and_never_secrets() {
    let tenant = tenant();
    let mut session = Builder::new().tenant(&tenant).start();
    let list = session
        .call(
            "auth0_list_applications",
            json!({"per_page": 2, "fields": ["client_id", "callbacks"]}),
        )
        .ok();
    let item = list["applications"][0].as_object().unwrap();
    assert!(item.keys().all(|key| ["client_id", "callbacks"].contains(&key.as_str())), "{item:?}");
    session.call("auth0_list_applications", json!({"fields": ["client_secret"]})).error();
}
