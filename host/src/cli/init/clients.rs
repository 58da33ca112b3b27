//! The clients' part of `init`: which clients are set up, and where their files are. What is done with them is in
//! [`setup`](super::setup).

use std::{io, path::PathBuf};

use clap::Args;
use inquire::{InquireError, Select, Text};

use crate::{
    catalog::pattern::nearest,
    cli::printer::Printer,
    clients::{CLIENTS, Client, Launch, NoHome, Places, Program, ProgramError, Target},
    exit::Exit,
    settings::env::Environment,
};

/// The flags of `init` that are about clients.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "MCP clients")]
pub struct ClientFlags {
    /// MCP clients to set up, comma-separated: claude (Claude Desktop), claude-code, cursor, windsurf, vscode,
    /// gemini, codex; or `none` [default: claude; with --uninstall, all that have the entry]
    #[arg(long = "client", value_name = "NAMES", value_delimiter = ',', value_parser = choice)]
    pub clients: Vec<Choice>,
    /// Show the changes to the clients' files as a diff, and write nothing; needs no sign-in
    #[arg(long)]
    pub dry_run: bool,
    /// Remove the entry from the clients' files, and nothing else; needs no sign-in
    #[arg(long)]
    pub uninstall: bool,
    /// Set the clients up for the demo tenant with made-up data: no account and no sign-in
    #[cfg(feature = "demo")]
    #[arg(long, conflicts_with = "uninstall")]
    pub demo: bool,
    /// The name of the entry, for a second one beside the first
    #[arg(long, value_name = "NAME", default_value = "auth0", value_parser = entry_name)]
    pub entry_name: String,
    /// Claude Code: set it up for you in all projects (user), or for everybody in one project
    #[arg(long, value_name = "user|project", value_parser = ["user", "project"])]
    pub claude_code_scope: Option<String>,
    /// The project's folder [default: this folder]
    #[arg(long, value_name = "DIR")]
    pub claude_code_folder: Option<PathBuf>,
    /// VS Code: set it up for you everywhere (global), or in one workspace
    #[arg(long, value_name = "global|workspace", value_parser = ["global", "workspace"])]
    pub vscode_scope: Option<String>,
    /// The workspace's folder [default: this folder]
    #[arg(long, value_name = "DIR")]
    pub vscode_folder: Option<PathBuf>,
}

/// A value of `--client`.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// No client at all.
    None,
    /// This one.
    Client(&'static Client),
}

/// The chosen clients with their files.
#[derive(Debug)]
pub struct Clients {
    pub(super) targets: Vec<Target>,
    pub(super) places: Places,
    pub(super) program: Program,
    pub(super) entry: String,
    pub(super) uninstall: bool,
    /// Clients without the entry are not worth a word.
    pub(super) quiet: bool,
}

/// The choice of clients cannot be understood. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// `none` beside others.
    #[error("--client: `none` cannot stand beside other clients")]
    NoneAndOthers,
    /// A flag about a client that is not set up.
    #[error("{flag} needs --client {client}")]
    OtherClient {
        /// The flag.
        flag: &'static str,
        /// The client that it is about.
        client: &'static str,
    },
    /// A folder for a file that is in none.
    #[error("{0} is for a project: drop it, or say so with {1}")]
    Folder(&'static str, &'static str),
    /// Nobody can be asked.
    #[error("{client} can be set up in two places, and there is no terminal to ask: add {flag}")]
    NotAsked {
        /// The client.
        client: &'static str,
        /// The flag with its values.
        flag: &'static str,
    },
    /// The person at the terminal did not answer.
    #[error("no place was chosen, so nothing was written")]
    Cancelled,
    /// The terminal failed.
    #[error("the terminal cannot be read: {0}")]
    Terminal(InquireError),
    /// The name of this folder is unknown.
    #[error("this folder cannot be found out: {0}")]
    Here(io::Error),
    /// There is no home directory.
    #[error(transparent)]
    NoHome(#[from] NoHome),
    /// Clients could not start this program.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

impl ChoiceError {
    /// The exit code for it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoHome(_) => Exit::Settings,
            Self::Cancelled => Exit::Interrupted,
            Self::Terminal(_) | Self::Here(_) | Self::Program(_) => Exit::Failure,
            _ => Exit::Usage,
        }
    }
}

/// One place where a client can be set up, as a flag and as a question.
struct Scoped {
    client: &'static str,
    scope_flag: &'static str,
    folder_flag: &'static str,
    question: &'static str,
    /// The words for the user's own file and for a folder's, and what they mean.
    answers: [(&'static str, &'static str); 2],
}

const CLAUDE_CODE: Scoped = Scoped {
    client: "claude-code",
    scope_flag: "--claude-code-scope user|project",
    folder_flag: "--claude-code-folder",
    question: "Where shall Claude Code be set up?",
    answers: [("user", "for you, in all projects"), ("project", "in one project, for everybody")],
};

const VSCODE: Scoped = Scoped {
    client: "vscode",
    scope_flag: "--vscode-scope global|workspace",
    folder_flag: "--vscode-folder",
    question: "Where shall VS Code be set up?",
    answers: [("global", "for you, in all workspaces"), ("workspace", "in one workspace")],
};

impl ClientFlags {
    /// `--demo`, which binaries without the demo tenant do not have.
    #[must_use]
    pub fn demo(&self) -> bool {
        #[cfg(feature = "demo")]
        return self.demo;
        #[cfg(not(feature = "demo"))]
        false
    }

    /// Whether `init` has done all it should without a sign-in.
    #[must_use]
    pub fn need_no_sign_in(&self) -> bool {
        self.dry_run || self.uninstall || self.demo()
    }

    /// All that needs no sign-in: a dry run, removal, the demo. `asks` says whether a person may be asked.
    #[must_use]
    pub fn without_sign_in(
        &self,
        launch: &Launch,
        environment: &Environment,
        asks: bool,
        printer: &Printer,
    ) -> Exit {
        let launch = Launch { demo: self.demo(), ..launch.clone() };
        match self.choose(environment, asks) {
            Ok(clients) if self.dry_run => clients.preview(&launch, printer),
            Ok(clients) => match clients.check(&launch, printer) {
                Ok(()) => clients.apply(&launch, printer),
                Err(exit) => exit,
            },
            Err(error) => {
                printer.error(&error.to_string());
                error.exit()
            }
        }
    }

    /// Finds the files of the chosen clients. `asks` says whether a person may be asked for what the flags leave
    /// open.
    ///
    /// # Errors
    /// [`ChoiceError`] where the flags contradict each other, or leave something open that nobody can be asked.
    pub fn choose(&self, environment: &Environment, asks: bool) -> Result<Clients, ChoiceError> {
        let quiet = self.uninstall && self.clients.is_empty();
        let mut chosen = Vec::new();
        for choice in &self.clients {
            match choice {
                Choice::None if self.clients.len() > 1 => return Err(ChoiceError::NoneAndOthers),
                Choice::None => {}
                Choice::Client(client) if chosen.contains(&client.name) => {}
                Choice::Client(client) => chosen.push(client.name),
            }
        }
        if self.clients.is_empty() {
            let all = CLIENTS.map(|client| client.name);
            chosen.extend(if quiet { &all[..] } else { &all[..1] });
        }
        let claude_code = (&self.claude_code_scope, &self.claude_code_folder);
        let vscode = (&self.vscode_scope, &self.vscode_folder);
        for (scoped, (scope, folder)) in [(&CLAUDE_CODE, claude_code), (&VSCODE, vscode)] {
            scoped.belongs(&chosen, scope.is_some(), folder.is_some())?;
        }
        let folder = |name| match name {
            // All of the user's own files are looked at.
            _ if quiet => Ok(None),
            "claude-code" => CLAUDE_CODE.folder(claude_code, asks),
            "vscode" => VSCODE.folder(vscode, asks),
            _ => Ok(None),
        };
        let target = |client: &'static Client| {
            let folder = folder(client.name)?.map(std::path::absolute).transpose();
            Ok(Target { client, folder: folder.map_err(ChoiceError::Here)? })
        };
        let targets = chosen.into_iter().filter_map(Client::named).map(target);
        Ok(Clients {
            targets: targets.collect::<Result<_, ChoiceError>>()?,
            places: Places::current(environment)?,
            program: Program::current()?,
            entry: self.entry_name.clone(),
            uninstall: self.uninstall,
            quiet,
        })
    }
}

impl Scoped {
    /// Refuses flags about a client that is not chosen: the client's name may be the typo.
    fn belongs(&self, chosen: &[&str], scope: bool, folder: bool) -> Result<(), ChoiceError> {
        let flag = match (scope, folder) {
            (true, _) => self.scope_flag.split(' ').next().unwrap_or(self.scope_flag),
            (_, true) => self.folder_flag,
            _ => return Ok(()),
        };
        if chosen.contains(&self.client) {
            return Ok(());
        }
        Err(ChoiceError::OtherClient { flag, client: self.client })
    }

    /// The folder of the file, None for the user's own.
    fn folder(
        &self,
        (scope, folder): (&Option<String>, &Option<PathBuf>),
        asks: bool,
    ) -> Result<Option<PathBuf>, ChoiceError> {
        let here = || std::env::current_dir().map_err(ChoiceError::Here);
        let [(own, _), _] = self.answers;
        match (scope.as_deref(), folder) {
            (Some(scope), Some(_)) if scope == own => {
                Err(ChoiceError::Folder(self.folder_flag, self.scope_flag))
            }
            (Some(scope), None) if scope == own => Ok(None),
            (_, Some(folder)) => Ok(Some(folder.clone())),
            (Some(_), None) => here().map(Some),
            (None, None) if asks => self.ask(),
            (None, None) => {
                let client = Client::named(self.client).map_or(self.client, |client| client.title);
                Err(ChoiceError::NotAsked { client, flag: self.scope_flag })
            }
        }
    }

    fn ask(&self) -> Result<Option<PathBuf>, ChoiceError> {
        let answers = self.answers.map(|(word, meaning)| format!("{word}: {meaning}"));
        let chosen =
            Select::new(self.question, answers.to_vec()).raw_prompt().map_err(unanswered)?;
        if chosen.index == 0 {
            return Ok(None);
        }
        let here = std::env::current_dir().map_err(ChoiceError::Here)?;
        let here = here.to_string_lossy();
        let folder = Text::new("Which folder?").with_default(&here).prompt().map_err(unanswered)?;
        Ok(Some(PathBuf::from(folder)))
    }
}

fn unanswered(error: InquireError) -> ChoiceError {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            ChoiceError::Cancelled
        }
        other => ChoiceError::Terminal(other),
    }
}

/// Reads one value of `--client`.
fn choice(text: &str) -> Result<Choice, String> {
    let name = text.trim().to_ascii_lowercase();
    if name == "none" {
        return Ok(Choice::None);
    }
    Client::named(&name).map(Choice::Client).ok_or_else(|| {
        let names: Vec<_> = CLIENTS.iter().map(|client| client.name).chain(["none"]).collect();
        match nearest(&name, &names).first() {
            Some(near) => format!("no such client; did you mean `{near}`?"),
            None => format!("no such client; there are {}", names.join(", ")),
        }
    })
}

/// Reads the name of an entry. Clients make tool names of it, which have few characters to choose from.
fn entry_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=32).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("1 to 32 letters, digits, hyphens and underscores".to_owned())
}
