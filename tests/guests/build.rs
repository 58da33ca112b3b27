//! Builds the hostile plugins as the product builds its own.

const GUESTS: [&str; 3] = ["hostile", "wanderer", "chameleon"];

const SOURCES: [&str; 4] = [
    "tests/guests/hostile/src",
    "tests/guests/wanderer/src",
    "tests/guests/wanderer/wit",
    "tests/guests/chameleon/src",
];

fn main() {
    if let Err(error) = auth0_mcp_bundle::build(&GUESTS, &SOURCES) {
        println!("cargo::error={}", format!("{error:#}").replace('\n', " "));
    }
}
