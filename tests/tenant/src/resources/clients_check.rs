//! What the schemas cannot say about writing applications: scopes of single fields, fields that
//! exclude each other, aliases.

use serde_json::{Map, Value};

use super::{clients, clients_write::METHODS};
use crate::{
    api::{ApiError, Call, Scopes},
    store::Store,
};

type Object = Map<String, Value>;
type Checked = Result<(), ApiError>;

/// Checks a creation.
pub(super) fn creation(call: &Call<'_>, given: &Object) -> Checked {
    if is_set(given, METHODS) {
        call.scopes.require_any(&["create:client_credentials"])?;
    }
    if is_set(given, METHODS) && is_set(given, "token_endpoint_auth_method") {
        return Err(both_methods());
    }
    aliases(call.store, given, None)?;
    grants_of_public(given)?;
    organizations(given)
}

/// Checks a change, given the client as it would be afterwards.
pub(super) fn change(store: &Store, id: &str, given: &Object, client: &Object) -> Checked {
    if is_set(given, METHODS) && is_set(given, "token_endpoint_auth_method") {
        return Err(both_methods());
    }
    aliases(store, given, Some(id))?;
    grants_of_public(given)?;
    organizations(client)
}

/// Refuses a change of fields that the token's scopes do not cover.
pub(super) fn change_scopes(scopes: &Scopes, given: &Object) -> Checked {
    given.keys().try_for_each(|field| match field.as_str() {
        METHODS => scopes.require_any(&["update:client_credentials"]),
        "client_secret" => scopes.require_any(&["update:client_keys"]),
        "token_vault_privileged_access" => {
            scopes.require_any(&["update:clients", "update:client_token_vault_privileged_access"])
        }
        _ => scopes.require_any(&["update:clients"]),
    })
}

fn is_set(given: &Object, field: &str) -> bool {
    given.get(field).is_some_and(|value| !value.is_null())
}

fn both_methods() -> ApiError {
    ApiError::invalid_body(
        "client_authentication_methods and token_endpoint_auth_method are mutually exclusive",
    )
}

/// No two clients share an alias.
fn aliases(store: &Store, given: &Object, own: Option<&str>) -> Checked {
    let Some(Value::Array(aliases)) = given.get("client_aliases") else { return Ok(()) };
    let taken = store.all(clients::FAMILY).any(|(id, client)| {
        let others = client["client_aliases"].as_array();
        Some(id.as_str()) != own
            && others.is_some_and(|others| others.iter().any(|alias| aliases.contains(alias)))
    });
    if taken {
        return Err(ApiError::new(409, "Another client exists with the same alias.", None));
    }
    Ok(())
}

/// A public client cannot ask for a token in its own name.
fn grants_of_public(given: &Object) -> Checked {
    let public = given.get("token_endpoint_auth_method") == Some(&"none".into());
    let machine = |grants: &Value| {
        grants.as_array().is_some_and(|grants| grants.contains(&"client_credentials".into()))
    };
    if public && given.get("grant_types").is_some_and(machine) {
        return Err(ApiError::invalid_body("Invalid grant types: client_credentials"));
    }
    Ok(())
}

/// Third parties have no part in organizations.
fn organizations(client: &Object) -> Checked {
    let third_party = client.get("is_first_party") == Some(&false.into());
    let taking_part = client.get("organization_usage").is_some_and(|usage| usage != "deny");
    if third_party && taking_part {
        let message = "Organizations are only available to first party clients on user-based flows. \
                       Properties organization_usage and organization_require_behavior must be \
                       unset for third party clients.";
        return Err(ApiError::new(403, message, None));
    }
    Ok(())
}
