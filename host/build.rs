//! Builds the first-party plugins and hands their bytes to `catalog/store.rs`.

fn main() {
    if let Err(error) = auth0_mcp_bundle::build_first_party() {
        report(&format!("{error:#}"));
    }
}

/// One line that cargo shows as the build's error.
fn report(error: &str) {
    println!("cargo::error={}", error.replace('\n', " "));
}
