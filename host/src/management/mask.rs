//! Secrets out of everything that the tenant answers, before a plugin, a model or a log sees it.
//!
//! Three nets, each of which would do for most secrets:
//! - by place: the names of secret-bearing fields in any case style ([`names`]);
//! - by shape: private keys, tokens, credentials inside any text ([`text`]);
//! - by value: the access token and client secret in use, wherever they turn up
//!   ([`Redactor`](crate::secret::Redactor)).
//!
//! Settings stay readable: a client's `refresh_token` object, `token_endpoint_auth_method`, public
//! certificates. Nothing here knows which endpoint was asked; a plugin for a family that nobody has thought of
//! yet gets the same treatment.

mod names;
mod text;

use std::borrow::Cow;

use super::json::{Json, Members, Text};
use crate::secret::{Live, REDACTED, Redactor};
use names::Place;
use text::Reading;

/// Names shorter than this are never secrets themselves, so they are not searched.
const SHORTEST_SECRET_KEY: usize = 20;

/// Masks answers and messages. Clones share the register of live secrets.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    redactor: Redactor,
}

impl Mask {
    /// A mask that also knows the secrets in this register.
    #[must_use]
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor }
    }

    /// Replaces every secret in a body by `"[REDACTED]"`. Empty strings, null and booleans stay: that a
    /// secret is not set is no secret.
    pub fn value(&self, value: &mut Json<'_>) {
        Walk { live: &self.redactor.live() }.value(value, Place::Open, Reading::Line);
    }

    /// As [`value`](Self::value), for a message or a log line.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        mask_text(text, &self.redactor.live())
    }

    /// The text with the secrets in use replaced, and nothing else: for opaque values that must arrive as they
    /// are, such as checkpoints.
    #[must_use]
    pub fn live<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactor.redact(text)
    }
}

/// A message or a log line without its secrets: those in use, and whatever has the shape of one.
#[must_use]
pub fn mask_text<'t>(text: &'t str, live: &Live) -> Cow<'t, str> {
    Walk { live }.text(text, Reading::Line).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// One walk through a value, with the secrets that were live when it began.
struct Walk<'l> {
    live: &'l Live,
}

impl Walk<'_> {
    fn value(&self, value: &mut Json<'_>, place: Place, reading: Reading) {
        match value {
            Json::String(text) => self.string(text, place, reading),
            Json::Number(_) if !matches!(place, Place::Open | Place::Text) => {
                *value = Json::String(Text::Plain(REDACTED));
            }
            Json::Array(items) => {
                items.iter_mut().for_each(|item| self.value(item, place, reading))
            }
            Json::Object(members) => self.object(members, place, reading),
            _ => {}
        }
    }

    fn string(&self, string: &mut Text<'_>, place: Place, reading: Reading) {
        if place != Place::Open {
            if !string.is_empty() {
                *string = Text::Plain(REDACTED);
            }
        } else if let Some(masked) = self.text(string, reading) {
            *string = Text::Owned(masked);
        }
    }

    fn object(&self, members: &mut Members<'_>, place: Place, reading: Reading) {
        let is_jwk = has(members, "kty");
        let names_a_secret = pair_names_a_secret(members);
        let holds_a_secret = matches!(place, Place::Text | Place::Held) && !is_rotation(members);
        for (name, value) in members.iter_mut() {
            let name: &str = name;
            let inner = match place {
                Place::All => Place::All,
                Place::Keys if !names::is_public_key_part(name) => Place::Keys,
                Place::Named if !names::is_secret_label(name) => Place::Named,
                _ if is_jwk && names::is_private_jwk_member(name) => Place::All,
                _ if names_a_secret && name == "value" => Place::All,
                _ if holds_a_secret && !names::is_setting(name) => Place::Held,
                _ if matches!(value, Json::Object(_)) && names::is_settings_object(name) => {
                    Place::Open
                }
                _ => names::place(name),
            };
            let reading = if names::is_code(name) { Reading::Code } else { reading };
            self.value(value, inner, reading);
        }
        self.member_names(members);
    }

    /// A secret can also be a name, in an object keyed by tokens.
    fn member_names(&self, members: &mut Members<'_>) {
        for (name, _) in members.iter_mut().filter(|(name, _)| name.len() >= SHORTEST_SECRET_KEY) {
            if let Some(masked) = self.text(name, Reading::Line) {
                *name = Text::Owned(masked);
            }
        }
    }

    /// The text without secrets by value and by shape; None if it holds none.
    fn text(&self, text: &str, reading: Reading) -> Option<String> {
        match self.live.redact(text) {
            Cow::Borrowed(text) => text::mask(text, reading),
            Cow::Owned(redacted) => Some(text::mask(&redacted, reading).unwrap_or(redacted)),
        }
    }
}

/// Whether the object is a pair like `{"name": "Authorization", "value": "…"}`.
fn pair_names_a_secret(members: &Members<'_>) -> bool {
    has(members, "value")
        && members
            .iter()
            .filter(|(name, _)| matches!(&**name, "name" | "key" | "header"))
            .filter_map(|(_, value)| value.as_str())
            .any(names::is_secret)
}

/// The rotation settings of an application's `refresh_token`.
fn is_rotation(members: &Members<'_>) -> bool {
    text::ROTATION.iter().any(|name| has(members, name))
}

fn has(members: &Members<'_>, name: &str) -> bool {
    members.iter().any(|(member, _)| **member == *name)
}

#[cfg(test)]
mod tests;
