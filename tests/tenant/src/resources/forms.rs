//! Forms. There is nothing to publish: what is written is live at once.

use serde_json::{Map, Value};

use crate::{
    api::{Answer, ApiError, Call, Paging, Route},
    ids,
};

pub(super) type Object = Map<String, Value>;

const FAMILY: &str = "forms";
const ONE: &str = "/forms/{id}";

pub(super) const ROUTES: [Route; 5] = [
    Route { method: "GET", path: "/forms", handler: list },
    Route { method: "POST", path: "/forms", handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
];

/// What a list tells of a form.
const SUMMARY: [&str; 7] =
    ["id", "name", "flow_count", "created_at", "updated_at", "embedded_at", "submitted_at"];

/// The keys of a form in the order in which Auth0 answers them.
const ORDER: [&str; 13] = [
    "id",
    "name",
    "messages",
    "languages",
    "translations",
    "nodes",
    "start",
    "ending",
    "style",
    "created_at",
    "updated_at",
    "embedded_at",
    "submitted_at",
];

fn missing() -> ApiError {
    ApiError::new(404, "Form not found", None)
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let summaries = call.store.all(FAMILY).filter_map(|(id, form)| {
        let form = form.as_object()?;
        let mut form = form.clone();
        form.insert("flow_count".to_owned(), flow_count(&form));
        Some((id.as_str(), pick(&form, &SUMMARY).into()))
    });
    let items = by_name(summaries.collect());
    offset(call).answer(call, "/forms", "forms", items)
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = ids::prefixed("ap");
    let given = call.body.as_object().cloned().unwrap_or_default();
    let form = created(&id, &given);
    call.store.put(FAMILY, &id, form.clone());
    Ok(Answer::created(shown(&form)))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let form = call.store.get(FAMILY, call.parameter(0)).ok_or_else(missing)?;
    let mut body = shown(form);
    if call.query.pairs().any(|pair| pair == ("hydrate", "flow_count")) {
        body["flow_count"] = flow_count(form);
    }
    Ok(Answer::ok(body))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    let form = call.store.get_mut(FAMILY, &id).ok_or_else(missing)?;
    change(form, &given);
    Ok(Answer::ok(shown(form)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    call.store.remove(FAMILY, &id).ok_or_else(missing)?;
    Ok(Answer::no_content())
}

/// The paging of forms and flows, which knows no checkpoint.
pub(super) fn offset(call: &Call<'_>) -> Paging {
    const DEFAULT_PER_PAGE: usize = 50;
    Paging::Offset {
        page: call.query.number("page").unwrap_or(0),
        per_page: call.query.number("per_page").unwrap_or(DEFAULT_PER_PAGE),
        totals: call.query.flag("include_totals").unwrap_or(false),
    }
}

/// Lists of this family come by name.
pub(super) fn by_name(mut items: Vec<(&str, Value)>) -> Vec<(&str, Value)> {
    items.sort_by_key(|(_, item)| item["name"].as_str().unwrap_or_default().to_lowercase());
    items
}

/// An object that was just created.
pub(super) fn created(id: &str, given: &Object) -> Object {
    let mut object = Object::from_iter([("id".to_owned(), id.into())]);
    change(&mut object, given);
    object.insert("created_at".to_owned(), object["updated_at"].clone());
    object
}

/// Replaces the fields that are given. Null and emptiness remove a field.
pub(super) fn change(object: &mut Object, given: &Object) {
    for (key, value) in given {
        let value = without_empty(value);
        if is_empty(&value) {
            object.shift_remove(key);
        } else {
            object.insert(key.clone(), value);
        }
    }
    object.insert("updated_at".to_owned(), ids::now().into());
}

/// An object without what is empty right inside it: `{"errors": {}}` says nothing.
fn without_empty(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, inner| !is_empty(inner));
    }
    value
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// A form as it is answered by itself.
fn shown(form: &Object) -> Value {
    pick(form, &ORDER).into()
}

/// Some keys of an object, in this order.
pub(super) fn pick(object: &Object, keys: &[&str]) -> Object {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), object.get(*key)?.clone()))).collect()
}

/// How many flows a form calls; one of which only a summary is known says so itself.
fn flow_count(form: &Object) -> Value {
    let nodes = form.get("nodes").and_then(Value::as_array);
    let counted = nodes.into_iter().flatten().filter(|node| node["type"] == "FLOW").count();
    match form.get("flow_count") {
        Some(known) if nodes.is_none() => known.clone(),
        _ => counted.into(),
    }
}
