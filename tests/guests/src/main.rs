//! The product's command line with hostile plugins, and with a plugin whose code cannot be read: nothing of
//! the host is replaced.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use auth0_mcp::{catalog::Embedded, cli};
use auth0_mcp_sandbox::{Compiled, Limits};

/// A plugin that would fail if it were opened: its code is garbage.
#[expect(unsafe_code, reason = "wasmtime checks the header before it uses code, and this has none")]
fn unreadable() -> Embedded {
    Embedded {
        name: "unreadable",
        digest: "0000000000000000000000000000000000000000000000000000000000000000",
        manifest: r#"{"name":"unreadable","version":"1.0.0","description":"Cannot be opened.","tools":[
            {"name":"unreadable_tool","title":"Unreadable","description":"Cannot be opened.",
             "input_schema":{"type":"object","additionalProperties":false},"effect":"read-only","endpoints":[]}]}"#,
        component: b"",
        // SAFETY: not a header that wasmtime accepts, so nothing of it is ever executed.
        code: unsafe { Compiled::embedded(b"not machine code") },
    }
}

/// The system's policy file of a test, which is not the machine's.
#[expect(clippy::disallowed_methods, reason = "a test chooses its own system policy")]
fn policy() -> PathBuf {
    std::env::var_os("GUEST_HOST_SYSTEM_POLICY")
        .map_or("/nonexistent/policy.toml".into(), PathBuf::from)
}

#[expect(unsafe_code, reason = "the build script wrote these files with `Compiled::for_target`")]
fn main() -> ExitCode {
    let mut plugins = Vec::from(include!(concat!(env!("OUT_DIR"), "/bundle.rs")));
    // For the tests of `plugin add`, so its name must be free.
    plugins.retain(|plugin: &Embedded| plugin.name != "chameleon");
    plugins.push(unreadable());
    // Half a minute is too long for a test of every way to waste it.
    let limits = Limits { deadline: Duration::from_secs(2), ..Limits::default() };
    cli::main(&cli::Product {
        plugins: Box::leak(plugins.into_boxed_slice()),
        limits,
        policy: policy(),
    })
}
