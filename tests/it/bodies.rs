//! What the write tools send is what Auth0 takes: random arguments that fit a tool's input schema, and deep ones by
//! hand, end as request bodies that fit Auth0's own schema of the request.
//!
//! What the tenant answers is not looked at, except that it must not find fault with the body.

use std::fs;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tenant::Tenant;

use crate::{
    deep,
    generate::Generator,
    session::{Builder, Session, tenant},
};

const CASES: usize = 500;

/// A tool and the operation of the API that takes its body.
struct Write {
    tool: &'static str,
    family: &'static str,
    operation: &'static str,
    path: &'static str,
}

const WRITES: [Write; 9] = [
    write("auth0_create_application", "clients", "POST /clients", "clients"),
    write("auth0_update_application", "clients", "PATCH /clients/{id}", "clients/"),
    write(
        "auth0_create_resource_server",
        "resource-servers",
        "POST /resource-servers",
        "resource-servers",
    ),
    write(
        "auth0_update_resource_server",
        "resource-servers",
        "PATCH /resource-servers/{id}",
        "resource-servers/",
    ),
    write(
        "auth0_create_application_grant",
        "client-grants",
        "POST /client-grants",
        "client-grants",
    ),
    write("auth0_create_action", "actions", "POST /actions/actions", "actions/actions"),
    write("auth0_update_action", "actions", "PATCH /actions/actions/{id}", "actions/actions/"),
    write("auth0_create_form", "forms", "POST /forms", "forms"),
    write("auth0_update_form", "forms", "PATCH /forms/{id}", "forms/"),
];

const fn write(
    tool: &'static str,
    family: &'static str,
    operation: &'static str,
    path: &'static str,
) -> Write {
    Write { tool, family, operation, path }
}

/// A session whose sent bodies are checked.
struct Checked {
    tenant: Tenant,
    session: Session,
    tools: Vec<Value>,
    /// What was said of arguments of which nothing was sent.
    refusals: Vec<String>,
}

impl Checked {
    fn new() -> Self {
        let tenant = tenant();
        let form = tenant.load("forms", json!({"id": "ap_0123456789012345678901", "name": "Form"}));
        form.unwrap();
        let mut session = Builder::new().tenant(&tenant).start();
        let tools = session.tools();
        Self { tenant, session, tools, refusals: Vec::new() }
    }

    /// Whether a body was sent; `Err` if one was that Auth0 would not take.
    fn call(&mut self, write: &Write, body: &Validator, arguments: Value) -> Result<bool, String> {
        self.tenant.clear_requests();
        let called = self.session.call(write.tool, arguments.clone());
        let method = write.operation.split(' ').next().unwrap();
        let start = format!("/api/v2/{}", write.path);
        let requests = self.tenant.requests();
        let fits = |request: &&tenant::Recorded| {
            request.method == method && request.path.starts_with(&start)
        };
        let Some(request) = requests.iter().find(fits) else {
            // Refused before anything was written: by the plugin, which says so by argument.
            assert!(called.is_error, "{} did nothing: {arguments}", write.tool);
            self.refusals.push(called.text);
            return Ok(false);
        };
        if called.text.contains("Payload validation error") {
            return Err(format!("{} refused: {} for {arguments}", write.tool, called.text));
        }
        let sent: Value = serde_json::from_slice(&request.body).unwrap();
        let error = body.validate(&sent).err().map(|error| {
            format!("{} sent at {}: {error} in {sent}", write.tool, error.instance_path())
        });
        error.map_or(Ok(true), Err)
    }

    fn schema(&self, tool: &str) -> &Value {
        &self.tools.iter().find(|one| one["name"] == tool).unwrap()["inputSchema"]
    }

    /// Ids of something that exists.
    fn target(tool: &str, arguments: &mut Value, generator: &mut Generator) {
        let clients = ["eby3abP3E2Zs8IQ9Y7aJZqhB6baeCN6Z", "T4r5yHUig43kiJfahqSIjOugM1yTMAd7"];
        let apis = ["66f1c0a2b3d4e5f601234501", "https://orders.harbourbooks.example/"];
        match tool {
            "auth0_update_application" => {
                arguments["client_id"] = generator.one_of(&clients).into()
            }
            "auth0_update_resource_server" => arguments["id"] = generator.one_of(&apis).into(),
            "auth0_update_action" => {
                arguments["id"] = "0f5c1a52-7f0e-4a56-9a3c-2d6b7e1c4f01".into();
            }
            "auth0_update_form" => arguments["id"] = "ap_0123456789012345678901".into(),
            _ => {}
        }
    }
}

/// Auth0's schema of a request body as JSON Schema: `nullable` and bare component names are dialect.
fn body_schema(family: &str, operation: &str) -> Validator {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/tenant/schemas");
    let text = fs::read_to_string(format!("{folder}/{family}.json")).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    let mut components = file["schemas"].take();
    // Real requests carry it although the document declares it for answers only.
    for body in ["CreateResourceServerRequestContent", "UpdateResourceServerRequestContent"] {
        if let Some(properties) = components.pointer_mut(&format!("/{body}/properties")) {
            properties["token_lifetime_for_web"] =
                json!({"type": "integer", "minimum": 0, "maximum": 2_592_000});
        }
    }
    // The service lists a trigger that the document lacks.
    if let Some(Value::Array(triggers)) = components.pointer_mut("/ActionTriggerTypeEnum/enum") {
        triggers.push("mcp-tool".into());
    }
    let definitions: Map<String, Value> = components
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, schema)| (name.clone(), plain(schema)))
        .collect();
    let body = plain(&file["operations"][operation]["body"]);
    assert!(body.is_object(), "{operation} has no body");
    let mut schema = body;
    schema["$defs"] = definitions.into();
    jsonschema::validator_for(&schema).unwrap()
}

fn plain(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let mut schema: Map<String, Value> =
                members.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
            // Where alternatives overlap, as those of a form's components do, one that fits is enough.
            if let Some(choices) = schema.remove("oneOf") {
                schema.insert("anyOf".into(), choices);
            }
            if let Some(Value::String(name)) = schema.get("$ref") {
                schema["$ref"] = format!("#/$defs/{name}").into();
            }
            if schema.remove("nullable") == Some(true.into()) {
                return json!({"anyOf": [schema, {"type": "null"}]});
            }
            schema.into()
        }
        other => other.clone(),
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the numbers are the result")]
fn random_arguments_become_bodies_that_auth0_takes() {
    let mut problems = Vec::new();
    for write in &WRITES {
        let mut checked = Checked::new();
        let schema = checked.schema(write.tool).clone();
        let valid = jsonschema::validator_for(&schema).unwrap();
        let body = body_schema(write.family, write.operation);
        let mut generator = Generator::new(write.tool);
        let mut sent = 0;
        for _ in 0..CASES {
            let mut arguments = generator.value(&schema, "");
            Checked::target(write.tool, &mut arguments, &mut generator);
            assert!(valid.is_valid(&arguments), "the generator is wrong: {arguments}");
            match checked.call(write, &body, arguments) {
                Ok(was_sent) => sent += usize::from(was_sent),
                Err(problem) => problems.push(problem),
            }
        }
        eprintln!("{}: {sent} of {CASES} sent", write.tool);
        if sent * 10 < CASES * 6 {
            let some = &checked.refusals[..5];
            problems.push(format!("{}: {sent} of {CASES} were sent: {some:#?}", write.tool));
        }
    }
    let shown: Vec<&str> = problems.iter().map(String::as_str).take(12).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), shown.join("\n"));
}

/// All of these are sent, so a check in a plugin's code that is stricter than Auth0 does not pass.
#[test]
fn deep_settings_become_bodies_that_auth0_takes() {
    const SETTINGS: [(&str, &[&str]); 3] = [
        (
            "application",
            &["jwt_configuration", "refresh_token", "mobile", "native_social_login", "oidc_logout"],
        ),
        (
            "resource_server",
            &[
                "token_encryption",
                "proof_of_possession",
                "subject_type_authorization",
                "authorization_details",
                "scopes",
            ],
        ),
        ("form", &["nodes", "languages", "start", "ending", "style", "messages", "translations"]),
    ];
    let mut checked = Checked::new();
    let (mut number, mut generator) = (0, Generator::new(""));
    for write in &WRITES {
        let body = body_schema(write.family, write.operation);
        for (object, settings) in SETTINGS {
            if !write.tool.ends_with(&format!("_{object}")) {
                continue;
            }
            for setting in settings {
                let values = match *setting {
                    "nodes" => deep::nodes(),
                    "authorization_details" | "scopes" => vec![deep::objects(setting).into()],
                    setting => deep::objects(setting),
                };
                for value in values {
                    let mut arguments = json!({*setting: value});
                    if write.tool.contains("_create_") {
                        arguments["name"] = "n".into();
                    }
                    if write.tool == "auth0_create_resource_server" {
                        arguments["identifier"] = format!("urn:{number}").into();
                    }
                    Checked::target(write.tool, &mut arguments, &mut generator);
                    let sent = checked.call(write, &body, arguments.clone());
                    assert_eq!(sent, Ok(true), "{}: {arguments}", write.tool);
                    number += 1;
                }
            }
        }
    }
    assert_eq!(number, 70);
}
