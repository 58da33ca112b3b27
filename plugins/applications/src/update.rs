//! `auth0_update_application`: the given fields of one application and nothing else. `null` clears, where the API
//! can clear.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Given, Method, Object, Patch, Request, Tool,
    shape::fit,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    callbacks::{SKIP_PROMPT, any_non_verifiable},
    get::missing,
    secret,
    settings::{ChangedJwtConfiguration, ChangedRefreshToken},
    shape,
};

pub(crate) struct Update;

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes the body, which is sent as it was given")]
pub(crate) struct Arguments {
    client_id: String,
    name: Option<String>,
    app_type: Option<String>,
    description: Option<String>,
    logo_uri: Option<String>,
    callbacks: Option<Vec<String>>,
    allowed_logout_urls: Option<Vec<String>>,
    web_origins: Option<Vec<String>>,
    allowed_origins: Option<Vec<String>>,
    client_aliases: Option<Vec<String>>,
    allowed_clients: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_method: Patch<String>,
    is_first_party: Option<bool>,
    oidc_conformant: Option<bool>,
    jwt_configuration: Option<ChangedJwtConfiguration>,
    #[serde(default)]
    refresh_token: Patch<ChangedRefreshToken>,
    #[serde(default)]
    organization_usage: Patch<String>,
    #[serde(default)]
    organization_require_behavior: Patch<String>,
    mobile: Option<Object>,
    #[serde(default)]
    native_social_login: Patch<Object>,
    oidc_logout: Option<Object>,
    cross_origin_authentication: Option<bool>,
    #[serde(default)]
    cross_origin_loc: Patch<String>,
    sso: Option<bool>,
    sso_disabled: Option<bool>,
    #[serde(default)]
    skip_non_verifiable_callback_uri_confirmation_prompt: Patch<bool>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(flatten)]
    application: Object,
    /// Fields that the caller gave.
    changed: Vec<String>,
    /// Settings that were added to them.
    #[serde(skip_serializing_if = "Object::is_empty")]
    added: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl Tool for Update {
    type Arguments = Given<Arguments>;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_update_application",
        title: "Update application",
        description: "Updates the given settings of an Auth0 application. A list replaces the stored one; null clears. \
            Values and shapes: see auth0_create_application.",
        effect: Effect::Write { destructive: true, idempotent: true },
        endpoints: &[Endpoint::new(Method::Patch, "clients/{client_id}", &["update:clients"])],
    };

    fn run(mut given: Self::Arguments, api: &impl Api) -> Result<Output, Failure> {
        let client_id = given.take_text("client_id")?;
        let mut body = given.object;
        if body.is_empty() {
            return Err(Failure::InvalidArguments(
                "nothing to change: give a setting beside client_id".into(),
            ));
        }
        fit(shape::UPDATE, &body)?;
        let changed = body.keys().cloned().collect();
        let mut added = Object::new();
        if any_non_verifiable(body.get("callbacks")) && !body.contains_key(SKIP_PROMPT) {
            added.insert(SKIP_PROMPT.into(), true.into());
        }
        body.extend(added.clone());
        let response = Request::patch(["clients", &client_id]).body(&body)?.send(api)?;
        let application: Object = response.found(|| missing(&client_id))?.json()?;
        let note = secret::note(&application);
        Ok(Output { application, changed, added, note })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn update(arguments: Value) -> (Value, Value) {
        let script = Script::new().answer(200, json!({ "client_id": "abc", "name": "n" }));
        let answer = crate::call("auth0_update_application", &arguments.to_string(), &script)
            .expect("an answer");
        assert_eq!(script.sent(), ["PATCH clients/abc"]);
        (script.body(0), serde_json::from_str(&answer).expect("JSON"))
    }

    #[test]
    fn only_given_fields_are_sent_and_null_clears() {
        let change = json!({ "organization_usage": null, "refresh_token": null, "cross_origin_loc": null,
            "token_endpoint_auth_method": null, "native_social_login": null, "organization_require_behavior": null,
            "skip_non_verifiable_callback_uri_confirmation_prompt": null, "description": "" });
        let mut arguments = change.clone();
        arguments["client_id"] = "abc".into();
        let (body, answer) = update(arguments);
        assert_eq!(body, change);
        assert_eq!(answer["changed"].as_array().expect("a list").len(), 8);
        assert_eq!(answer.get("added"), None);
        assert_eq!(answer.get("note"), None);
    }

    #[test]
    fn local_callbacks_skip_the_prompt_unless_it_is_given() {
        let skip = "skip_non_verifiable_callback_uri_confirmation_prompt";
        let (body, answer) = update(json!({ "client_id": "abc", "callbacks": ["app://x"] }));
        assert_eq!(body, json!({ "callbacks": ["app://x"], skip: true }));
        assert_eq!(answer["changed"], json!(["callbacks"]));
        assert_eq!(answer["added"], json!({ skip: true }));
        let (body, _) =
            update(json!({ "client_id": "abc", "callbacks": ["app://x"], skip: false }));
        assert_eq!(body[skip], false);
    }

    #[test]
    fn what_auth0_would_refuse_is_not_sent() {
        let script = Script::new();
        let arguments = json!({ "client_id": "abc", "organization_usage": "maybe" });
        let failure = crate::call("auth0_update_application", &arguments.to_string(), &script);
        let said = "organization_usage must be one of deny, allow, require";
        assert_eq!(failure, Err(Failure::InvalidArguments(said.into())));
        assert!(script.sent().is_empty());
    }

    #[test]
    fn nothing_to_change_sends_nothing() {
        let script = Script::new();
        let failure = crate::call("auth0_update_application", r#"{"client_id":"abc"}"#, &script)
            .expect_err("nothing");
        assert_eq!(
            failure,
            Failure::InvalidArguments("nothing to change: give a setting beside client_id".into())
        );
        assert!(script.sent().is_empty());
    }
}
