//! The settings that creating and changing a form share, and the check of a body before it is sent.
//!
//! The types describe what the host checks and what a model reads; what they leave open is in `shape`. What is sent is
//! the caller's own JSON, so nothing here is ever built.

#![expect(dead_code, reason = "the types are read by schemars only, see above")]

use auth0_mcp_plugin::{Failure, Object, shape::Problems};
use schemars::JsonSchema;

use crate::{graph::check_ids, shape::check_body};

// All styles are CSS.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Style {
    css: Option<String>,
}

/// Checks a body as a whole: its shape, its ids and pointers. `clears` says whether `null` clears a setting.
///
/// # Errors
/// [`Failure::InvalidArguments`] that names each place.
pub(crate) fn check(body: &Object, clears: bool) -> Result<(), Failure> {
    let mut problems = Problems::default();
    check_body(body, clears, &mut problems);
    check_ids(body, &mut problems);
    problems.none()
}
