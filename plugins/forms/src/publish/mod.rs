//! `auth0_publish_form`: brings a form to users.
//!
//! The Management API has no publish endpoint: a form saved through the API takes effect at once, and reaches users when
//! an Action renders it. So to publish is: check the form's graph; make sure that an Action which renders it exists,
//! is built and deployed; bind that Action to the trigger after all others. What is so already is left alone, so the
//! same call again sends no write. Whatever stops it half-way leaves a state that the failure states and that the next
//! call goes on from.

mod bindings;
mod code;
mod renderer;
mod report;

#[cfg(test)]
mod tests;

use auth0_mcp_plugin::{
    Api, Definition, Effect, Endpoint, Failure, Method, Tool,
    actions::{self, Progress},
    shape::{Problems, filled},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Object,
    get::read,
    graph::{check_whole, warnings},
};
use code::Renders;
use renderer::Renderer;
use report::{Report, Step};

pub(crate) struct Publish;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    id: String,
    #[serde(default)]
    trigger: Trigger,
    /// If one has to be made
    action_name: Option<String>,
}

// Where Auth0 documents that an Action can render a form.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Trigger {
    #[default]
    PostLogin,
    PasswordResetPostChallenge,
}

impl Trigger {
    /// As the API writes it.
    fn id(self) -> &'static str {
        match self {
            Self::PostLogin => "post-login",
            Self::PasswordResetPostChallenge => "password-reset-post-challenge",
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    form: String,
    trigger: &'static str,
    /// Id of the Action that renders the form.
    action: String,
    action_name: String,
    /// The version of the Action that runs.
    version: u64,
    /// Whether this call changed anything.
    changed: bool,
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl Tool for Publish {
    type Arguments = Arguments;
    type Output = Output;
    const DEFINITION: Definition = Definition {
        name: "auth0_publish_form",
        title: "Publish form",
        description: "Publishes an Auth0 form: makes, deploys and binds an Action that shows it at once to every user at \
            the trigger. Later updates need no new publish.",
        effect: Effect::Write { destructive: true, idempotent: true },
        endpoints: &[
            Endpoint::new(Method::Get, "forms/{id}", &["read:forms"]),
            Endpoint::new(Method::Get, "actions/actions", &["read:actions"]),
            Endpoint::new(Method::Get, "actions/actions/{id}", &["read:actions"]),
            Endpoint::new(Method::Post, "actions/actions", &["create:actions"]),
            Endpoint::new(Method::Patch, "actions/actions/{id}", &["update:actions"]),
            Endpoint::new(Method::Post, "actions/actions/{id}/deploy", &["create:actions"]),
            Endpoint::new(Method::Get, "actions/triggers", &["read:actions"]),
            Endpoint::new(Method::Get, "actions/triggers/{trigger_id}/bindings", &["read:actions"]),
            Endpoint::new(
                Method::Patch,
                "actions/triggers/{trigger_id}/bindings",
                &["update:actions"],
            ),
        ],
    };

    fn run(
        Arguments { id, trigger, action_name }: Arguments,
        api: &impl Api,
    ) -> Result<Output, Failure> {
        filled("action_name", action_name.as_deref())?;
        let mut progress = Progress::new(api);
        progress.tell("checking the form");
        let renders = Renders::new(&id, trigger)?;
        let form = read(&id, api)?;
        let mut report = Report::default();
        check(&form)?;
        report.checked("form", "the graph is complete".into());
        report.notes.extend(warnings(&form));

        let bound = bindings::read(api, trigger)?;
        progress.tell("looking for the action that shows the form");
        let name = action_name.unwrap_or_else(|| renders.usual_name());
        let renderer = renderer::find(&renders, &bound, &name, &mut progress, &mut report)
            .map_err(|failure| report.stop(failure))?;
        let (action, version) = deploy(renderer, &mut progress, &mut report)?;
        let (action_id, action_name) = action;
        progress.tell("binding the action to the trigger");
        bindings::bind(&bound, trigger, &action_id, &action_name, &mut progress, &mut report)
            .map_err(|failure| report.stop(failure))?;
        Ok(Output {
            form: id,
            trigger: trigger.id(),
            action: action_id,
            action_name,
            version,
            changed: report.changed(),
            steps: report.steps,
            notes: report.notes,
        })
    }
}

fn check(form: &Object) -> Result<(), Failure> {
    let mut problems = Problems::default();
    check_whole(form, &mut problems);
    let Some(problems) = problems.text() else { return Ok(()) };
    let name = form.get("name").and_then(Value::as_str).unwrap_or_default();
    Err(Failure::Other(format!(
        "the form '{name}' is not fit for users: {problems}. Nothing was changed; correct it with auth0_update_form"
    )))
}

/// Makes the Action run; gives its id and name, and the version that runs.
fn deploy<A: Api>(
    renderer: Renderer,
    progress: &mut Progress<'_, A>,
    report: &mut Report,
) -> Result<((String, String), u64), Failure> {
    let action = match renderer {
        Renderer::Live(action) => {
            report.already("deploy", format!("version {} runs", action.number()));
            action
        }
        Renderer::Draft(action) => {
            let done =
                actions::deploy(action.id(), progress).map_err(|failure| report.stop(failure))?;
            let runs = format!("version {} runs", done.action.number());
            if done.changed {
                report.done("deploy", runs)
            } else {
                report.already("deploy", runs)
            }
            report.notes.extend(done.note);
            done.action
        }
    };
    Ok(((action.id().to_owned(), action.name().to_owned()), action.number()))
}
