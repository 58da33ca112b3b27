//! The kit finds each broken rule at the tool that breaks it, and nothing at the tool that breaks none.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

const SLOPPY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sloppy.wasm"));

/// A folder of this test's own, with the plugin in it.
fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("auth0-mcp-kit-{}-{test}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("sloppy.wasm"), SLOPPY).unwrap();
    folder
}

fn kit(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kit-host"))
        .args(["plugin", "test"])
        .args(args)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The report on the sloppy plugin, with these fixtures.
fn report(test: &str, calls: &Value) -> Value {
    let folder = folder(test);
    fs::write(folder.join("fixtures.json"), json!({ "calls": calls }).to_string()).unwrap();
    let (code, stdout, stderr) =
        kit(&folder, &["sloppy.wasm", "--json", "--fixtures", "fixtures.json"]);
    assert_eq!((code, stderr.as_str()), (8, ""), "{stdout}");
    fs::remove_dir_all(folder).unwrap();
    serde_json::from_str(&stdout).unwrap()
}

/// A check of a report: its status, and what was found, one finding a line.
fn check(report: &Value, id: &str) -> (String, String) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    let findings = check["findings"].as_array().unwrap();
    let lines: Vec<_> = findings.iter().map(|one| one["what"].as_str().unwrap()).collect();
    for finding in findings {
        assert!(!finding["advice"].as_str().unwrap().is_empty(), "{finding}");
    }
    (check["status"].as_str().unwrap().to_owned(), lines.join("\n"))
}

#[test]
fn each_broken_rule_is_found_where_it_is_broken() {
    let report = report("rules", &json!([]));
    assert_eq!(report["passed"], false);
    let table: [(&str, &str, &[&str]); 16] = [
        ("schemas", "failed", &["sloppy_takes_anything: the root of the input schema takes any"]),
        ("refusals", "failed", &["sloppy_takes_anything: an argument that does not exist"]),
        ("surprises", "failed", &["sloppy_breaks_its_promise with", "lacks the required `name`"]),
        (
            "errors",
            "failed",
            &[
                "sloppy_hides_errors, Auth0 answers 500",
                "sloppy_unwraps, Auth0 answers 401: the plugin panicked",
            ],
        ),
        (
            "odd-answers",
            "failed",
            &[
                "sloppy_hides_errors, Auth0 answers half of a JSON",
                "sloppy_unwraps, Auth0 answers null",
            ],
        ),
        (
            "deadline",
            "failed",
            &[
                "sloppy_hides_errors, Auth0 does not answer: the tool answers as if",
                "sloppy_never_gives_up, Auth0 does not answer: the tool went on asking",
            ],
        ),
        ("echoes", "warning", &["sloppy_repeats_arguments: a token in an argument"]),
        (
            "rows-only",
            "failed",
            &[
                "sloppy_asks_elsewhere may not send GET users/",
                "sloppy_writes_while_reading may not send DELETE clients/",
            ],
        ),
        (
            "exceptions",
            "warning",
            &[
                "sloppy_names_an_exception: a call ended in KeyError; it logged: error: KeyError: 'name'; tool.py:7",
            ],
        ),
        ("rows-used", "warning", &["sloppy_spares_a_row: GET connections was not exercised"]),
        (
            "texts",
            "warning",
            &["sloppy_spares_a_row: connections.read is not written like a scope of Auth0"],
        ),
        (
            "effects",
            "warning",
            &[
                "sloppy_overstates: it declares a write, and all of its rows are GET",
                "sloppy_understates: PATCH clients/{id}, and neither destructive nor idempotent",
            ],
        ),
        ("fixtures", "skipped", &[]),
        ("grant", "passed", &[]),
        ("read-only", "passed", &[]),
        ("secrets", "passed", &[]),
    ];
    for (id, status, says) in table {
        let (found, text) = check(&report, id);
        assert_eq!(found, status, "{id}: {text}");
        for words in says {
            assert!(text.contains(words), "{id} lacks `{words}`: {text}");
        }
        assert!(!text.contains("sloppy_does_nothing_wrong"), "{id}: {text}");
    }
    for id in ["component", "imports", "describe", "names", "rows", "recovery", "coverage"] {
        assert_eq!(check(&report, id), ("passed".to_owned(), String::new()), "{id}");
    }
}

#[test]
fn fixtures_say_what_a_call_should_do() {
    let call = |name: &str, tool: &str, more: Value| {
        let mut call = json!({ "name": name, "tool": tool, "arguments": { "id": "x" } });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let answer = |body: Value| json!([{ "method": "GET", "path": "clients/{id}", "body": body }]);
    let good = "sloppy_does_nothing_wrong";
    let items = vec!["x".repeat(100); 100];
    let report = report(
        "fixtures",
        &json!([
            call(
                "as expected",
                good,
                json!({ "responses": answer(json!({})), "expect": { "answer": {} } })
            ),
            call(
                "other answer",
                good,
                json!({ "responses": answer(json!({})), "expect": { "answer": { "a": 1 } } })
            ),
            call(
                "other end",
                good,
                json!({ "responses": answer(json!({})), "expect": { "failure": "tenant" } })
            ),
            call("no response", good, json!({ "expect": { "failure": "tenant", "says": "no" } })),
            call(
                "other words",
                good,
                json!({ "responses": [{ "method": "GET", "path": "clients/x", "status": 403 }], "expect": { "failure": "tenant", "says": "never said" } })
            ),
            call(
                "unsaid",
                good,
                json!({ "responses": [{ "method": "GET", "path": "clients/x", "status": 403 }] })
            ),
            call("elsewhere", "sloppy_asks_elsewhere", json!({ "expect": { "answer": {} } })),
            call("no such tool", "sloppy_unknown", json!({})),
            call("wrong arguments", good, json!({ "arguments": { "ids": 1 } })),
            call(
                "much",
                "sloppy_multiplies",
                json!({ "responses": answer(json!({ "items": items })) })
            ),
        ]),
    );
    let (status, text) = check(&report, "fixtures");
    assert_eq!(status, "failed");
    for words in [
        "call `other answer`: at `a`: expected 1, but it answered nothing",
        "call `other end`: expected a failure `tenant`, but it answered {}",
        "call `no response`: it sent GET clients/x",
        "call `other words`: expected a failure `tenant` that says `never said`",
        "its rows are GET clients/{id}\"}; it asked for GET users/x",
        "call `no such tool`: there is no tool `sloppy_unknown`",
        "call `wrong arguments`: Invalid arguments",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("as expected") && !text.contains("`much`"), "{text}");
    let (status, text) = check(&report, "size");
    assert_eq!(status, "failed", "{text}");
    assert!(text.contains("sloppy_multiplies") && text.contains("the limit is 1048576"), "{text}");
    let (status, text) = check(&report, "untested");
    assert_eq!(status, "warning");
    let unsaid =
        "call `unsaid`: it has no `expect`, and failed: {\"kind\":\"tenant\",\"status\":403,";
    assert!(text.lines().any(|line| line.starts_with(unsaid)), "{text}");
    assert_eq!(text.matches("no `expect`").count(), 1, "{text}");
    let exchanges = report["fixtures"].as_array().unwrap();
    assert_eq!((exchanges.len(), &exchanges[0]["answer"]), (8, &json!("{}")));
    assert_eq!(exchanges[0]["requests"], json!(["GET clients/x"]));
}

#[test]
fn what_may_be_absent_is_shown_by_a_call() {
    let tool = "sloppy_multiplies";
    let call = |body: Value, expect: Value| {
        let responses = json!([{ "method": "GET", "path": "clients/{id}", "body": body }]);
        json!({ "name": "n", "tool": tool, "responses": responses, "expect": expect })
    };
    let one = json!({ "id": 1 });
    let full = call(json!({ "id": 1, "name": "a", "logo": "b" }), Value::Null);
    let without = call(one.clone(), json!({ "answer": { "all": [one, one, one] } }));
    let refused = call(json!({ "logo": "b" }), json!({ "failure": "tenant" }));
    let (status, text) = check(&report("absent", &json!([full, refused])), "absent");
    assert_eq!(status, "warning");
    let says = |name: &str| {
        format!("{tool}: without `{name}` of GET clients/{{id}} the answer is another one")
    };
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(["id", "name", "logo"].iter().all(|name| text.contains(&says(name))), "{text}");
    let (_, text) = check(&report("absent-known", &json!([full, without])), "absent");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(&says("id")), "{text}");
}

#[test]
fn a_query_in_a_segment_is_a_mistake_unless_the_id_has_it() {
    let call = |name: &str, id: &str, body: Value| {
        let responses = json!([{ "method": "GET", "path": "clients/{id}", "body": body }]);
        json!({ "name": name, "tool": "sloppy_asks_in_a_segment", "arguments": { "id": id }, "responses": responses })
    };
    let report = report(
        "segment",
        &json!([
            call("written", "x", json!({})),
            call("given", "x?", json!({})),
            call("answered", "x", json!({ "id": "x?fields=name" })),
        ]),
    );
    let (status, text) = check(&report, "fixtures");
    assert_eq!(status, "failed");
    let says = "call `written`: it sent GET clients/x?fields=name, with a `?` inside a segment";
    assert!(text.starts_with(says), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

/// Lines of a running kit's standard error.
fn lines_until(
    lines: &mut impl Iterator<Item = std::io::Result<String>>,
    last: &str,
) -> Vec<String> {
    let mut seen = Vec::new();
    for line in lines {
        seen.push(line.unwrap());
        if seen.last().unwrap().contains(last) {
            return seen;
        }
    }
    panic!("it ended: {seen:?}");
}

#[test]
fn a_watching_kit_tests_again_and_compiles_what_is_new_alone() {
    let folder = folder("watch");
    let fixtures = folder.join("fixtures.json");
    fs::write(&fixtures, r#"{"calls":[]}"#).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kit-host"))
        .args(["plugin", "test", "sloppy.wasm", "--fixtures", "fixtures.json", "--watch"])
        .current_dir(&folder)
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut next = || lines_until(&mut lines, "waiting for a change").join("\n");
    let first = next();
    assert!(first.contains("compiling") && first.contains("testing sloppy"), "{first}");
    fs::write(&fixtures, r#"{"cals":[]}"#).unwrap();
    assert!(next().contains("unknown field `cals`"));
    fs::write(&fixtures, r#"{"calls":[ ]}"#).unwrap();
    let third = next();
    assert!(!third.contains("compiling") && third.contains("testing sloppy"), "{third}");
    // A custom section at the end: another component, which does the same.
    fs::write(folder.join("sloppy.wasm"), [SLOPPY, b"\0\x02\x01x"].concat()).unwrap();
    let fourth = next();
    assert!(fourth.contains("compiling"), "{fourth}");
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_no_plugin_is_said_plainly() {
    let folder = folder("files");
    fs::write(folder.join("text.wasm"), "not wasm").unwrap();
    fs::write(folder.join("module.wasm"), b"\0asm\x01\0\0\0").unwrap();
    fs::write(folder.join("cut.wasm"), &SLOPPY[..SLOPPY.len() / 2]).unwrap();
    fs::write(folder.join("bad.json"), r#"{"calls":[{"name":"n","tol":"t"}]}"#).unwrap();
    for (args, code, says) in [
        (&["missing.wasm"][..], 1, "build the plugin first"),
        (&["text.wasm"], 8, "not a WebAssembly component"),
        (&["module.wasm"], 8, "core WebAssembly module"),
        (&["cut.wasm"], 8, "not a WebAssembly component"),
        (&["sloppy.wasm", "--fixtures", "missing.json"], 1, "name a file of fixtures"),
        (&["sloppy.wasm", "--fixtures", "bad.json"], 1, "unknown field `tol`"),
    ] {
        let (found, stdout, stderr) = kit(&folder, args);
        assert_eq!(found, code, "{args:?}: {stderr}");
        assert!(format!("{stdout}{stderr}").contains(says), "{args:?}: {stdout}{stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
    fs::remove_dir_all(folder).unwrap();
}
