//! What is in the files: before and after, byte for byte.

use super::home::{Home, entry_of};

const CURSOR: &str = ".cursor/mcp.json";
const BACKUP: &str = ".cursor/mcp.json.auth0-mcp-1.bak";

/// Texts to which the entry is only added: the part before and the part behind.
const LAYOUTS: [(&str, &str, &str); 6] = [
    (
        "other servers",
        "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"y\"\n    }",
        "\n  }\n}\n",
    ),
    (
        "comments",
        "// top\n{\n  /* servers */ \"mcpServers\": { // here\n    \"x\": {}",
        " // why\n    // \"z\": {}\n  },\n  \"unknown\": [1, 2] // end\n}",
    ),
    ("a mark and CRLF", "\u{feff}{\r\n  \"mcpServers\": {\r\n    \"x\": {}", "\r\n  }\r\n}\r\n"),
    (
        "tabs and no last line end",
        "{\n\t\"a\": 1e3,\n\t\"mcpServers\": {\n\t\t\"x\": {}",
        "\n\t}\n}",
    ),
    ("trailing commas", "{\n  \"mcpServers\": {\n    \"x\": {},", "\n  },\n}\n"),
    ("one line", "{\"z\":1,\"mcpServers\":{\"x\":{}", "},\"a\":{\"auth0\":true}}"),
];

#[test]
fn everything_but_the_entry_stays_as_it_is() {
    for (case, front, back) in LAYOUTS {
        let home = Home::new();
        let before = format!("{front}{back}");
        home.write(CURSOR, &before);
        let ended = home.init(&["--demo", "--client", "cursor"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{case}");
        let after = home.read(CURSOR);
        assert!(after.starts_with(front), "{case}: {after}");
        let end = back.trim_start_matches([' ', '/', 'w', 'h', 'y']);
        assert!(after.ends_with(end), "{case}: {after}");
        assert!(after.contains("\"auth0\""), "{case}: {after}");
        assert!(!before.contains("\r\n") || !after.replace("\r\n", "").contains('\n'), "{case}");
        assert_eq!(home.read(BACKUP), before, "{case}");
        assert!(ended.stdout.contains(&home.path(BACKUP)), "{case}: {}", ended.stdout);

        let gone = home.init(&["--uninstall", "--client", "cursor"]);
        assert_eq!(gone.code, 0, "{case}: {}", gone.stderr);
        assert_eq!(home.read(CURSOR), before, "{case}: removal");
    }
}

/// Where the layout does not tell what was there, the backup does.
#[test]
fn removal_gives_the_original_bytes_again() {
    for before in
        ["{}", "{ }\n", "", "{\"mcpServers\": {\n\n}}", "{\n  \"a\": 1 }", "\u{feff}{\"a\":1}\r\n"]
    {
        let home = Home::new();
        home.write(CURSOR, before);
        for args in [&["--demo"][..], &["--demo", "--read-only"]] {
            assert_eq!(home.init(&[args, &["--client", "cursor"]].concat()).code, 0, "{before:?}");
        }
        assert_eq!(home.init(&["--uninstall", "--client", "cursor"]).code, 0, "{before:?}");
        assert_eq!(home.read(CURSOR), before);
    }
    // What was changed since is not undone.
    let home = Home::new();
    home.write(CURSOR, "{\"a\": \"one two\"}");
    home.init(&["--demo", "--client", "cursor"]);
    home.write(CURSOR, home.read(CURSOR).replace("one two", "onetwo"));
    home.init(&["--uninstall", "--client", "cursor"]);
    assert!(home.read(CURSOR).contains("onetwo"));
}

#[test]
fn the_node_servers_entry_becomes_ours() {
    let home = Home::new();
    let theirs = r#"{
  "mcpServers": {
    "auth0": {
      "command": "npx",
      "args": ["-y", "@auth0/auth0-mcp-server", "run", "--tools", "*"],
      "env": {
        "DEBUG": "auth0-mcp",
        "HTTPS_PROXY": "http://proxy.example:3128"
      },
      "capabilities": ["tools"],
      "trust": true
    }
  }
}"#;
    home.write(".gemini/settings.json", theirs);
    let ended = home.init(&["--demo", "--client", "gemini"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("was updated"), "{}", ended.stdout);
    let entry = entry_of("gemini", &home.read(".gemini/settings.json"), "auth0");
    let binary = std::fs::canonicalize(crate::BINARY).unwrap();
    assert_eq!(
        entry,
        serde_json::json!({"command": binary.to_str(), "args": ["run", "--demo"],
            "env": {"HTTPS_PROXY": "http://proxy.example:3128"}, "trust": true})
    );
}

#[test]
fn backups_are_few_and_the_newest() {
    let home = Home::new();
    home.write(CURSOR, "{\"first\": true}\n");
    for at in 0..8 {
        let entry = format!("e{at}");
        assert_eq!(home.init(&["--demo", "--client", "cursor", "--entry-name", &entry]).code, 0);
    }
    let names = home.names(".cursor");
    let expected = [4, 5, 6, 7, 8].map(|number| format!("mcp.json.auth0-mcp-{number}.bak"));
    assert_eq!(names, [&["mcp.json".to_owned()][..], &expected].concat());
    assert!(home.read(".cursor/mcp.json.auth0-mcp-8.bak").contains("e6"));
}

#[cfg(unix)]
#[test]
fn modes_stay_and_new_files_are_private() {
    for mode in [0o600, 0o644, 0o664, 0o640] {
        let home = Home::new();
        home.write(CURSOR, "{}");
        home.set_mode(CURSOR, mode);
        assert_eq!(home.init(&["--demo", "--client", "cursor"]).code, 0);
        assert_eq!((home.mode(CURSOR), home.mode(BACKUP)), (mode, mode));
    }
}

#[test]
fn a_large_file_takes_little_time() {
    let home = Home::new();
    let item = "    {\"history\": [\"a long line of what was said\", {\"n\": 1}], \"x\": null},\n";
    let before = format!("{{\n  \"projects\": [\n{}    0\n  ]\n}}\n", item.repeat(400_000));
    assert!(before.len() > 24 << 20);
    home.write(".claude.json", &before);
    let began = std::time::Instant::now();
    let ended = home.init(&["--demo", "--client", "claude-code", "--claude-code-scope", "user"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    // An unoptimised build on a busy machine; a quadratic algorithm would take hours.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    let after = home.read(".claude.json");
    assert!(after.starts_with(&before[..before.len() - 4]) && after.contains("\"auth0\""));
}
