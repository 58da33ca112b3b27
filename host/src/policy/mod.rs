//! The operator's policy: what this product may do on a machine, whatever its flags and its environment ask for.
//!
//! A policy is made of files ([`place`]), each read strictly ([`read`]). Every decision asks each file in turn
//! and the first refusal holds: so a file can only narrow what the others leave, and no policy at all
//! ([`Policy::none`]) refuses nothing. Decisions are taken where they count: [`Policy::tool`] when the list of
//! tools is made, [`Policy::request`] for each request on its way to the tenant, [`Policy::limits`] for what a
//! call may use, [`Policy::third_party`] and [`Policy::signatures`] before foreign code is kept or opened.

pub mod check;
pub mod effect;
pub mod endpoint;
pub mod place;
pub mod read;
pub mod rule;
mod toml;

use std::{sync::Arc, time::Duration};

use auth0_mcp_sandbox::{
    Limits,
    contract::Method,
    manifest::{Endpoint, Tool},
};

pub use place::{PolicyError, Source};
pub use read::{Layer, Publisher};
pub use rule::{Denial, Rule};

use effect::Class;
use read::{Allowed, Entry};

/// The policy of this process: immutable, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Policy(Arc<[Layer]>);

/// Where a plugin comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// It is part of this binary.
    FirstParty,
    /// Somebody added it.
    ThirdParty,
}

/// What a policy says of signatures.
#[derive(Clone, Debug, Default)]
pub struct Signatures {
    /// The rule that wants every plugin of a third party signed, if there is one.
    pub required: Option<Rule>,
    /// Whose signatures count.
    pub publishers: Vec<Publisher>,
}

/// Where the audit log goes, as a policy says.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The file, an absolute path.
    pub file: Option<Entry<std::path::PathBuf>>,
    /// The rule that wants a log: without one the server does not start, and stops calls when it cannot write.
    pub required: Option<Rule>,
    /// The size of a file at which the next one is begun, in bytes.
    pub max_bytes: Option<Entry<u64>>,
}

impl Policy {
    /// No policy: refuses nothing and lowers nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A policy of these files; the order decides only which refusal is reported first.
    #[must_use]
    pub fn of(layers: Vec<Layer>) -> Self {
        Self(layers.into())
    }

    /// The files that it is made of.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.0
    }

    /// Whether the tool may be enabled.
    ///
    /// A tool needs every row that it declares: one that could send only some of its requests would stop in
    /// the middle of its work. A row of which only some requests are refused leaves the tool on; those are
    /// refused one by one, by [`Policy::request`].
    ///
    /// # Errors
    /// The rule that turns it off.
    pub fn tool(&self, family: &str, maker: Maker, tool: &Tool) -> Result<(), Denial> {
        self.family(family, maker)?;
        self.0.iter().try_for_each(|layer| {
            layer.name(&tool.name)?;
            layer.effect(Class::of(tool))?;
            tool.endpoints.iter().try_for_each(|row| layer.row(row))
        })
    }

    /// Whether a plugin may be used at all; asked before anything of it is read.
    ///
    /// # Errors
    /// The rule that turns it off.
    pub fn family(&self, family: &str, maker: Maker) -> Result<(), Denial> {
        if maker == Maker::ThirdParty {
            self.third_party()?;
        }
        self.0.iter().try_for_each(|layer| layer.family(family))
    }

    /// Whether a request may leave, whatever the tool's rows say.
    ///
    /// # Errors
    /// The rule that stops it.
    pub fn request(&self, method: Method, path: &[String]) -> Result<(), Denial> {
        self.0.iter().try_for_each(|layer| layer.request(method, path))
    }

    /// Why some requests of a row are refused, where others are not.
    #[must_use]
    pub fn partly(&self, row: &Endpoint) -> Option<Denial> {
        self.0.iter().find_map(|layer| layer.partly(row))
    }

    /// The rule that leaves nothing but reading, if there is one.
    #[must_use]
    pub fn read_only(&self) -> Option<&Rule> {
        self.0.iter().find_map(|layer| layer.read_only.as_ref())
    }

    /// Whether plugins of third parties may be added and run.
    ///
    /// # Errors
    /// The rule that forbids them.
    pub fn third_party(&self) -> Result<(), Denial> {
        self.0.iter().try_for_each(|layer| {
            forbidden(layer.third_party.as_ref(), "plugins of third parties are forbidden")
        })
    }

    /// Whether a plugin may be given folders.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn allow_dir(&self) -> Result<(), Denial> {
        self.0.iter().try_for_each(|layer| {
            forbidden(layer.allow_dir.as_ref(), "plugins may not be given folders")
        })
    }

    /// Whether plugins have to be signed, and by whom. A key counts only if every file that names publishers
    /// names it.
    #[must_use]
    pub fn signatures(&self) -> Signatures {
        let required = self.0.iter().find_map(|layer| layer.require_signatures.clone());
        let mut named = self.0.iter().filter_map(|layer| layer.publishers.as_ref());
        let mut publishers = named.next().cloned().unwrap_or_default();
        for other in named {
            publishers.retain(|known| other.iter().any(|publisher| publisher.key == known.key));
        }
        Signatures { required, publishers }
    }

    /// `limits`, lowered where the policy says so.
    #[must_use]
    pub fn limits(&self, limits: Limits) -> Limits {
        self.0.iter().fold(limits, |limits, layer| layer.limits.lower(limits))
    }

    /// How many calls may run at once, if the policy says so.
    #[must_use]
    pub fn concurrent_calls(&self) -> Option<&Entry<u32>> {
        let limits = self.0.iter().filter_map(|layer| layer.limits.concurrent_calls.as_ref());
        limits.min_by_key(|entry| entry.value)
    }

    /// Where the audit log goes. The first file that names one holds; the smallest size holds.
    #[must_use]
    pub fn audit(&self) -> Audit {
        let audits = || self.0.iter().map(|layer| &layer.audit);
        Audit {
            file: audits().find_map(|audit| audit.file.clone()),
            required: audits().find_map(|audit| audit.required.clone()),
            max_bytes: audits()
                .filter_map(|audit| audit.max_bytes.clone())
                .min_by_key(|entry| entry.value),
        }
    }
}

impl Layer {
    fn family(&self, family: &str) -> Result<(), Denial> {
        let what = || format!("the family `{family}`");
        permitted(&self.allow.families, &self.deny.families, what, |known| known == family)
    }

    fn name(&self, tool: &str) -> Result<(), Denial> {
        let what = || format!("the tool `{tool}`");
        permitted(&self.allow.tools, &self.deny.tools, what, |pattern| pattern.matches(tool))
    }

    fn effect(&self, class: Class) -> Result<(), Denial> {
        let what = || format!("the effect `{class}`");
        if let (Some(rule), true) = (&self.read_only, class != Class::ReadOnly) {
            return Err(Denial::new("only reading is allowed".to_owned(), rule));
        }
        if let Some(allowed) = &self.allow.effects
            && !allowed.entries.iter().any(|entry| entry.value == class)
        {
            return Err(Denial::new(format!("{} is not allowed", what()), &allowed.rule));
        }
        denied(&self.deny.effects, what, |denied| class.falls_under(*denied))
    }

    fn row(&self, row: &Endpoint) -> Result<(), Denial> {
        let what = || format!("the row {} {}", row.method.as_str(), row.path);
        if let Some(allowed) = &self.allow.endpoints
            && !allowed.entries.iter().any(|entry| entry.value.meets(row))
        {
            return Err(Denial::new(format!("{} is not allowed", what()), &allowed.rule));
        }
        denied(&self.deny.endpoints, what, |pattern| pattern.contains(row))
    }

    fn partly(&self, row: &Endpoint) -> Option<Denial> {
        let what = format!("some requests of {} {}", row.method.as_str(), row.path);
        if let Some(allowed) = &self.allow.endpoints
            && !allowed.entries.iter().any(|entry| entry.value.covers(row))
        {
            return Some(Denial::new(format!("{what} are not allowed"), &allowed.rule));
        }
        let touched = self.deny.endpoints.iter().find(|entry| entry.value.touches(row))?;
        Some(Denial::new(format!("{what} are denied"), &touched.rule))
    }

    fn request(&self, method: Method, path: &[String]) -> Result<(), Denial> {
        if let (Some(rule), true) = (&self.read_only, method != Method::Get) {
            return Err(Denial::new("only reading is allowed".to_owned(), rule));
        }
        let what = || format!("this {} request", method.as_str());
        if let Some(allowed) = &self.allow.endpoints
            && !allowed.entries.iter().any(|entry| entry.value.allows(method, path))
        {
            return Err(Denial::new(format!("{} is not allowed", what()), &allowed.rule));
        }
        denied(&self.deny.endpoints, what, |pattern| pattern.denies(method, path))
    }
}

/// In the allowed list where there is one, and not among the denied.
fn permitted<T>(
    allowed: &Option<Allowed<T>>,
    refused: &[Entry<T>],
    what: impl Fn() -> String,
    fits: impl Fn(&T) -> bool,
) -> Result<(), Denial> {
    if let Some(allowed) = allowed
        && !allowed.entries.iter().any(|entry| fits(&entry.value))
    {
        return Err(Denial::new(format!("{} is not allowed", what()), &allowed.rule));
    }
    denied(refused, what, fits)
}

fn denied<T>(
    refused: &[Entry<T>],
    what: impl Fn() -> String,
    fits: impl Fn(&T) -> bool,
) -> Result<(), Denial> {
    match refused.iter().find(|entry| fits(&entry.value)) {
        Some(entry) => Err(Denial::new(format!("{} is denied", what()), &entry.rule)),
        None => Ok(()),
    }
}

fn forbidden(rule: Option<&Rule>, what: &str) -> Result<(), Denial> {
    rule.map_or(Ok(()), |rule| Err(Denial::new(what.to_owned(), rule)))
}

/// What a file lowers; None leaves a limit as it is.
#[derive(Clone, Debug, Default)]
pub struct Caps {
    /// Linear memory of a call, in bytes.
    pub memory: Option<Entry<usize>>,
    /// From the first instruction to the answer.
    pub deadline: Option<Entry<Duration>>,
    /// An answer, in bytes.
    pub answer: Option<Entry<usize>>,
    /// Requests of one call to the tenant.
    pub requests: Option<Entry<u32>>,
    /// Calls that run at once.
    pub concurrent_calls: Option<Entry<u32>>,
}

impl Caps {
    fn lower(&self, limits: Limits) -> Limits {
        Limits {
            memory: lower(limits.memory, &self.memory),
            deadline: lower(limits.deadline, &self.deadline),
            answer: lower(limits.answer, &self.answer),
            requests: lower(limits.requests, &self.requests),
            ..limits
        }
    }
}

fn lower<T: Ord + Copy>(now: T, cap: &Option<Entry<T>>) -> T {
    cap.as_ref().map_or(now, |cap| cap.value.min(now))
}

#[cfg(test)]
mod tests;
