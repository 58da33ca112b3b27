//! The Action that renders the form: found among those of the trigger, or made.
//!
//! Code that somebody else wrote is never changed, and a draft of theirs is never deployed.

use auth0_mcp_plugin::{
    Api, Failure, Object, Request,
    actions::{Action, Progress, trigger},
    pages,
};
use serde_json::{Value, json};

use super::{bindings::Binding, code::Renders, report::Report};

/// The Action to bind.
pub(super) enum Renderer {
    /// Its running version renders the form.
    Live(Action),
    /// Ours, and its draft renders the form.
    Draft(Action),
}

/// What is there before anything is made.
enum Found {
    Ready(Renderer),
    /// Ours, but somebody has taken the rendering out of it.
    Broken(Action),
    Nothing,
}

/// Finds the Action, restores it, or makes one of this name.
pub(super) fn find<A: Api>(
    renders: &Renders<'_>,
    bound: &[Binding],
    name: &str,
    progress: &mut Progress<'_, A>,
    report: &mut Report,
) -> Result<Renderer, Failure> {
    match among(list(renders, progress.api)?, renders, bound)? {
        Found::Ready(renderer) => {
            let (Renderer::Live(action) | Renderer::Draft(action)) = &renderer;
            report.already("action", format!("the action '{}' renders the form", action.name()));
            Ok(renderer)
        }
        Found::Broken(action) => restore(&action, renders, progress, report),
        Found::Nothing => make(renders, bound, name, progress, report),
    }
}

fn list(renders: &Renders<'_>, api: &impl Api) -> Result<Vec<Action>, Failure> {
    let request = Request::get(["actions", "actions"]).query("triggerId", renders.trigger.id());
    let (items, scan) = pages::all(api, &request, "actions", 0)?;
    if !scan.complete {
        return Err(Failure::Other("the trigger has too many actions to look through".into()));
    }
    Ok(items.into_iter().map(Action).collect())
}

/// First what is bound and shows the form already, then ours, then what others have running.
fn among(
    mut actions: Vec<Action>,
    renders: &Renders<'_>,
    bound: &[Binding],
) -> Result<Found, Failure> {
    let is_bound = |action: &Action| bound.iter().any(|binding| binding.action_id == action.id());
    let is_ours = |action: &Action| renders.is_ours(action.code());
    let shows = |action: &Action| {
        renders.are_in(action.live_code())
            || (action.is_deployed() && renders.are_in(action.code()))
    };
    // Where two calls made one each at the same time, both take the same: the bound one, else the older one.
    actions.sort_by_cached_key(|action| {
        let created = action.0.get("created_at").and_then(Value::as_str).unwrap_or_default();
        (!is_bound(action), created.to_owned(), action.id().to_owned())
    });
    let position = |test: &dyn Fn(&Action) -> bool| actions.iter().position(test);
    let at = position(&|action| {
        is_bound(action) && shows(action) && (!is_ours(action) || action.is_deployed())
    })
    .or_else(|| position(&is_ours))
    .or_else(|| position(&shows));
    let Some(at) = at else {
        return match position(&|action| renders.are_in(action.code())) {
            Some(at) => Err(undeployed(&actions[at])),
            None => Ok(Found::Nothing),
        };
    };
    let action = actions.swap_remove(at);
    Ok(match (is_ours(&action), renders.are_in(action.code())) {
        (true, false) => Found::Broken(action),
        (true, true) if !action.is_deployed() => Found::Ready(Renderer::Draft(action)),
        _ => Found::Ready(Renderer::Live(action)),
    })
}

fn undeployed(action: &Action) -> Failure {
    Failure::Other(format!(
        "the action '{}' ({}) renders this form in a draft that was never deployed and that this tool did not make. \
         Nothing was changed. Look at it with auth0_get_action, deploy it with auth0_deploy_action if it is meant to \
         run, then publish again",
        action.name(),
        action.id()
    ))
}

fn restore<A: Api>(
    action: &Action,
    renders: &Renders<'_>,
    progress: &mut Progress<'_, A>,
    report: &mut Report,
) -> Result<Renderer, Failure> {
    progress.tell("restoring the action");
    let body = json!({ "code": renders.code() });
    let request = Request::patch(["actions", "actions", action.id()]).body(&body)?;
    let action: Object = request.send(progress.api)?.json()?;
    let action = Action(action);
    report.done("action", format!("the code of the action '{}' was restored", action.name()));
    Ok(Renderer::Draft(action))
}

fn make<A: Api>(
    renders: &Renders<'_>,
    bound: &[Binding],
    name: &str,
    progress: &mut Progress<'_, A>,
    report: &mut Report,
) -> Result<Renderer, Failure> {
    progress.tell("making the action");
    let api = progress.api;
    let named = Request::get(["actions", "actions"]).query("actionName", name);
    let (same, _) = pages::all(api, &named, "actions", 0)?;
    let lost = same.into_iter().any(|action| Action(action).name() == name);
    let made = if lost { None } else { create(&draft(renders, name, api), api)? };
    if let Some(made) = &made {
        report.done("action", format!("the action '{name}' ({}) was made", made.id()));
    }
    // Another call may have made one since we looked: both go on with the same.
    match (among(list(renders, api)?, renders, bound)?, made) {
        (Found::Ready(renderer), made) => {
            let (Renderer::Live(action) | Renderer::Draft(action)) = &renderer;
            match made {
                Some(made) if made.id() != action.id() => report.notes.push(format!(
                    "Another call made the action {} at the same time; that one is used, and {} is left unused.",
                    action.id(),
                    made.id()
                )),
                Some(_) => {}
                None => report.already("action", format!("the action '{name}' renders the form")),
            }
            Ok(renderer)
        }
        (_, Some(made)) => Ok(Renderer::Draft(made)),
        (_, None) => Err(taken(name)),
    }
}

/// Makes the Action; gives nothing where its name is taken.
fn create(draft: &Value, api: &impl Api) -> Result<Option<Action>, Failure> {
    let answer = Request::post(["actions", "actions"]).body(draft)?.send(api)?;
    if answer.status() == 409 { Ok(None) } else { Ok(Some(Action(answer.json()?))) }
}

/// The body of a new Action. Where the tenant does not tell the trigger's version and runtime, it takes its own.
fn draft(renders: &Renders<'_>, name: &str, api: &impl Api) -> Value {
    let id = renders.trigger.id();
    let current = trigger(api, id, None).unwrap_or_default();
    let mut body =
        json!({ "name": name, "supported_triggers": [{ "id": id }], "code": renders.code() });
    if let Some(version) = current.version {
        body["supported_triggers"][0]["version"] = version.into();
    }
    if let Some(runtime) = current.runtime {
        body["runtime"] = runtime.into();
    }
    body
}

fn taken(name: &str) -> Failure {
    Failure::Other(format!(
        "the tenant has another action named '{name}', and this tool does not change it. Give a different action_name"
    ))
}
