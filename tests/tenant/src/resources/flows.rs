//! Flows and their executions. Nothing is ever executed here: executions can only be loaded.

use serde_json::Value;

use super::forms::{self, Object};
use crate::{
    api::{Answer, ApiError, Call, Paging, Route},
    ids,
    store::Store,
};

const FAMILY: &str = "flows";
const ONE: &str = "/flows/{id}";
const EXECUTION: &str = "/flows/{id}/executions/{execution_id}";

pub(super) const ROUTES: [Route; 8] = [
    Route { method: "GET", path: "/flows", handler: list },
    Route { method: "POST", path: "/flows", handler: create },
    Route { method: "GET", path: ONE, handler: read },
    Route { method: "PATCH", path: ONE, handler: update },
    Route { method: "DELETE", path: ONE, handler: delete },
    Route { method: "GET", path: "/flows/{id}/executions", handler: executions },
    Route { method: "GET", path: EXECUTION, handler: execution },
    Route { method: "DELETE", path: EXECUTION, handler: delete_execution },
];

const SUMMARY: [&str; 6] = ["id", "name", "form_count", "created_at", "updated_at", "executed_at"];
const ORDER: [&str; 6] = ["id", "name", "actions", "created_at", "updated_at", "executed_at"];

fn missing() -> ApiError {
    ApiError::new(404, "Flow not found", None)
}

fn executions_of(flow: &str) -> String {
    format!("{FAMILY}/{flow}/executions")
}

fn hydrates(call: &Call<'_>) -> bool {
    call.query.pairs().any(|pair| pair == ("hydrate", "form_count"))
}

fn list(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let hydrated = hydrates(call);
    let summaries = call.store.all(FAMILY).filter_map(|(id, flow)| {
        let mut flow = flow.as_object()?.clone();
        if hydrated {
            flow.insert("form_count".to_owned(), form_count(call.store, id).into());
        }
        Some((id.as_str(), forms::pick(&flow, &SUMMARY).into()))
    });
    let items = forms::by_name(summaries.collect());
    forms::offset(call).answer(call, "/flows", "flows", items)
}

fn create(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = ids::prefixed("af");
    let given = call.body.as_object().cloned().unwrap_or_default();
    let flow = forms::created(&id, &given);
    call.store.put(FAMILY, &id, flow.clone());
    Ok(Answer::created(shown(&flow)))
}

fn read(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0);
    let mut body = shown(call.store.get(FAMILY, id).ok_or_else(missing)?);
    if hydrates(call) {
        body["form_count"] = form_count(call.store, id).into();
    }
    Ok(Answer::ok(body))
}

fn update(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    let given = call.body.as_object().cloned().unwrap_or_default();
    let flow = call.store.get_mut(FAMILY, &id).ok_or_else(missing)?;
    forms::change(flow, &given);
    Ok(Answer::ok(shown(flow)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let id = call.parameter(0).to_owned();
    call.store.remove(FAMILY, &id).ok_or_else(missing)?;
    call.store.clear(&executions_of(&id));
    Ok(Answer::no_content())
}

fn executions(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let flow = call.parameter(0);
    call.store.get(FAMILY, flow).ok_or_else(missing)?;
    let family = executions_of(flow);
    let items =
        call.store.all(&family).map(|(id, execution)| (id.as_str(), execution.clone())).collect();
    Paging::of(&call.query).answer(call, "/flows/{id}/executions", "executions", items)
}

fn missing_execution() -> ApiError {
    ApiError::new(404, "Execution not found", None)
}

fn execution(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let found = call.store.get(&executions_of(call.parameter(0)), call.parameter(1));
    Ok(Answer::ok(found.ok_or_else(missing_execution)?.clone().into()))
}

fn delete_execution(call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let (family, id) = (executions_of(call.parameter(0)), call.parameter(1).to_owned());
    call.store.remove(&family, &id).ok_or_else(missing_execution)?;
    Ok(Answer::no_content())
}

fn shown(flow: &Object) -> Value {
    forms::pick(flow, &ORDER).into()
}

/// How many forms call a flow, as a node or at their end.
fn form_count(store: &Store, flow: &str) -> usize {
    let calls = |form: &Value| {
        let nodes = form["nodes"].as_array();
        form["ending"]["after_submit"]["flow_id"] == flow
            || nodes.is_some_and(|nodes| nodes.iter().any(|node| node["config"]["flow_id"] == flow))
    };
    store.all("forms").filter(|(_, form)| calls(form)).count()
}
