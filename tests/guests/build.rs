//! Builds the hostile plugins as the product builds its own.

fn main() {
    if let Err(error) = auth0_mcp_bundle::build(&["hostile"], &["tests/guests/hostile/src"]) {
        println!("cargo::error={}", format!("{error:#}").replace('\n', " "));
    }
}
