//! The command line as a user sees it: exit code, standard output, standard error.

use std::{path::PathBuf, process::Command};

use expect_test::expect_file;

fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_auth0-mcp"))
        .args(args)
        .env_clear()
        // Not the keychain and the folders of whoever runs the tests.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env("AUTH0_MCP_DATA_DIR", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn golden(name: &str) -> expect_test::ExpectFile {
    expect_file![
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/help")).join(name)
    ]
}

#[test]
fn help_is_golden() {
    for (args, name) in [
        (&["--help"][..], "auth0-mcp.txt"),
        (&["init", "--help"], "init.txt"),
        (&["run", "--help"], "run.txt"),
        (&["session", "--help"], "session.txt"),
        (&["logout", "--help"], "logout.txt"),
        (&["policy", "check", "--help"], "policy-check.txt"),
        (&["audit", "verify", "--help"], "audit-verify.txt"),
    ] {
        let (code, stdout, stderr) = run(args);
        assert_eq!((code, stderr.as_str()), (0, ""));
        golden(name).assert_eq(&stdout);
    }
}

#[test]
fn the_version_is_the_package_version() {
    let (code, stdout, _) = run(&["--version"]);
    assert_eq!(
        (code, stdout.as_str()),
        (0, concat!("auth0-mcp ", env!("CARGO_PKG_VERSION"), "\n"))
    );
}

#[test]
fn a_shell_can_read_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, stderr) = run(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        assert!(["auth0-mcp", "read-only", "componentize"].iter().all(|it| script.contains(it)));
        assert!(!script.contains("send-telemetry-event"), "{shell}");
    }
    let (_, script, _) = run(&["completions", "bash"]);
    let words = "COMP_WORDS=(auth0-mcp plugin ver); COMP_CWORD=2; $(complete -p auth0-mcp | grep -o _auth0[^\\ ]*) auth0-mcp ver plugin; echo ${COMPREPLY[@]}";
    let bash = Command::new("bash").args(["-c", &format!("{script}\n{words}")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&bash.stdout), "verify\n", "{bash:?}");
}

#[test]
fn mistakes_exit_with_their_code_and_leave_standard_output_alone() {
    let table: [(&[&str], i32, &str); 5] = [
        (&[], 2, "Usage: auth0-mcp"),
        (&["rum"], 2, "run"),
        (&["run", "--toools", "x"], 2, "--tools"),
        (&["run", "extra"], 2, "extra"),
        (&["run"], 4, "there are no credentials"),
    ];
    for (args, code, words) in table {
        let (found, stdout, stderr) = run(args);
        assert_eq!((found, stdout.as_str()), (code, ""), "{args:?}: {stderr}");
        assert!(stderr.contains(words), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

#[test]
fn credential_settings_that_cannot_be_used_are_explained() {
    let table: [(&[(&str, &str)], i32, &str); 6] = [
        (&[("AUTH0_TOKEN", "tok")], 3, "AUTH0_DOMAIN is required"),
        (&[("AUTH0_DOMAIN", "https://a.auth0.com"), ("AUTH0_TOKEN", "tok")], 3, "drop `https://`"),
        (&[("AUTH0_DOMAIN", "a.auth0.com/x"), ("AUTH0_TOKEN", "tok")], 3, "must not have a path"),
        (&[("AUTH0_DOMAIN", "evil.example@a.auth0.com"), ("AUTH0_TOKEN", "tok")], 3, "user name"),
        (
            &[("AUTH0_DOMAIN", "a.auth0.com"), ("AUTH0_CLIENT_ID", "i")],
            3,
            "AUTH0_CLIENT_SECRET is required",
        ),
        (
            &[
                ("AUTH0_DOMAIN", "a.auth0.com"),
                ("AUTH0_TOKEN", "tok"),
                ("SSL_CERT_FILE", "/nonexistent"),
            ],
            3,
            "/nonexistent",
        ),
    ];
    for (env, code, words) in table {
        let output = Command::new(env!("CARGO_BIN_EXE_auth0-mcp"))
            .arg("run")
            .env_clear()
            .envs(env.iter().copied())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{env:?}: {stderr}");
        assert!(stderr.contains(words), "{env:?}: {stderr}");
    }
}
