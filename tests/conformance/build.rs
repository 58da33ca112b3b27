//! Builds the sloppy plugin as the product builds its own.

fn main() {
    if let Err(error) = auth0_mcp_bundle::build(&["sloppy"], &["tests/conformance/sloppy/src"]) {
        println!("cargo::error={}", format!("{error:#}").replace('\n', " "));
    }
}
