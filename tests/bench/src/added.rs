//! The start with many added plugins: they are added to a data folder as `plugin add` does, in this process.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use auth0_mcp::{
    auth::vault::Vault,
    catalog::{
        admit::{self, compiler::Compiler, examine},
        store::BUNDLE,
        stored::{Home, change::New},
    },
    policy::Policy,
};
use auth0_mcp_sandbox::{Engine, Limits};
use tokio::runtime::Builder;

use crate::{
    figures::{Series, milliseconds},
    session::Session,
    world::{Subject, World},
};

/// How many plugins are added.
const PLUGINS: u8 = 100;

/// Pairs of starts.
const STARTS: usize = 15;

/// From the start of the process to the answer of `tools/list`, in milliseconds.
#[derive(Default)]
pub(crate) struct Added {
    /// With one tool of the product on, and nothing added.
    pub(crate) none: Series,
    /// With one tool of one of the hundred plugins on.
    pub(crate) hundred: Series,
    /// Of each pair, the second over the first.
    pub(crate) ratio: Series,
}

pub(crate) fn measure(world: &World, binary: &Path) -> Result<Added> {
    let (data, empty) = (world.folder().join("added"), world.folder().join("nothing-added"));
    add(binary, &data)?;
    let one = |data: PathBuf, tool: &str| Subject::One {
        binary: binary.to_owned(),
        data,
        tool: tool.to_owned(),
    };
    let (none, hundred) = (one(empty, "auth0_list_logs"), one(data, "p042_list_logs"));
    let mut added = Added::default();
    for _ in 0..STARTS {
        let (none, hundred) = (start(world, &none)?, start(world, &hundred)?);
        added.none.push(none);
        added.hundred.push(hundred);
        added.ratio.push(hundred / none);
    }
    Ok(added)
}

fn start(world: &World, subject: &Subject) -> Result<f64> {
    let session = Session::start(world, subject)?;
    let start = &session.start;
    ensure!(start.list.tools == 1, "{} tools are on", start.list.tools);
    let took = milliseconds(start.listed);
    session.end()?;
    Ok(took)
}

/// The product's logs family, as if somebody else had made it a hundred times.
fn add(binary: &Path, data: &Path) -> Result<()> {
    let logs =
        BUNDLE.iter().find(|plugin| plugin.name == "logs").context("the bundle has no logs")?;
    let engine = Arc::new(Engine::new()?);
    let compiler = Compiler { program: binary.to_owned(), ..Compiler::default() };
    let limits = Limits::default();
    let home = Home::with(data.to_owned(), Vault::in_memory(), compiler, Policy::none(), limits);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut examined =
        runtime.block_on(examine(&engine, home.compiler(), logs.component, limits))?;
    let tools = examined.manifest.tools.clone();
    for number in 0..PLUGINS {
        // Another custom section makes another component of it.
        let component = [logs.component, &[0, 3, 1, b'n', number]].concat();
        examined.digest = admit::digest(&component);
        examined.manifest.name = format!("third-party-{number:03}");
        examined.manifest.tools = tools.clone();
        for tool in &mut examined.manifest.tools {
            tool.name = format!("p{number:03}{}", tool.name.trim_start_matches("auth0"));
        }
        let new = New {
            component: &component,
            examined: &examined,
            signature: None,
            publisher: None,
            source: "/bench.wasm".into(),
            added: "2026-01-01T00:00:00Z".into(),
            reserved: true,
        };
        runtime.block_on(home.change()?.add(&engine, new))?;
    }
    Ok(())
}
