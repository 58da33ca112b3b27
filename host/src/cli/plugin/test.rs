//! `plugin test`: the conformance kit, for authors before they publish and for operators before they add.

use std::{
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, SystemTime},
};

use tokio::runtime::Runtime;

use super::first_party;
use crate::{
    catalog::{Embedded, admit::LARGEST},
    cli::{args::TestArgs, printer::Printer},
    conformance::{
        BenchError, Kit,
        fixtures::{Fixtures, FixturesError},
        report::Report,
    },
    exit::Exit,
};

/// How often `--watch` looks at the files. A file is read when it has not changed for so long.
const LOOK: Duration = Duration::from_millis(300);

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

/// Tests a component and prints the report; with `--watch` again after each change, until it is stopped.
pub(super) fn run(args: &TestArgs, plugins: &[Embedded], printer: &Printer) -> Exit {
    let mut tests = match Tests::new(args, plugins, printer) {
        Ok(tests) => tests,
        Err(error) => return failed(&error, printer),
    };
    loop {
        let seen = tests.stamps();
        let exit = match tests.run() {
            Ok(true) => Exit::Success,
            Ok(false) => Exit::Plugin,
            Err(error) => failed(&error, printer),
        };
        if !args.watch {
            return exit;
        }
        printer.note("waiting for a change; Ctrl-C ends");
        tests.wait(&seen);
    }
}

fn failed(error: &TestError, printer: &Printer) -> Exit {
    printer.error(&error.to_string());
    Exit::Failure
}

struct Tests<'t> {
    args: &'t TestArgs,
    printer: &'t Printer,
    kit: Kit,
    runtime: Runtime,
}

/// Which version of the files was seen: size and time of change, where a file is there.
type Stamps = Vec<Option<(u64, SystemTime)>>;

impl<'t> Tests<'t> {
    fn new(
        args: &'t TestArgs,
        plugins: &[Embedded],
        printer: &'t Printer,
    ) -> Result<Self, TestError> {
        // Exactly one TLS provider is linked; a second install keeps the first.
        _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { args, printer, kit: Kit::new(first_party(plugins))?, runtime })
    }

    /// Whether the plugin passed.
    fn run(&mut self) -> Result<bool, TestError> {
        let args = self.args;
        let fixtures =
            args.fixtures.as_deref().map(Fixtures::read).transpose()?.unwrap_or_default();
        let component = read(&args.file)?;
        let note = |text: &str| {
            if !args.json {
                self.printer.note(text);
            }
        };
        let tested = self.kit.run(&component, &fixtures, &note);
        let report = self.runtime.block_on(tested)?;
        self.print(&report)?;
        Ok(report.passed)
    }

    fn print(&self, report: &Report) -> Result<(), TestError> {
        let json = self.args.json;
        let text = if json { serde_json::to_string_pretty(report)? } else { report.text() };
        self.printer.line(&text);
        Ok(())
    }

    /// Waits until a file is another one than it was, and then until nobody writes it any more.
    fn wait(&self, seen: &Stamps) {
        let mut last = self.stamps();
        loop {
            sleep(LOOK);
            let now = self.stamps();
            if now != *seen && now == last && now.iter().all(Option::is_some) {
                return;
            }
            last = now;
        }
    }

    fn stamps(&self) -> Stamps {
        let stamp = |file: &PathBuf| {
            let file = std::fs::metadata(file).ok()?;
            Some((file.len(), file.modified().ok()?))
        };
        [&self.args.file].into_iter().chain(&self.args.fixtures).map(stamp).collect()
    }
}

fn read(file: &Path) -> Result<Vec<u8>, TestError> {
    let path = || file.display().to_string();
    let unreadable = |reason| TestError::Read { path: path(), reason };
    if std::fs::metadata(file).map_err(unreadable)?.len() > LARGEST as u64 {
        return Err(TestError::TooLarge(path()));
    }
    std::fs::read(file).map_err(unreadable)
}
