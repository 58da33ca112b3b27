//! Why an answer may differ: each class of mismatch that is understood, with its reason.
//!
//! A class is a rule over what differs, when and for which request; no id and no single recording
//! is named. `FIDELITY.md` tells what stands behind each class.

use serde_json::{Value, json};

use super::{
    Comparison,
    read::Interaction,
    shape::{Difference, Side},
};

/// The class that explains a mismatch; `None` if nobody has looked at such a one yet. `diverged`
/// says that an earlier write of the same session ended otherwise than recorded.
pub(crate) fn class(
    recorded: &Interaction,
    comparison: &Comparison,
    diverged: bool,
) -> Option<&'static str> {
    let own = if comparison.status == recorded.status {
        let differences = comparison.shape.as_deref().unwrap_or_default();
        of_shape(recorded, differences)
    } else {
        of_status(recorded)
    };
    own.or(diverged.then_some("follows an earlier mismatch of its session"))
}

fn of_status(recorded: &Interaction) -> Option<&'static str> {
    let written = recorded.method != "GET";
    if is_before_release(recorded) {
        return Some("forms before their release");
    }
    match recorded.status {
        200 if recorded.method == "DELETE" => Some("recorder wrote 200 for a deletion"),
        201 if recorded.method == "PATCH" => Some("recorder wrote 201 for a change"),
        400..500 if written && !recorded.has_body() => Some("refusal without a reason"),
        500..600 => Some("failure of the service"),
        200 if written && recorded.request.is_null() => Some("recorder lost the request"),
        _ => None,
    }
}

fn of_shape(recorded: &Interaction, differences: &[Difference]) -> Option<&'static str> {
    let all = |covers: &dyn Fn(&Difference) -> bool| differences.iter().all(covers);
    let date = recorded.date.as_str();
    if is_before_release(recorded) {
        return Some("forms before their release");
    }
    if recorded.response == json!({}) {
        return Some("recorder lost the answer");
    }
    if date.starts_with("2025-11") && all(&|one| has(one, "async_approval_notification_channels")) {
        return Some("default that came and went in 2025-11");
    }
    if all(&|one| one.side == Side::Recorded || has(one, "name")) && is_other_host(recorded) {
        return Some("system API of the recorder's host");
    }
    if all(&|one| has(one, "addons") && one.side == Side::Recorded) && addons_unsaid(recorded) {
        return Some("recorder lost the request");
    }
    if all(&|one| has(one, "initiate_login_uri")) && recorded.request["initiate_login_uri"] == "" {
        return Some("empty URI answered as one letter");
    }
    if date < "2024" && all(&|one| has(one, "expires_at") && one.side == Side::Recorded) {
        return Some("absent field answered as null");
    }
    None
}

/// Forms and flows spoke another dialect until they were released in October 2024.
pub(super) fn is_before_release(recorded: &Interaction) -> bool {
    let family =
        ["/api/v2/forms", "/api/v2/flows"].iter().any(|path| recorded.path.starts_with(path));
    family && recorded.date.as_str() < "2024-10"
}

fn has(difference: &Difference, field: &str) -> bool {
    difference.path.contains(field)
}

/// Fields that this tenant always answers, and the service did only from some day on: in older
/// recordings they are not compared.
pub(super) fn is_newer_field(date: &str, difference: &Difference) -> bool {
    let since_2025 = ["cross_origin_authentication", "binding_policy"];
    let newer = (date < "2025" && since_2025.iter().any(|field| has(difference, field)))
        || (date < "2020" && has(difference, "refresh_token"))
        || (date < "2025-11" && has(difference, "subject_type"));
    newer && difference.side == Side::Ours
}

/// Whether a request names an API of the service itself by the host that was recorded, which is
/// another than this tenant's.
fn is_other_host(recorded: &Interaction) -> bool {
    let identifier = recorded.request["identifier"].as_str().unwrap_or_default();
    identifier.ends_with("/me/") && recorded.response["is_system"] == Value::Bool(true)
}

/// Whether a row shows a state that an earlier change left behind, which is not among the rows.
pub(crate) fn follows_gap(
    row: &Interaction,
    comparison: &Comparison,
    cassette: &[&Interaction],
) -> bool {
    let kept = cassette.iter().any(|other| other.index + 1 == row.index);
    let untouched = |difference: &Difference| {
        let field = difference.path.trim_start_matches("$.").split(['.', '[']).next();
        difference.side == Side::Ours && field.is_some_and(|field| row.request[field].is_null())
    };
    row.method == "PATCH"
        && !kept
        && comparison.shape.as_ref().is_some_and(|differences| differences.iter().all(untouched))
}

/// Whether a request says less about add-ons than any answer to it could: one cassette keeps the
/// first of two requests (which empties the add-ons) with the answer to the second.
fn addons_unsaid(recorded: &Interaction) -> bool {
    let said = recorded.request["addons"].as_object().map_or(0, serde_json::Map::len);
    let answered = recorded.response["addons"].as_object().map_or(0, serde_json::Map::len);
    recorded.request["addons"] != Value::Null && said <= 1 && answered > said
}
