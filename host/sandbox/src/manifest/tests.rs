//! Each rule of a manifest refuses, and says why.

use super::*;

fn tool(change: impl FnOnce(&mut contract::Tool)) -> Result<Tool, ManifestError> {
    let mut tool = contract::Tool {
        name: "auth0_get_thing".into(),
        title: "Get thing".into(),
        description: "Gets one thing.".into(),
        input_schema: r#"{"type":"object","additionalProperties":false}"#.into(),
        output_schema: None,
        effect: contract::Effect::ReadOnly,
        endpoints: vec![contract::Endpoint {
            method: contract::Method::Get,
            path: "things/{id}".into(),
            scopes: vec!["read:things".into()],
        }],
    };
    change(&mut tool);
    Tool::admit(tool)
}

#[test]
fn a_sound_tool_is_admitted() {
    let admitted = tool(|_| {}).unwrap();
    let stored = serde_json::to_value(&admitted).unwrap();
    assert_eq!(stored["effect"], "read-only");
    assert_eq!(stored["endpoints"][0]["method"], "GET");
}

#[test]
fn each_rule_refuses_with_its_reason() {
    type Change = fn(&mut contract::Tool);
    let table: [(&str, Change); 30] = [
        ("refers to another document at $.properties.a", |t| {
            t.input_schema = r#"{"type":"object","additionalProperties":false,"properties":{"a":{"$ref":"https://example.com/s.json"}}}"#.into();
        }),
        ("the output schema refers to another document", |t| {
            t.output_schema =
                Some(r#"{"type":"object","allOf":[{"$ref":"file:///etc/passwd"}]}"#.into());
        }),
        ("more than 50 rows", |t| t.endpoints = vec![t.endpoints[0].clone(); 51]),
        ("more than 20 scopes", |t| t.endpoints[0].scopes = vec!["a".into(); 21]),
        ("a scope is 1 to 100", |t| t.endpoints[0].scopes = vec!["a".repeat(101)]),
        ("more than 200 characters", |t| t.endpoints[0].path = "a/".repeat(101)),
        ("control or invisible", |t| t.title = "Get\u{1b}[2J".into()),
        ("too large", |t| {
            let def = |n: u32| {
                format!(
                    r##""d{n}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##,
                    n + 1
                )
            };
            let defs: Vec<_> = (0..40).map(def).collect();
            t.input_schema = format!(
                r##"{{"type":"object","additionalProperties":false,"properties":{{"x":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{},"d40":{{}}}}}}"##,
                defs.join(",")
            );
        }),
        ("too large", |t| {
            t.input_schema =
                r##"{"type":"object","additionalProperties":false,"allOf":[{"$ref":"#"}]}"##.into();
        }),
        ("invisible characters", |t| {
            t.input_schema = "{\"type\":\"object\",\"additionalProperties\":false,\"description\":\"a\u{e0041}\"}".into();
        }),
        ("open at $", |t| {
            t.input_schema =
                r#"{"type":"object","additionalProperties":{},"properties":{}}"#.into();
        }),
        ("too large", |t| t.input_schema = patterns(101, "pattern")),
        ("too large", |t| t.input_schema = patterns(101, "patternProperties")),
        ("too large", |t| {
            let deep = r#"{"enum":["#.to_owned() + &"1,".repeat(6000) + "1]}";
            t.input_schema = closed(&format!(r#""definitions":{deep}"#));
        }),
        ("has a dynamic reference at $.properties.a.$dynamicRef", |t| {
            t.input_schema = closed(r##""a":{"$dynamicRef":"#x"}"##);
        }),
        ("has an address within at $.properties.a.$id", |t| {
            t.input_schema = closed(r#""a":{"$id":"urn:a"}"#);
        }),
        ("refers to nothing at $.properties.a.$ref", |t| {
            t.input_schema = closed(r##""a":{"$ref":"#/$defs/a"}"##);
        }),
        ("open at $.properties.a.$ref", |t| {
            t.input_schema = r##"{"type":"object","additionalProperties":false,
                "properties":{"a":{"$ref":"#/elsewhere/b"}},"elsewhere":{"b":{"properties":{}}}}"##
                .into();
        }),
        ("the name must match", |t| t.name = "Auth0-Get".into()),
        ("the title is empty", |t| t.title = " ".into()),
        ("more than 2048", |t| t.description = "x".repeat(2049)),
        ("invisible characters", |t| t.description = "a\u{200b}b".into()),
        ("is not JSON", |t| t.input_schema = "{".into()),
        ("the root of the input schema", |t| t.input_schema = "[]".into()),
        ("open at $.properties.a", |t| {
            t.input_schema =
                r#"{"type":"object","additionalProperties":false,"properties":{"a":{"properties":{}}}}"#.into();
        }),
        ("only have GET rows", |t| t.endpoints[0].method = contract::Method::Post),
        ("each segment is", |t| t.endpoints[0].path = "things/../x".into()),
        ("each segment is", |t| t.endpoints[0].path = "things?x=1".into()),
        ("relative to /api/v2/", |t| t.endpoints[0].path = "api/v2/things".into()),
        ("relative to /api/v2/", |t| t.endpoints[0].path = "/api/v2/things".into()),
    ];
    for (expected, change) in table {
        let error = tool(change).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// A closed input schema with these properties.
fn closed(properties: &str) -> String {
    format!(r#"{{"type":"object","additionalProperties":false,"properties":{{{properties}}}}}"#)
}

/// An input schema with so many patterns, each below a property or as the names of one.
fn patterns(count: u32, keyword: &str) -> String {
    let pattern = |n: u32| match keyword {
        "pattern" => format!(r#""p{n}":{{"pattern":"a{n}"}}"#),
        _ => format!(r#""p{n}":{{"patternProperties":{{"a{n}":{{}}}}}}"#),
    };
    closed(&(0..count).map(pattern).collect::<Vec<_>>().join(","))
}

#[test]
fn names_and_data_are_no_keywords() {
    for properties in [
        r#""properties":{"type":"object","additionalProperties":false,"properties":{"id":{}}}"#,
        r#""a":{"default":{"properties":{"id":"x"}},"enum":[{"properties":{}},{"pattern":"("}]}"#,
        r#""$ref":{"type":"string"},"id":{"type":"string"},"pattern":{"type":"string"}"#,
        r#""definitions":{"type":"string"},"patternProperties":{"type":"object"}"#,
    ] {
        tool(|t| t.input_schema = closed(properties)).expect(properties);
    }
    for keyword in ["pattern", "patternProperties"] {
        tool(|t| t.input_schema = patterns(100, keyword)).expect(keyword);
    }
}

#[test]
fn a_manifest_is_bounded_as_a_whole() {
    let manifest = |tools: usize| {
        let schema = format!(
            r#"{{"type":"object","additionalProperties":false,"description":"{}"}}"#,
            "x".repeat(60_000)
        );
        let tool = |number| contract::Tool {
            name: format!("tool_{number}"),
            title: "Title".into(),
            description: "Does it.".into(),
            input_schema: schema.clone(),
            output_schema: None,
            effect: contract::Effect::ReadOnly,
            endpoints: vec![],
        };
        Manifest::admit(contract::Manifest {
            name: "large".into(),
            version: "1.0.0".into(),
            description: "Is large.".into(),
            tools: (0..tools).map(tool).collect(),
        })
    };
    assert!(manifest(8).is_ok());
    let error = manifest(9).unwrap_err().to_string();
    assert!(error.contains("bytes of text; at most 524288 are allowed"), "{error}");
    assert!(manifest(0).is_err() && manifest(101).is_err());
}

#[test]
fn an_error_about_a_huge_name_is_short() {
    let error = tool(|t| t.name = "x\u{1b}".repeat(1 << 20)).unwrap_err().to_string();
    assert!(error.len() < 300 && !error.contains('\u{1b}'), "{} bytes", error.len());
}
