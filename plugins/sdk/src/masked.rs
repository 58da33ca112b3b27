//! Values that the host masked, coming back as arguments.
//!
//! A model reads an object, changes something and writes it back. Where the object held a secret it now holds the
//! mask, and writing that would destroy the secret.

use serde_json::Value;

use crate::Failure;

/// What the host puts in the place of a secret.
pub const MASK: &str = "[REDACTED]";

/// Refuses a body that holds the mask at any depth. [`Request::body`](crate::Request::body) does; a tool that asks for
/// something before it writes does so itself.
///
/// # Errors
/// [`Failure::InvalidArguments`] with the place.
pub fn refuse_in(body: &Value) -> Result<(), Failure> {
    match body {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| refuse(name, value)),
        body => refuse("the body", body),
    }
}

/// Refuses a value that holds the mask at any depth. `place` names the argument.
///
/// # Errors
/// [`Failure::InvalidArguments`] with the place.
pub fn refuse(place: &str, value: &Value) -> Result<(), Failure> {
    match value {
        Value::String(text) if text.contains(MASK) => Err(Failure::InvalidArguments(format!(
            "{place} holds {MASK}, which stands for a secret that is not shown; give its real value, or leave the \
             argument out to keep what is stored"
        ))),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| refuse(&format!("{place}[{index}]"), item)),
        Value::Object(members) => {
            members.iter().try_for_each(|(key, member)| refuse(&format!("{place}.{key}"), member))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse;
    use crate::Failure;
    use serde_json::json;

    #[test]
    fn the_mask_is_found_and_its_place_named() {
        let value = json!([{ "a": 1 }, { "config": { "secret_key": "[REDACTED]" } }]);
        let Err(Failure::InvalidArguments(text)) = refuse("nodes", &value) else {
            panic!("passed")
        };
        assert!(text.starts_with("nodes[1].config.secret_key holds "), "{text}");
        refuse("code", &json!("const key = \"[REDACTED]\";")).expect_err("within a text");
        refuse("nodes", &json!([{ "a": null, "b": "REDACTED" }])).expect("no mask");
    }
}
