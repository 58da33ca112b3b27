//! Components that must not be added: each is refused with its reason, nothing is left behind, and the server
//! that watches the same folder goes on.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{World, components};

/// What the chameleon does while it describes itself, and the words of the refusal.
const REFUSED: [(&str, &str); 45] = [
    ("spin", "the call passed its deadline of 2 s"),
    (
        "panic",
        "the component could not describe itself: the plugin was stopped: wasm trap: wasm `unreachable`",
    ),
    ("eat-memory", "the limit is 67108864 bytes"),
    ("recurse", "the plugin used up its stack"),
    ("name-of-another", "plugin `wanderer`"),
    ("name-with-path", "the name must match [a-z0-9-]{1,60}"),
    ("huge-name", "bytes of text; at most 524288 are allowed"),
    ("huge-everything", "too much data is being copied"),
    ("no-tools", "a plugin has 1 to 100 tools"),
    ("many-tools", "bytes of text; at most 524288 are allowed"),
    ("twice", "the name appears twice"),
    ("shadow", "tool `auth0_list_applications`"),
    ("look-alike", "tool `auth0_1ist_applications`"),
    ("near", "tool `auth0_list_application`"),
    ("cyrillic", "the name must match [a-z0-9_]{1,60}"),
    ("upper-case", "the name must match [a-z0-9_]{1,60}"),
    ("escape-in-name", "the name must match [a-z0-9_]{1,60}"),
    ("no-description", "the description is empty"),
    ("long-description", "the description has more than 2048 characters"),
    ("zero-width", "the description has control or invisible characters"),
    ("tag-characters", "the description has control or invisible characters"),
    ("bidi", "the description has control or invisible characters"),
    ("escape", "the description has control or invisible characters"),
    ("write-row", "a read-only tool can only have GET rows"),
    ("path-up", "each segment is [A-Za-z0-9._-]+ or {name}"),
    ("path-absolute", "each segment is [A-Za-z0-9._-]+ or {name}"),
    ("path-query", "each segment is [A-Za-z0-9._-]+ or {name}"),
    ("path-host", "each segment is [A-Za-z0-9._-]+ or {name}"),
    ("many-rows", "it has more than 50 rows"),
    ("scope-injection", "a scope is 1 to 100 characters of visible ASCII without spaces"),
    ("schema-not-json", "the input schema is not JSON"),
    ("schema-array", "the root of the input schema must be an object"),
    ("schema-open", "the input schema is open at $"),
    ("schema-large", "the input schema has more than 64 KiB"),
    ("schema-deep", "the input schema is too large"),
    ("schema-deep-json", "the input schema is not JSON: recursion limit exceeded"),
    ("schema-recursive", "no recursion"),
    ("schema-doubling", "5,000 nodes with references followed"),
    ("schema-web", "the input schema refers to another document at $.properties.a"),
    ("schema-file", "the input schema refers to another document at $.properties.a"),
    ("schema-dynamic", "the input schema refers to another document at $.properties.a"),
    ("schema-hidden", "the input schema has control or invisible characters"),
    ("schema-pattern", "the input schema of `chameleon_look` is refused"),
    ("schema-patterns", "100 patterns of 256 bytes"),
    ("schema-wrong", "the input schema of `chameleon_look` is refused"),
];

/// What the chameleon does and may do, so that it is added.
const ADDED: [&str; 6] = ["honest", "ask", "log", "log-flood", "orders", "trap-in-call"];

#[test]
fn a_component_that_lies_or_misbehaves_while_it_describes_itself_is_refused() {
    let mut world = World::new("chameleons");
    for (behaviour, words) in REFUSED {
        world.refuses(behaviour, &components::chameleon(behaviour), words);
    }
}

#[test]
fn every_behaviour_of_the_chameleon_has_its_words() {
    let source = include_str!("../../chameleon/src/lib.rs");
    let arm = |line: &str| {
        let (name, rest) = line.trim().strip_prefix('"')?.split_once('"')?;
        rest.starts_with(" => ").then(|| name.to_owned())
    };
    let there: BTreeSet<_> = source.lines().filter_map(arm).collect();
    let tested = REFUSED.iter().map(|(behaviour, _)| *behaviour).chain(ADDED);
    let tested: BTreeSet<_> =
        tested.filter(|behaviour| *behaviour != "honest").map(str::to_owned).collect();
    assert_eq!(there, tested);
}

#[test]
fn a_component_that_no_compiler_makes_is_refused() {
    let mut world = World::new("texts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wat");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 25, "{} texts", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let words = text.lines().find_map(|line| line.strip_prefix(";; expected: "));
        let words = words.unwrap_or_else(|| panic!("{name} does not say what is expected"));
        // A module that is to stay one says so by having no functions of the contract.
        let component = match text.contains("toolset@1.0.0#describe") {
            true => components::plugin(&text),
            false => components::text(&text),
        };
        world.refuses(name, &component, words);
    }
}

#[test]
fn a_component_of_a_shape_that_costs_too_much_is_refused_before_it_is_compiled() {
    let mut world = World::new("shapes");
    let component = |inside: String| components::text(&format!("(component {inside})"));
    let functions = |count, body: &str| {
        component(format!("(core module {})", format!("(func {body})").repeat(count)))
    };
    let table: [(&str, Vec<u8>, &str); 9] = [
        ("modules", component("(core module)".repeat(65)), "65 core modules: 64 are allowed"),
        ("nested", components::nested(1000), "levels of components: 8 are allowed"),
        ("beside", component("(component)".repeat(65)), "65 nested components: 64 are allowed"),
        (
            "instances",
            component(format!(
                "(core module $m) {}",
                "(core instance (instantiate $m))".repeat(1000)
            )),
            "1000 instances: 256 are allowed",
        ),
        ("functions", functions(100_001, ""), "100001 functions: 100000 are allowed"),
        (
            "one-function",
            functions(1, &"(nop)".repeat(600_000)),
            "bytes in one function: 524288 are allowed",
        ),
        (
            "memories",
            component("(core module (memory 1))".repeat(17)),
            "17 memories: 16 are allowed",
        ),
        (
            "globals",
            component(format!("(core module {})", "(global i32 (i32.const 0))".repeat(50_001))),
            "50001 globals: 50000 are allowed",
        ),
        ("large", [components::chameleon("honest"), vec![0; 65 << 20]].concat(), "67108864 bytes"),
    ];
    for (name, bytes, words) in table {
        world.refuses(name, &bytes, words);
    }
}

#[test]
fn bytes_that_are_no_component_are_refused() {
    let mut world = World::new("bytes");
    let whole = components::chameleon("honest");
    let table: [(&str, Vec<u8>); 7] = [
        ("empty", vec![]),
        ("text", b"#!/bin/sh\necho no\n".to_vec()),
        ("zeros", vec![0; 4096]),
        ("header", whole[..4].to_vec()),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("one-less", whole[..whole.len() - 1].to_vec()),
        ("more", [&whole[..], &[7; 100]].concat()),
    ];
    for (name, bytes) in table {
        world.refuses(name, &bytes, "this is not a WebAssembly component");
    }
}

#[test]
fn an_honest_one_is_added_and_what_it_says_while_described_is_shown_safely() {
    for behaviour in ADDED {
        let mut world = World::new(&format!("added-{behaviour}"));
        let said = world.add(behaviour, &components::chameleon(behaviour));
        assert_eq!(said.code, Some(0), "{behaviour}: {}", said.text);
        assert!(!said.text.contains(['\u{1b}', '\u{202e}']), "{behaviour}: {:?}", said.text);
        assert!(!said.text.contains("\n[ERROR:auth0-mcp] forged"), "{behaviour}: {}", said.text);
        match behaviour {
            "ask" => assert!(said.text.contains("It was refused."), "{}", said.text),
            "orders" => {
                for words in ["speaks to the model in markup", "override", "from the user"] {
                    assert!(said.text.contains(words), "{}", said.text);
                }
            }
            _ => {}
        }
        crate::goes_on(&mut world.session);
    }
}
