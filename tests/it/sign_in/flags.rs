//! What can be wrong with the command line, as a table: the exit code and the message. Nothing is asked, sent or
//! written, and no keychain is needed to find it out.

use std::process::{Command, Stdio};

fn run(args: &[&str], env: &[(&str, &str)], input: Stdio) -> (i32, String) {
    let home = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-home");
    let output = Command::new(crate::BINARY)
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .envs(env.iter().copied())
        .stdin(input)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(text(&output.stdout), "", "{args:?}");
    let stderr = text(&output.stderr);
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    assert!(!std::path::Path::new(home).exists(), "{args:?}: something was written");
    (output.status.code().unwrap(), stderr)
}

#[test]
fn everything_wrong_is_found_before_the_keychain_is_asked() {
    const ID: [&str; 2] = ["--auth0-client-id", "id"];
    const DOMAIN: [&str; 2] = ["--auth0-domain", "a.auth0.com"];
    const SECRET: [&str; 2] = ["--auth0-client-secret", "planted-secret-on-the-command-line"];
    let of = |parts: &[[&'static str; 2]]| parts.concat();
    let table: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec![], 2, "nobody can be asked for scopes here: name them with --scopes"),
        (vec!["--no-interaction"], 2, "or name the tools with --tools"),
        (vec!["--read-only"], 2, "nobody can be asked for scopes"),
        (vec!["--scopes", "read:cleints"], 3, "did you mean `read:clients` or"),
        (
            vec!["--scopes", "read:clients,nonsense"],
            3,
            "`nonsense` is not a scope of any tool; the scopes are: read:clients",
        ),
        (vec!["--scopes", "delete:*"], 3, "`delete:*` matches no scope"),
        (vec!["--scopes", "*:client_credentials"], 3, "give the exact name"),
        (vec!["--scopes", ","], 3, "the list of scopes is empty"),
        (vec!["--scopes", "offline_access,read:logs"], 3, "asked for with every sign-in"),
        (vec!["--tools", "auth0_list_applicatons"], 3, "did you mean `auth0_list_applications`"),
        (vec!["--tools", ","], 3, "the list of tool patterns is empty"),
        (vec!["--tools", "*", "--read-only=perhaps"], 3, "--read-only is `perhaps`"),
        (
            vec!["--tenant", "https://a.auth0.com", "--tools", "*"],
            3,
            "--tenant: the domain must not have a scheme",
        ),
        (
            vec!["--profile", "Acme", "--tools", "*"],
            3,
            "--profile: `Acme` is no profile name: names are lower-case",
        ),
        (vec!["--profile", "a/b", "--tools", "*"], 3, "is no profile name"),
        (vec!["--client", "cursr", "--tools", "*"], 2, "did you mean `cursor`?"),
        (vec!["--client", "vscode", "--tools", "*"], 2, "--vscode-scope"),
        (vec!["--device-domain", "x.example.com", "--tools", "*"], 2, "needs --device-client-id"),
        (
            vec!["--device-domain", "x.example.com/y", "--device-client-id", "i", "--tools", "*"],
            3,
            "--device-domain: the domain must not have a path",
        ),
        (vec!["--device-client-id", " ", "--tools", "*"], 3, "--device-client-id is empty"),
        (of(&[ID]), 2, "--auth0-domain is missing"),
        (of(&[DOMAIN]), 2, "--auth0-client-id is missing"),
        (of(&[SECRET]), 2, "--auth0-domain and --auth0-client-id is missing"),
        (of(&[ID, SECRET]), 2, "--auth0-domain is missing"),
        (of(&[DOMAIN, SECRET]), 2, "--auth0-client-id is missing"),
        (of(&[DOMAIN, ["--auth0-client-id", " "], SECRET]), 3, "--auth0-client-id is empty"),
        (of(&[DOMAIN, ID, ["--auth0-client-secret", ""]]), 3, "--auth0-client-secret is empty"),
        (
            of(&[["--auth0-domain", "http://a.auth0.com/"], ID, SECRET]),
            3,
            "--auth0-domain: the domain must not have a scheme",
        ),
        (of(&[["--auth0-domain", "a@b.auth0.com"], ID, SECRET]), 3, "must not hold a user name"),
        (
            of(&[DOMAIN, ID, SECRET, ["--tenant", "b.auth0.com"]]),
            2,
            "--tenant is b.auth0.com and --auth0-domain is a.auth0.com",
        ),
        (vec!["--keep-secret", "--no-keep-secret"], 2, "cannot be used with"),
        (vec!["--import-node", "--scopes", "read:logs"], 2, "cannot be used with"),
        (vec!["--keep-secret", "--tools", "*"], 2, "--auth0-client-id"),
        (of(&[DOMAIN, ID, SECRET, ["--device-client-id", "i"]]), 2, "cannot be used with"),
        (vec!["--unknown"], 2, "--unknown"),
    ];
    for (flags, code, says) in table {
        let args = [&["init", "--client", "none"], &flags[..]].concat();
        let args =
            if flags.contains(&"--client") { [&["init"], &flags[..]].concat() } else { args };
        let (found, stderr) = run(&args, &[], Stdio::null());
        assert_eq!(found, code, "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{args:?}: {stderr}");
        assert!(!stderr.contains("planted-secret"), "{args:?}: {stderr}");
    }
}

#[test]
fn variables_are_checked_as_flags_are() {
    for (pair, code, says) in [
        (("AUTH0_MCP_PROFILE", "Acme"), 3, "AUTH0_MCP_PROFILE: `Acme`"),
        (("AUTH0_MCP_DEVICE_DOMAIN", "http://x"), 3, "AUTH0_MCP_DEVICE_DOMAIN: the domain"),
        (("AUTH0_MCP_DEVICE_DOMAIN", "x.example.com"), 2, "needs --device-client-id"),
        (("AUTH0_MCP_TOOLS", "nonsense"), 3, "matches no tool"),
        (("AUTH0_MCP_READ_ONLY", "perhaps"), 3, "AUTH0_MCP_READ_ONLY is `perhaps`"),
        (("SSL_CERT_FILE", "/nowhere"), 9, "no keychain here"),
    ] {
        let args = ["init", "--client", "none", "--scopes", "read:logs"];
        let (found, stderr) = run(&args, &[pair], Stdio::null());
        assert_eq!(found, code, "{pair:?}: {stderr}");
        assert!(stderr.contains(says), "{pair:?}: {stderr}");
    }
}

#[test]
fn without_a_keychain_nobody_signs_in_for_nothing() {
    let machine =
        ["init", "--client", "none", "--auth0-domain", "a.auth0.com", "--auth0-client-id", "i"];
    for (args, env) in [
        (&["init", "--client", "none", "--scopes", "read:logs"][..], &[][..]),
        (&machine, &[("AUTH0_CLIENT_SECRET", "planted-secret-of-the-environment")]),
        (&["session"], &[]),
        (&["session", "use", "x"], &[]),
        (&["logout"], &[]),
        (&["logout", "--all"], &[]),
    ] {
        let (code, stderr) = run(args, env, Stdio::null());
        assert_eq!(code, 9, "{args:?}: {stderr}");
        assert!(stderr.contains("there is no keychain here"), "{args:?}: {stderr}");
        assert!(stderr.contains("set AUTH0_DOMAIN with AUTH0_TOKEN"), "{args:?}: {stderr}");
        assert!(!stderr.contains("planted-secret"), "{args:?}: {stderr}");
    }
}

#[test]
fn session_and_logout_explain_their_mistakes() {
    for (args, code, says) in [
        (&["session", "--profile", "A"][..], 3, "names are lower-case"),
        (&["session", "use"], 2, "<NAME>"),
        (&["session", "use", "A b"], 3, "is no profile name"),
        (&["session", "--json", "use", "x"], 2, "cannot be used with"),
        (&["logout", "--profile", "B"], 3, "names are lower-case"),
        (&["logout", "--profile", "x", "--all"], 2, "cannot be used with"),
    ] {
        let (found, stderr) = run(args, &[], Stdio::null());
        assert_eq!(found, code, "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
}
