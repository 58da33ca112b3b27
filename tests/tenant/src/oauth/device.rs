//! Device codes (RFC 8628): given out, decided on by a user, polled for.
//!
//! Where Auth0 differs from the RFC, Auth0 wins: statuses are 403 and 429, and an expired code is
//! called so once and unknown from then on.

use std::{fmt, sync::PoisonError, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Parameters, Refusal, client, words};
use crate::{Shared, ids};

/// The grant by which a device asks for its token.
pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The audience that leaves the tenant to the user's choice.
const ANY_TENANT: &str = "https://*.auth0.com/api/v2/";
/// RFC 8628, section 3.5: what every `slow_down` adds to the interval.
const SLOWER: Duration = Duration::from_secs(5);
/// A device that keeps to the interval may still arrive this much early: requests take time.
const EARLY: Duration = Duration::from_millis(500);
/// How many codes are remembered.
const KEPT: usize = 1_000;

pub(super) const PENDING: &str = "User has yet to authorize device code.";
pub(super) const EXPIRED: &str = "The device code has expired.";
pub(super) const DENIED: &str = "User cancelled the confirmation prompt.";
const UNKNOWN: &str = "Invalid or expired device code.";

/// What became of a device code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// The user has yet to decide.
    Pending,
    /// The user agreed; the device has yet to fetch its token.
    Approved,
    /// The user refused.
    Denied,
    /// The device has its token.
    Redeemed,
    /// Nobody decided in time, or the device did not ask in time.
    Expired,
}

/// A device that asked to be signed in.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceRequest {
    /// The code that the user types, such as `WDJB-MJHT`.
    pub user_code: String,
    /// The client that asked.
    pub client_id: String,
    /// The scopes that it asked for, whether they exist or not.
    pub scopes: Vec<String>,
    /// What became of it.
    pub state: DeviceState,
}

/// Why a code cannot be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationError {
    /// No device has this code.
    Unknown,
    /// It was valid once.
    Expired,
    /// It has been approved or denied before.
    Used,
    /// The user does not have this tenant, or the device did not ask for it.
    NoSuchTenant,
}

impl fmt::Display for ActivationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unknown => "no device has this code",
            Self::Expired => "this code has expired",
            Self::Used => "this code has been used before",
            Self::NoSuchTenant => "this tenant cannot be chosen for this code",
        })
    }
}

impl std::error::Error for ActivationError {}

/// What a user granted.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The domain of the tenant that was picked.
    pub(crate) tenant: String,
    pub(crate) scopes: Vec<String>,
}

/// What a user is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) user_code: String,
    pub(crate) application: String,
    pub(crate) scopes: Vec<String>,
    /// The only tenant that may be picked, if the device named one.
    pub(crate) tenant: Option<String>,
}

struct Device {
    code: String,
    question: Question,
    client_id: String,
    expires: OffsetDateTime,
    interval: Duration,
    polled: Option<OffsetDateTime>,
    state: DeviceState,
    grant: Option<Grant>,
}

impl Device {
    fn state(&self, now: OffsetDateTime) -> DeviceState {
        match self.state {
            DeviceState::Pending | DeviceState::Approved if now >= self.expires => {
                DeviceState::Expired
            }
            state => state,
        }
    }
}

/// The codes of a tenant, oldest first.
#[derive(Default)]
pub(crate) struct DeviceCodes(Vec<Device>);

impl DeviceCodes {
    pub(crate) fn list(&self, now: OffsetDateTime) -> Vec<DeviceRequest> {
        let shown = |device: &Device| DeviceRequest {
            user_code: device.question.user_code.clone(),
            client_id: device.client_id.clone(),
            scopes: device.question.scopes.clone(),
            state: device.state(now),
        };
        self.0.iter().map(shown).collect()
    }

    /// What to ask the user who has typed this code.
    pub(crate) fn question(
        &self,
        user_code: &str,
        now: OffsetDateTime,
    ) -> Result<Question, ActivationError> {
        let wanted = normal_code(user_code);
        let device = self.0.iter().find(|device| device.question.user_code == wanted);
        let device = device.ok_or(ActivationError::Unknown)?;
        match device.state(now) {
            DeviceState::Pending => Ok(device.question.clone()),
            DeviceState::Expired => Err(ActivationError::Expired),
            _ => Err(ActivationError::Used),
        }
    }

    /// Keeps the user's decision; `None` is a refusal. Scopes that were not asked for are dropped.
    pub(crate) fn decide(
        &mut self,
        user_code: &str,
        grant: Option<Grant>,
        now: OffsetDateTime,
    ) -> Result<(), ActivationError> {
        let question = self.question(user_code, now)?;
        let device = self.0.iter_mut().find(|device| {
            device.question.user_code == question.user_code && device.state == DeviceState::Pending
        });
        let device = device.ok_or(ActivationError::Unknown)?;
        device.state = match &grant {
            Some(_) => DeviceState::Approved,
            None => DeviceState::Denied,
        };
        device.grant = grant.map(|mut grant| {
            grant.scopes.retain(|scope| question.scopes.contains(scope));
            grant
        });
        Ok(())
    }

    /// A device asks what the user has decided.
    pub(super) fn poll(
        &mut self,
        code: &str,
        client_id: &str,
        now: OffsetDateTime,
    ) -> Result<Grant, Refusal> {
        let unknown = || Refusal::invalid_grant(UNKNOWN);
        let device = self.0.iter_mut().find(|device| device.code == code);
        let device = device.filter(|device| device.client_id == client_id).ok_or_else(unknown)?;
        match device.state(now) {
            DeviceState::Expired if device.state == DeviceState::Expired => Err(unknown()),
            DeviceState::Expired => {
                device.state = DeviceState::Expired;
                Err(Refusal(403, "expired_token", EXPIRED.to_owned()))
            }
            DeviceState::Denied => Err(Refusal(403, "access_denied", DENIED.to_owned())),
            DeviceState::Redeemed => Err(unknown()),
            DeviceState::Approved => {
                device.state = DeviceState::Redeemed;
                device.grant.take().ok_or_else(unknown)
            }
            DeviceState::Pending => Err(device.wait(now)),
        }
    }
}

impl Device {
    /// Nothing is decided yet: later, or later still for a device that asks too often.
    fn wait(&mut self, now: OffsetDateTime) -> Refusal {
        let shortest = self.interval - (self.interval / 10).min(EARLY);
        let previous = self.polled.replace(now);
        if previous.is_none_or(|previous| now - previous >= shortest) {
            return Refusal(403, "authorization_pending", PENDING.to_owned());
        }
        let description = format!(
            "You are polling faster than the specified interval of {} seconds.",
            self.interval.as_secs()
        );
        self.interval += SLOWER;
        Refusal(429, "slow_down", description)
    }
}

/// Gives out a device code.
pub(super) fn issue(shared: &Shared, given: &Parameters) -> Result<Value, Refusal> {
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let application = client::identify(&state.store, given)?;
    application.require(GRANT)?;
    let tenant = tenant_of(shared, given.optional("audience"))?;
    let options = &shared.options;
    let device = Device {
        code: ids::device_code(),
        question: Question {
            user_code: ids::user_code(),
            application: application.name,
            scopes: words(given.optional("scope").unwrap_or_default()),
            tenant,
        },
        client_id: application.id,
        expires: state.store.clock.now() + options.device_code_lifetime,
        interval: options.device_interval,
        polled: None,
        state: DeviceState::Pending,
        grant: None,
    };
    let page = format!("https://{}/activate", shared.domain);
    let answer = json!({
        "device_code": device.code,
        "user_code": device.question.user_code,
        "verification_uri": page,
        "expires_in": options.device_code_lifetime.as_secs(),
        "interval": options.device_interval.as_secs(),
        "verification_uri_complete": format!("{page}?user_code={}", device.question.user_code),
    });
    let devices = &mut state.sessions.devices.0;
    devices.drain(..devices.len().saturating_sub(KEPT - 1));
    devices.push(device);
    Ok(answer)
}

/// The tenant that an audience names; `None` leaves it to the user.
fn tenant_of(shared: &Shared, audience: Option<&str>) -> Result<Option<String>, Refusal> {
    let denied = |description: String| Refusal(403, "access_denied", description);
    let audience = audience.ok_or_else(|| {
        denied(
            "No audience parameter was provided, and no default audience has been configured."
                .to_owned(),
        )
    })?;
    if audience == ANY_TENANT {
        return Ok(None);
    }
    let named = |domain: &String| audience == format!("https://{domain}/api/v2/");
    let found = shared.domains().into_iter().find(named);
    found.map(Some).ok_or_else(|| denied(format!("Service not found: {audience}")))
}

/// A code as a user may type it (`wdjb mjht`) in the form in which it was given out.
pub(crate) fn normal_code(typed: &str) -> String {
    let letters: Vec<char> =
        typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let half = letters.len() / 2;
    let (first, second) = letters.split_at(half);
    format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>())
}
