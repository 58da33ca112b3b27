//! From a draft to what runs: wait for the build, deploy, wait for the switch.
//!
//! Both are asynchronous. A build takes under a second without dependencies and 4 to 45 seconds with them, and a
//! deploy before it is done is a 400; the switch follows the deploy by about 150 ms. Other people may change or deploy
//! the same Action meanwhile; each of these races ends in a state that the answer or the failure states.

use serde_json::Value;

use super::{Action, Progress, Waits, after, missing, number};
use crate::{Api, Failure, Object, Refusal, Request};

/// How often a draft that somebody changes under our hands is waited for again.
const ATTEMPTS: u32 = 3;
/// The first wait for a build, in milliseconds.
const BUILD: u32 = 300;
/// The first wait for the switch, in milliseconds.
const SWITCH: u32 = 150;

/// An Action whose deployed version is confirmed by a read.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// As it was read last.
    pub action: Action,
    /// Whether this call deployed it; false where nothing had changed since the last deployment.
    pub changed: bool,
    /// What others did meanwhile.
    pub note: Option<String>,
}

/// Deploys the draft of an Action, unless it is what runs already.
///
/// Needs the rows `GET actions/actions/{id}` (read:actions) and `POST actions/actions/{id}/deploy` (create:actions).
///
/// # Errors
/// [`Failure::Other`] where the build fails or time runs out, saying what runs now; else what the tenant or the host
/// answered.
pub fn deploy<A: Api>(id: &str, progress: &mut Progress<'_, A>) -> Result<Deployed, Failure> {
    let mut waits = Waits::from(BUILD);
    for _ in 0..ATTEMPTS {
        let action = build(id, progress, &mut waits)?;
        if action.is_deployed() {
            return Ok(Deployed { action, changed: false, note: None });
        }
        progress.tell("deploying");
        let answer = Request::post(["actions", "actions", id, "deploy"]).send(progress.api)?;
        match answer.found(|| missing(id))?.json::<Object>() {
            Ok(version) => return switch(id, &version, progress),
            Err(failure) if is_not_built(&failure) => {
                waits.once(progress.api).map_err(|_| unfinished(&action))?;
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::Other(format!(
        "somebody else keeps changing the action '{id}', so its build was never ready; nothing was deployed. Call \
         again when they are done"
    )))
}

/// Looks until the draft is built, or is what runs.
fn build<A: Api>(
    id: &str,
    progress: &mut Progress<'_, A>,
    waits: &mut Waits,
) -> Result<Action, Failure> {
    let mut action = Action::read(progress.api, id)?;
    loop {
        match action.status() {
            _ if action.is_deployed() => return Ok(action),
            "failed" => return Err(broken(&action)),
            // An answer that says nothing of a build is left to the deploy, which checks again.
            "built" | "" => return Ok(action),
            status => progress.tell(&format!("build: {status}")),
        }
        waits.once(progress.api).map_err(|_| unfinished(&action))?;
        action = Action::read(progress.api, id).map_err(|failure| match failure {
            // The last wait can end so late that there is no time for a look.
            Failure::Refused(Refusal::TimedOut) => unfinished(&action),
            failure => failure,
        })?;
    }
}

/// Looks until the new version, or a newer one, runs.
fn switch<A: Api>(
    id: &str,
    version: &Object,
    progress: &mut Progress<'_, A>,
) -> Result<Deployed, Failure> {
    let ours = number(version);
    let mut waits = Waits::from(SWITCH);
    loop {
        waits.once(progress.api).map_err(|_| unswitched(ours))?;
        let action = Action::read(progress.api, id).map_err(|failure| match failure {
            Failure::Refused(Refusal::TimedOut) => unswitched(ours),
            failure => after(failure, &accepted(ours)),
        })?;
        let live = action.number();
        let same = action
            .live()
            .is_some_and(|live| live.get("id").is_some_and(|id| version.get("id") == Some(id)));
        if same || (ours > 0 && live >= ours) {
            let note = note(&action, ours, live);
            return Ok(Deployed { action, changed: true, note });
        }
        progress.tell("waiting for the switch to the new version");
    }
}

fn note(action: &Action, ours: u64, live: u64) -> Option<String> {
    if live > ours {
        Some(format!(
            "This call deployed version {ours}; version {live} of somebody else has replaced it."
        ))
    } else if action.is_deployed() {
        None
    } else {
        Some("Somebody has changed the draft since; that change is not deployed.".to_owned())
    }
}

/// The 400 that means: the draft was changed between our look and our deploy. Its text is what Auth0 is known to
/// say; it has no error code.
fn is_not_built(failure: &Failure) -> bool {
    matches!(failure, Failure::Tenant(error) if error.status == 400 && error.message.contains("'built' state"))
}

fn unfinished(action: &Action) -> Failure {
    Failure::Other(format!(
        "the build of '{}' is still running (status {}) and the call's time is up; nothing was deployed, {}. Call \
         again to go on waiting",
        action.name(),
        action.status(),
        stays(action)
    ))
}

fn unswitched(ours: u64) -> Failure {
    Failure::Other(format!(
        "Auth0 accepted version {ours} but does not run it yet, and the call's time is up. Call again: the answer \
         says whether it runs by then"
    ))
}

fn accepted(ours: u64) -> String {
    format!(
        "Auth0 had accepted version {ours} before; whether it runs yet is not confirmed. Call again: the answer says so"
    )
}

fn broken(action: &Action) -> Failure {
    let errors = errors(action);
    let reason = if errors.is_empty() { cause(action) } else { errors };
    Failure::Other(format!(
        "the build of '{}' failed; nothing was deployed, {}. {reason}",
        action.name(),
        stays(action)
    ))
}

fn stays(action: &Action) -> String {
    match action.number() {
        0 => "and no version runs".to_owned(),
        number => format!("version {number} still runs"),
    }
}

/// What the compiler said: `[{id, msg, url}]`.
fn errors(action: &Action) -> String {
    let list = action.0.get("errors").and_then(Value::as_array).into_iter().flatten();
    let texts = list.filter_map(|error| error["msg"].as_str().or(error["id"].as_str()));
    texts.collect::<Vec<_>>().join("; ")
}

/// A failed draft usually comes without errors, and then nearly always over a dependency.
fn cause(action: &Action) -> String {
    let list = action.0.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let named: Vec<String> = list
        .filter_map(|one| Some(format!("{}@{}", one["name"].as_str()?, one["version"].as_str()?)))
        .collect();
    if named.is_empty() {
        return "Auth0 gives no reason; look for a syntax error in the code".to_owned();
    }
    format!("Auth0 gives no reason; check that these npm packages exist: {}", named.join(", "))
}

#[cfg(test)]
#[path = "deploy_tests.rs"]
mod tests;
