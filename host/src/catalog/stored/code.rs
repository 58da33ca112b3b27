//! Compiled code on the disk: used if its seal is ours and fits, made anew otherwise.
//!
//! Compiling takes 0.1 to 20 seconds, so it is kept. It is native code, so it is not believed: the seal is a MAC
//! with a key from the keychain, over the engine, the component's digest and the manifest's. Without a keychain
//! nothing vouches for the file, and each server compiles for itself.

use std::{sync::Arc, time::Instant};

use auth0_mcp_sandbox::{Compiled, Engine, Manifest, Plugin, SealError, SealKey};

use super::{LARGEST_CODE, Stored, file, folder, lock::Row};
use crate::{
    auth::vault::VaultError,
    catalog::{admit, store::Unusable},
    secret::Secret,
};

/// Why compiled code from the disk is not used. The operator reads it in a line of the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCode {
    /// Nothing vouches for it.
    #[error("no keychain can vouch for stored code")]
    NoKeychain,
    /// No key yet, or no file.
    #[error("there is no stored code")]
    None,
    /// The file, its seal, or whom it belongs to.
    #[error("the stored code is not used: {0}")]
    Refused(String),
    /// Intact, of another version of the program or another machine.
    #[error("the stored code is not used: {0}")]
    OtherEngine(SealError),
}

/// What the seal binds code to, beside the engine.
pub(crate) fn subject(row: &Row) -> Vec<u8> {
    format!("{} {}", row.sha256, row.manifest).into_bytes()
}

/// Opens a component that was checked: with the code from the disk, or with new code.
pub(super) async fn open(
    stored: &Stored,
    engine: &Arc<Engine>,
    component: Vec<u8>,
) -> Result<Plugin, Unusable> {
    let reason = match sealed(stored, engine).await {
        Ok(code) => return Plugin::open(engine, &code).map_err(Unusable::of),
        Err(reason) => reason,
    };
    let name = &stored.row.name;
    let mebibytes = component.len() as f64 / f64::from(1 << 20);
    tracing::info!(
        "plugin `{name}` is compiled again, since {reason}; {mebibytes:.1} MiB take some {:.0} s, and the other tools work meanwhile",
        (mebibytes * 1.5).max(1.0)
    );
    let began = Instant::now();
    let _turn = stored.home.0.compiling.lock().await;
    let code = stored.home.compiler().compile(engine, &component).await;
    let code = code.map_err(|error| Unusable(error.to_string()))?;
    let plugin = Plugin::open(engine, &code).map_err(Unusable::of)?;
    confirm(stored, &plugin).await?;
    tracing::info!("plugin `{name}` is ready after {:.1} s", began.elapsed().as_secs_f32());
    keep(stored, engine, &code).await;
    Ok(plugin)
}

/// Code from the disk that the seal vouches for.
pub(crate) async fn sealed(stored: &Stored, engine: &Arc<Engine>) -> Result<Compiled, NoCode> {
    let key = stored.home.0.vault.seal_key().await.map_err(|error| {
        tracing::debug!("the key for compiled code: {}", error.cause());
        NoCode::NoKeychain
    })?;
    let key = key.as_ref().and_then(parse).ok_or(NoCode::None)?;
    let (this, engine) = (stored.clone(), engine.clone());
    let unseal = move || {
        let refused = |text: String| NoCode::Refused(text);
        let bytes = this.read_if_there(file::CODE, LARGEST_CODE).map_err(|e| refused(e.0))?;
        let bytes = bytes.ok_or(NoCode::None)?;
        let code = engine.unseal(bytes, &subject(&this.row), &key);
        code.map_err(|error| match error {
            SealError::Engine => NoCode::OtherEngine(error),
            error => refused(error.to_string()),
        })
    };
    let unsealed = tokio::task::spawn_blocking(unseal).await;
    unsealed.unwrap_or_else(|panic| Err(NoCode::Refused(panic.to_string())))
}

/// Whether there is code and a key. The seal is looked at when the plugin is opened.
pub(super) async fn is_ready(stored: &Stored) -> bool {
    let there = stored.home.folder(&stored.row).join(file::CODE).is_file();
    there && matches!(stored.home.0.vault.seal_key().await, Ok(Some(_)))
}

/// Code for storing: sealed with the key of the keychain, which is made if there is none.
///
/// # Errors
/// There is no keychain.
pub(crate) async fn seal(
    stored: &Stored,
    engine: &Engine,
    code: &Compiled,
) -> Result<Vec<u8>, VaultError> {
    let mut new = [0; 32];
    getrandom::fill(&mut new).map_err(|error| VaultError::Other(error.to_string()))?;
    let key = stored.home.0.vault.seal_key_or(Secret::new(admit::hex(&new))).await?;
    let key = parse(&key).ok_or_else(|| {
        VaultError::Other("the key for compiled code in the keychain is damaged".to_owned())
    })?;
    Ok(engine.seal(code, &subject(&stored.row), &key))
}

/// A component says of itself what it said when it was added, or it is not the one that was looked at.
async fn confirm(stored: &Stored, plugin: &Plugin) -> Result<(), Unusable> {
    let said = plugin.describe(stored.home.limits()).await;
    let said = said.map_err(|error| Unusable(format!("it cannot describe itself: {error}")))?;
    let manifest = Manifest::admit(said).map_err(|error| Unusable(error.to_string()))?;
    let same =
        serde_json::to_vec(&manifest).is_ok_and(|m| admit::digest(&m) == stored.row.manifest);
    if same {
        Ok(())
    } else {
        Err(Unusable("it describes itself in other words than when it was added".to_owned()))
    }
}

/// Stores new code for the next start. Failing costs that start its compilation, nothing else.
async fn keep(stored: &Stored, engine: &Engine, code: &Compiled) {
    let sealed = match seal(stored, engine, code).await {
        Ok(sealed) => sealed,
        Err(error) => return tracing::debug!("compiled code is not kept: {}", error.cause()),
    };
    let path = stored.home.folder(&stored.row).join(file::CODE);
    let written = tokio::task::spawn_blocking(move || folder::replace(&path, &sealed)).await;
    match written {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("compiled code is not kept: {error}"),
        Err(panic) => tracing::warn!("compiled code is not kept: {panic}"),
    }
}

fn parse(key: &Secret) -> Option<SealKey> {
    let digits = key.expose();
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(SealKey::new(bytes))
}
