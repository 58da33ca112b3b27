//! `auth0_list_application_grants`: which applications may use which APIs, and with which scopes.
//!
//! A grant for the Management API can hold hundreds of scopes, so long lists are cut; `fields` asks for all. The API
//! cannot choose fields: what is shown is chosen here.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Listing, Method, Object, Pagination, Request, Tool,
    View, Window,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::SubjectType;

/// Everything that says who may do what.
const USUAL: &[&str] = &[
    "client_id",
    "default_for",
    "audience",
    "scope",
    "scope_count",
    "allow_all_scopes",
    "subject_type",
    "organization_usage",
    "allow_any_organization",
    "authorization_details_types",
    "is_system",
];
/// Longer lists of scopes are cut to this many and counted.
const SCOPES: usize = 20;

pub(crate) struct List;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    page: u32,
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    include_totals: bool,
    client_id: Option<String>,
    /// Identifier of an API
    audience: Option<String>,
    subject_type: Option<SubjectType>,
    /// Shown instead; scope: also beyond 20
    fields: Option<Vec<String>>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            page: 0,
            per_page: 50,
            include_totals: true,
            client_id: None,
            audience: None,
            subject_type: None,
            fields: None,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    client_grants: Vec<Object>,
    pagination: Pagination,
}

impl Tool for List {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_list_application_grants",
        title: "List application grants",
        description: "Lists which Auth0 applications may use which APIs with which scopes (client grants).",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "client-grants", &["read:client_grants"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Output, Failure> {
        let Arguments { page, per_page, include_totals, client_id, audience, subject_type, fields } =
            arguments;
        let view = View::choose("id", fields.as_deref(), true, USUAL, &[])?;
        let request = Request::get(["client-grants"])
            .query_some("client_id", client_id)
            .query_some("audience", audience)
            .query_some("subject_type", subject_type.map(SubjectType::name));
        let window = Window { page, per_page, include_totals };
        let Listing { items, pagination } = Listing::fetch(api, &request, "client_grants", window)?;
        let client_grants = items.into_iter().map(|item| show(item, &view)).collect();
        Ok(Output { client_grants, pagination })
    }
}

/// Cuts a long list of scopes, says how long it is, and drops flags that are off.
fn show(mut item: Object, view: &View) -> Object {
    if let View::Usual(_) = view {
        if let Some(Value::Array(scope)) = item.get_mut("scope")
            && scope.len() > SCOPES
        {
            let count = scope.len();
            scope.truncate(SCOPES);
            item.insert("scope_count".into(), count.into());
        }
        item.retain(|_, value| value != &Value::Bool(false));
    }
    view.show(item)
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn list(arguments: Value, script: &Script) -> Value {
        let answer = crate::call("auth0_list_application_grants", &arguments.to_string(), script);
        serde_json::from_str(&answer.expect("an answer")).expect("JSON")
    }

    fn grant(scopes: usize) -> Value {
        let scope: Vec<String> = (0..scopes).map(|number| format!("read:{number}")).collect();
        json!({ "id": "cgr_1", "client_id": "abc", "audience": "urn:x", "scope": scope, "subject_type": "client",
            "allow_all_scopes": false, "organization_usage": null })
    }

    #[test]
    fn filters_reach_the_api_and_pages_are_true() {
        let answer = json!({ "total": 3, "start": 2, "limit": 2, "client_grants": [grant(1)] });
        let script = Script::new().answer(200, answer);
        let filters = json!({ "client_id": "abc", "audience": "urn:x", "subject_type": "client", "page": 1, "per_page": 2 });
        assert_eq!(
            list(filters, &script),
            json!({
                "client_grants": [{ "id": "cgr_1", "client_id": "abc", "audience": "urn:x", "scope": ["read:0"], "subject_type": "client" }],
                "pagination": { "page": 1, "per_page": 2, "total": 3, "total_pages": 2, "has_next": false },
            })
        );
        assert_eq!(
            script.sent(),
            [
                "GET client-grants?client_id=abc&audience=urn:x&subject_type=client&page=1&per_page=2&include_totals=true"
            ]
        );
    }

    #[test]
    fn long_scopes_are_cut_unless_asked_for() {
        let script =
            Script::new().answer(200, json!([grant(232)])).answer(200, json!([grant(232)]));
        let answer = list(json!({}), &script);
        let shown = &answer["client_grants"][0];
        assert_eq!(shown["scope"].as_array().map(Vec::len), Some(20));
        assert_eq!(shown["scope_count"], 232);
        let answer = list(json!({ "fields": ["scope", "allow_all_scopes"] }), &script);
        let shown = &answer["client_grants"][0];
        assert_eq!(shown["scope"].as_array().map(Vec::len), Some(232));
        assert_eq!(shown["allow_all_scopes"], false);
        assert_eq!(shown.as_object().map(|shown| shown.len()), Some(3));
    }

    #[test]
    fn no_grants() {
        let script = Script::new()
            .answer(200, json!({ "total": 0, "start": 0, "limit": 50, "client_grants": [] }));
        let told =
            json!({ "page": 0, "per_page": 50, "total": 0, "total_pages": 0, "has_next": false });
        assert_eq!(list(json!({}), &script), json!({ "client_grants": [], "pagination": told }));
    }

    #[test]
    fn an_unknown_argument_is_named() {
        let failure =
            crate::call("auth0_list_application_grants", r#"{"name":"x"}"#, &Script::new());
        let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains("unknown field `name`"), "{text}");
    }
}
