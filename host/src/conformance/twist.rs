//! Good answers of Auth0 made odd: other types, missing members, far more of everything.

use serde_json::{Value, json};

use super::fixtures::Response;

/// So many members are left out, one at a time.
const MOST: usize = 60;

/// The answers with every value in them of another type, and with every value missing.
pub(super) fn all(responses: &[Response]) -> [(&'static str, Vec<Response>); 2] {
    let with = |change: fn(&Value) -> Value| {
        let mut changed = responses.to_vec();
        changed.iter_mut().for_each(|response| response.body = response.body.as_ref().map(change));
        changed
    };
    [
        ("with values of other types", with(|body| each(body, &|_| json!({ "odd": [0] })))),
        ("with null in place of every value", with(|body| each(body, &|_| Value::Null))),
    ]
}

/// Answers without one member of one of them.
#[derive(Debug)]
pub(super) struct Without<'r> {
    /// The response that had it.
    pub(super) of: &'r Response,
    /// The names on the way to it; `0` for an item of a list.
    pub(super) path: Vec<String>,
    /// What is left.
    pub(super) responses: Vec<Response>,
}

/// The answers without one member, for each member of each. Of a list only the first item is changed, since
/// the others are alike.
pub(super) fn without_one(responses: &[Response]) -> impl Iterator<Item = Without<'_>> {
    let bodies = responses.iter().enumerate();
    let bodies = bodies.filter_map(|(at, response)| Some((at, response.body.as_ref()?)));
    let places = bodies.flat_map(|(at, body)| {
        let mut found = Vec::new();
        members(body, &mut Vec::new(), &mut found);
        found.into_iter().map(move |path| (at, path))
    });
    places.take(MOST).filter_map(|(at, path)| {
        let mut changed = responses.to_vec();
        remove(changed.get_mut(at)?.body.as_mut()?, &path);
        Some(Without { of: responses.get(at)?, path, responses: changed })
    })
}

impl Without<'_> {
    /// The place in words: `apis.0.id` of GET resource-servers.
    pub(super) fn place(&self) -> String {
        format!("`{}` of {} {}", self.path.join("."), self.of.method, self.of.path)
    }
}

/// Whether a body has no such member, or an item of a list on the way to it has none.
pub(super) fn lacks(body: &Value, path: &[String]) -> bool {
    match (body, path) {
        (_, []) => false,
        (Value::Object(members), [name, rest @ ..]) => {
            members.get(name).is_none_or(|inner| lacks(inner, rest))
        }
        (Value::Array(items), [_, rest @ ..]) => items.iter().any(|item| lacks(item, rest)),
        _ => true,
    }
}

/// The places of all members.
fn members(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut inside = |name: &str, value: &Value, is_member: bool| {
        path.push(name.to_owned());
        if is_member {
            found.push(path.clone());
        }
        members(value, path, found);
        path.pop();
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| inside(name, value, true));
        }
        Value::Array(items) => items.iter().take(1).for_each(|item| inside("0", item, false)),
        _ => {}
    }
}

fn remove(value: &mut Value, path: &[String]) {
    match (value, path) {
        (Value::Object(members), [name]) => _ = members.shift_remove(name),
        (Value::Object(members), [name, rest @ ..]) => {
            members.get_mut(name).into_iter().for_each(|inner| remove(inner, rest));
        }
        (Value::Array(items), [_, rest @ ..]) => {
            items.first_mut().into_iter().for_each(|inner| remove(inner, rest));
        }
        _ => {}
    }
}

/// The same answer, larger: lists repeated, or texts longer where there is no list.
pub(super) fn inflated(body: &Value, bytes: usize) -> Value {
    let size = body.to_string().len().max(1);
    let times = (bytes / size).max(1);
    let mut grown = body.clone();
    if !repeat(&mut grown, times) {
        let texts = texts(&grown).max(1);
        grown = each(&grown, &|leaf| match leaf {
            Value::String(text) => format!("{text}{}", "x".repeat(bytes / texts)).into(),
            other => other.clone(),
        });
    }
    grown
}

/// The value with its leaves changed.
fn each(value: &Value, leaf: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(keys) => {
            keys.iter().map(|(key, value)| (key.clone(), each(value, leaf))).collect()
        }
        Value::Array(items) => items.iter().map(|item| each(item, leaf)).collect(),
        other => leaf(other),
    }
}

/// Repeats the items of every outermost list that has some; false where there is none.
fn repeat(value: &mut Value, times: usize) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let all = items.len() * times;
            *items = items.iter().cycle().take(all).cloned().collect();
            true
        }
        Value::Object(keys) => {
            keys.values_mut().map(|value| repeat(value, times)).fold(false, |any, one| any | one)
        }
        _ => false,
    }
}

fn texts(value: &Value) -> usize {
    match value {
        Value::String(_) => 1,
        Value::Object(keys) => keys.values().map(texts).sum(),
        Value::Array(items) => items.iter().map(texts).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_left_out_once() {
        let body = json!({"apis": [{"id": 1, "scopes": [{"value": "x"}]}, {"id": 2}], "total": 2});
        let response = json!({"method": "GET", "path": "apis", "body": body});
        let response: Response = serde_json::from_value(response).unwrap();
        let responses = [response];
        let twisted: Vec<_> = without_one(&responses).collect();
        let places = ["apis", "apis.0.id", "apis.0.scopes", "apis.0.scopes.0.value", "total"];
        let places = places.map(|place| format!("`{place}` of GET apis"));
        assert!(twisted.iter().map(Without::place).eq(places), "{twisted:?}");
        let left = twisted[1].responses[0].body.clone().unwrap();
        assert_eq!(left, json!({"apis": [{"scopes": [{"value": "x"}]}, {"id": 2}], "total": 2}));
        for without in &twisted {
            assert!(lacks(without.responses[0].body.as_ref().unwrap(), &without.path));
        }
        // The second item has no scopes.
        let there = twisted.iter().filter(|it| !lacks(it.of.body.as_ref().unwrap(), &it.path));
        let there: Vec<_> = there.map(|it| it.path.join(".")).collect();
        assert_eq!(there, ["apis", "apis.0.id", "total"]);
    }
}
