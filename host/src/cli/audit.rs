//! `audit`: checks a log, and prints its head to keep elsewhere.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::printer::Printer;
use crate::{
    audit::{
        self, Hash,
        verify::{Anchors, Report, Torn, verify},
    },
    exit::Exit,
    secret::Redactor,
};

/// The commands of `audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no line was changed, removed, put in or moved
    Verify(VerifyArgs),
    /// Print the number and the hash of the last line, to keep elsewhere
    Head(HeadArgs),
}

/// The flags of `audit verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The log; files that were put aside from it (FILE.1, FILE.2, …) are found beside it
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What `audit head` printed earlier: a line that the log must still hold
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Option<Anchor>,
    /// The head of the files that were archived: the log may begin behind it
    #[arg(long, value_name = "NUMBER:HASH")]
    pub after: Option<Anchor>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The flags of `audit head`.
#[derive(Args, Debug)]
pub struct HeadArgs {
    /// The log
    pub file: PathBuf,
}

/// Runs one of the commands.
pub(super) fn run(command: &AuditCommand) -> Exit {
    let printer = Printer::new(Redactor::default());
    let done = match command {
        AuditCommand::Verify(args) => run_verify(args, &printer),
        AuditCommand::Head(args) => run_head(args, &printer),
    };
    done.unwrap_or_else(|error| {
        printer.error(&format!("{error:#}"));
        Exit::Failure
    })
}

fn run_head(args: &HeadArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let (last, hash) = audit::head(&args.file)
        .map_err(|error| anyhow::anyhow!("the audit log {}: {error}", args.file.display()))?;
    printer.line(&format!("{last}:{hash}"));
    Ok(Exit::Success)
}

fn run_verify(args: &VerifyArgs, printer: &Printer) -> anyhow::Result<Exit> {
    let anchors =
        Anchors { head: args.head.map(|head| head.0), after: args.after.map(|after| after.0) };
    let report = verify(&args.files, &anchors)?;
    if args.json {
        printer.line(&serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report, printer);
    }
    Ok(if report.findings.is_empty() { Exit::Success } else { Exit::Audit })
}

fn tell(report: &Report, printer: &Printer) {
    for finding in &report.findings {
        let place = match finding.line {
            0 => place(&finding.file),
            line => format!("{}, line {line}", place(&finding.file)),
        };
        printer.line(&format!("{place}: {}", finding.what));
    }
    if report.more > 0 {
        printer.line(&format!("and {} more", report.more));
    }
    report.torn.iter().for_each(|torn| printer.line(&torn_text(torn)));
    let (lines, files, last, head) = (report.lines, report.files.len(), report.last, &report.head);
    match report.findings.len() {
        0 => printer
            .line(&format!("whole: {lines} lines in {files} files; the head is {last}:{head}")),
        _ => printer.line(&format!("NOT whole: {lines} lines in {files} files hold by themselves")),
    }
}

/// A crash, and how the chain went on.
fn torn_text(torn: &Torn) -> String {
    let Torn { file, after_line, bytes, session, set_aside_by } = torn;
    let by = session.as_ref().map(|session| format!(", written by session {session}"));
    let then = match set_aside_by {
        Some(session) => format!("set aside by session {session}"),
        None => "the next line will set it aside".to_owned(),
    };
    let (place, by) = (place(file), by.unwrap_or_default());
    format!("{place}: torn tail of {bytes} bytes after line {after_line}{by}; {then}")
}

fn place(file: &Path) -> String {
    file.display().to_string()
}

/// A head as `audit head` prints it, or the hash alone.
#[derive(Clone, Copy, Debug)]
pub struct Anchor(Hash);

impl std::str::FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hash = text.rsplit(':').next().unwrap_or(text);
        Hash::parse(hash).map(Self).ok_or("use what `auth0-mcp audit head` printed: NUMBER:HASH")
    }
}
