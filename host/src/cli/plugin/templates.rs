//! The projects that `plugin new` creates: the examples of `plugins/examples`, byte for byte, with what they need
//! from elsewhere in this repository (the SDK, the WIT) copied in.
//!
//! The Rust SDK is copied and not named as a dependency because it is not on crates.io, and a git dependency would
//! need a network that many build machines do not have. It is about 100 KB of text.

/// A file of a project.
pub(super) struct File {
    /// Relative to the project's folder, with `/`.
    pub(super) path: &'static str,
    /// As it is in the repository.
    pub(super) text: &'static str,
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Small and fast components; needs cargo
    Rust,
    /// JavaScript; needs Node.js 20 or newer
    #[value(alias = "javascript")]
    Js,
    /// Python; needs Python 3.11 or newer
    #[value(alias = "py")]
    Python,
}

/// The project of one language.
pub(super) struct Template {
    /// The example's name, which the project's own replaces.
    example: &'static str,
    files: &'static [&'static [File]],
    commands: &'static [&'static str],
}

impl Language {
    pub(super) fn template(self) -> Template {
        match self {
            Self::Rust => Template {
                example: "hello-rust",
                files: &[RUST, SDK, SDK_WIT, LICENCE],
                commands: &[
                    "cargo test",
                    "cargo wasm && auth0-mcp plugin componentize target/wasm32-unknown-unknown/release/hello_rust.wasm",
                    "auth0-mcp plugin test hello-rust.wasm --fixtures fixtures.json",
                ],
            },
            Self::Js => Template {
                example: "hello-js",
                files: &[JS, WIT],
                commands: &[
                    "npm install && npm test",
                    "npm run build",
                    "auth0-mcp plugin test hello-js.wasm --fixtures fixtures.json",
                ],
            },
            Self::Python => Template {
                example: "hello-python",
                files: &[PYTHON, WIT],
                commands: &[
                    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
                    ".venv/bin/python build.py && .venv/bin/python -m unittest",
                    "auth0-mcp plugin test hello-python.wasm --fixtures fixtures.json",
                ],
            },
        }
    }
}

impl Template {
    /// Every file of the project.
    pub(super) fn files(&self) -> impl Iterator<Item = &'static File> {
        self.files.iter().copied().flatten()
    }

    /// The commands that test it, build it and check it, in this order.
    pub(super) fn commands(&self) -> &'static [&'static str] {
        self.commands
    }

    /// A text of the example, with the project's name in the place of its own.
    pub(super) fn named(&self, text: &str, name: &str) -> String {
        let words = |name: &str| name.replace('-', "_");
        text.replace(self.example, name).replace(&words(self.example), &words(name))
    }

    /// Whether the project's lock file names a package of this name.
    pub(super) fn locks(&self, name: &str) -> bool {
        let line = format!("name = \"{name}\"");
        let lock = self.files().find(|file| file.path == "Cargo.lock" && name != self.example);
        lock.is_some_and(|lock| lock.text.lines().any(|found| found == line))
    }
}

/// Files below a folder of this repository, under a folder of the project.
macro_rules! files {
    ($from:literal, $under:literal, [$($path:literal),+ $(,)?]) => {
        &[$(File {
            path: concat!($under, $path),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $from, $path)),
        }),+]
    };
}

const RUST: &[File] = files!(
    "plugins/examples/hello-rust/",
    "",
    [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        ".gitignore",
        ".cargo/config.toml",
        "rustfmt.toml",
        "fixtures.json",
        "src/lib.rs",
        "src/check_callbacks.rs",
    ]
);

const JS: &[File] = files!(
    "plugins/examples/hello-js/",
    "",
    [
        "package.json",
        "package-lock.json",
        "README.md",
        ".gitignore",
        "fixtures.json",
        "src/plugin.js",
        "src/absent.js",
        "src/manifest.js",
        "src/api.js",
        "src/contract.js",
        "src/check-callbacks.js",
        "test/host.js",
        "test/absent.test.js",
        "test/api.test.js",
        "test/check-callbacks.test.js",
        "test/manifest.test.js",
    ]
);

const PYTHON: &[File] = files!(
    "plugins/examples/hello-python/",
    "",
    [
        "requirements.txt",
        "build.py",
        "README.md",
        ".gitignore",
        "fixtures.json",
        "src/app.py",
        "src/contract.py",
        "src/absent.py",
        "src/api.py",
        "src/check_callbacks.py",
        "tests/__init__.py",
        "tests/host.py",
        "tests/test_absent.py",
        "tests/test_api.py",
        "tests/test_app.py",
        "tests/test_contract.py",
        "tests/test_check_callbacks.py",
    ]
);

const WIT: &[File] = files!("wit/", "wit/", ["types.wit", "management.wit", "world.wit",]);

/// The SDK.
const SDK: &[File] = files!(
    "plugins/sdk/",
    "sdk/",
    [
        "Cargo.toml",
        "README.md",
        "src/actions/deploy.rs",
        "src/actions/deploy_tests.rs",
        "src/actions/halfway.rs",
        "src/actions/mod.rs",
        "src/actions/progress.rs",
        "src/actions/runtime.rs",
        "src/api.rs",
        "src/fields.rs",
        "src/given.rs",
        "src/lib.rs",
        "src/listing.rs",
        "src/masked.rs",
        "src/pages.rs",
        "src/plugin.rs",
        "src/request.rs",
        "src/response.rs",
        "src/scan.rs",
        "src/schema.rs",
        "src/shape.rs",
        "src/testing.rs",
        "src/time.rs",
        "src/tool.rs",
        "src/view.rs",
        "src/whole.rs",
        "src/wit.rs",
    ]
);

const SDK_WIT: &[File] = files!("wit/", "sdk/wit/", ["types.wit", "management.wit", "world.wit",]);

/// The SDK is under the licence of this repository, whose notice has to go with every copy.
const LICENCE: &[File] = files!("", "sdk/", ["LICENSE",]);
