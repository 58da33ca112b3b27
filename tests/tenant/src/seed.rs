//! The data that a tenant starts with: the applications of one invented company, its APIs, who may
//! use them, its actions and forms, and what happened lately.

mod logs;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{oauth, resources, store::Store};

/// Families and their objects. Objects pass through the same defaults as a creation.
const SEED: &str = include_str!("../seed/tenant.json");
const APIS: &str = include_str!("../seed/apis.json");
const ACTIONS: &str = include_str!("../seed/actions.json");
/// The scopes of the Management API as a tenant listed them in August 2026.
const MANAGEMENT_SCOPES: &str = include_str!("../seed/management-scopes.json");

/// Fills the store; the files are part of the program, so a flaw in one is a bug.
pub(crate) fn fill(store: &mut Store) -> Result<(), serde_json::Error> {
    management_api(store)?;
    for text in [SEED, APIS, ACTIONS] {
        let text = text.replace("{domain}", &store.domain);
        let families: Map<String, Value> = serde_json::from_str(&text)?;
        for (family, objects) in families {
            for object in objects.as_array().into_iter().flatten() {
                resources::seed(store, &family, object.clone());
            }
        }
    }
    logs::fill(store);
    Ok(())
}

/// Every scope that a user can grant, with the words for it: those of the Management API, those that
/// its operations ask for beyond its own list, and those of OAuth itself.
pub(crate) fn scopes(beyond: &[String]) -> Result<BTreeMap<String, String>, serde_json::Error> {
    const OAUTH: [&str; 4] = [
        "Stay signed in until you sign out",
        "Know who you are",
        "See your name",
        "See your e-mail address",
    ];
    let listed: Vec<Map<String, Value>> = serde_json::from_str(MANAGEMENT_SCOPES)?;
    let text = |scope: &Map<String, Value>, field| {
        scope.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut scopes: BTreeMap<String, String> =
        listed.iter().map(|scope| (text(scope, "value"), text(scope, "description"))).collect();
    for scope in beyond {
        scopes.entry(scope.clone()).or_insert_with(|| scope.replace([':', '_'], " "));
    }
    let names = std::iter::once(oauth::OFFLINE).chain(oauth::ABOUT_USER);
    scopes.extend(names.zip(OAUTH).map(|(name, words)| (name.to_owned(), words.to_owned())));
    Ok(scopes)
}

/// The API that every tenant has.
fn management_api(store: &mut Store) -> Result<(), serde_json::Error> {
    let scopes: Value = serde_json::from_str(MANAGEMENT_SCOPES)?;
    let api = json!({
        "id": "66f1c0a2b3d4e5f601234500",
        "name": "Auth0 Management API",
        "identifier": format!("https://{}/api/v2/", store.domain),
        "scopes": scopes,
        "is_system": true,
    });
    resources::seed(store, "resource-servers", api);
    Ok(())
}
