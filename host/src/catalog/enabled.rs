//! patterns ∧ read-only → the immutable list of tools that a session has.

use std::{collections::HashMap, sync::Arc};

use auth0_mcp_sandbox::{
    Engine, OpenError, Plugin, contract,
    manifest::{Effect, Endpoint, Tool},
};

use super::{
    admission::Arguments,
    pattern::{PatternError, Patterns, nearest},
    store::{Embedded, Family},
};
use crate::management::grant::Grant;

/// What the operator chose.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Which tools.
    pub patterns: Patterns,
    /// Whether only reading tools are enabled, and only GET requests leave.
    pub read_only: bool,
}

/// Why no catalog could be built.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A pattern is wrong.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The binary is damaged.
    #[error(
        "the manifest of plugin `{name}` cannot be read ({error}): this binary is damaged, install it again"
    )]
    Manifest {
        /// The plugin.
        name: &'static str,
        /// What the parser said.
        error: serde_json::Error,
    },
}

/// One enabled tool: its definition, its arguments' schema, its code.
pub struct EnabledTool {
    /// As the manifest says.
    pub definition: Tool,
    /// Checks arguments against the input schema.
    pub arguments: Arguments,
    /// What a call may ask of the tenant: this tool's rows, and GET alone if the tool or the session only reads.
    pub grant: Grant,
    family: Arc<Family>,
}

impl EnabledTool {
    /// The component that runs the tool; opened by its first call.
    ///
    /// # Errors
    /// The code cannot be used; remembered, so every later call gets the same error.
    pub fn plugin(&self, engine: &Arc<Engine>) -> Result<&Plugin, &OpenError> {
        self.family.open(engine)
    }
}

/// The tools of a session, in a fixed order.
pub struct Catalog {
    tools: Vec<EnabledTool>,
    by_name: HashMap<String, usize>,
    total: usize,
}

impl Catalog {
    /// Reads the manifests and keeps the selected tools; opens nothing.
    ///
    /// # Errors
    /// A pattern matches no tool, or a manifest cannot be read.
    pub fn build(
        plugins: &'static [Embedded],
        selection: &Selection,
    ) -> Result<Self, SelectionError> {
        let read = |embedded: &'static Embedded| {
            Family::read(embedded)
                .map_err(|error| SelectionError::Manifest { name: embedded.name, error })
        };
        let families = plugins.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = families
            .iter()
            .flat_map(|family| &family.manifest.tools)
            .map(|tool| tool.name.as_str())
            .collect();
        selection.patterns.check(&names)?;
        let total = names.len();
        let tools: Vec<EnabledTool> =
            families.iter().flat_map(|family| enable(family, selection)).collect();
        let by_name =
            tools.iter().enumerate().map(|(at, tool)| (tool.definition.name.clone(), at)).collect();
        Ok(Self { tools, by_name, total })
    }

    /// The enabled tools, in the order of `tools/list`.
    #[must_use]
    pub fn tools(&self) -> &[EnabledTool] {
        &self.tools
    }

    /// How many tools there are, enabled or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
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

/// The enabled tools of one family, with a debug line that says why, or why the family stays closed.
fn enable(family: &Arc<Family>, selection: &Selection) -> Vec<EnabledTool> {
    let name = family.embedded.name;
    let mut tools = Vec::new();
    for definition in &family.manifest.tools {
        let tool = &definition.name;
        let Some(pattern) = selection.patterns.matching(tool) else {
            tracing::debug!("tool `{tool}` is off: no pattern matches");
            continue;
        };
        if selection.read_only && definition.effect != Effect::ReadOnly {
            tracing::debug!("tool `{tool}` is off: it writes, and this session is read-only");
            continue;
        }
        tracing::debug!("tool `{tool}` is on: pattern `{pattern}`");
        let arguments = Arguments::of(&definition.name, &definition.input_schema);
        let grant = grant(definition, selection.read_only);
        tools.push(EnabledTool {
            definition: definition.clone(),
            arguments,
            grant,
            family: family.clone(),
        });
    }
    if tools.is_empty() {
        tracing::debug!("plugin `{name}` is never opened: none of its tools is on");
    } else {
        tracing::debug!(
            "plugin `{name}` will be opened on first use: {} of its tools are on",
            tools.len()
        );
    }
    tools
}

fn grant(definition: &Tool, session_reads_only: bool) -> Grant {
    let row = |row: &Endpoint| contract::Endpoint {
        method: row.method,
        path: row.path.clone(),
        scopes: row.scopes.clone(),
    };
    let rows: Vec<_> = definition.endpoints.iter().map(row).collect();
    Grant::new(&definition.name, &rows, session_reads_only || definition.effect == Effect::ReadOnly)
}
