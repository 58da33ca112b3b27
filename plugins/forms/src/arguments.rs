//! The settings that creating and changing a form share, and the check of a body before it is sent.
//!
//! The types describe what the host checks and what a model reads; what they leave open is in `shape`. What is sent is
//! the caller's own JSON, so nothing here is ever built.

#![expect(dead_code, reason = "the types are read by schemars only, see above")]

use auth0_mcp_plugin::{Failure, Object, masked};
use schemars::JsonSchema;

use crate::{graph::check_ids, rules::Problems, shape::check_body};

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Languages {
    primary: Option<String>,
    default: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Style {
    #[schemars(length(min = 1, max = 5000))]
    css: Option<String>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    id: String,
    r#type: NodeType,
    alias: Option<String>,
    /// {x*, y*}
    coordinates: Option<Object>,
    /// FLOW: {flow_id*, next_node}. ROUTER: {rules: [{id*, condition*, alias, next_node}], fallback}. STEP:
    /// {components: [{id*, category*, type*, config, and for FIELD and WIDGET label, hint, required, sensitive}],
    /// next_node}. BLOCK types: DIVIDER HTML IMAGE JUMP_BUTTON{text*, next_node*} NEXT_BUTTON{text*}
    /// PREVIOUS_BUTTON{text*} RESEND_BUTTON RICH_TEXT{content}. FIELD: BOOLEAN CARDS CHOICE{multiple, options: [{value,
    /// label}]} CUSTOM DATE DROPDOWN EMAIL FILE LEGAL{text} NUMBER PASSWORD PAYMENT SOCIAL TEL TEXT{multiline,
    /// max_length} URL. WIDGET: AUTH0_VERIFIABLE_CREDENTIALS GMAPS_ADDRESS RECAPTCHA
    config: Option<Object>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum NodeType {
    Step,
    Flow,
    Router,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// A node's id, or $ending
    next_node: Option<String>,
    /// {key*, value}
    hidden_fields: Option<Vec<Object>>,
    /// {x*, y*}
    coordinates: Option<Object>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    /// true lets the login go on
    resume_flow: Option<bool>,
    redirection: Option<Redirection>,
    after_submit: Option<AfterSubmit>,
    /// {x*, y*}
    coordinates: Option<Object>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Redirection {
    target: String,
    // In seconds.
    #[schemars(range(max = 10))]
    delay: Option<u32>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct AfterSubmit {
    flow_id: Option<String>,
}

/// Checks a body as a whole: its shape, its ids and pointers, and that no masked secret comes back. `clears` says
/// whether `null` clears a setting.
///
/// # Errors
/// [`Failure::InvalidArguments`] that names each place.
pub(crate) fn check(body: &Object, clears: bool) -> Result<(), Failure> {
    body.iter().try_for_each(|(key, value)| masked::refuse(key, value))?;
    let mut problems = Problems::default();
    check_body(body, clears, &mut problems);
    check_ids(body, &mut problems);
    problems.text().map_or(Ok(()), |text| Err(Failure::InvalidArguments(text)))
}
