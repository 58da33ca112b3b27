# Everything a developer or CI runs. `npx -y rust-just RECIPE` works without installing just.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes
default:
    @just --list

# Rust's WebAssembly target, for the plugins
[private]
wasm-target:
    @rustup target list --installed 2>/dev/null | grep -q '^wasm32-unknown-unknown$' || rustup target add wasm32-unknown-unknown

# Build the release binary, plugins included
build: wasm-target
    cargo build --release --locked

# Watch an MCP client use the server against the demo tenant
demo: build
    npm --prefix tests/clients ci --silent --no-audit --no-fund
    node tests/clients/demo.mjs target/release/auth0-mcp

# Run every test, on the release build, then the real MCP clients
test: build registry
    cargo test --release --locked --workspace
    npm --prefix tests/clients ci --silent --no-audit --no-fund
    node tests/clients/inspector.mjs target/release/auth0-mcp
    node tests/clients/demo.mjs target/release/auth0-mcp > target/demo.txt
    {{just_executable()}} examples
    {{just_executable()}} python-client
    {{just_executable()}} real-clients
    {{just_executable()}} sign-in

# The OCI registry that the tests of `plugin add` pull from; installs it where it can
[private]
registry:
    @command -v docker-registry >/dev/null || { \
        test "$(id -u)" = 0 && command -v apt-get >/dev/null && export DEBIAN_FRONTEND=noninteractive && \
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker-registry; } >/dev/null 2>&1; \
    } || echo "skipped: the tests with an OCI registry need Debian's package docker-registry"

# Signing in: a keychain and a D-Bus session of its own, Chromium, tmux; installs them where it can
[private]
sign-in *flags:
    @tests/clients/signin/packages.sh || { [ $? -eq 3 ] && exit 0; exit 1; }; \
    node tests/clients/signin/main.mjs target/release/auth0-mcp target/release/tenant {{flags}}

# The examples as an author meets them, in Rust, JavaScript and Python; under target/examples they are built once
[private]
examples: wasm-target
    node tests/clients/examples.mjs target/release/auth0-mcp target/examples

# The official Python client in both eras of the protocol
[private]
python-client:
    @if ! python3 -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)' 2>/dev/null; then \
        echo "skipped: the Python client test needs python3 (3.10 or newer) with venv"; exit 0; fi; \
    test -x target/venv/bin/python || python3 -m venv target/venv; \
    target/venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/python/requirements.txt && \
    target/venv/bin/python tests/clients/python/both_eras.py target/release/auth0-mcp 2>/dev/null

# Real clients connect through the files that `init` wrote. Their packages are large (about 1 GB installed)
[private]
real-clients:
    npm --prefix tests/clients/real ci --silent --no-audit --no-fund --ignore-scripts
    @if python3 -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)' 2>/dev/null; then \
        test -x target/venv-real/bin/python || python3 -m venv target/venv-real; \
        target/venv-real/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/real/requirements.txt && \
        node tests/clients/real/real.mjs target/release/auth0-mcp target/venv-real/bin/snyk-agent-scan; \
    else \
        echo "skipped: reading the files of Cursor, Windsurf, VS Code and Claude Desktop needs python3 (3.10 or newer) with venv"; \
        node tests/clients/real/real.mjs target/release/auth0-mcp; \
    fi

# Format, lint, licences, generated files
lint: wasm-target
    cargo fmt --all --check
    cargo clippy --release --locked --workspace --all-targets -- -D warnings
    @if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; else echo "lint: cargo-deny is not installed, its checks are skipped"; fi

# Measure start-up, memory, overhead and throughput
bench: build
    cargo build --release --locked --workspace --bin bench
    target/release/bench target/release/auth0-mcp

# Find the functions that a session runs, for the linker to put side by side (needs valgrind and nm)
hot-code: build
    cargo build --release --locked --workspace --bin bench
    cargo rustc --release --locked --package auth0-mcp --bin auth0-mcp -- -C strip=none
    target/release/bench hot-code target/release/auth0-mcp >target/hot-code.ld
    mv target/hot-code.ld host/hot-code.ld

# What CI runs
ci: lint test

# Rewrite golden files and the generated parts of the documentation
update: build
    UPDATE_EXPECT=1 cargo test --release --locked --workspace
