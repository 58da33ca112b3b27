//! `auth0_list_actions`: pages of Actions, or those whose name holds a text.
//!
//! Items are short and without code. The API's own `actionName` filter is documented as the name of one Action, so a
//! part of a name is looked for here, in pages of 100.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Method, Object, Pagination, Request, Scan, Tool,
    pages, shape::filled, view::is_named,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shown::short;

pub(crate) struct List;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    page: u32,
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    include_totals: bool,
    /// Such as post-login
    trigger_id: Option<String>,
    deployed: Option<bool>,
    /// Part of it, any case
    name: Option<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            page: 0,
            per_page: 50,
            include_totals: true,
            trigger_id: None,
            deployed: None,
            name: None,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    actions: Vec<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<Scan>,
}

impl Tool for List {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_list_actions",
        title: "List actions",
        description: "Lists Auth0 Actions with build status and deployed version, or finds them by name.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "actions/actions", &["read:actions"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Output, Failure> {
        let Arguments { page, per_page, include_totals, trigger_id, deployed, name } = arguments;
        filled("trigger_id", trigger_id.as_deref())?;
        filled("name", name.as_deref())?;
        let request = Request::get(["actions", "actions"])
            .query_some("triggerId", trigger_id)
            .query_some("deployed", deployed);
        if let Some(name) = name {
            let (mut items, scan) = pages::all(api, &request, "actions", page)?;
            items.retain(|item| is_named(item, &name));
            return Ok(Output { actions: shown(items), pagination: None, scan: Some(scan) });
        }
        let listing = pages::one(api, &request, "actions", page, per_page)?;
        let mut pagination = listing.pagination;
        // The API always counts; a caller who does not want the totals is not shown them.
        if !include_totals {
            pagination.total = None;
            pagination.total_pages = None;
        }
        Ok(Output { actions: shown(listing.items), pagination: Some(pagination), scan: None })
    }
}

fn shown(items: Vec<Object>) -> Vec<Object> {
    items.into_iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::testing::Script;
    use serde_json::{Value, json};

    fn list(arguments: Value, script: &Script) -> Value {
        let answer =
            crate::call("auth0_list_actions", &arguments.to_string(), script).expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    #[test]
    fn filters_reach_the_api_and_items_are_short() {
        let page = json!({ "total": 19, "per_page": 10, "actions": [{ "id": "a", "name": "n", "code": "x",
            "status": "built", "all_changes_deployed": true, "deployed_version": { "number": 11, "code": "x" } }] });
        let script = Script::new().answer(200, page);
        let answer =
            list(json!({ "trigger_id": "mcp-tool", "deployed": true, "per_page": 10 }), &script);
        assert_eq!(
            script.sent(),
            ["GET actions/actions?triggerId=mcp-tool&deployed=true&page=0&per_page=10"]
        );
        let expected = json!({ "id": "a", "name": "n", "status": "built", "all_changes_deployed": true,
            "deployed_version": { "number": 11 } });
        assert_eq!(answer["actions"], json!([expected]));
        assert_eq!(answer["pagination"]["total"], 19);
        assert_eq!(answer["pagination"]["next_page"], 1);
    }

    #[test]
    fn an_empty_tenant_and_a_page_past_the_end_are_told_apart() {
        let script = Script::new().answer(200, json!({ "actions": [], "per_page": 50 }));
        assert_eq!(list(json!({}), &script)["pagination"]["total"], 0);
        let past = json!({ "actions": [], "total": 3, "page": 7, "per_page": 50 });
        let answer = list(json!({ "page": 7 }), &Script::new().answer(200, past));
        assert_eq!(
            (&answer["pagination"]["total"], &answer["pagination"]["has_next"]),
            (&json!(3), &json!(false))
        );
    }

    #[test]
    fn totals_are_left_out_where_not_wanted() {
        let page = json!({ "total": 3, "per_page": 2, "actions": [{ "id": "a" }, { "id": "b" }] });
        let answer = list(
            json!({ "per_page": 2, "include_totals": false }),
            &Script::new().answer(200, page),
        );
        let expected = json!({ "page": 0, "per_page": 2, "has_next": true, "next_page": 1 });
        assert_eq!(answer["pagination"], expected);
    }

    #[test]
    fn a_name_is_looked_for_on_all_pages() {
        let page = |start: usize, count: usize| {
            let items: Vec<Value> = (start..start + count)
                .map(|n| json!({ "id": n.to_string(), "name": format!("Act {n}") }))
                .collect();
            json!({ "total": 150, "page": start / 100, "per_page": 100, "actions": items })
        };
        let script = Script::new().answer(200, page(0, 100)).answer(200, page(100, 50));
        let answer = list(json!({ "name": "aCT 14" }), &script);
        assert_eq!(answer["actions"].as_array().map(Vec::len), Some(11));
        assert_eq!(answer["scan"], json!({ "scanned": 150, "total": 150, "complete": true }));
    }

    #[test]
    fn an_empty_name_is_refused() {
        let script = Script::new();
        let failure = crate::call("auth0_list_actions", r#"{"name":""}"#, &script);
        let said = "name must not be empty: leave it out".to_owned();
        assert_eq!(failure, Err(auth0_mcp_plugin::Failure::InvalidArguments(said)));
        assert!(script.sent().is_empty());
    }
}
