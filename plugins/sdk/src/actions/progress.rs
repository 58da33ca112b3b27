//! Waiting for the tenant: how long, and telling the client meanwhile.

use crate::{Api, Refusal};

/// The longest wait between two looks, in milliseconds.
const LONGEST: u32 = 2_000;

/// Tells a client that asked what is being done. MCP wants a number that grows; how many steps there will be
/// nobody knows.
#[derive(Debug)]
pub struct Progress<'a, A> {
    /// The host.
    pub api: &'a A,
    told: u32,
}

impl<'a, A: Api> Progress<'a, A> {
    /// Nothing told yet.
    pub fn new(api: &'a A) -> Self {
        Self { api, told: 0 }
    }

    /// Tells.
    pub fn tell(&mut self, what: &str) {
        self.told += 1;
        self.api.progress(self.told, None, what);
    }
}

/// Waits that grow by half each time, up to two seconds.
#[derive(Clone, Copy, Debug)]
pub struct Waits(u32);

impl Waits {
    /// The first wait, in milliseconds.
    #[must_use]
    pub fn from(first: u32) -> Self {
        Self(first)
    }

    /// Waits once.
    ///
    /// # Errors
    /// [`Refusal::TimedOut`], at once and without waiting, where the call's deadline would come first: what is left of
    /// the call is for the answer.
    pub fn once(&mut self, api: &impl Api) -> Result<(), Refusal> {
        let wait = self.0;
        self.0 = (wait + wait / 2).min(LONGEST);
        api.pause(wait)
    }
}
