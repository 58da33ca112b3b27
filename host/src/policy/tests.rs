//! What a policy text means, and that no file ever gives back what another takes.

use std::time::Duration;

use auth0_mcp_sandbox::{Limits, Manifest, contract::Method};

use super::*;
use crate::{catalog::store::BUNDLE, policy::check::Known};

fn layer(text: &str) -> Layer {
    Layer::read("policy.toml", Source::System, text)
        .unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn policy(texts: &[&str]) -> Policy {
    Policy::of(texts.iter().map(|text| layer(text)).collect())
}

fn manifests() -> Vec<Manifest> {
    BUNDLE.iter().map(|plugin| serde_json::from_str(plugin.manifest).unwrap()).collect()
}

/// The tools that a policy leaves.
fn left(policy: &Policy) -> Vec<String> {
    let mut left = Vec::new();
    for manifest in manifests() {
        let on = |tool: &&Tool| policy.tool(&manifest.name, Maker::FirstParty, tool).is_ok();
        left.extend(manifest.tools.iter().filter(on).map(|tool| tool.name.clone()));
    }
    left
}

#[test]
fn a_mistake_is_named_with_its_place_and_what_was_meant() {
    for (text, line, column, words) in [
        ("read_only = true", 1, 1, "unknown key `read_only`; did you mean `read-only`?"),
        ("\n[alow]\nfamilies = []", 2, 2, "unknown key `alow`; did you mean `allow`?"),
        ("[deny]\nzzz = 1", 2, 1, "unknown key `zzz` in `deny`; the keys here are families, tools"),
        (
            "[limits]\nmemory-byte = 1",
            2,
            1,
            "unknown key `memory-byte` in `limits`; did you mean `memory-bytes`",
        ),
        ("read-only = \"yes\"", 1, 13, "`read-only` must be true or false; this is of type string"),
        ("[allow]\nfamilies = \"logs\"", 2, 12, "`allow.families` must be an array of strings"),
        (
            "[allow]\ntools = [\"a\", 7]",
            2,
            15,
            "`allow.tools` must be an array of strings; this is of type integer",
        ),
        (
            "[deny]\neffects = [\"distructive\"]",
            2,
            12,
            "unknown effect `distructive`; did you mean `destructive`?",
        ),
        (
            "[deny]\nendpoints = [\n  \"GET clients\",\n  \"FETCH x\"]",
            4,
            3,
            "`deny.endpoints`: `FETCH` is no method",
        ),
        ("[deny]\nfamilies = [\"Logs\"]", 2, 13, "`Logs` is no name of a family"),
        ("[deny]\ntools = [\"a,b\"]", 2, 10, "`a,b` is no pattern for tools"),
        ("[limits]\nrequests-per-call = 0", 2, 21, "must be a whole number of at least 1"),
        ("[limits]\ndeadline-seconds = 1.5", 2, 20, "must be a whole number of at least 1"),
        ("[audit]\nfile = \"audit.jsonl\"", 2, 8, "must be an absolute path"),
        ("[plugins]\nrequire-signatures = true", 2, 22, "`plugins.publishers` names nobody"),
        ("[plugins.publishers]\nacme = \"RWQ\"", 2, 8, "is no minisign public key"),
        ("[plugins.publishers]\nacme = 3", 2, 8, "must be a string"),
        ("deny = 3", 1, 8, "`deny` must be a table"),
        ("read-only = tru", 1, 13, "this is not TOML"),
        ("read-only = true\nread-only = false", 2, 1, "this is not TOML"),
        ("é = 1", 1, 1, "this is not TOML"),
    ] {
        let problems = Layer::read("policy.toml", Source::System, text).unwrap_err();
        let problem = &problems[0];
        assert!(problem.text.contains(words), "{text}: {problems:?}");
        assert_eq!((problem.line, problem.column), (line, column), "{text}: {problems:?}");
    }
    let problems = Layer::read("p", Source::System, "a = 1\nb = 2\n[limits]\nc = 3").unwrap_err();
    assert_eq!(problems.len(), 3, "all that is wrong is told at once: {problems:?}");
}

#[test]
fn rules_say_what_is_left() {
    let count = left(&Policy::none()).len();
    for (text, expected) in [
        ("", count),
        ("read-only = false", count),
        ("read-only = true", 11),
        ("allow.families = []", 0),
        ("allow.families = [\"logs\", \"forms\"]", 7),
        ("deny.families = [\"logs\"]", count - 2),
        ("allow.tools = [\"auth0_get_*\"]", 5),
        ("deny.tools = [\"auth0_get_*\"]", count - 5),
        ("allow.effects = [\"read-only\"]", 11),
        ("allow.effects = [\"read-only\", \"write\"]", 16),
        ("deny.effects = [\"destructive\"]", 16),
        ("deny.effects = [\"write\"]", 11),
        ("deny.effects = [\"read-only\"]", count - 11),
        ("allow.endpoints = [\"GET **\"]", 11),
        ("allow.endpoints = [\"GET clients\", \"GET clients/abc\"]", 2),
        ("deny.endpoints = [\"* clients/**\"]", count - 4),
        ("deny.endpoints = [\"* CLIENTS/**\"]", count - 4),
        ("deny.endpoints = [\"GET clients/abc\"]", count),
        ("deny.endpoints = [\"GET actions/triggers/**\"]", count - 2),
        ("allow.families = [\"logs\"]\ndeny.tools = [\"*_list_*\"]", 1),
    ] {
        let left = left(&policy(&[text]));
        assert_eq!(left.len(), expected, "{text}: {left:?}");
    }
}

#[test]
fn a_refusal_names_the_rule_and_its_place_and_the_model_learns_neither() {
    let tool = &manifests()[0].tools[0];
    let denial = |text| policy(&[text]).tool("applications", Maker::ThirdParty, tool).unwrap_err();
    for (text, words) in [
        (
            "\ndeny.families = [\n\"logs\",\n\"applications\"]",
            "the family `applications` is denied: deny.families has \"applications\" (policy.toml:4)",
        ),
        (
            "allow.families = [\"logs\"]",
            "the family `applications` is not allowed: allow.families does not have it (policy.toml:1)",
        ),
        (
            "[plugins]\nthird-party = false",
            "plugins of third parties are forbidden: plugins.third-party = false (policy.toml:2)",
        ),
        (
            "deny.endpoints = [\"* clients\"]",
            "the row GET clients is denied: deny.endpoints has \"* clients\" (policy.toml:1)",
        ),
    ] {
        let denial = denial(text);
        assert_eq!(denial.to_string(), words);
        assert!(!denial.short().contains("policy.toml"), "{}", denial.short());
    }
}

#[test]
fn only_names_of_something_are_taken() {
    let manifests = manifests();
    let known = Known::of(&manifests);
    for (text, words) in [
        (
            "allow.families = [\"logz\"]",
            "allow.families has \"logz\", and no family has this name; did you mean `logs`?",
        ),
        ("allow.tools = [\"auth0_list_log\"]", "no tool matches; did you mean `auth0_list_logs`"),
        ("allow.endpoints = [\"GET users\"]", "no tool has such a row"),
    ] {
        let error = policy(&[text]).check(&known).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("line 1, column"), "{error}");
        let denied = policy(&[&text.replace("allow", "deny")]);
        let warnings = denied.check(&known).unwrap();
        assert!(warnings[0].contains("(policy.toml:1), and no "), "{warnings:?}");
    }
    let fine = "allow.tools = [\"auth0_*\"]\ndeny.endpoints = [\"GET clients/abc\", \"DELETE **\"]";
    let warnings = policy(&[fine]).check(&known).unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("DELETE **"), "{warnings:?}");
}

#[test]
fn keys_and_limits_of_several_files_are_the_narrowest() {
    let key = |n: u8| {
        use base64::Engine as _;
        let bytes: Vec<u8> = b"Ed".iter().copied().chain(std::iter::repeat_n(n, 40)).collect();
        base64::prelude::BASE64_STANDARD.encode(bytes)
    };
    let (one, two) = (key(1), key(2));
    let system = format!(
        "plugins.require-signatures = true\nplugins.publishers = {{ a = \"{one}\", b = \"{two}\" }}\n[limits]\nmemory-bytes = 1000\nconcurrent-calls = 4"
    );
    let further = format!(
        "[plugins.publishers]\nc = \"{two}\"\n[limits]\nmemory-bytes = 2000\ndeadline-seconds = 5\nconcurrent-calls = 2"
    );
    let both = policy(&[&system, &further]);
    let signatures = both.signatures();
    assert!(signatures.required.is_some());
    let names: Vec<_> = signatures.publishers.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["b"]);
    let limits = both.limits(Limits::default());
    assert_eq!((limits.memory, limits.deadline), (1000, Duration::from_secs(5)));
    assert_eq!(both.concurrent_calls().unwrap().value, 2);
    let huge =
        policy(&["[limits]\nmemory-bytes = 9_000_000_000\nrequests-per-call = 9_000_000_000"]);
    let limits = huge.limits(Limits::default());
    assert_eq!(
        (limits.memory, limits.requests),
        (Limits::default().memory, Limits::default().requests)
    );
}

/// A policy made of random rules, most of which say something about the product's tools.
fn random(dice: &mut fastrand::Rng) -> String {
    let menus: [(&str, &[&str]); 4] = [
        (
            "families",
            &["logs", "forms", "actions", "applications", "application-grants", "resource-servers"],
        ),
        ("tools", &["auth0_*", "*_get_*", "auth0_list_logs", "*form*", "auth0_?????_*"]),
        ("effects", &["read-only", "write", "destructive"]),
        (
            "endpoints",
            &[
                "GET **",
                "* clients/**",
                "GET clients/abc",
                "POST **",
                "* logs",
                "* Forms/{id}",
                "PATCH actions/**",
            ],
        ),
    ];
    let mut text = String::new();
    for side in ["allow", "deny"] {
        for (key, menu) in menus {
            if dice.u8(..5) == 0 {
                let some: Vec<_> =
                    menu.iter().filter(|_| dice.bool()).map(|item| format!("\"{item}\"")).collect();
                text.push_str(&format!("{side}.{key} = [{}]\n", some.join(",")));
            }
        }
    }
    for (line, odds) in [
        ("read-only = true", 6),
        ("plugins.third-party = false", 3),
        ("plugins.allow-dir = false", 3),
    ] {
        if dice.u8(..odds) == 0 {
            text.push_str(&format!("{line}\n"));
        }
    }
    if dice.bool() {
        text.push_str(&format!(
            "limits.memory-bytes = {}\nlimits.requests-per-call = {}\n",
            dice.u64(1..1 << 28),
            dice.u8(1..)
        ));
    }
    text
}

/// Everything that a policy leaves, as a set of words.
fn rights(policy: &Policy, requests: &[(Method, Vec<String>)]) -> Vec<String> {
    let mut rights = Vec::new();
    for manifest in manifests() {
        for tool in &manifest.tools {
            for maker in [Maker::FirstParty, Maker::ThirdParty] {
                if policy.tool(&manifest.name, maker, tool).is_ok() {
                    rights.push(format!("{maker:?} {}", tool.name));
                    rights
                        .extend(tool.endpoints.iter().map(|row| format!("{} {row:?}", tool.name)));
                }
            }
        }
    }
    let open = |(method, path): &&(Method, Vec<String>)| policy.request(*method, path).is_ok();
    rights.extend(requests.iter().filter(open).map(|request| format!("{request:?}")));
    rights.extend(policy.third_party().is_ok().then(|| "third-party".to_owned()));
    rights.extend(policy.allow_dir().is_ok().then(|| "allow-dir".to_owned()));
    rights.extend(policy.read_only().is_none().then(|| "write".to_owned()));
    rights
}

#[test]
fn adding_a_policy_never_adds_a_tool_a_row_a_request_or_a_limit() {
    let words = ["clients", "abc", "logs", "FORMS", "forms", "actions", "x", ""];
    let mut dice = fastrand::Rng::with_seed(20_260_728);
    let (mut narrowed, mut open) = (0, 0);
    for _ in 0..400 {
        let requests: Vec<_> = (0..40)
            .map(|_| {
                let path =
                    (0..dice.usize(..4)).map(|_| dice.choice(words).unwrap().to_owned()).collect();
                (dice.choice(Method::ALL).unwrap(), path)
            })
            .collect();
        let (one, two) = (random(&mut dice), random(&mut dice));
        let alone = policy(&[&one]);
        let before = rights(&alone, &requests);
        for both in [policy(&[&one, &two]), policy(&[&two, &one])] {
            let after = rights(&both, &requests);
            let added: Vec<_> = after.iter().filter(|right| !before.contains(right)).collect();
            assert!(added.is_empty(), "{added:?} came with\n{two}\nadded to\n{one}");
            let (was, now) = (alone.limits(Limits::default()), both.limits(Limits::default()));
            assert!(now.memory <= was.memory && now.requests <= was.requests);
            narrowed += usize::from(after.len() < before.len());
            open += usize::from(!after.is_empty());
        }
    }
    assert!(
        narrowed > 200 && open > 200,
        "the policies of this test say too little: {narrowed} {open}"
    );
}
