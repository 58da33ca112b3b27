//! `plugin test`: the conformance kit, for authors before they publish and for operators before they add.

use std::path::Path;

use super::first_party;
use crate::{
    catalog::{
        Embedded,
        admit::{LARGEST, compiler::Compiler},
    },
    cli::{args::TestArgs, printer::Printer},
    conformance::{
        self, BenchError,
        fixtures::{Fixtures, FixturesError},
        report::Report,
    },
    exit::Exit,
};

/// Why nothing was tested. The author reads it.
#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error("{path} cannot be read ({reason}): build the plugin first, or correct the path")]
    Read { path: String, reason: std::io::Error },
    #[error("{0} has more than {LARGEST} bytes: is it the right file?")]
    TooLarge(String),
    #[error(transparent)]
    Fixtures(#[from] FixturesError),
    #[error(transparent)]
    Bench(#[from] BenchError),
    #[error("no runtime: {0}")]
    Runtime(#[from] std::io::Error),
    #[error("the report cannot be written: {0}")]
    Report(#[from] serde_json::Error),
}

/// Tests a component and prints the report.
pub(super) fn run(args: &TestArgs, plugins: &[Embedded], printer: &Printer) -> Exit {
    match test(args, plugins, printer).and_then(|report| print(args, &report, printer)) {
        Ok(true) => Exit::Success,
        Ok(false) => Exit::Plugin,
        Err(error) => {
            printer.error(&error.to_string());
            Exit::Failure
        }
    }
}

fn test(args: &TestArgs, plugins: &[Embedded], printer: &Printer) -> Result<Report, TestError> {
    // Exactly one TLS provider is linked; a second install keeps the first.
    _ = rustls::crypto::ring::default_provider().install_default();
    let fixtures = args.fixtures.as_deref().map(Fixtures::read).transpose()?.unwrap_or_default();
    let component = read(&args.file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let note = |text: &str| {
        if !args.json {
            printer.note(text);
        }
    };
    let (taken, compiler) = (first_party(plugins), Compiler::default());
    Ok(runtime.block_on(conformance::run(&component, &fixtures, &taken, &compiler, &note))?)
}

/// Whether the plugin passed.
fn print(args: &TestArgs, report: &Report, printer: &Printer) -> Result<bool, TestError> {
    let text = if args.json { serde_json::to_string_pretty(report)? } else { report.text() };
    printer.line(&text);
    Ok(report.passed)
}

fn read(file: &Path) -> Result<Vec<u8>, TestError> {
    let path = || file.display().to_string();
    let unreadable = |reason| TestError::Read { path: path(), reason };
    if std::fs::metadata(file).map_err(unreadable)?.len() > LARGEST as u64 {
        return Err(TestError::TooLarge(path()));
    }
    std::fs::read(file).map_err(unreadable)
}
