//! patterns ∧ read-only → the immutable list of tools that a session has.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use auth0_mcp_sandbox::{
    Engine, Manifest, Plugin, contract,
    manifest::{Effect, Endpoint, Tool},
};

use super::{
    admission::Arguments,
    pattern::{PatternError, Patterns, nearest},
    store::{Damaged, Family, Unusable},
};
use crate::{
    audit::Named,
    auth::lacking,
    management::grant::Grant,
    policy::{Denial, Maker, Policy, effect::Class},
};

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Which tools.
    pub patterns: Patterns,
    /// Whether only reading tools are enabled, and only GET requests leave.
    pub read_only: bool,
    /// What the operator's policy leaves of it.
    pub policy: Policy,
}

impl Selection {
    /// Whether nothing but reading is left, by choice or by the policy.
    #[must_use]
    pub fn reads_only(&self) -> bool {
        self.read_only || self.policy.read_only().is_some()
    }
}

/// Why no catalog could be built.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A pattern is wrong.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The binary is damaged.
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

/// One enabled tool: its definition, its arguments' schema, its code.
pub struct EnabledTool {
    /// As the manifest says.
    pub definition: Tool,
    /// Checks arguments against the input schema.
    pub arguments: Arguments,
    /// What a call may ask of the tenant: this tool's rows, and GET alone if the tool or the session only reads.
    pub grant: Grant,
    /// The plugin that it belongs to.
    pub family: Arc<Family>,
    /// As the audit log names it.
    pub named: Arc<Named>,
}

impl EnabledTool {
    /// The plugin that it belongs to.
    #[must_use]
    pub fn plugin_name(&self) -> &str {
        self.family.name()
    }

    /// The scopes of all its rows, each once.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes = Vec::new();
        for scope in self.definition.endpoints.iter().flat_map(|row| &row.scopes) {
            if !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        scopes
    }

    /// The component that runs the tool; opened by its first call.
    ///
    /// # Errors
    /// The code cannot be used; remembered, so every later call gets the same error.
    pub async fn plugin(&self, engine: &Arc<Engine>) -> Result<&Plugin, Unusable> {
        self.family.open(engine).await
    }
}

/// Why a tool of the product is off in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Off {
    /// No pattern matches its name.
    Pattern,
    /// It writes, and the session only reads.
    ReadOnly,
    /// The operator's policy does not allow it.
    Policy(Box<Denial>),
    /// Its plugin's files are not what was admitted.
    Damaged,
    /// Calls of its plugin kept failing.
    Withdrawn,
    /// It needs scopes that the sign-in lacks, and such tools are left out.
    Scopes,
}

impl Off {
    /// For the model.
    #[must_use]
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Pattern => "it is not among the tools that this session enables".into(),
            Self::ReadOnly => "it writes, and this session is read-only".into(),
            Self::Policy(denial) => denial.short().into(),
            Self::Withdrawn => {
                "its plugin failed too often and was withdrawn; the operator can run `auth0-mcp plugin verify`".into()
            }
            Self::Damaged => {
                "its plugin was changed after it was added; the operator can run `auth0-mcp plugin verify`".into()
            }
            Self::Scopes => "it needs scopes that the sign-in lacks, and this session leaves such tools out".into(),
        }
    }

    /// For the audit log: a word, and the rule of the policy.
    #[must_use]
    pub fn audited(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Pattern => ("not-enabled", None),
            Self::ReadOnly => ("read-only", None),
            Self::Policy(denial) => ("policy", Some(denial.rule.to_string())),
            Self::Damaged => ("damaged", None),
            Self::Withdrawn => ("withdrawn", None),
            Self::Scopes => ("missing-scope", None),
        }
    }

    /// For the operator, with the place of the rule.
    #[must_use]
    pub fn cause(&self) -> Cow<'static, str> {
        match self {
            Self::Policy(denial) => denial.to_string().into(),
            other => other.reason(),
        }
    }
}

/// The tools of a session, in a fixed order.
pub struct Catalog {
    families: Vec<Arc<Family>>,
    tools: Vec<EnabledTool>,
    by_name: HashMap<String, usize>,
    off: HashMap<String, Off>,
}

impl Catalog {
    /// Keeps the selected tools of these plugins, in their order; opens nothing.
    ///
    /// # Errors
    /// A pattern matches no tool.
    pub fn build(
        families: Vec<Arc<Family>>,
        selection: &Selection,
    ) -> Result<Self, SelectionError> {
        let names: Vec<_> =
            families.iter().flat_map(|family| family.tools()).map(String::as_str).collect();
        selection.patterns.check(&names)?;
        Ok(Self::rebuild(families, selection))
    }

    /// As [`Catalog::build`], for a session that runs: a pattern may match nothing any more.
    #[must_use]
    pub fn rebuild(families: Vec<Arc<Family>>, selection: &Selection) -> Self {
        let (mut tools, mut off) = (Vec::new(), HashMap::new());
        families.iter().for_each(|family| enable(family, selection, &mut tools, &mut off));
        Self { families, by_name: by_name(&tools), tools, off }
    }

    /// The plugins, whether or not one of their tools is enabled.
    #[must_use]
    pub fn families(&self) -> &[Arc<Family>] {
        &self.families
    }

    /// Turns off the tools that need scopes beside these, with a debug line for each that says which.
    #[must_use]
    pub fn without_unusable(mut self, scopes: &[String]) -> Self {
        let lacks = |tool: &EnabledTool| lacking(&tool.scopes(), scopes);
        let (tools, unusable): (Vec<_>, Vec<_>) =
            self.tools.into_iter().partition(|tool| lacks(tool).is_empty());
        for tool in unusable {
            let name = &tool.definition.name;
            tracing::debug!("tool `{name}` is off: the sign-in lacks {}", lacks(&tool).join(", "));
            self.off.insert(name.clone(), Off::Scopes);
        }
        Self { by_name: by_name(&tools), tools, ..self }
    }

    /// The enabled tools, in the order of `tools/list`.
    #[must_use]
    pub fn tools(&self) -> &[EnabledTool] {
        &self.tools
    }

    /// Every plugin's manifest that can be used, whether or not one of its tools is enabled. Reads the ones that
    /// were not read yet.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.families.iter().filter_map(|family| family.manifest().ok())
    }

    /// How many tools there are, enabled or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.tools.len() + self.off.len()
    }

    /// Why a tool of the product is off; None for a name that no tool has.
    #[must_use]
    pub fn off(&self, name: &str) -> Option<&Off> {
        self.off.get(name)
    }

    /// An enabled tool.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&EnabledTool> {
        self.by_name.get(name).map(|at| &self.tools[*at])
    }

    /// Enabled tools whose names look like `name`.
    #[must_use]
    pub fn near(&self, name: &str) -> Vec<&str> {
        let names: Vec<_> = self.tools.iter().map(|tool| tool.definition.name.as_str()).collect();
        nearest(name, &names)
    }
}

fn by_name(tools: &[EnabledTool]) -> HashMap<String, usize> {
    tools.iter().enumerate().map(|(at, tool)| (tool.definition.name.clone(), at)).collect()
}

/// Sorts the tools of one family into enabled and off, with a debug line for each that says why. The manifest
/// of a family that no pattern names is not even read.
fn enable(
    family: &Arc<Family>,
    selection: &Selection,
    tools: &mut Vec<EnabledTool>,
    off: &mut HashMap<String, Off>,
) {
    let (name, before) = (family.name(), tools.len());
    for definition in definitions(family, selection, off) {
        let tool = &definition.name;
        match choose(family, definition, selection) {
            Ok(pattern) => {
                tracing::debug!("tool `{tool}` is on: pattern `{pattern}` matches");
                let arguments = Arguments::of(tool, &definition.input_schema);
                let grant = grant(definition, selection);
                let (definition, family) = (definition.clone(), family.clone());
                let named = Arc::new(Named {
                    tool: definition.name.clone(),
                    plugin: family.digest().to_owned(),
                    effect: Class::of(&definition).as_str(),
                });
                tools.push(EnabledTool { definition, arguments, grant, family, named });
            }
            Err(why) => {
                tracing::debug!("tool `{tool}` is off: {}", why.cause());
                off.insert(tool.clone(), why);
            }
        }
    }
    match tools.len() - before {
        0 => tracing::debug!("plugin `{name}` is never opened: none of its tools is on"),
        on => {
            tracing::debug!("plugin `{name}` will be opened on first use: {on} of its tools are on")
        }
    }
}

/// The definitions of a family's tools; none, and all of them off, where no pattern names one of them or the
/// manifest cannot be used.
fn definitions<'a>(
    family: &'a Family,
    selection: &Selection,
    off: &mut HashMap<String, Off>,
) -> &'a [Tool] {
    let mut all_off = |why: &Off| {
        for tool in family.tools() {
            tracing::debug!("tool `{tool}` is off: {}", why.cause());
            off.insert(tool.clone(), why.clone());
        }
        &[][..]
    };
    if let Err(denial) = selection.policy.family(family.name(), maker(family)) {
        return all_off(&Off::Policy(Box::new(denial)));
    }
    if family.tools().iter().all(|tool| selection.patterns.matching(tool).is_none()) {
        return all_off(&Off::Pattern);
    }
    if family.is_withdrawn() {
        return all_off(&Off::Withdrawn);
    }
    match family.manifest() {
        Ok(manifest) => &manifest.tools,
        Err(error) => {
            tracing::error!("plugin `{}` is not loaded: {error}", family.name());
            all_off(&Off::Damaged)
        }
    }
}

fn maker(family: &Family) -> Maker {
    if family.is_first_party() { Maker::FirstParty } else { Maker::ThirdParty }
}

/// The pattern that enables the tool, or why it is off.
fn choose<'a>(
    family: &Family,
    definition: &Tool,
    selection: &'a Selection,
) -> Result<&'a str, Off> {
    let allowed = selection.policy.tool(family.name(), maker(family), definition);
    allowed.map_err(|denial| Off::Policy(Box::new(denial)))?;
    let pattern = selection.patterns.matching(&definition.name).ok_or(Off::Pattern)?;
    let may = !selection.read_only || definition.effect == Effect::ReadOnly;
    if may { Ok(pattern) } else { Err(Off::ReadOnly) }
}

fn grant(definition: &Tool, selection: &Selection) -> Grant {
    let row = |row: &Endpoint| contract::Endpoint {
        method: row.method,
        path: row.path.clone(),
        scopes: row.scopes.clone(),
    };
    let rows: Vec<_> = definition.endpoints.iter().map(row).collect();
    let read_only = selection.read_only || definition.effect == Effect::ReadOnly;
    Grant::new(&definition.name, &rows, read_only).under(&selection.policy)
}
