//! `auth0_list_forms`: pages of forms, or those whose name holds a text.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Listing, Method, Object, Pagination, Request, Scan,
    Scanner, Tool, Window, fields::Fields, shape::filled, view::is_named,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Enough to recognise a form.
const USUAL: &[&str] = &["name", "flow_count", "updated_at"];

pub(crate) struct List;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    #[schemars(range(max = 1000))]
    page: u32,
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    include_totals: bool,
    /// Part of it, any case
    name: Option<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self { page: 0, per_page: 50, include_totals: true, name: None }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    forms: Vec<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<Scan>,
}

impl Tool for List {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_list_forms",
        title: "List forms",
        description: "Lists Auth0 forms, or finds them by name.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "forms", &["read:forms"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Output, Failure> {
        let Arguments { page, per_page, include_totals, name } = arguments;
        filled("name", name.as_deref())?;
        let (request, key) = (Request::get(["forms"]), "forms");
        let (items, pagination, scan) = match name {
            None => {
                let window = Window { page, per_page, include_totals };
                let listing = Listing::fetch(api, &request, key, window)?;
                (listing.items, Some(listing.pagination), None)
            }
            Some(name) => {
                let scanner = Scanner { request, key, page, enough: per_page as usize };
                let (items, scan) = scanner.run(api, |item| is_named(item, &name))?;
                (items, None, Some(scan))
            }
        };
        let shown = Fields::choose("id", None, USUAL, &[])?;
        let forms = items.into_iter().map(|item| shown.pick(item)).collect();
        Ok(Output { forms, pagination, scan })
    }
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::testing::Script;
    use serde_json::{Value, json};

    fn list(arguments: Value, script: &Script) -> Value {
        let answer =
            crate::call("auth0_list_forms", &arguments.to_string(), script).expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    fn page() -> Value {
        json!({ "limit": 100, "start": 0, "total": 2, "forms": [
            { "id": "ap_1", "name": "Sign up", "flow_count": 0, "created_at": "a", "updated_at": "b" },
            { "id": "ap_2", "name": "Policy", "created_at": "a", "updated_at": "b", "submitted_at": "c" }] })
    }

    #[test]
    fn items_are_short_and_pages_are_true() {
        let script = Script::new().answer(200, page());
        let answer = list(json!({ "per_page": 100 }), &script);
        assert_eq!(script.sent(), ["GET forms?page=0&per_page=100&include_totals=true"]);
        let expected = json!([{ "id": "ap_1", "name": "Sign up", "flow_count": 0, "updated_at": "b" },
            { "id": "ap_2", "name": "Policy", "updated_at": "b" }]);
        assert_eq!(answer["forms"], expected);
        assert_eq!(
            (&answer["pagination"]["total"], &answer["pagination"]["has_next"]),
            (&json!(2), &json!(false))
        );
    }

    #[test]
    fn a_name_is_looked_for() {
        let answer = list(json!({ "name": "POL" }), &Script::new().answer(200, page()));
        assert_eq!(answer["forms"][0]["id"], "ap_2");
        assert_eq!(answer["scan"], json!({ "scanned": 2, "total": 2, "complete": true }));
    }

    #[test]
    fn an_empty_name_is_refused() {
        let script = Script::new();
        let failure = crate::call("auth0_list_forms", r#"{"name":""}"#, &script);
        let said = "name must not be empty: leave it out".to_owned();
        assert_eq!(failure, Err(auth0_mcp_plugin::Failure::InvalidArguments(said)));
        assert!(script.sent().is_empty());
    }
}
