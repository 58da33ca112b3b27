//! `init` and the configuration files of MCP clients, with the real binary in a home directory of its own. `--demo`
//! needs no sign-in, so that these tests are about files alone.

mod contents;
mod faults;
mod home;
mod together;

use home::{Home, entry_of};

/// Every client, with what it needs to be set up without questions, and its file.
const CLIENTS: [(&str, &[&str], &str); 7] = [
    ("claude", &[], ".config/Claude/claude_desktop_config.json"),
    ("claude-code", &["--claude-code-scope", "user"], ".claude.json"),
    ("cursor", &[], ".cursor/mcp.json"),
    ("windsurf", &[], ".codeium/windsurf/mcp_config.json"),
    ("vscode", &["--vscode-scope", "global"], ".config/Code/User/mcp.json"),
    ("gemini", &[], ".gemini/settings.json"),
    ("codex", &[], ".codex/config.toml"),
];

#[test]
fn every_client_gets_an_entry_that_starts_this_binary() {
    let binary = std::fs::canonicalize(crate::BINARY).unwrap();
    for (client, flags, file) in CLIENTS {
        let home = Home::new();
        let limits = ["--tools", "auth0_get_*,auth0_list_*", "--read-only", "--profile", "prod"];
        let args = [&["--demo", "--client", client], flags, &limits].concat();
        let ended = home.init(&args);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{client}: {}", ended.stdout);
        assert!(ended.stdout.contains(&home.path(file)), "{client}: {}", ended.stdout);

        let entry = entry_of(client, &home.read(file), "auth0");
        assert_eq!(entry["command"], binary.to_str().unwrap(), "{client}");
        let expected = ["run", "--demo", "--profile", "prod", "--tools", limits[1], "--read-only"];
        assert_eq!(entry["args"], serde_json::json!(expected), "{client}");
        // Nothing else: no environment, no DEBUG, no key that a client refuses.
        let stdio = matches!(client, "claude-code" | "vscode");
        assert_eq!(
            entry.as_object().unwrap().len(),
            if stdio { 3 } else { 2 },
            "{client}: {entry}"
        );
        #[cfg(unix)]
        assert_eq!(home.mode(file), 0o600, "{client}");

        let before = home.snapshot();
        let again = home.init(&args);
        assert_eq!((again.code, again.stderr.as_str()), (0, ""), "{client}");
        assert!(again.stdout.contains("nothing was written"), "{client}: {}", again.stdout);
        assert_eq!(home.snapshot(), before, "{client}");

        let gone = home.init(&[&["--uninstall", "--client", client], flags].concat());
        assert_eq!((gone.code, gone.stderr.as_str()), (0, ""), "{client}");
        assert!(gone.stdout.contains("was removed"), "{client}: {}", gone.stdout);
        assert!(!home.read(file).contains("auth0"), "{client}: {}", home.read(file));
    }
}

#[test]
fn several_clients_are_set_up_at_once_and_removed_without_being_named() {
    let home = Home::new();
    let ended = home.init(&["--demo", "--client", "cursor, windsurf", "--client=codex"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.stdout.matches("was added").count(), 3, "{}", ended.stdout);
    // The default is the Node server's.
    assert_eq!(home.init(&["--demo"]).code, 0);
    assert!(home.read(CLIENTS[0].2).contains("auth0"));
    // A second entry beside the first.
    let second = home.init(&["--demo", "--client", "cursor", "--entry-name", "auth0-eu"]);
    assert_eq!(second.code, 0, "{}", second.stderr);

    let gone = home.init(&["--uninstall"]);
    assert_eq!(gone.code, 0, "{}", gone.stderr);
    assert_eq!(gone.stdout.matches("was removed").count(), 4, "{}", gone.stdout);
    assert!(home.read(".cursor/mcp.json").contains("auth0-eu"));
    let nothing = home.init(&["--uninstall"]);
    assert!(
        nothing.code == 0 && nothing.stdout.contains("No client has an entry"),
        "{}",
        nothing.stdout
    );
    assert_eq!(home.init(&["--demo", "--client", "none"]).stdout, "");
}

#[test]
fn projects_have_their_own_files() {
    let home = Home::new();
    home.folder("project");
    let project = home.path("project");
    let args = ["--demo", "--client", "vscode,claude-code", "--vscode-folder", &project];
    let ended = home.init(
        &[&args[..], &["--claude-code-scope=project", "--claude-code-folder", &project]].concat(),
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(
        entry_of("vscode", &home.read("project/.vscode/mcp.json"), "auth0")["type"],
        "stdio"
    );
    assert_eq!(entry_of("claude-code", &home.read("project/.mcp.json"), "auth0")["type"], "stdio");
    // Without a folder it is the present one.
    let here =
        home.init_in("project", &["--uninstall", "--client=vscode", "--vscode-scope=workspace"]);
    assert!(
        here.code == 0 && here.stdout.contains("was removed"),
        "{} {}",
        here.stdout,
        here.stderr
    );
}

#[test]
fn a_choice_that_cannot_be_understood_names_the_way_out() {
    let home = Home::new();
    let table: [(&[&str], i32, &str); 11] = [
        (&["--client", "curser"], 2, "did you mean `cursor`?"),
        (
            &["--client", "emacs"],
            2,
            "claude, claude-code, cursor, windsurf, vscode, gemini, codex, none",
        ),
        (&["--client", "cursor,none"], 2, "`none` cannot stand beside"),
        (&["--client", "vscode"], 2, "add --vscode-scope global|workspace"),
        (&["--client", "claude-code"], 2, "add --claude-code-scope user|project"),
        (&["--client", "vscode", "--vscode-scope", "user"], 2, "global, workspace"),
        (
            &["--client", "cursor", "--vscode-scope", "global"],
            2,
            "--vscode-scope needs --client vscode",
        ),
        (&["--client", "cursor", "--claude-code-folder", "."], 2, "--claude-code-folder needs"),
        (
            &["--client=vscode", "--vscode-scope=global", "--vscode-folder=."],
            2,
            "--vscode-folder is for a project",
        ),
        (&["--client", "cursor", "--entry-name", "a b"], 2, "letters, digits"),
        (&["--client=vscode", "--vscode-folder=/nonexistent"], 3, "/nonexistent is no folder"),
    ];
    for (args, code, words) in table {
        // Standard input is closed in these tests; so it is for `--no-interaction` too.
        let ended = home.init(&[&["--demo"], args].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{args:?}: {}", ended.stderr);
        assert!(home.snapshot().is_empty(), "{args:?}");
    }
    let homeless = home.init_with(&["--demo", "--client", "cursor"], &[("HOME", "relative")]);
    assert!(homeless.code == 3 && homeless.stderr.contains("set HOME"), "{}", homeless.stderr);
}

#[test]
fn a_dry_run_shows_the_change_and_writes_nothing() {
    let home = Home::new();
    home.write(
        ".cursor/mcp.json",
        "{\n  \"mcpServers\": {\n    \"x\": { \"env\": { \"KEY\": \"planted-value\" } }\n  }\n}\n",
    );
    let before = home.snapshot();
    let ended = home.init(&["--dry-run", "--client", "cursor,codex", "--read-only"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let path = home.path(".cursor/mcp.json");
    for line in [
        &format!("--- {path}"),
        &format!("+++ {path}"),
        "+    \"auth0\": {",
        "+        \"--read-only\"",
        "--- /dev/null",
        "+[mcp_servers.auth0]",
    ] {
        assert!(ended.stdout.lines().any(|found| found == line), "{line}: {}", ended.stdout);
    }
    assert!(
        ended.stdout.contains("\"KEY\": \"…\"") && !ended.stdout.contains("planted"),
        "{}",
        ended.stdout
    );
    assert_eq!(home.snapshot(), before);

    assert_eq!(home.init(&["--demo", "--client", "cursor"]).code, 0);
    let gone = home.init(&["--dry-run", "--uninstall", "--client", "cursor"]);
    assert!(gone.code == 0 && gone.stdout.contains("\n-    \"auth0\": {"), "{}", gone.stdout);
    let same = home.init(&["--dry-run", "--demo", "--client", "cursor"]);
    assert!(same.code == 0 && same.stdout.contains("nothing would be written"), "{}", same.stdout);
}

#[test]
fn the_user_is_told_what_the_entry_means_now() {
    let home = Home::new();
    let limited = ["--demo", "--client", "cursor", "--read-only", "--tools", "auth0_get_*"];
    assert_eq!(home.init(&limited).code, 0);
    let wider = home.init(&["--demo", "--client", "cursor"]);
    for flag in ["--tools", "--read-only"] {
        assert!(
            wider.stderr.contains(&format!("was limited by {flag} and is no longer")),
            "{}",
            wider.stderr
        );
    }
    home.write(".cursor/mcp.json", r#"{"mcpServers":{"auth0":{"command":"x","disabled":true,"env":{"AUTH0_TOKEN":"planted-token"}}}}"#);
    let kept = home.init(&["--demo", "--client", "cursor"]);
    assert!(kept.stderr.contains("sets AUTH0_TOKEN in its `env`"), "{}", kept.stderr);
    assert!(kept.stderr.contains("switched off"), "{}", kept.stderr);
    assert!(!(kept.stderr + &kept.stdout).contains("planted"));
    assert!(home.read(".cursor/mcp.json").contains("planted-token"));
}

/// Credentials in the environment, in files and in their backups: none is shown, and none gets into another file.
#[test]
fn no_planted_secret_is_shown_or_copied() {
    const PLANTED: &str = "pLaNtEd-SeCrEt_0123456789abcdefghijklmnopqrstuvwxyz";
    let home = Home::new();
    let json = format!(
        "{{\n  // {PLANTED}\n  \"apiKey\": \"{PLANTED}\",\n  \"mcpServers\": {{\n    \"x\": {{ \"env\": {{ \"K\": \"{PLANTED}\" }}, \"args\": [\"{PLANTED}\"] }}\n  }}\n}}\n"
    );
    home.write(".cursor/mcp.json", &json);
    home.write(".codex/config.toml", format!("key = '{PLANTED}' # {PLANTED}\n"));
    home.write(".gemini/settings.json", format!("{{\"x\": \"{PLANTED}\" oops}}"));
    let env = [("AUTH0_TOKEN", PLANTED), ("AUTH0_CLIENT_SECRET", PLANTED), ("DEBUG", "auth0-mcp")];
    let clients = ["--client", "cursor,codex,windsurf"];
    for args in [
        &["--dry-run"][..],
        &["--demo"],
        &["--demo", "--read-only"],
        &["--uninstall", "--dry-run"],
        &["--uninstall"],
    ] {
        let ended = home.init_with(&[args, &clients].concat(), &env);
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.stderr);
        assert!(!(ended.stdout + &ended.stderr).contains("pLaNtEd"), "{args:?}");
    }
    let broken = home.init_with(&["--demo", "--client", "gemini"], &env);
    assert!(broken.code == 3 && !broken.stderr.contains("pLaNtEd"), "{}", broken.stderr);
    assert!(!home.read(".codeium/windsurf/mcp_config.json").contains("pLaNtEd"));
    assert_eq!(home.read(".cursor/mcp.json"), json);
}
