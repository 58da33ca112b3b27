//! Several writers of one file.

use std::process::Stdio;

use auth0_mcp::{
    clients::{Action, Change, Client, Launch, Places, Program, System, Target, Wish},
    settings::env::Environment,
};
use serde_json::Value;

use super::home::Home;

const CURSOR: &str = ".cursor/mcp.json";

#[test]
fn processes_that_write_at_the_same_time_lose_nothing() {
    let home = Home::new();
    home.write(CURSOR, "{\"mcpServers\": {\"x\": {\"command\": \"y\"}}}");
    let names: Vec<_> = (0..12).map(|at| format!("entry-{at}")).collect();
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let args = ["--demo", "--client", "cursor", "--entry-name", name.as_str()];
            home.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let document: Value = serde_json::from_str(&home.read(CURSOR)).unwrap();
    let servers = document["mcpServers"].as_object().unwrap();
    assert_eq!(servers.len(), 13, "{servers:?}");
    assert_eq!(servers["x"]["command"], "y");
}

/// Between the plan and the write there is a sign-in: minutes in which a client writes its own file.
#[test]
fn what_a_client_wrote_after_the_plan_is_kept() {
    let home = Home::new();
    home.write(CURSOR, "{\"a\": 1}");
    let places = Places::of(System::Linux, home.path("").into(), &Environment::default()).unwrap();
    let target = Target { client: Client::named("cursor").unwrap(), folder: None };
    let program = Program::at("/bin/auth0-mcp".as_ref()).unwrap();
    let wish = Wish::Installed(program, Launch::default());
    let plan = Change::plan(&target, &places, "auth0", &wish).unwrap();
    assert_eq!(plan.action, Action::Add);
    home.write(CURSOR, "{\"a\": 1, \"b\": 2}");
    let applied = Change::apply(&target, &places, "auth0", &wish).unwrap();
    assert_eq!(applied.action, Action::Add);
    let document: Value = serde_json::from_str(&home.read(CURSOR)).unwrap();
    assert_eq!(
        (&document["b"], &document["mcpServers"]["auth0"]["args"][0]),
        (&2.into(), &"run".into())
    );

    // A client that broke its file meanwhile: it is left as it is.
    home.write(CURSOR, "{\"a\": ");
    let error = Change::apply(&target, &places, "auth0", &wish).unwrap_err().to_string();
    assert!(error.contains("Cursor: ") && error.contains("line 1"), "{error}");
    assert_eq!(home.read(CURSOR), "{\"a\": ");
}
