//! The graph of a form: which node leads where, and whether a user who enters it can leave it.
//!
//! Nodes point at each other by id; `$ending` is the end. A STEP leads to its `next_node` and to the targets of its
//! JUMP_BUTTONs, a FLOW to its `next_node`, a ROUTER to the `next_node` of each rule and to its `fallback`.

use std::collections::{BTreeMap, BTreeSet};

use auth0_mcp_plugin::{Object, shape::Problems};
use serde_json::Value;

use crate::shape::END;

/// One pointer and where it stands.
struct Edge<'a> {
    place: String,
    target: &'a str,
}

/// Checks what a draft must hold too: no id twice, no pointer to a node that is not there. Where a body gives no nodes,
/// there is nothing to compare with.
pub(crate) fn check_ids(body: &Object, problems: &mut Problems) {
    let Some(nodes) = body.get("nodes").and_then(Value::as_array) else { return };
    let ids = unique(nodes, "nodes", problems);
    for (index, node) in nodes.iter().enumerate() {
        let place = format!("nodes[{index}].config");
        let config = &node["config"];
        for list in ["components", "rules"] {
            let items = config[list].as_array().map(Vec::as_slice).unwrap_or_default();
            unique(items, &format!("{place}.{list}"), problems);
        }
        for edge in edges(node, &place) {
            dangling(&edge, &ids, problems);
        }
    }
    for edge in pointer(body.get("start"), "next_node", "start") {
        dangling(&edge, &ids, problems);
    }
}

/// Checks a stored form before users get it: it has a way in, every node is on a way from there, and every way comes to
/// the end, which lets the login go on.
pub(crate) fn check_whole(form: &Object, problems: &mut Problems) {
    check_ids(form, problems);
    let empty = Vec::new();
    let nodes = form.get("nodes").and_then(Value::as_array).unwrap_or(&empty);
    let ways = ways(nodes);
    match form.get("start").and_then(|start| start["next_node"].as_str()) {
        None => problems.add("start.next_node", "is missing: the form has no way in"),
        Some(start) => {
            if form.get("nodes").is_none() {
                let edges = pointer(form.get("start"), "next_node", "start");
                edges.iter().for_each(|edge| dangling(edge, &BTreeSet::new(), problems));
            }
            let reached = reach(&ways, [start]);
            for id in ways.keys().filter(|id| !reached.contains(*id)) {
                problems.add(&format!("node '{id}'"), "is never reached from start");
            }
            check_ends(&ways, &reached, problems);
        }
    }
    let ending = form.get("ending");
    if !ending
        .is_some_and(|ending| ending["resume_flow"] == true || ending["redirection"].is_object())
    {
        problems.add(
            "ending",
            "has neither resume_flow nor redirection: a login would stop there. Set {\"resume_flow\": true}",
        );
    }
}

/// What is allowed and yet leaves some users stuck.
pub(crate) fn warnings(form: &Object) -> Vec<String> {
    let nodes = form.get("nodes").and_then(Value::as_array).into_iter().flatten();
    let mut warnings = Vec::new();
    for node in nodes.filter(|node| node["type"] == "ROUTER") {
        let id = node["id"].as_str().unwrap_or_default();
        if node["config"]["fallback"].is_null() {
            warnings.push(format!("router '{id}' has no fallback: who fits no rule gets stuck"));
        }
        for rule in node["config"]["rules"].as_array().into_iter().flatten() {
            if rule["next_node"].is_null() {
                let rule = rule["id"].as_str().unwrap_or_default();
                warnings.push(format!("rule '{rule}' of router '{id}' leads nowhere"));
            }
        }
    }
    warnings
}

/// Every reached node must have a way to the end.
fn check_ends(ways: &Ways<'_>, reached: &BTreeSet<&str>, problems: &mut Problems) {
    let mut back: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, targets) in ways {
        targets.iter().for_each(|to| back.entry(to).or_default().push(from));
    }
    let ends = reach(&back, [END]);
    for id in reached.iter().filter(|id| ways.contains_key(*id) && !ends.contains(*id)) {
        problems.add(&format!("node '{id}'"), &format!("has no way to {END}"));
    }
}

type Ways<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn ways(nodes: &[Value]) -> Ways<'_> {
    let targets = |node| edges(node, "").into_iter().map(|edge| edge.target).collect();
    nodes.iter().filter_map(|node| Some((node["id"].as_str()?, targets(node)))).collect()
}

fn reach<'a>(ways: &Ways<'a>, from: [&'a str; 1]) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = Vec::from(from);
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(ways.get(id).into_iter().flatten());
        }
    }
    reached
}

/// The pointers of a node, whatever its type.
fn edges<'a>(node: &'a Value, place: &str) -> Vec<Edge<'a>> {
    let config = &node["config"];
    let mut edges = pointer(Some(config), "next_node", place);
    edges.extend(pointer(Some(config), "fallback", place));
    let lists = [("rules", ""), ("components", ".config")];
    for (list, below) in lists {
        for (index, item) in config[list].as_array().into_iter().flatten().enumerate() {
            let holder = if below.is_empty() { item } else { &item["config"] };
            edges.extend(pointer(
                Some(holder),
                "next_node",
                &format!("{place}.{list}[{index}]{below}"),
            ));
        }
    }
    edges
}

fn pointer<'a>(holder: Option<&'a Value>, key: &str, place: &str) -> Vec<Edge<'a>> {
    let target = holder.and_then(|holder| holder[key].as_str());
    target.map(|target| Edge { place: format!("{place}.{key}"), target }).into_iter().collect()
}

fn dangling(edge: &Edge<'_>, ids: &BTreeSet<&str>, problems: &mut Problems) {
    let Edge { place, target } = edge;
    if *target != END && !ids.contains(target) {
        problems.add(place, &format!("points at '{target}', and there is no such node"));
    }
}

/// The ids of a list; those that are there twice are problems.
fn unique<'a>(items: &'a [Value], place: &str, problems: &mut Problems) -> BTreeSet<&'a str> {
    let mut ids = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        if let Some(id) = item["id"].as_str()
            && !ids.insert(id)
        {
            problems.add(&format!("{place}[{index}].id"), &format!("'{id}' is there twice"));
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::{check_ids, check_whole, warnings};
    use auth0_mcp_plugin::shape::Problems;
    use serde_json::{Value, json};

    fn step(id: &str, next: &str) -> Value {
        json!({ "id": id, "type": "STEP", "config": { "components": [], "next_node": next } })
    }

    fn form(start: &str, nodes: &[Value]) -> Value {
        json!({ "start": { "next_node": start }, "nodes": nodes, "ending": { "resume_flow": true } })
    }

    #[track_caller]
    fn whole(form: &Value, expected: Option<&str>) {
        let mut problems = Problems::default();
        check_whole(form.as_object().expect("an object"), &mut problems);
        assert_eq!(problems.text().as_deref(), expected, "{form}");
    }

    #[test]
    fn forms_that_users_can_walk_through() {
        let router = json!({ "id": "r", "type": "ROUTER", "config": { "fallback": "b",
            "rules": [{ "id": "x", "condition": {}, "next_node": "$ending" }] } });
        let flow =
            json!({ "id": "f", "type": "FLOW", "config": { "flow_id": "af_1", "next_node": "b" } });
        let jump = json!({ "id": "j", "type": "STEP", "config": { "components": [
            { "id": "b", "type": "JUMP_BUTTON", "config": { "text": "t", "next_node": "$ending" } }] } });
        whole(&form("$ending", &[]), None);
        whole(&form("a", &[step("a", "$ending")]), None);
        whole(&form("a", &[step("a", "r"), router, step("b", "a")]), None);
        whole(&form("f", &[flow, step("b", "j"), jump]), None);
        let mut leaves = form("a", &[step("a", "$ending")]);
        leaves["ending"] = json!({ "redirection": { "target": "https://example.com" } });
        whole(&leaves, None);
    }

    #[test]
    fn forms_that_users_cannot() {
        let gone = "start.next_node points at 'x', and there is no such node";
        whole(&form("x", &[]), Some(gone));
        whole(
            &json!({ "start": { "next_node": "x" }, "ending": { "resume_flow": true } }),
            Some(gone),
        );
        whole(
            &form("x", &[step("a", "y")]),
            Some(
                "nodes[0].config.next_node points at 'y', and there is no such node; start.next_node points at 'x', \
                 and there is no such node; node 'a' is never reached from start",
            ),
        );
        whole(
            &form("a", &[step("a", "$ending"), step("b", "$ending")]),
            Some("node 'b' is never reached from start"),
        );
        whole(
            &form("a", &[step("a", "b"), step("b", "a")]),
            Some("node 'a' has no way to $ending; node 'b' has no way to $ending"),
        );
        whole(
            &form("a", &[json!({ "id": "a", "type": "STEP" })]),
            Some("node 'a' has no way to $ending"),
        );
        whole(
            &form("a", &[step("a", "$ending"), step("a", "$ending")]),
            Some("nodes[1].id 'a' is there twice"),
        );
        let nothing = "start.next_node is missing: the form has no way in; ending has neither resume_flow nor \
                       redirection: a login would stop there. Set {\"resume_flow\": true}";
        whole(&json!({}), Some(nothing));
    }

    #[test]
    fn a_draft_may_be_unfinished_but_not_contradict_itself() {
        let check = |form: Value| {
            let mut problems = Problems::default();
            check_ids(form.as_object().expect("an object"), &mut problems);
            problems.text()
        };
        assert_eq!(check(json!({ "start": { "next_node": "stored" } })), None);
        assert_eq!(check(json!({ "nodes": [json!({ "id": "a", "type": "STEP" })] })), None);
        let twice = json!({ "id": "c", "type": "TEXT" });
        let jump = json!({ "id": "j", "type": "JUMP_BUTTON", "config": { "text": "t", "next_node": "gone" } });
        let node =
            json!({ "id": "a", "type": "STEP", "config": { "components": [twice, twice, jump] } });
        let expected = "nodes[0].config.components[1].id 'c' is there twice; \
            nodes[0].config.components[2].config.next_node points at 'gone', and there is no such node";
        assert_eq!(check(json!({ "nodes": [node] })).as_deref(), Some(expected));
    }

    #[test]
    fn routers_can_strand_some() {
        let router = json!({ "id": "r", "type": "ROUTER", "config": { "rules": [
            { "id": "x", "condition": {} }, { "id": "y", "condition": {}, "next_node": "$ending" }] } });
        let form = form("r", &[router]);
        let said = warnings(form.as_object().expect("an object"));
        let expected = [
            "router 'r' has no fallback: who fits no rule gets stuck",
            "rule 'x' of router 'r' leads nowhere",
        ];
        assert_eq!(said, expected);
    }
}
