//! What becomes of a TOML text.

use super::{super::error::position, *};

fn entry(args: &[&str]) -> Entry {
    let args = args.iter().map(|text| (*text).to_owned()).collect();
    Entry { says_stdio: false, command: "/bin/auth0-mcp".to_owned(), args }
}

fn installed(text: &str) -> String {
    install(text, "mcp_servers", "auth0", &entry(&["run", "--tools", "a,b"]), &[]).unwrap().text
}

fn uninstalled(text: &str) -> String {
    uninstall(text, "mcp_servers", "auth0").unwrap().unwrap().text
}

const BLOCK: &str =
    "[mcp_servers.auth0]\ncommand = \"/bin/auth0-mcp\"\nargs = [\"run\", \"--tools\", \"a,b\"]\n";

#[test]
fn a_new_entry_is_added_at_the_end() {
    let table = [
        ("", "", true),
        ("model = \"x\" # mine\n", "\n", true),
        ("model = \"x\"", "\n\n", false),
        ("[mcp_servers.other]\ncommand = 'y' # why\n\n[tui]\na = 1\n", "\n", true),
        ("mcp_servers.other.command = 'y'\n", "\n", true),
        ("[mcp_servers]\n# none\n", "\n", true),
        ("[[list]]\na = \"\"\"\n[mcp_servers.auth0]\n\"\"\"\n# end\n", "\n", true),
    ];
    for (before, gap, comes_back) in table {
        let after = installed(before);
        assert_eq!(after, format!("{before}{gap}{BLOCK}"));
        assert_eq!(installed(&after), after);
        if comes_back {
            assert_eq!(uninstalled(&after), before);
        }
        let windows = before.replace('\n', "\r\n");
        let after = installed(&windows);
        assert_eq!(
            after,
            format!(
                "{windows}{}",
                format!("{gap}{BLOCK}")
                    .replace('\n', if before.contains('\n') { "\r\n" } else { "\n" })
            )
        );
        if comes_back {
            assert_eq!(uninstalled(&after), windows);
        }
    }
    // A header cannot add to an inline table.
    let inline = "a = 1\r\nmcp_servers = { x = { command = 'y' }} # why\r\nb = 2\r\n";
    assert_eq!(
        installed(inline),
        "a = 1\r\nmcp_servers = { x = { command = 'y' }, auth0 = { command = \"/bin/auth0-mcp\", args = [\"run\", \"--tools\", \"a,b\"] } } # why\r\nb = 2\r\n"
    );
}

#[test]
fn an_existing_entry_keeps_what_is_not_ours() {
    let before = "# top\r\n[mcp_servers.auth0] # mine\r\nargs = [ 'x' ] # old\r\nstartup_timeout_sec = 30\r\ncommand = \"npx\"\n\n[mcp_servers.auth0.env]\nAUTH0_DOMAIN = 'a'\n\n# about b\n[b]\nc = 1\r\n";
    let found = install(before, "mcp_servers", "auth0", &entry(&["run"]), &[]).unwrap();
    assert_eq!(
        found.text,
        "# top\r\n[mcp_servers.auth0] # mine\r\nargs = [\"run\"] # old\r\nstartup_timeout_sec = 30\r\ncommand = \"/bin/auth0-mcp\"\r\n\n[mcp_servers.auth0.env]\nAUTH0_DOMAIN = 'a'\n\n# about b\n[b]\nc = 1\r\n"
    );
    assert_eq!(found.before.unwrap().variables, ["AUTH0_DOMAIN"]);
    // Comments above a header may be about the file: they stay.
    assert_eq!(uninstalled(before), "# top\r\n\n# about b\n[b]\nc = 1\r\n");
    let same =
        "[mcp_servers.auth0]\nargs = [ 'run', '--tools',\n 'a,b' ]\ncommand = '/bin/auth0-mcp'\n";
    assert_eq!(installed(same), same);
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place() {
    let table = [
        ("a = 1\r\nb = \r\n", (2, 5), "this is not TOML"),
        ("a = 1\na = 2\n", (2, 1), "this is not TOML: duplicate key"),
        ("mcp_servers = 1\n", (1, 15), "`mcp_servers` is of type integer"),
        ("[[mcp_servers]]\na = 1\n", (1, 1), "`mcp_servers` is of type array of tables"),
        ("[mcp_servers]\n auth0 = []\n", (2, 10), "`auth0` is of type array"),
        ("[mcp_servers.auth0]\nurl = 'https://x'\n", (1, 1), "remote server (it has `url`)"),
    ];
    for (text, place, reason) in table {
        let fault = install(text, "mcp_servers", "auth0", &entry(&["run"]), &[]).unwrap_err();
        assert!(fault.reason.contains(reason), "{text}: {fault:?}");
        assert_eq!(position(text, fault.at), place, "{text}: {fault:?}");
    }
}

#[test]
fn values_that_are_not_ours_are_not_shown() {
    let text = "key = 'planted-1' # planted-2 \"#\"\n[mcp_servers.x]\nargs = ['planted-3']\nenv = { T = \"planted-4\" }\n# planted-5\n[mcp_servers.auth0]\ncommand = '/bin/auth0-mcp'\nargs = [\"run\"]\n[mcp_servers.auth0.env]\nAUTH0_TOKEN = '''planted-6'''\n";
    let shown = blanked(text, "mcp_servers", "auth0");
    assert!(!shown.contains("planted"), "{shown}");
    assert!(shown.contains("command = '/bin/auth0-mcp'\nargs = [\"run\"]\n"), "{shown}");
    assert_eq!(shown.lines().count(), text.lines().count());
}

/// Random documents out of parts: the order, the line ends and the blank lines vary.
#[test]
fn random_texts_stay_as_they_are_outside_of_the_entry() {
    const PARTS: [&str; 9] = [
        "# a comment, [not.a.table]\n",
        "[t1]\nx = 1 # one\n",
        "\n",
        "[mcp_servers.one]\ncommand = \"a\"\n",
        "[mcp_servers.two]\ncommand = 'b'\nargs = [\n  'x', # why\n]\n",
        "[mcp_servers.two.env]\nA = '''\nlines\n'''\n",
        "[[list]]\nd = 1979-05-27T07:32:00Z\n",
        "[t2]\n\"quoted key\" = \"é\"\n",
        "[ t3 . sub ]\ny = 0x1F\n",
    ];
    for seed in 0..5_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut parts = PARTS.to_vec();
        random.shuffle(&mut parts);
        parts.truncate(random.usize(..=parts.len()));
        let text = format!("model = 'x'\n{}", parts.concat());
        if text.parse::<DocumentMut>().is_err() {
            continue;
        }
        let ends = |_| if random.bool() { "\r\n" } else { "\n" };
        let ends: Vec<_> = text.lines().map(ends).collect();
        let before: String = text.lines().zip(ends).flat_map(|(line, end)| [line, end]).collect();
        let after = installed(&before);
        assert!(after.starts_with(&before), "seed {seed}:\n{before:?}\n---\n{after:?}");
        assert_eq!(installed(&after), after, "seed {seed}");
        let without = uninstalled(&after);
        assert_eq!(without.trim_end(), before.trim_end(), "seed {seed}");
    }
}
