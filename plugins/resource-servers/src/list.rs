//! `auth0_list_resource_servers`: pages of APIs, those with given identifiers, or those whose name holds a text.
//!
//! The API cannot search by name, so a name filter scans pages of 100 within a budget and says how far it came. It
//! declares no `fields` either: whole items are asked for, and what is shown is chosen here.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Listing, Method, Object, Pagination, Request, Scan,
    Scanner, Tool, View, Window, shape::filled, view::is_named,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Enough to recognise an API and to name it as an audience.
const USUAL: &[&str] = &["name", "identifier", "scopes", "is_system"];
const SECRET: &[&str] = &["signing_secret"];

pub(crate) struct List;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    page: u32,
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    include_totals: bool,
    #[schemars(length(max = 10))]
    identifiers: Option<Vec<String>>,
    /// Part of it, any case; see `scan`
    name: Option<String>,
    /// Instead of the usual
    fields: Option<Vec<String>>,
    /// false: all but these
    include_fields: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            page: 0,
            per_page: 50,
            include_totals: true,
            identifiers: None,
            name: None,
            fields: None,
            include_fields: true,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    resource_servers: Vec<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<Scan>,
}

impl Tool for List {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_list_resource_servers",
        title: "List resource servers",
        description: "Lists Auth0 APIs (resource servers) in short, or finds them by name.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "resource-servers", &["read:resource_servers"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Output, Failure> {
        let Arguments { page, per_page, include_totals, identifiers, name, fields, include_fields } =
            arguments;
        filled("name", name.as_deref())?;
        for (index, identifier) in identifiers.iter().flatten().enumerate() {
            filled(&format!("identifiers[{index}]"), Some(identifier))?;
        }
        let view = View::choose("id", fields.as_deref(), include_fields, USUAL, SECRET)?;
        let request =
            identifiers.iter().flatten().fold(Request::get(["resource-servers"]), |request, id| {
                request.query("identifiers", id)
            });
        let key = "resource_servers";
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
        let resource_servers = items.into_iter().map(|item| show(item, &view)).collect();
        Ok(Output { resource_servers, pagination, scan })
    }
}

/// Of the usual fields the scopes are shown as their number: the Management API alone has hundreds.
fn show(mut item: Object, view: &View) -> Object {
    if let View::Usual(_) = view {
        let count = item.get("scopes").and_then(Value::as_array).map_or(0, Vec::len);
        item.insert("scopes".into(), count.into());
        item.retain(|key, value| key != "is_system" || value == &Value::Bool(true));
    }
    view.show(item)
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, testing::Script};
    use serde_json::{Value, json};

    fn list(arguments: Value, script: &Script) -> Value {
        let answer = crate::call("auth0_list_resource_servers", &arguments.to_string(), script);
        serde_json::from_str(&answer.expect("an answer")).expect("JSON")
    }

    fn server(number: u64) -> Value {
        json!({ "id": format!("r{number}"), "name": format!("API {number}"),
            "identifier": format!("https://api-{number}"), "is_system": number == 0, "signing_alg": "RS256",
            "signing_secret": "[REDACTED]", "scopes": [{ "value": "read:a" }, { "value": "read:b" }] })
    }

    fn page(start: u64, limit: u64, count: u64, total: u64) -> Value {
        let servers: Vec<Value> = (start..start + count).map(server).collect();
        json!({ "total": total, "start": start, "limit": limit, "resource_servers": servers })
    }

    #[test]
    fn items_are_short_and_pages_are_true() {
        let bare = json!({ "id": "x", "identifier": "urn:x", "name": null });
        let answer =
            json!({ "total": 5, "start": 2, "limit": 2, "resource_servers": [server(0), bare] });
        let script = Script::new().answer(200, answer);
        let answer = list(json!({ "page": 1, "per_page": 2 }), &script);
        assert_eq!(
            answer,
            json!({
                "resource_servers": [
                    { "id": "r0", "name": "API 0", "identifier": "https://api-0", "scopes": 2, "is_system": true },
                    { "id": "x", "identifier": "urn:x", "scopes": 0 },
                ],
                "pagination": { "page": 1, "per_page": 2, "total": 5, "total_pages": 3, "has_next": true, "next_page": 2 },
            })
        );
        assert_eq!(script.sent(), ["GET resource-servers?page=1&per_page=2&include_totals=true"]);
    }

    #[test]
    fn the_last_page_and_the_one_past_it() {
        let script = Script::new().answer(200, page(4, 2, 1, 5)).answer(200, page(198, 2, 0, 5));
        let last = list(json!({ "page": 2, "per_page": 2 }), &script);
        assert_eq!(last["pagination"]["has_next"], false);
        let past = list(json!({ "page": 99, "per_page": 2 }), &script);
        let told =
            json!({ "page": 99, "per_page": 2, "total": 5, "total_pages": 3, "has_next": false });
        assert_eq!(past["pagination"], told);
        assert_eq!(past["resource_servers"], json!([]));
    }

    #[test]
    fn without_totals_a_bare_array_is_fine() {
        let script = Script::new().answer(200, json!([server(1), server(2)]));
        let answer = list(json!({ "include_totals": false, "per_page": 2 }), &script);
        assert_eq!(
            answer["pagination"],
            json!({ "page": 0, "per_page": 2, "has_next": true, "next_page": 1 })
        );
    }

    #[test]
    fn identifiers_are_repeated() {
        let script = Script::new().answer(200, page(7, 50, 1, 1));
        list(json!({ "identifiers": ["https://a?b&c", "urn:x"] }), &script);
        assert_eq!(
            script.sent(),
            [
                "GET resource-servers?identifiers=https://a?b&c&identifiers=urn:x&page=0&per_page=50&include_totals=true"
            ]
        );
    }

    #[test]
    fn fields_widen_or_narrow() {
        let script = Script::new().answer(200, json!([server(1)])).answer(200, json!([server(1)]));
        let answer = list(json!({ "fields": ["scopes", "is_system", "nothing"] }), &script);
        let scopes = json!([{ "value": "read:a" }, { "value": "read:b" }]);
        let shown = json!([{ "id": "r1", "scopes": scopes, "is_system": false }]);
        assert_eq!(answer["resource_servers"], shown);
        let answer =
            list(json!({ "fields": ["scopes", "name"], "include_fields": false }), &script);
        let shown = json!([{ "id": "r1", "identifier": "https://api-1", "is_system": false, "signing_alg": "RS256" }]);
        assert_eq!(answer["resource_servers"], shown);
        let failure = crate::call(
            "auth0_list_resource_servers",
            r#"{"fields":["signing_secret"]}"#,
            &Script::new(),
        );
        assert!(matches!(failure, Err(Failure::InvalidArguments(_))), "{failure:?}");
    }

    #[test]
    fn a_name_is_found_on_any_page() {
        let script =
            Script::new().answer(200, page(0, 100, 100, 150)).answer(200, page(100, 100, 50, 150));
        let answer = list(json!({ "name": "aPI 149" }), &script);
        assert_eq!(
            answer,
            json!({
                "resource_servers": [{ "id": "r149", "name": "API 149", "identifier": "https://api-149", "scopes": 2 }],
                "scan": { "scanned": 150, "total": 150, "complete": true },
            })
        );
        assert!(script.sent()[1].ends_with("?page=1&per_page=100&include_totals=true"));
    }

    #[test]
    fn an_unknown_argument_is_named() {
        let failure = crate::call("auth0_list_resource_servers", r#"{"q":"x"}"#, &Script::new());
        let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains("unknown field `q`"), "{text}");
    }

    #[test]
    fn an_empty_name_or_identifier_is_refused() {
        for (arguments, place) in
            [(r#"{"name":""}"#, "name"), (r#"{"identifiers":["urn:x",""]}"#, "identifiers[1]")]
        {
            let script = Script::new();
            let failure = crate::call("auth0_list_resource_servers", arguments, &script);
            let said = format!("{place} must not be empty: leave it out");
            assert_eq!(failure, Err(Failure::InvalidArguments(said)));
            assert!(script.sent().is_empty());
        }
    }
}
