//! Builds the first-party plugins and hands their bytes to `catalog/store.rs`.

fn main() {
    let built = auth0_mcp_bundle::build(&["applications"], &["plugins/applications/src"]);
    if let Err(error) = built {
        report(&format!("{error:#}"));
    }
}

/// One line that cargo shows as the build's error.
fn report(error: &str) {
    println!("cargo::error={}", error.replace('\n', " "));
}
