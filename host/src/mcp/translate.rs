//! Between our words and MCP's: definitions to tools, outcomes to results.
//!
//! The model reads these texts. Each says what happened, why, and what to do next.

use std::sync::Arc;

use auth0_mcp_sandbox::{
    contract::{Failure, Refusal, TenantError},
    manifest::{Effect, Tool as Definition},
};
use rmcp::model::{CallToolResult, ContentBlock, Tool, ToolAnnotations};

use super::checked::Checked;
use crate::{auth::Advice, call::Outcome};

/// A definition as `tools/list` shows it, with all four hints: absent ones would mean "destructive".
pub(crate) fn tool(definition: &Definition) -> Tool {
    let (read_only, destructive, idempotent) = match definition.effect {
        Effect::ReadOnly => (true, false, true),
        Effect::Write { destructive, idempotent } => (false, destructive, idempotent),
    };
    // Closed world: the one tenant that the host is signed in to.
    let hints = ToolAnnotations::new()
        .read_only(read_only)
        .destructive(destructive)
        .idempotent(idempotent)
        .open_world(false);
    let tool = Tool::new(
        definition.name.clone(),
        definition.description.clone(),
        Arc::new(definition.input_schema.clone()),
    );
    let tool = tool.with_title(definition.title.clone()).with_annotations(hints);
    match &definition.output_schema {
        Some(schema) => tool.with_raw_output_schema(Arc::new(schema.clone())),
        None => tool,
    }
}

/// How a call ended, as a result. The text and the structured content of an answer are the same JSON:
/// clients read one or the other. `sign_in` says what helps where the sign-in does not suffice.
pub(crate) fn result(
    definition: &Definition,
    outcome: Outcome,
    sign_in: impl FnOnce() -> Advice,
) -> CallToolResult {
    match outcome {
        Outcome::Answer(json) => answer(definition, json),
        Outcome::Failure(failure) => error(failure_text(definition, failure, sign_in)),
        Outcome::Fault(fault) => error(format!(
            "{} stopped: {fault}. This is a fault of the tool, not of your request; other tools still work.{}",
            definition.name,
            maybe_done(definition)
        )),
        Outcome::Unusable(reason) => error(format!("{} cannot run: {reason}.", definition.name)),
        Outcome::Unaudited(halted) => error(format!("{} was not run: {halted}", definition.name)),
    }
}

/// A result that says what went wrong.
pub(crate) fn error(text: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn answer(definition: &Definition, json: String) -> CallToolResult {
    match Checked::read(&json) {
        Ok(Checked::Other) if definition.output_schema.is_some() => error(format!(
            "{} stopped: its answer is not the JSON object that it promises.",
            definition.name
        )),
        Ok(_) => CallToolResult::success(vec![ContentBlock::text(json)]),
        Err(cause) => {
            error(format!("{} stopped: its answer is not JSON ({cause}).", definition.name))
        }
    }
}

/// The structured content of a result that [`result`] made: the text itself, if it is an object. rmcp has a
/// member for it, which takes a parsed value; it stays empty.
pub(super) fn structured(result: &CallToolResult) -> Option<&str> {
    match (result.content.as_slice(), &result.structured_content) {
        ([ContentBlock::Text(text)], None) if result.is_error == Some(false) => {
            Some(text.text.as_str()).filter(|json| json.trim_ascii_start().starts_with('{'))
        }
        _ => None,
    }
}

fn failure_text(
    definition: &Definition,
    failure: Failure,
    sign_in: impl FnOnce() -> Advice,
) -> String {
    match failure {
        Failure::InvalidArguments(text) => {
            format!("Invalid arguments for {}: {text}", definition.name)
        }
        Failure::Tenant(answered) => tenant_text(definition, &answered),
        Failure::Refused(refusal) => refusal_text(definition, refusal, sign_in),
        Failure::Other(text) => format!("{} failed: {text}", definition.name),
    }
}

/// An error status of Auth0: its own words, and what they mean for the next step.
fn tenant_text(definition: &Definition, answered: &TenantError) -> String {
    let TenantError { status, code, message } = answered;
    let code = code.as_ref().map(|code| format!(", {code}")).unwrap_or_default();
    let message = message.trim_end_matches('.');
    let advice = advice(definition, *status);
    let text =
        format!("{} failed: Auth0 answered {status}{code}: {message}. {advice}", definition.name);
    text.trim_end().to_owned()
}

fn advice(definition: &Definition, status: u16) -> String {
    match status {
        400 | 422 => "Correct the arguments; the message names the field.".to_owned(),
        401 => "The sign-in is not valid any more: ask the user to sign in again.".to_owned(),
        403 => format!(
            "The sign-in does not allow this; {} needs {}, or the tenant's plan lacks the feature.",
            definition.name,
            scopes(definition)
        ),
        404 => "Nothing has this id: list first and use an id from there.".to_owned(),
        409 => "It conflicts with something that exists: read that first, or choose another name or identifier.".to_owned(),
        429 => "Too many requests: wait before you call again.".to_owned(),
        500.. => format!("The fault is at Auth0; try again later.{}", maybe_done(definition)),
        _ => String::new(),
    }
}

fn scopes(definition: &Definition) -> String {
    let mut scopes: Vec<&str> =
        definition.endpoints.iter().flat_map(|row| &row.scopes).map(String::as_str).collect();
    scopes.sort_unstable();
    scopes.dedup();
    match scopes.as_slice() {
        [] => "no scope".to_owned(),
        [one] => format!("the scope {one}"),
        several => format!("the scopes {}", several.join(" and ")),
    }
}

/// What the host decided.
fn refusal_text(
    definition: &Definition,
    refusal: Refusal,
    sign_in: impl FnOnce() -> Advice,
) -> String {
    let name = &definition.name;
    match refusal {
        Refusal::NotGranted(text) => {
            format!("{name} was stopped: {text}. Nothing was sent to Auth0.")
        }
        Refusal::InvalidRequest(text) => {
            format!("{name} failed: {text}. Nothing was sent to Auth0.")
        }
        Refusal::InsufficientScope(missing) => format!(
            "{name} failed: the sign-in lacks {}. Nothing was sent to Auth0. {}",
            missing.join(" and "),
            sign_in().add_scopes(&missing)
        ),
        Refusal::SessionExpired => {
            format!(
                "{name} failed: the sign-in has ended, has expired or was refused by Auth0; the user has to sign in again. {}",
                sign_in().sign_in()
            )
        }
        Refusal::RateLimited(seconds) => format!(
            "{name} failed: Auth0's rate limit is used up. Call again in {seconds} s, and make fewer calls at once."
        ),
        Refusal::Unreachable(text) => {
            format!("{name} failed: {text}.")
        }
        Refusal::TimedOut => format!(
            "{name} failed: the tenant did not answer within the call's deadline. Narrow the request or call again later.{}",
            maybe_done(definition)
        ),
        Refusal::TooLarge(limit) => {
            format!(
                "{name} failed: more than {limit} bytes. Narrow the request: fewer items per page, or fewer fields.{}",
                maybe_done(definition)
            )
        }
        Refusal::MalformedAnswer(text) => format!("{name} failed: {text}."),
    }
}

/// After a write that got no answer, or none that says what became of it, nobody knows whether it happened.
fn maybe_done(definition: &Definition) -> &'static str {
    if definition.effect == Effect::ReadOnly {
        ""
    } else {
        " The change may have been made: read before you repeat it."
    }
}
