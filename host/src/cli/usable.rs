//! Which tools a sign-in can use, and why it cannot use the others.

use super::Product;
use crate::{
    auth::scopes::Need,
    catalog::{Catalog, EnabledTool, Selection, SelectionError},
    settings::env::Environment,
};

/// One tool, seen from a sign-in.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    /// Its name.
    pub(super) name: String,
    /// Why it is off for everybody: the operator's policy.
    pub(super) denied: Option<String>,
    /// The scopes that it needs and the sign-in lacks.
    pub(super) lacking: Vec<String>,
}

impl Tool {
    /// Whether a call can succeed.
    pub(super) fn is_usable(&self) -> bool {
        self.denied.is_none() && self.lacking.is_empty()
    }
}

/// Every tool, in the order of `tools/list`. Scopes that are not known lack nothing: the tenant decides.
pub(super) fn tools(
    product: &Product,
    environment: &Environment,
    selection: &Selection,
    scopes: Option<&[String]>,
) -> Result<Vec<Tool>, SelectionError> {
    let catalog = product.catalog(environment, selection)?;
    let tool = |definition: &auth0_mcp_sandbox::manifest::Tool| {
        let name = definition.name.clone();
        let denied = catalog.off(&name).map(|off| off.cause().into_owned());
        let needs = definition.endpoints.iter().flat_map(|row| &row.scopes);
        let mut lacking: Vec<_> = match scopes {
            Some(scopes) => needs.filter(|scope| !scopes.contains(scope)).cloned().collect(),
            None => Vec::new(),
        };
        lacking.sort();
        lacking.dedup();
        Tool { name, denied, lacking }
    };
    Ok(catalog.manifests().flat_map(|manifest| &manifest.tools).map(tool).collect())
}

/// What the enabled tools need.
pub(super) fn needs(catalog: &Catalog) -> Vec<Need> {
    let need = |tool: &EnabledTool| Need {
        family: tool.plugin_name().to_owned(),
        tool: tool.definition.name.clone(),
        scopes: tool.scopes(),
    };
    catalog.tools().iter().map(need).collect()
}
