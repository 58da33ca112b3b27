//! One golden file for each tool: everything that `tools/list` says about it. A change of a definition is a
//! diff that someone reads.

use std::{collections::BTreeSet, fs, path::PathBuf};

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::session::{Builder, tenant};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/definitions"))
}

#[test]
fn each_tool_has_a_golden_file_and_each_file_a_tool() {
    let tenant = tenant();
    let tools = Builder::new().tenant(&tenant).start().tools();
    let mut names = BTreeSet::new();
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        names.insert(format!("{name}.json"));
        let text = serde_json::to_string_pretty(tool).unwrap() + "\n";
        expect_file![folder().join(format!("{name}.json"))].assert_eq(&text);
    }
    let files: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, names, "a golden file without a tool, or the other way round");
}

#[test]
fn every_tool_says_all_that_a_client_needs() {
    let tenant = tenant();
    let tools = Builder::new().tenant(&tenant).start().tools();
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        assert!(name.len() <= 60, "{name}");
        assert!(tool["title"].is_string(), "{name} has no title");
        assert!(
            tool["description"].as_str().unwrap().chars().count() <= 500,
            "{name}: long description"
        );
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{name} lacks {hint}");
        }
        assert_eq!(tool["outputSchema"]["type"], "object", "{name}");
        check_closed(name, "$", &tool["inputSchema"]);
    }
}

/// Closed wherever properties are listed, and no construct that some client cannot read.
fn check_closed(tool: &str, at: &str, schema: &Value) {
    match schema {
        Value::Object(keys) => {
            if keys.get("properties").is_some_and(Value::is_object)
                && keys.get("type") == Some(&json!("object"))
            {
                assert_eq!(
                    keys.get("additionalProperties"),
                    Some(&json!(false)),
                    "{tool} is open at {at}"
                );
            }
            assert!(!keys.contains_key("$ref"), "{tool} has a $ref at {at}");
            assert!(
                !keys.get("type").is_some_and(Value::is_array),
                "{tool} has a type array at {at}"
            );
            keys.iter().for_each(|(key, value)| check_closed(tool, &format!("{at}.{key}"), value));
        }
        Value::Array(items) => items.iter().for_each(|item| check_closed(tool, at, item)),
        _ => {}
    }
}

#[test]
fn the_order_is_the_same_in_every_session() {
    let tenant = tenant();
    let list = || {
        Builder::new().tenant(&tenant).start().request("tools/list", json!({}))["result"]["tools"]
            .to_string()
    };
    assert_eq!(list(), list());
}

/// What a model pays for the list, in bytes of compact JSON. `auth0_list_application_grants` is not counted: it is
/// the one tool that the Node server has no counterpart or plan for.
#[test]
fn the_list_is_small() {
    let tenant = tenant();
    let mut tools = Builder::new().tenant(&tenant).start().tools();
    assert_eq!(tools.len(), 22);
    tools.retain(|tool| tool["name"] != "auth0_list_application_grants");
    let with_output = Value::Array(tools.clone()).to_string().len();
    tools.iter_mut().for_each(|tool| _ = tool.as_object_mut().unwrap().remove("outputSchema"));
    let without = Value::Array(tools).to_string().len();
    assert!(
        without <= 22_000 && with_output <= 30_000,
        "{without} bytes, {with_output} with output schemas"
    );
}
