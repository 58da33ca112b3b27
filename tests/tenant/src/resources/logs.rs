//! Log events: searched by page and query, or read on from a checkpoint; nothing is written.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::logs_query::Search;
use crate::{
    api::{Answer, ApiError, Call, Fields, Route},
    ids,
    store::Store,
};

type Object = Map<String, Value>;

pub(super) const FAMILY: &str = "logs";

pub(super) const ROUTES: [Route; 2] = [
    Route { method: "GET", path: "/logs", handler: list },
    Route { method: "GET", path: "/logs/{id}", handler: read },
];

/// Keys that every answer has, whatever `fields` says.
const ALWAYS: &[&str] = &["_id"];
const DEFAULT_COUNT: usize = 50;
const MOST: usize = 100;
/// How far a search can be paged through.
const WINDOW: usize = 1_000;
/// A longer query does not fit into a request line.
const LONGEST_QUERY: usize = 4_096;
/// How many events are kept.
const KEPT: usize = 10_000;

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    if call.query.has("search") {
        let message = "Query validation error: 'Additional properties not allowed: search'.";
        return Err(ApiError::invalid_query(message));
    }
    match call.query.get("from") {
        Some(from) => checkpoint(call, from),
        None => search(call),
    }
}

/// By page: what matches `q`, newest first or as `sort` says.
fn search(call: &Call<'_>) -> Result<Answer, ApiError> {
    let query = &call.query;
    let q = query.get("q").unwrap_or_default();
    if q.len() > LONGEST_QUERY {
        return Err(ApiError::new(414, "Request-URI Too Large", None));
    }
    let wanted = Search::parse(q).map_err(|fault| {
        ApiError::invalid_query(format!("The search query string has an error: {fault}"))
    })?;
    let order = query.get("sort").map(Order::parse).transpose()?.unwrap_or_default();
    let limit = query.number("per_page").unwrap_or(DEFAULT_COUNT);
    let start = query.number("page").unwrap_or(0).saturating_mul(limit);
    if start.saturating_add(limit) > WINDOW {
        let message = "You can only page through the first 1000 records.";
        return Err(ApiError::new(400, message, "invalid_paging"));
    }
    let mut events: Vec<&Object> = events(call.store).filter(|one| wanted.matches(one)).collect();
    events.sort_by(|one, other| order.compare(one, other));
    let total = events.len();
    let fields = Fields::of(query, ALWAYS);
    let page = events.into_iter().skip(start).take(limit);
    let page: Vec<Value> = page.map(|event| shown(event, fields.as_ref())).collect();
    if query.flag("include_totals") == Some(true) {
        let length = page.len();
        return Ok(Answer::ok(json!({
            "start": start, "limit": limit, "length": length, "total": total, "logs": page,
        })));
    }
    Ok(Answer::ok(page.into()))
}

/// From an event on: the events after it in the order of their ids; only `take` counts beside it.
fn checkpoint(call: &Call<'_>, from: &str) -> Result<Answer, ApiError> {
    let take = call.query.number("take").unwrap_or(DEFAULT_COUNT);
    if take > MOST {
        return Err(ApiError::invalid_query(format!(
            "Query validation error: 'Value {take} is greater than maximum {MOST}' on property take."
        )));
    }
    let mut events: Vec<&Object> = events(call.store).filter(|event| id(event) > from).collect();
    events.sort_by(|one, other| id(one).cmp(id(other)));
    events.truncate(take);
    let next = events.last().map_or(from, |event| id(event));
    let domain = &call.store.domain;
    let link = format!("<https://{domain}/api/v2/logs?from={next}&take={take}>; rel=\"next\"");
    let mut answer = Answer::ok(events.iter().map(|event| shown(event, None)).collect());
    answer.headers.push(("link", link));
    Ok(answer)
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let event = call.store.get(FAMILY, call.parameter(0));
    let event = event.ok_or_else(|| ApiError::new(404, "Log not found.", None))?;
    Ok(Answer::ok(shown(event, None)))
}

fn events(store: &Store) -> impl Iterator<Item = &Object> {
    store.all(FAMILY).filter_map(|(_, event)| event.as_object())
}

fn id(event: &Object) -> &str {
    event.get("log_id").and_then(Value::as_str).unwrap_or_default()
}

fn shown(event: &Object, fields: Option<&Fields<'_>>) -> Value {
    let mut event = event.clone();
    if let Some(id) = event.get("log_id").cloned() {
        event.entry("_id").or_insert(id);
    }
    if let Some(fields) = fields {
        fields.apply(&mut event);
    }
    event.into()
}

/// By which field, and in which direction; without one, by id, newest first.
#[derive(Default)]
struct Order {
    field: Option<String>,
    ascending: bool,
}

impl Order {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let parts = text.rsplit_once(':').filter(|(field, _)| !field.is_empty());
        match parts {
            Some((field, "1")) => Ok(Self { field: Some(field.to_owned()), ascending: true }),
            Some((field, "-1")) => Ok(Self { field: Some(field.to_owned()), ascending: false }),
            _ => Err(ApiError::invalid_query(format!(
                "Query validation error: 'String '{text}' does not match pattern. Must be a field \
                 followed by :1 or :-1' on property sort."
            ))),
        }
    }

    fn compare(&self, one: &Object, other: &Object) -> Ordering {
        let by = |event: &'_ Object| {
            let value = self.field.as_ref().and_then(|field| event.get(field));
            value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let ordering = by(one).cmp(&by(other)).then_with(|| id(one).cmp(id(other)));
        if self.ascending { ordering } else { ordering.reverse() }
    }
}

/// Adds an event under a new id; the oldest makes room when there are too many.
pub(crate) fn append(store: &mut Store, time: time::OffsetDateTime, mut event: Object) {
    let id = ids::log_id(time);
    event.insert("log_id".to_owned(), id.as_str().into());
    event.insert("_id".to_owned(), id.as_str().into());
    event.insert("isMobile".to_owned(), event.get("isMobile").cloned().unwrap_or(false.into()));
    store.put(FAMILY, &id, event);
    if store.all(FAMILY).count() > KEPT {
        let oldest = store.all(FAMILY).next().map(|(id, _)| id.clone());
        oldest.and_then(|id| store.remove(FAMILY, &id));
    }
}
