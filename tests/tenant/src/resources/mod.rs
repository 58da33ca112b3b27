//! One module per family of resources: its routes, what its schemas leave out, its handlers.

mod actions;
mod actions_write;
mod builds;
mod cimd;
mod client_grants;
mod clients;
mod clients_check;
mod clients_write;
mod credentials;
mod flows;
mod forms;
mod javascript;
pub(crate) mod logs;
mod logs_query;
mod modules;
pub(crate) mod operations;
mod resource_servers;
mod triggers;
mod vault;
mod versions;

use serde_json::{Value, json};

use crate::{
    api::{Route, Router, Schemas},
    ids,
    store::Store,
};

/// All routes with the schemas their requests are checked against.
pub(crate) fn router() -> Result<Router, serde_json::Error> {
    let mut schemas = Schemas::default();
    schemas.add(include_str!("../../schemas/clients.json"))?;
    schemas.add(include_str!("../../schemas/resource-servers.json"))?;
    schemas.add(include_str!("../../schemas/client-grants.json"))?;
    schemas.add(include_str!("../../schemas/logs.json"))?;
    clients_write::extend(&mut schemas);
    schemas.add(include_str!("../../schemas/actions.json"))?;
    actions_write::extend(&mut schemas);
    schemas.add(include_str!("../../schemas/forms.json"))?;
    schemas.add(include_str!("../../schemas/flows.json"))?;
    resource_servers::extend(&mut schemas);
    let mut routes: Vec<Route> = Vec::new();
    routes.extend(cimd::ROUTES);
    routes.extend(clients::ROUTES);
    routes.extend(credentials::ROUTES);
    routes.extend(actions::ROUTES);
    routes.extend(versions::ROUTES);
    routes.extend(triggers::ROUTES);
    routes.extend(modules::ROUTES);
    routes.extend(forms::ROUTES);
    routes.extend(flows::ROUTES);
    routes.extend(vault::ROUTES);
    routes.extend(resource_servers::ROUTES);
    routes.extend(client_grants::ROUTES);
    routes.extend(logs::ROUTES);
    Ok(Router::new(routes, schemas))
}

/// The key under which an object of a family is stored.
pub(crate) fn id_key(family: &str) -> &'static str {
    match family {
        clients::FAMILY => "client_id",
        cimd::DOCUMENTS => "client_id",
        logs::FAMILY => "log_id",
        _ => "id",
    }
}

/// Puts an object into a family as it is.
pub(crate) fn load(store: &mut Store, family: &str, object: Value) -> Option<String> {
    let Value::Object(object) = object else { return None };
    let id = object.get(id_key(family))?.as_str()?.to_owned();
    store.put(family, &id, object);
    Some(id)
}

/// What the global client has besides its own fields.
const GLOBAL: [&str; 6] =
    ["tenant", "global", "is_first_party", "refresh_token", "signing_keys", "client_secret"];

/// Puts an object into a family, completed as if it had been created just now.
pub(crate) fn seed(store: &mut Store, family: &str, object: Value) {
    let Value::Object(given) = object else { return };
    match (family, given.get("client_id").and_then(Value::as_str)) {
        (clients::FAMILY, Some(id)) => {
            let mut client = clients_write::with_defaults(store, id, &given);
            if given.get("global") == Some(&true.into()) {
                client.retain(|key, _| given.contains_key(key) || GLOBAL.contains(&key.as_str()));
            }
            store.put(family, id, client);
        }
        (resource_servers::FAMILY, _) => {
            let id = given.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            store.put(family, &id, resource_servers::with_defaults(store, &id, &given));
        }
        (client_grants::FAMILY, _) => {
            let id = given.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            store.put(family, &id, client_grants::with_defaults(&id, &given));
        }
        _ => {
            load(store, family, given.into());
        }
    }
}

/// The application behind the tenant's own credentials.
pub(crate) fn seed_administrator(store: &mut Store, id: &str, secret: &str) {
    let client = json!({
        "client_id": id,
        "client_secret": secret,
        "name": "Management API automation",
        "description": "Machine-to-machine application with all scopes of the Management API",
        "app_type": "non_interactive",
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["client_credentials"],
        "oidc_conformant": true,
    });
    seed(store, clients::FAMILY, client);
    let grant = json!({
        "id": ids::grant_id(),
        "client_id": id,
        "audience": format!("https://{}/api/v2/", store.domain),
        "scope": all_scopes(),
    });
    seed(store, client_grants::FAMILY, grant);
}

/// Every scope of the Management API that the product can ask for.
pub(crate) fn all_scopes() -> Vec<String> {
    const ACTIONS: [&str; 4] = ["read", "create", "update", "delete"];
    const RESOURCES: [&str; 10] = [
        "clients",
        "client_keys",
        "client_credentials",
        "client_grants",
        "connections",
        "resource_servers",
        "actions",
        "forms",
        "flows",
        "flows_vault_connections",
    ];
    const OTHERS: [&str; 7] = [
        "read:client_summary",
        "update:client_token_vault_privileged_access",
        "read:logs",
        "read:logs_users",
        "read:flows_executions",
        "delete:flows_executions",
        "read:organization_client_grants",
    ];
    let regular = RESOURCES
        .iter()
        .flat_map(|resource| ACTIONS.iter().map(move |action| format!("{action}:{resource}")));
    regular.chain(OTHERS.map(str::to_owned)).collect()
}
