//! Where each client's file is on each system, and what the entry says. The files themselves are tested with the
//! real binary, in `tests/it/clients.rs`.

use std::path::{Path, PathBuf};

use super::*;
use crate::settings::env::Environment;

fn places(system: System, home: &str, pairs: &[(&'static str, &str)]) -> Places {
    Places::of(system, PathBuf::from(home), &Environment::of(pairs)).unwrap()
}

fn paths(places: &Places) -> Vec<String> {
    let path = |client: &'static Client| Target { client, folder: None }.path(places);
    CLIENTS.map(path).iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn each_system_has_its_paths() {
    let below_home = |claude: &str, vscode: &str| {
        [
            claude,
            "/h/.claude.json",
            "/h/.cursor/mcp.json",
            "/h/.codeium/windsurf/mcp_config.json",
            vscode,
            "/h/.gemini/settings.json",
            "/h/.codex/config.toml",
        ]
        .map(str::to_owned)
    };
    assert_eq!(
        paths(&places(
            System::Linux,
            "/h",
            &[("XDG_CONFIG_HOME", "not/absolute"), ("APPDATA", "/no")]
        )),
        below_home("/h/.config/Claude/claude_desktop_config.json", "/h/.config/Code/User/mcp.json")
    );
    assert_eq!(
        paths(&places(System::Linux, "/h", &[("XDG_CONFIG_HOME", "/c")])),
        below_home("/c/Claude/claude_desktop_config.json", "/c/Code/User/mcp.json")
    );
    assert_eq!(
        paths(&places(System::MacOs, "/h", &[("XDG_CONFIG_HOME", "/no")])),
        below_home(
            "/h/Library/Application Support/Claude/claude_desktop_config.json",
            "/h/Library/Application Support/Code/User/mcp.json"
        )
    );
    assert_eq!(
        paths(&places(System::Windows, "/h", &[])),
        below_home(
            "/h/AppData/Roaming/Claude/claude_desktop_config.json",
            "/h/AppData/Roaming/Code/User/mcp.json"
        )
    );
    let roaming = places(System::Windows, "/h", &[("APPDATA", "/r")]);
    assert_eq!(paths(&roaming)[4], "/r/Code/User/mcp.json");
}

#[test]
fn clients_own_variables_move_their_files() {
    let moved = places(
        System::Linux,
        "/h",
        &[("CLAUDE_CONFIG_DIR", "/cc"), ("GEMINI_CLI_HOME", "/g"), ("CODEX_HOME", "/cx")],
    );
    let paths = paths(&moved);
    assert_eq!(
        [&paths[1], &paths[5], &paths[6]],
        ["/cc/.claude.json", "/g/.gemini/settings.json", "/cx/config.toml"]
    );
    assert!(Places::of(System::Linux, PathBuf::from("h"), &Environment::default()).is_err());
    assert!(Places::of(System::Linux, PathBuf::new(), &Environment::default()).is_err());
}

#[test]
fn a_project_has_its_own_file() {
    let places = places(System::Linux, "/h", &[]);
    for (name, file) in [("claude-code", "/p/.mcp.json"), ("vscode", "/p/.vscode/mcp.json")] {
        let client = Client::named(name).unwrap();
        let target = Target { client, folder: Some("/p".into()) };
        assert_eq!(target.path(&places), Path::new(file));
    }
}

#[test]
fn the_entry_carries_the_limits_and_no_secret() {
    let launch = Launch {
        tools: Some("auth0_get_*, auth0_list_*".to_owned()),
        read_only: true,
        profile: Some("prod".to_owned()),
        demo: false,
    };
    assert_eq!(
        launch.arguments(),
        ["run", "--profile", "prod", "--tools", "auth0_get_*, auth0_list_*", "--read-only"]
    );
    assert_eq!(Launch::default().arguments(), ["run"]);
    assert_eq!(Launch { demo: true, ..Launch::default() }.arguments(), ["run", "--demo"]);
}

#[test]
fn windows_long_paths_are_written_plain() {
    for (path, written) in [
        (r"\\?\C:\Program Files\auth0-mcp.exe", r"C:\Program Files\auth0-mcp.exe"),
        (r"\\?\UNC\server\share\auth0-mcp.exe", r"\\?\UNC\server\share\auth0-mcp.exe"),
        ("/usr/bin/auth0-mcp", "/usr/bin/auth0-mcp"),
    ] {
        assert_eq!(Program::at(Path::new(path)).unwrap().as_str(), written);
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/\xff/auth0-mcp"));
        assert!(matches!(Program::at(path), Err(ProgramError::NotUtf8(_))));
    }
}
