//! Files that cannot be understood or written: exit code, message, and nothing lost. No step leaves anything behind.
#![cfg(unix)]

use std::{fs, process::Command};

use super::home::{Ended, Home};

const CURSOR: &str = ".cursor/mcp.json";

/// What is in the file, the exit code, and what is said. The file stays as it is.
const CONTENTS: [(&str, &[u8], &str); 14] = [
    (
        "a missing comma",
        b"{\n  \"mcpServers\": {\n    \"x\": {}\n    \"y\": {}\n  }\n}",
        "line 3, column 12: this is not JSON: Expected comma",
    ),
    ("cut off", b"{\n  \"mcpServers\": {\n    \"x\": {", "this is not JSON: Unterminated object"),
    ("JSON5", b"{mcpServers: {}}", "line 1, column 2: this is not JSON"),
    ("two documents", b"{}\n{}", "line 2, column 1: this is not JSON"),
    ("a list", b"[\n]", "line 1, column 1: the file holds an array, not an object"),
    ("servers in a list", b"{\"mcpServers\": [1]}", "line 1, column 16: `mcpServers` is an array"),
    ("no servers", b"{\"mcpServers\": null}", "`mcpServers` is null"),
    ("an entry that is a text", b"{\"mcpServers\": {\"auth0\": \"x\"}}", "`auth0` is a string"),
    (
        "servers twice",
        b"{\"mcpServers\": {},\n\n\"mcpServers\": {\"x\": {}}}",
        "line 3, column 1: `mcpServers` is there twice, first on line 1",
    ),
    (
        "the entry twice",
        b"{\"mcpServers\": {\"auth0\": {}, \"auth0\": {}}}",
        "`auth0` is there twice",
    ),
    (
        "a remote server",
        b"{\"mcpServers\": {\"auth0\": {\"url\": \"https://x\"}}}",
        "choose another name with --entry-name",
    ),
    ("Latin-1", b"{\n  \"a\": \"\xe9\"\n}", "line 2, column 9: this is not UTF-8"),
    ("UTF-16", b"\xff\xfe{\0}\0", "line 1, column 1: this is UTF-16: save it as UTF-8"),
    ("a NUL", b"{\"a\": \"\0\"}\0", "this is not JSON"),
];

#[test]
fn a_file_that_cannot_be_understood_is_never_written() {
    for (case, before, words) in CONTENTS {
        let home = Home::new();
        home.write(CURSOR, before);
        let then = home.snapshot();
        for args in [&["--demo"][..], &["--dry-run"], &["--uninstall"]] {
            let ended = home.init(&[args, &["--client", "cursor"]].concat());
            let has_entry = matches!(case, "a remote server" | "an entry that is a text");
            if args == ["--uninstall"] && has_entry {
                // Such an entry is not changed, but it may be removed.
                continue;
            }
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (3, ""),
                "{case} {args:?}: {}",
                ended.stderr
            );
            let path = home.path(CURSOR);
            assert!(ended.stderr.contains(&format!("Cursor: {path}")), "{case}: {}", ended.stderr);
            assert!(ended.stderr.contains(words), "{case}: {}", ended.stderr);
            assert_eq!(home.snapshot(), then, "{case} {args:?}");
        }
    }
    let home = Home::new();
    home.write(".codex/config.toml", "a = 1\nb = [\n");
    let ended = home.init(&["--demo", "--client", "codex"]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.stderr.contains("line 2, column 6: this is not TOML: unclosed array"),
        "{}",
        ended.stderr
    );
}

/// What stands in the way, the exit code, and what is said.
#[test]
fn what_stands_in_the_way_is_named() {
    let table: [(&str, fn(&Home), i32, &str); 8] = [
        ("a folder", |home| home.folder(CURSOR), 1, "mcp.json is a folder, not a file"),
        ("a file as folder", |home| home.write(".cursor", "x"), 1, ".cursor"),
        ("a pipe", |home| pipe(home, CURSOR), 1, "is a device or pipe, not a file"),
        ("a device", |home| home.link(CURSOR, "/dev/null"), 1, "/dev/null is a device or pipe"),
        ("a circle", |home| circle(home), 1, "leads round in a circle"),
        ("too large", |home| sparse(home), 3, "more than the 64 MiB"),
        ("a read-only file", |home| read_only(home, CURSOR), 1, "mcp.json is read-only"),
        ("a read-only folder", |home| read_only(home, ".cursor"), 1, ".cursor is read-only"),
    ];
    for (case, set_up, code, words) in table {
        let home = Home::new();
        set_up(&home);
        let before = home.snapshot();
        let ended = home.init(&["--demo", "--client", "cursor"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (code, ""), "{case}: {}", ended.stderr);
        assert!(ended.stderr.contains(words), "{case}: {}", ended.stderr);
        assert_eq!(home.snapshot(), before, "{case}");
        if case == "a read-only folder" {
            home.set_mode(".cursor", 0o755);
        }
    }
}

fn pipe(home: &Home, file: &str) {
    home.folder(".cursor");
    assert!(Command::new("mkfifo").arg(home.path(file)).status().unwrap().success());
}

fn circle(home: &Home) {
    home.link(CURSOR, "other.json");
    home.link(".cursor/other.json", "mcp.json");
}

fn sparse(home: &Home) {
    home.write(CURSOR, "{}");
    fs::File::options().write(true).open(home.path(CURSOR)).unwrap().set_len(65 << 20).unwrap();
}

fn read_only(home: &Home, what: &str) {
    home.write(CURSOR, "{}");
    home.set_mode(what, if what == CURSOR { 0o444 } else { 0o555 });
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let home = Home::new();
    home.write("dotfiles/cursor.json", "{}\n");
    home.link(CURSOR, "../dotfiles/cursor.json");
    let ended = home.init(&["--demo", "--client", "cursor"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("is a symbolic link; the file that it leads to is"),
        "{}",
        ended.stderr
    );
    assert!(fs::symlink_metadata(home.path(CURSOR)).unwrap().is_symlink());
    assert!(home.read("dotfiles/cursor.json").contains("auth0"));
    assert_eq!(home.names(".cursor"), ["mcp.json"]);
    assert_eq!(home.names("dotfiles"), ["cursor.json", "cursor.json.auth0-mcp-1.bak"]);

    // A link that leads to nothing yet, by way of a linked folder.
    home.link(".codeium", "dotfiles");
    home.link("dotfiles/windsurf/mcp_config.json", "../later/windsurf.json");
    let ended = home.init(&["--demo", "--client", "windsurf"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(home.read("dotfiles/later/windsurf.json").contains("auth0"));
}

/// A project may come from a stranger: its links must not make us write elsewhere.
#[test]
fn a_projects_link_does_not_lead_out_of_it() {
    let home = Home::new();
    home.write("victim.json", "{}");
    home.link("project/.vscode/mcp.json", "../../victim.json");
    home.link("other/.vscode", "../.ssh");
    home.folder(".ssh");
    home.write("good/config/mcp.json", "{}");
    home.link("good/.vscode/mcp.json", "../config/mcp.json");
    let before = home.snapshot();
    for project in ["project", "other"] {
        let folder = home.path(project);
        let ended = home.init(&["--demo", "--client=vscode", "--vscode-folder", &folder]);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{}", ended.stderr);
        assert!(ended.stderr.contains("outside of its folder"), "{}", ended.stderr);
        assert_eq!(home.snapshot(), before);
    }
    let folder = home.path("good");
    let ended = home.init(&["--demo", "--client=vscode", "--vscode-folder", &folder]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(home.read("good/config/mcp.json").contains("auth0"));
}

/// All problems at once, and then nothing is written at all.
#[test]
fn one_failure_does_not_hide_the_others() {
    let home = Home::new();
    home.write(CURSOR, "{");
    home.write(".gemini/settings.json", "[]");
    home.write(".codeium/windsurf/mcp_config.json", "{}");
    let before = home.snapshot();
    let ended = home.init(&["--demo", "--client", "windsurf,cursor,codex,gemini"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    assert!(
        ended.stderr.contains("Cursor: ") && ended.stderr.contains("Gemini CLI: "),
        "{}",
        ended.stderr
    );
    assert_eq!(home.snapshot(), before);
}

/// A limit on the size of files makes a write fail midway, as a full disk does.
#[test]
fn a_write_that_fails_midway_leaves_the_old_file() {
    let home = Home::new();
    let before = format!("{{\"a\": \"{}\"}}", "x".repeat(40_000));
    home.write(CURSOR, &before);
    let then = home.snapshot();
    let mut command = Command::new("bash");
    command.env_clear().env("HOME", home.path("")).stdin(std::process::Stdio::null());
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let binary = crate::BINARY;
    command.args(["-c", script, "-", binary, "init", "--demo", "--client", "cursor,windsurf"]);
    let ended = Ended::of(&mut command);
    assert_eq!(ended.code, 1, "{} {}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.contains("Cursor: ") && ended.stderr.contains("File too large"),
        "{}",
        ended.stderr
    );
    // The small file of the other client is written nevertheless.
    assert!(ended.stdout.contains("Windsurf: the entry `auth0` was added"), "{}", ended.stdout);
    let now = home.snapshot();
    assert!(then.iter().all(|(path, was)| now.get(path) == Some(was)));
    assert_eq!(home.names(".cursor"), ["mcp.json"]);
}

/// A full disk: a memory disk of 64 KiB, in a mount namespace of its own. Where the system allows nobody to make
/// one, the test above has to do.
#[test]
#[expect(clippy::print_stderr, reason = "says what was not tested")]
fn a_full_disk_leaves_the_old_file() {
    let home = Home::new();
    home.folder(".cursor");
    let script = r#"
        set -e
        mount -t tmpfs -o size=64k none "$HOME/.cursor"
        printf '{"a": "%s"}' "$(head -c 30000 /dev/zero | tr '\0' x)" > "$HOME/.cursor/mcp.json"
        cp "$HOME/.cursor/mcp.json" "$HOME/before.json"
        head -c 24000 /dev/zero > "$HOME/.cursor/filler"
        code=0; "$1" init --demo --client cursor,windsurf || code=$?
        cmp "$HOME/.cursor/mcp.json" "$HOME/before.json"
        ls -A "$HOME/.cursor" > "$HOME/names"
        exit $code"#;
    let unshare = |flags: &'static str| {
        let mut command = Command::new("unshare");
        command.args([flags, "--mount"]);
        command
    };
    let is_allowed = |flags: &&'static str| {
        unshare(flags).arg("true").output().is_ok_and(|o| o.status.success())
    };
    let Some(flags) = ["--map-root-user", "--mount"].into_iter().find(is_allowed) else {
        return eprintln!(
            "no namespace may be made here; a_write_that_fails_midway covers the same"
        );
    };
    let mut command = unshare(flags);
    command.env("HOME", home.path("")).args(["bash", "-c", script, "-", crate::BINARY]);
    let ended = Ended::of(&mut command);
    assert_eq!(ended.code, 1, "{} {}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("No space left on device"), "{}", ended.stderr);
    assert!(ended.stdout.contains("Windsurf: the entry `auth0` was added"), "{}", ended.stdout);
    assert_eq!(home.read("names"), "filler\nmcp.json\n");
}
