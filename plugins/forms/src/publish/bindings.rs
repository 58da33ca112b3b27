//! The Actions bound to a trigger, in order.
//!
//! The API can only replace the whole list, and knows no condition on what it replaces: of two writers at the same
//! moment the later one wins. So the list is read right before it is written, and read again after a moment long enough
//! for a writer who had read the old list to have written; whoever then finds his binding gone adds it again. A binding
//! of somebody else that has gone is reported and not restored, because they may have meant it.

use auth0_mcp_plugin::{
    Api, Failure, Object, Request,
    actions::{Progress, Waits},
    pages,
};
use serde_json::{Value, json};

use super::{Trigger, report::Report};

/// How often a list that others keep replacing is written.
const ATTEMPTS: u32 = 4;
/// The first wait before the second look, in milliseconds: more than others take from reading to writing.
const SETTLED: u32 = 500;

/// One binding, as far as it takes to write it again.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) action_id: String,
    name: String,
    /// As the PATCH wants it.
    again: Value,
}

/// Reads all bindings of a trigger.
pub(super) fn read(api: &impl Api, trigger: Trigger) -> Result<Vec<Binding>, Failure> {
    let request = Request::get(["actions", "triggers", trigger.id(), "bindings"]);
    let (items, scan) = pages::all(api, &request, "bindings", 0)?;
    if !scan.complete {
        return Err(Failure::Other("the trigger has too many bindings to read".into()));
    }
    items.iter().map(binding).collect()
}

fn binding(item: &Object) -> Result<Binding, Failure> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let action = item.get("action");
    let action_id = text(action.map(|action| &action["id"])).ok_or_else(|| {
        Failure::Other(
            "a binding of the trigger names no action, so the list cannot be written again".into(),
        )
    })?;
    let mut again = json!({ "ref": { "type": "action_id", "value": action_id } });
    let display_name = text(item.get("display_name"));
    let name = display_name.clone().or_else(|| text(action.map(|action| &action["name"])));
    if let Some(display_name) = display_name {
        again["display_name"] = display_name.into();
    }
    // A secret without a value keeps the stored one.
    if let Some(secrets) =
        item.get("secrets").and_then(Value::as_array).filter(|list| !list.is_empty())
    {
        again["secrets"] = secrets.iter().map(|secret| json!({ "name": secret["name"] })).collect();
    }
    Ok(Binding { name: name.unwrap_or_else(|| action_id.clone()), action_id, again })
}

/// Binds an Action after all others, unless it is bound already.
pub(super) fn bind<A: Api>(
    seen: &[Binding],
    trigger: Trigger,
    action_id: &str,
    name: &str,
    progress: &mut Progress<'_, A>,
    report: &mut Report,
) -> Result<(), Failure> {
    if let Some(at) = position(seen, action_id) {
        report.already("binding", place(at, seen, trigger));
        return Ok(());
    }
    let api = progress.api;
    let mut before = read(api, trigger)?;
    let mut waits = Waits::from(SETTLED);
    let mut wrote = false;
    for _ in 0..ATTEMPTS {
        if let Some(at) = position(&before, action_id) {
            let told = place(at, &before, trigger);
            if wrote {
                report.done("binding", told)
            } else {
                report.already("binding", told)
            }
            return Ok(());
        }
        if wrote {
            progress.tell("binding again: another writer replaced the list");
        }
        write(api, trigger, &before, action_id, name)?;
        wrote = true;
        // Without time to wait the second look is worth less, but still a look.
        _ = waits.once(api);
        let now = read(api, trigger).inspect_err(|_| {
            let told = format!("the action was bound to {}, which is not confirmed", trigger.id());
            report.done("binding", told);
        })?;
        gone(&before, &now, trigger, report);
        before = now;
    }
    if let Some(at) = position(&before, action_id) {
        report.done("binding", place(at, &before, trigger));
        return Ok(());
    }
    Err(Failure::Other(format!(
        "other writers keep replacing the bindings of {}, so the action '{name}' ({action_id}) is deployed but not \
         bound. Their bindings are as they wrote them",
        trigger.id()
    )))
}

fn write(
    api: &impl Api,
    trigger: Trigger,
    before: &[Binding],
    action_id: &str,
    name: &str,
) -> Result<(), Failure> {
    let ours = json!({ "ref": { "type": "action_id", "value": action_id }, "display_name": name });
    let list: Vec<&Value> = before.iter().map(|binding| &binding.again).chain([&ours]).collect();
    let request = Request::patch(["actions", "triggers", trigger.id(), "bindings"]);
    request.body(&json!({ "bindings": list }))?.send(api)?.ok()?;
    Ok(())
}

/// Notes which bindings of others are there no more.
fn gone(before: &[Binding], now: &[Binding], trigger: Trigger, report: &mut Report) {
    let gone = before.iter().filter(|binding| position(now, &binding.action_id).is_none());
    for Binding { name, action_id, .. } in gone {
        report.notes.push(format!(
            "While this call ran, another writer took the action '{name}' ({action_id}) off {}; it was not put back.",
            trigger.id()
        ));
    }
}

fn position(bindings: &[Binding], action_id: &str) -> Option<usize> {
    bindings.iter().position(|binding| binding.action_id == action_id)
}

fn place(at: usize, bindings: &[Binding], trigger: Trigger) -> String {
    format!("bound to {} as number {} of {}", trigger.id(), at + 1, bindings.len())
}
