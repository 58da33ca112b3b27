//! `auth0_list_applications`: pages of applications, or those whose name holds a text.
//!
//! The API cannot search by name, so a name filter scans pages of 100 within a budget and says how far it came.
//! Items are short: what is needed to choose one. `fields` asks for others.

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Listing, Method, Object, Pagination, Request, Scan,
    Scanner, Tool, Window, fields::Fields, shape::filled, view::is_named,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Enough to recognise an application; `global` marks the one that stands for the tenant.
const USUAL: &[&str] =
    &["name", "app_type", "description", "is_first_party", "global", "callbacks"];
const SECRET: &[&str] = &["client_secret", "signing_keys", "signing_key", "encryption_key"];

pub(crate) struct List;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    page: u32,
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    include_totals: bool,
    /// Part of it, any case; see `scan`
    name: Option<String>,
    app_type: Option<AppType>,
    is_first_party: Option<bool>,
    /// Instead of the usual
    fields: Option<Vec<String>>,
}

// The types that people build. The other 21 are integrations, and every byte of the schema has its price.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AppType {
    Native,
    Spa,
    RegularWeb,
    NonInteractive,
}

impl AppType {
    /// As the API writes it.
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Spa => "spa",
            Self::RegularWeb => "regular_web",
            Self::NonInteractive => "non_interactive",
        }
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            page: 0,
            per_page: 50,
            include_totals: true,
            name: None,
            app_type: None,
            is_first_party: None,
            fields: None,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    applications: Vec<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<Scan>,
}

impl Tool for List {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_list_applications",
        title: "List applications",
        description: "Lists Auth0 applications (clients) in short, or finds them by name.",
        effect: Effect::ReadOnly,
        endpoints: &[Endpoint::new(Method::Get, "clients", &["read:clients"])],
    };

    fn run(arguments: Arguments, api: &impl Api) -> Result<Output, Failure> {
        filled("name", arguments.name.as_deref())?;
        let shown = Fields::choose("client_id", arguments.fields.as_deref(), USUAL, SECRET)?;
        let request = request(&arguments, &shown);
        let (items, pagination, scan) = match &arguments.name {
            None => {
                let Arguments { page, per_page, include_totals, .. } = arguments;
                let window = Window { page, per_page, include_totals };
                let listing = Listing::fetch(api, &request, "clients", window)?;
                (listing.items, Some(listing.pagination), None)
            }
            Some(name) => {
                let enough = arguments.per_page as usize;
                let scanner = Scanner { request, key: "clients", page: arguments.page, enough };
                let (items, scan) = scanner.run(api, |item| is_named(item, name))?;
                (items, None, Some(scan))
            }
        };
        let short = arguments.fields.is_none();
        let show = |item| if short { shorten(shown.pick(item)) } else { shown.pick(item) };
        Ok(Output { applications: items.into_iter().map(show).collect(), pagination, scan })
    }
}

/// Asks the API for the fields that are shown, and for the name where it is filtered by.
fn request(arguments: &Arguments, shown: &Fields) -> Request {
    let mut wanted = shown.clone();
    if arguments.name.is_some() {
        wanted.add("name");
    }
    Request::get(["clients"])
        .query("fields", wanted.query())
        .query("include_fields", true)
        .query_some("app_type", arguments.app_type.map(AppType::name))
        .query_some("is_first_party", arguments.is_first_party)
}

/// Keeps the first callback of many and drops what says nothing.
fn shorten(mut item: Object) -> Object {
    if let Some(Value::Array(callbacks)) = item.shift_remove("callbacks")
        && let Some(first) = callbacks.into_iter().next()
    {
        item.insert("first_callback".into(), first);
    }
    item.retain(|key, value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Bool(holds) => *holds || key != "global",
        _ => true,
    });
    item
}

#[cfg(test)]
mod tests {
    use auth0_mcp_plugin::{Failure, Refusal, testing::Script};
    use serde_json::{Value, json};

    const FIELDS: &str = "fields=client_id,name,app_type,description,is_first_party,global,callbacks&include_fields=true";

    #[test]
    fn a_number_that_does_not_fit_is_named() {
        for (page, says) in
            [("4294967296", "`page`: invalid value"), ("1e30", "`page`: invalid type")]
        {
            let arguments = format!(r#"{{"per_page":2,"page":{page}}}"#);
            let refused = crate::call("auth0_list_applications", &arguments, &Script::new());
            let Err(Failure::InvalidArguments(text)) = refused else { panic!("{refused:?}") };
            assert!(text.starts_with(says), "{text}");
        }
    }

    fn list(arguments: Value, script: &Script) -> Value {
        let answer = crate::call("auth0_list_applications", &arguments.to_string(), script)
            .expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    /// One page of `count` clients out of `total`, each named after its number.
    fn page(page: u64, per_page: u64, count: u64, total: u64) -> Value {
        let start = page * per_page;
        let clients: Vec<Value> = (start..start + count)
            .map(|number| json!({ "client_id": format!("c{number}"), "name": format!("App {number}") }))
            .collect();
        json!({ "total": total, "start": start, "limit": per_page, "clients": clients })
    }

    #[test]
    fn items_are_short_and_pages_are_true() {
        let client = json!({ "client_id": "c", "name": "n", "app_type": "spa", "description": "", "global": false,
            "is_first_party": true, "callbacks": ["https://a", "https://b"] });
        let script = Script::new()
            .answer(200, json!({ "total": 3, "start": 2, "limit": 2, "clients": [client] }));
        let answer = list(json!({ "page": 1, "per_page": 2 }), &script);
        assert_eq!(
            script.sent(),
            [format!("GET clients?{FIELDS}&page=1&per_page=2&include_totals=true")]
        );
        assert_eq!(
            answer,
            json!({
                "applications": [{ "client_id": "c", "name": "n", "app_type": "spa", "is_first_party": true,
                    "first_callback": "https://a" }],
                "pagination": { "page": 1, "per_page": 2, "total": 3, "total_pages": 2, "has_next": false },
            })
        );
    }

    #[test]
    fn without_totals_a_bare_array_is_fine() {
        let script = Script::new().answer(200, json!([{ "client_id": "c", "callbacks": null }]));
        let answer = list(json!({ "include_totals": false }), &script);
        assert_eq!(answer["applications"], json!([{ "client_id": "c" }]));
        assert_eq!(answer["pagination"]["total"], 1);
        assert!(script.sent()[0].ends_with("page=0&per_page=50&include_totals=false"));
    }

    #[test]
    fn filters_and_fields_reach_the_api() {
        let script = Script::new().answer(200, json!([{ "client_id": "c", "callbacks": [] }]));
        let arguments = json!({ "app_type": "non_interactive", "is_first_party": true, "fields": ["callbacks"] });
        assert_eq!(
            list(arguments, &script)["applications"],
            json!([{ "client_id": "c", "callbacks": [] }])
        );
        let start = "GET clients?fields=client_id,callbacks&include_fields=true&app_type=non_interactive&is_first_party=true&";
        assert!(script.sent()[0].starts_with(start), "{:?}", script.sent());
    }

    #[test]
    fn an_unknown_argument_is_named() {
        let failure = crate::call("auth0_list_applications", r#"{"q":"x"}"#, &Script::new());
        let Err(Failure::InvalidArguments(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains("unknown field `q`"), "{text}");
    }

    #[test]
    fn secrets_are_never_asked_for() {
        let script = Script::new();
        let failure =
            crate::call("auth0_list_applications", r#"{"fields":["client_secret"]}"#, &script);
        assert!(matches!(failure, Err(Failure::InvalidArguments(_))), "{failure:?}");
        assert!(script.sent().is_empty());
    }

    #[test]
    fn a_name_is_found_on_any_page() {
        let script =
            Script::new().answer(200, page(0, 100, 100, 150)).answer(200, page(1, 100, 50, 150));
        let answer = list(json!({ "name": "aPP 14", "fields": [] }), &script);
        let found: Vec<&str> = answer["applications"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|app| app["client_id"].as_str())
            .collect();
        assert_eq!(
            found,
            ["c14", "c140", "c141", "c142", "c143", "c144", "c145", "c146", "c147", "c148", "c149"]
        );
        assert_eq!(answer["scan"], json!({ "scanned": 150, "total": 150, "complete": true }));
        assert_eq!(answer.get("pagination"), None);
        assert!(script.sent()[1].contains("fields=client_id,name&"), "{:?}", script.sent());
        assert!(script.sent()[1].ends_with("page=1&per_page=100&include_totals=true"));
    }

    #[test]
    fn a_scan_stops_when_enough_is_found() {
        let script = Script::new().answer(200, page(0, 100, 100, 300));
        let answer = list(json!({ "name": "app", "per_page": 5 }), &script);
        assert_eq!(answer["applications"].as_array().map(Vec::len), Some(100));
        let scan = json!({ "scanned": 100, "total": 300, "complete": false, "next_page": 1, "stopped": "enough found" });
        assert_eq!(answer["scan"], scan);
    }

    #[test]
    fn a_scan_stops_at_its_budget_and_can_go_on() {
        let script = (0..10)
            .fold(Script::new(), |script, number| script.answer(200, page(number, 100, 100, 1050)));
        let answer = list(json!({ "name": "nobody" }), &script);
        let scan = json!({ "scanned": 1000, "total": 1050, "complete": false, "next_page": 10, "stopped": "request budget" });
        assert_eq!(answer["scan"], scan);

        let script = Script::new().answer(200, page(10, 100, 50, 1050));
        let answer = list(json!({ "name": "nobody", "page": 10 }), &script);
        assert_eq!(answer["scan"], json!({ "scanned": 50, "total": 1050, "complete": true }));
    }

    #[test]
    fn a_rate_limit_keeps_what_was_found() {
        let script =
            Script::new().answer(200, page(0, 100, 100, 300)).refuse(Refusal::RateLimited(3));
        let answer = list(json!({ "name": "app 7", "per_page": 50 }), &script);
        assert_eq!(answer["applications"].as_array().map(Vec::len), Some(11));
        assert_eq!(answer["scan"]["stopped"], "rate limit");
        assert_eq!(answer["scan"]["next_page"], 1);

        let refused = Script::new().refuse(Refusal::RateLimited(3));
        let failure = crate::call("auth0_list_applications", r#"{"name":"a"}"#, &refused)
            .expect_err("refused");
        assert_eq!(failure, Failure::Refused(Refusal::RateLimited(3)));
    }

    #[test]
    fn an_empty_name_is_refused() {
        let script = Script::new();
        let failure = crate::call("auth0_list_applications", r#"{"name":""}"#, &script);
        let said = "name must not be empty: leave it out".to_owned();
        assert_eq!(failure, Err(Failure::InvalidArguments(said)));
        assert!(script.sent().is_empty());
    }
}
