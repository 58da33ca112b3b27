//! What becomes of a JSON text: a table of layouts, what is refused and where, and random texts of which nothing
//! outside of the entry may change.

use std::fmt::Write as _;

use super::*;

const COMMAND: &str = "/bin/auth0-mcp";

fn entry(args: &[&str]) -> Entry {
    let args = args.iter().map(|text| (*text).to_owned()).collect();
    Entry { says_stdio: false, command: COMMAND.to_owned(), args }
}

fn installed(text: &str) -> String {
    install(text, "mcpServers", "auth0", &entry(&["run"]), &[]).unwrap().text
}

fn uninstalled(text: &str) -> String {
    uninstall(text, "mcpServers", "auth0").unwrap().unwrap().text
}

/// Each layout: before, after, and whether removal gives the same bytes again.
#[test]
fn a_new_entry_looks_like_its_surroundings() {
    let table: &[(&str, &str, &str, bool)] = &[
        (
            "nothing",
            "",
            "{\n  \"mcpServers\": {\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n  }\n}\n",
            false,
        ),
        (
            "comments only",
            "// mine\n",
            "// mine\n{\n  \"mcpServers\": {\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n  }\n}\n",
            false,
        ),
        (
            "an empty table",
            "{\n  \"mcpServers\": {}\n}",
            "{\n  \"mcpServers\": {\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n  }\n}",
            true,
        ),
        (
            "another server, tabs, comments",
            "{\n\t// servers\n\t\"mcpServers\": {\n\t\t\"x\": { \"command\": \"y\" } // why\n\t\t// \"z\": {}\n\t}\n}\n",
            "{\n\t// servers\n\t\"mcpServers\": {\n\t\t\"x\": { \"command\": \"y\" }, // why\n\t\t\"auth0\": {\n\t\t\t\"command\": \"/bin/auth0-mcp\",\n\t\t\t\"args\": [\n\t\t\t\t\"run\"\n\t\t\t]\n\t\t}\n\t\t// \"z\": {}\n\t}\n}\n",
            true,
        ),
        (
            "CRLF and a trailing comma",
            "{\r\n    \"mcpServers\": {\r\n        \"x\": {},\r\n    },\r\n    \"b\": 1\r\n}\r\n",
            "{\r\n    \"mcpServers\": {\r\n        \"x\": {},\r\n        \"auth0\": {\r\n            \"command\": \"/bin/auth0-mcp\",\r\n            \"args\": [\r\n                \"run\"\r\n            ]\r\n        },\r\n    },\r\n    \"b\": 1\r\n}\r\n",
            true,
        ),
        (
            "one line",
            "{\"a\":1,\"mcpServers\":{\"x\":{}}}",
            "{\"a\":1,\"mcpServers\":{\"x\":{},\"auth0\":{\"command\":\"/bin/auth0-mcp\",\"args\":[\"run\"]}}}",
            true,
        ),
        (
            "one line with spaces",
            "{\"mcpServers\": {\"x\": {}}}",
            "{\"mcpServers\": {\"x\": {}, \"auth0\": {\"command\":\"/bin/auth0-mcp\",\"args\":[\"run\"]}}}",
            true,
        ),
        (
            "no indentation",
            "{\n\"a\": 1,\n\"mcpServers\": {\n\"x\": 1\n}\n}",
            "{\n\"a\": 1,\n\"mcpServers\": {\n\"x\": 1,\n\"auth0\": {\n\"command\": \"/bin/auth0-mcp\",\n\"args\": [\n\"run\"\n]\n}\n}\n}",
            true,
        ),
        (
            "a comment in an empty table",
            "{\n  \"mcpServers\": {\n    // none yet\n  }\n}\n",
            "{\n  \"mcpServers\": {\n    // none yet\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n  }\n}\n",
            true,
        ),
        (
            "a comma on its own line",
            "{\n  \"mcpServers\": {\n    \"x\": 1 // one\n    // two\n    , // three\n  }\n}\n",
            "{\n  \"mcpServers\": {\n    \"x\": 1 // one\n    // two\n    , // three\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    },\n  }\n}\n",
            true,
        ),
        (
            "a brace on the last line",
            "{\n  \"mcpServers\": {\n    \"x\": 1 }\n}\n",
            "{\n  \"mcpServers\": {\n    \"x\": 1,\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n   }\n}\n",
            false,
        ),
        (
            "no table of servers",
            "{\n  \"a\": [1, 2]\n}\n",
            "{\n  \"a\": [1, 2],\n  \"mcpServers\": {\n    \"auth0\": {\n      \"command\": \"/bin/auth0-mcp\",\n      \"args\": [\n        \"run\"\n      ]\n    }\n  }\n}\n",
            false,
        ),
    ];
    for (case, before, after, comes_back) in table {
        let found = installed(before);
        assert_eq!(found, *after, "{case}");
        assert_eq!(installed(&found), found, "{case}: a second time");
        let without = uninstalled(&found);
        assert!(uninstall(&without, "mcpServers", "auth0").unwrap().is_none(), "{case}");
        if *comes_back {
            assert_eq!(without, *before, "{case}: removal");
        }
    }
}

#[test]
fn an_existing_entry_keeps_what_is_not_ours() {
    let before = r#"{
  "mcpServers": {
    "auth0": {
      // started by hand before
      "args": ["-y", "@auth0/auth0-mcp-server", "run"],
      "env": { "DEBUG": "auth0-mcp", "HTTPS_PROXY": "http://proxy" }, // mine
      "command": "npx", "timeout": 30,
      "capabilities": ["tools"]
    },
    "b": 1
  }
}"#;
    let after = r#"{
  "mcpServers": {
    "auth0": {
      // started by hand before
      "args": [
        "run",
        "--read-only"
      ],
      "env": { "HTTPS_PROXY": "http://proxy" }, // mine
      "command": "/bin/auth0-mcp", "timeout": 30
    },
    "b": 1
  }
}"#;
    let entry = entry(&["run", "--read-only"]);
    let found = install(before, "mcpServers", "auth0", &entry, &["capabilities"]).unwrap();
    assert_eq!(found.text, after);
    let existing = found.before.unwrap();
    assert_eq!(existing.command, "npx");
    assert_eq!(existing.variables, ["DEBUG", "HTTPS_PROXY"]);
    // What the Node server's installer wrote goes without a trace, here and only here.
    let theirs = r#"{"mcpServers":{"auth0":{"command":"npx","args":["@auth0/auth0-mcp-server"],"env":{"DEBUG":"auth0-mcp"}}}}"#;
    assert!(!installed(theirs).contains("DEBUG"));
    let own = r#"{"mcpServers":{"auth0":{"command":"x","args":[],"env":{"DEBUG":"auth0-mcp"}}}}"#;
    assert!(installed(own).contains("DEBUG"));
}

#[test]
fn an_entry_that_is_up_to_date_keeps_its_layout() {
    let text = r#"{"mcpServers":{"auth0":{"args":[ "run" ],"command":"\/bin/auth0-mcp"}}}"#;
    assert_eq!(installed(text), text);
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    let table = [
        (
            "{\n  \"mcpServers\": {\n    \"x\": 1\n    \"y\": 2\n  }\n}",
            (3, 11),
            "this is not JSON: Expected comma",
        ),
        ("{", (1, 1), "this is not JSON: Unterminated object"),
        ("{\"a\": 'b'}", (1, 7), "this is not JSON: Single-quoted"),
        ("{a: 1}", (1, 2), "this is not JSON"),
        ("{}{}", (1, 3), "this is not JSON: Text cannot contain more than one"),
        ("[]", (1, 1), "the file holds an array, not an object"),
        ("null", (1, 1), "the file holds null"),
        ("\n  \"x\"", (2, 3), "the file holds a string"),
        ("{\"é\": 1, \"mcpServers\": []}", (1, 24), "`mcpServers` is an array"),
        ("{\"mcpServers\": null}", (1, 16), "`mcpServers` is null"),
        ("{\"mcpServers\": {\"auth0\": 5}}", (1, 26), "`auth0` is a number"),
        (
            "{\"mcpServers\": {},\n \"mcpServers\": {}}",
            (2, 2),
            "`mcpServers` is there twice, first on line 1",
        ),
        (
            "{\"mcpServers\": {\"auth0\": {}, \"auth\\u0030\": {}}}",
            (1, 30),
            "`auth0` is there twice",
        ),
        (
            "{\"mcpServers\": {\"auth0\": {\"url\": \"https://x\"}}}",
            (1, 27),
            "remote server (it has `url`)",
        ),
        (
            "{\"mcpServers\": {\"auth0\": {\"args\": [], \"args\": []}}}",
            (1, 39),
            "`args` is there twice",
        ),
    ];
    for (text, place, reason) in table {
        let fault = install(text, "mcpServers", "auth0", &entry(&["run"]), &[]).unwrap_err();
        assert!(fault.reason.contains(reason), "{text}: {fault:?}");
        assert_eq!(position(text, fault.at), place, "{text}: {fault:?}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!("{{\"mcpServers\": {{}}, \"x\": {deep}}}");
    let fault = install(&deep, "mcpServers", "auth0", &entry(&["run"]), &[]).unwrap_err();
    assert!(fault.reason.contains("nesting"), "{fault:?}");
}

#[test]
fn values_that_are_not_ours_are_not_shown() {
    let text = r#"{
  "apiKey": "planted-1", /* planted-2
  planted-3 */
  "mcpServers": {
    "github": { "env": { "TOKEN": "planted-4" }, "args": ["--key=planted-5"] }, // planted-6
    "auth0": { "command": "/bin/auth0-mcp", "args": ["run"], "env": { "AUTH0_TOKEN": "planted-7" } }
  }
}"#;
    let shown = blanked(text, "mcpServers", "auth0");
    assert!(!shown.contains("planted"), "{shown}");
    assert!(shown.contains(
        r#""command": "/bin/auth0-mcp", "args": ["run"], "env": { "AUTH0_TOKEN": "…" }"#
    ));
    assert_eq!(shown.lines().count(), text.lines().count());
}

/// A writer of random texts: any layout that the parser reads.
struct Random(fastrand::Rng);

impl Random {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.0.usize(..from.len())]
    }

    fn space(&mut self) -> &'static str {
        self.pick(&["", "", "", " ", "\n", "\r\n", "\t", "  ", "/* c, } */", "// l, {\n", "\n\n  "])
    }

    fn object(&mut self, depth: u32, keys: &[String]) -> String {
        let mut text = "{".to_owned();
        for (at, key) in keys.iter().enumerate() {
            let comma = if at + 1 < keys.len() || self.0.u8(..4) == 0 { "," } else { "" };
            let value = if key == "mcpServers" { self.servers() } else { self.value(depth) };
            let [a, b, c, d] = [(); 4].map(|()| self.space());
            _ = write!(text, "{a}{}{b}:{c}{value}{d}{comma}", Value::from(key.as_str()));
        }
        format!("{text}{}}}", self.space())
    }

    fn servers(&mut self) -> String {
        let keys: Vec<_> =
            (0..self.0.usize(..4)).map(|at| format!("server {at} \\ \" é")).collect();
        self.object(2, &keys)
    }

    fn value(&mut self, depth: u32) -> String {
        match self.0.u8(..if depth == 0 { 4 } else { 6 }) {
            0 => self.pick(&["1", "-2.5e3", "true", "null"]).to_owned(),
            1..=3 => {
                Value::from(self.pick(&["", "a, b } // c", "\"\\\u{7f}", "é\n\t"])).to_string()
            }
            4 => format!("[{}{}{}]", self.space(), self.value(depth - 1), self.space()),
            _ => {
                let keys: Vec<_> = (0..self.0.usize(..3)).map(|at| format!("k{at}")).collect();
                self.object(depth - 1, &keys)
            }
        }
    }

    fn document(&mut self) -> String {
        let mut keys: Vec<_> = (0..self.0.usize(..4)).map(|at| format!("key {at}")).collect();
        if self.0.bool() {
            keys.insert(self.0.usize(..=keys.len()), "mcpServers".to_owned());
        }
        let object = self.object(3, &keys);
        format!("{}{object}{}", self.space(), self.space())
    }
}

/// Whether one text is the other with something added: no byte went and none changed place.
fn is_kept_in(before: &str, after: &str) -> bool {
    let mut rest = after.bytes();
    before.bytes().all(|byte| rest.any(|other| other == byte))
}

/// The text with the entry taken out by hand: what serde_json makes of it without comments and trailing commas.
fn meaning(text: &str) -> Value {
    let document = Document::parse(text).unwrap();
    let mut plain = String::new();
    let mut tokens = document.tokens.iter().filter(|token| !splice::is_comment(token)).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().map_or("", |next| next.range.text(text));
        if token.range.text(text) != "," || !matches!(next, "}" | "]") {
            plain.push_str(token.range.text(text));
        }
    }
    serde_json::from_str(&plain).unwrap()
}

#[test]
fn random_texts_stay_as_they_are_outside_of_the_entry() {
    for seed in 0..20_000 {
        let before = Random(fastrand::Rng::with_seed(seed)).document();
        let after = installed(&before);
        assert!(is_kept_in(&before, &after), "seed {seed}:\n{before}\n---\n{after}");
        let (mut then, mut now) = (meaning(&before), meaning(&after));
        let entry = now["mcpServers"].as_object_mut().unwrap().remove("auth0").unwrap();
        assert_eq!(entry, json!({"command": COMMAND, "args": ["run"]}), "seed {seed}");
        then.as_object_mut().unwrap().entry("mcpServers").or_insert(json!({}));
        assert_eq!(then, now, "seed {seed}:\n{before}\n---\n{after}");
        assert_eq!(installed(&after), after, "seed {seed}");

        let without = uninstalled(&after);
        assert_eq!(meaning(&without), then, "seed {seed}:\n{after}\n---\n{without}");
        assert!(is_kept_in(&without, &after), "seed {seed}");
        // Comments of the user survive both ways.
        let comments =
            |text: &str| text.matches("/* c, } */").count() + text.matches("// l, {").count();
        assert_eq!(
            comments(&without),
            comments(&before),
            "seed {seed}:\n{before}\n---\n{after}\n---\n{without}"
        );
        let blank = blanked(&after, "mcpServers", "auth0");
        assert_eq!(
            blank.lines().count(),
            after.lines().count(),
            "seed {seed}:\n{after}\n---\n{blank}"
        );
    }
}
