//! `plugin componentize`: the last step of a build in Rust, from the core module that the compiler makes to the
//! component that the host runs. Other languages' tools give components at once.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{cli::args::ComponentizeArgs, cli::printer::Printer, exit::Exit};

/// The most that is read; a module in Rust has some hundred kilobytes.
const LARGEST: u64 = 64 << 20;

/// Why there is no component. The author reads it.
#[derive(Debug, thiserror::Error)]
enum ComponentizeError {
    #[error("{} cannot be read ({reason}): build the plugin first, with `cargo wasm`", path.display())]
    Read { path: PathBuf, reason: io::Error },
    #[error("{} has more than {LARGEST} bytes, which is no plugin: is it the right file?", .0.display())]
    TooLarge(PathBuf),
    #[error("{} is a component already: use it as it is", .0.display())]
    AlreadyOne(PathBuf),
    #[error(
        "{} cannot be made a component ({reason}): it must be built for wasm32-unknown-unknown with the SDK, and call `plugin!` once",
        path.display()
    )]
    Encode { path: PathBuf, reason: String },
    #[error("{} cannot be written ({reason}): check the folder's rights and the free space", path.display())]
    Write { path: PathBuf, reason: io::Error },
}

/// Makes a component of a core module.
pub(super) fn run(args: &ComponentizeArgs, printer: &Printer) -> Exit {
    let out = args.out.clone().unwrap_or_else(|| default_name(&args.module));
    match convert(&args.module, &out) {
        Ok(bytes) => {
            printer.line(&format!("{}: {bytes} bytes", out.display()));
            Exit::Success
        }
        Err(error) => {
            printer.error(&error.to_string());
            Exit::Failure
        }
    }
}

/// `target/…/my_plugin.wasm` → `my-plugin.wasm` in the current folder.
fn default_name(module: &Path) -> PathBuf {
    let stem = module.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{}.wasm", stem.replace('_', "-")))
}

fn convert(module: &Path, out: &Path) -> Result<usize, ComponentizeError> {
    let path = || module.to_owned();
    let read = |reason| ComponentizeError::Read { path: path(), reason };
    if std::fs::metadata(module).map_err(read)?.len() > LARGEST {
        return Err(ComponentizeError::TooLarge(path()));
    }
    let bytes = std::fs::read(module).map_err(read)?;
    if auth0_mcp_sandbox::imports(&bytes).is_ok() {
        return Err(ComponentizeError::AlreadyOne(path()));
    }
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| ComponentizeError::Encode {
            path: path(),
            reason: format!("{error:#}"),
        })?;
    std::fs::write(out, &component)
        .map_err(|reason| ComponentizeError::Write { path: out.to_owned(), reason })?;
    Ok(component.len())
}
