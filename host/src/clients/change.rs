//! One file of one client, from what it says to what it has to say: planned without writing, applied later from
//! what the file says then.

use std::path::{Path, PathBuf};

use super::{
    ClientError, FileError, Launch, Places, Program, Target,
    config_file::{ConfigFile, Written},
    diff,
    edit::{self, Existing, Uninstalled},
    entry::Entry,
};

/// What is wished of each file.
#[derive(Clone, Debug)]
pub enum Wish {
    /// The entry is there and starts this program so.
    Installed(Program, Launch),
    /// The entry is not there.
    Removed,
}

/// What a change does to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// There was no entry.
    Add,
    /// There was one that said something else.
    Update,
    /// The entry goes.
    Remove,
    /// All is as wished.
    Nothing,
}

/// A change to one file, not yet made.
#[derive(Debug)]
pub struct Change {
    target: Target,
    file: ConfigFile,
    name: String,
    /// What it does.
    pub action: Action,
    after: String,
    before: Option<Existing>,
    arguments: Vec<String>,
}

/// A change that was made, or that was not needed.
#[derive(Debug)]
pub struct Applied {
    /// What was done.
    pub action: Action,
    /// The file that was written, links followed.
    pub file: PathBuf,
    /// The copy of the old text, if there was one and something was written.
    pub backup: Option<PathBuf>,
    /// What the user should know of it.
    pub notes: Vec<String>,
}

/// How often a file that somebody else is writing is read again.
const ATTEMPTS: usize = 10;

/// Arguments that limit what the model can do.
const LIMITS: [&str; 2] = ["--tools", "--read-only"];

impl Change {
    /// Reads the file and computes its new text. `name` is the entry's.
    ///
    /// # Errors
    /// [`ClientError`] where the file cannot be understood.
    pub fn plan(
        target: &Target,
        places: &Places,
        name: &str,
        wish: &Wish,
    ) -> Result<Self, ClientError> {
        planned(target, places, name, wish).map_err(|error| named(target, error))
    }

    /// Makes the change as it is needed by then: the file is read again, and once more when somebody writes it
    /// at the same time.
    ///
    /// # Errors
    /// [`ClientError`]; the file is then as it was.
    pub fn apply(
        target: &Target,
        places: &Places,
        name: &str,
        wish: &Wish,
    ) -> Result<Applied, ClientError> {
        let write = || -> Result<Applied, FileError> {
            for _ in 0..ATTEMPTS {
                let change = planned(target, places, name, wish)?;
                if let Some(applied) = change.write()? {
                    return Ok(applied);
                }
            }
            Err(FileError::Busy(target.path(places)))
        };
        write().map_err(|error| named(target, error))
    }

    /// Whether the change could be written, without writing it.
    ///
    /// # Errors
    /// [`ClientError`] with the reason why not.
    pub fn probe(&self) -> Result<(), ClientError> {
        if self.action == Action::Nothing {
            return Ok(());
        }
        self.file.probe().map_err(|error| named(&self.target, error))
    }

    /// The file as the client names it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.named
    }

    /// The change as a unified diff; empty where there is none. Values that are not ours are blank in it.
    #[must_use]
    pub fn diff(&self) -> String {
        let blanked = |text: &str| edit::blanked(self.target.client.format, text, &self.name);
        let before = self.file.text().ok().flatten().map(blanked);
        diff::unified(&self.file.real, before.as_deref(), &blanked(&self.after))
    }

    /// None if the file has changed meanwhile.
    fn write(&self) -> Result<Option<Applied>, FileError> {
        let backup = match self.action {
            Action::Nothing => None,
            _ => match self.file.replace(&self.after)? {
                Written::Replaced(backup) => backup,
                Written::Changed => return Ok(None),
            },
        };
        let (action, file) = (self.action, self.file.real.clone());
        Ok(Some(Applied { action, file, backup, notes: self.notes() }))
    }

    /// What the user should know beyond that the file is as wished.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (named, real) = (self.file.named.display(), self.file.real.display());
        if self.file.is_linked() && self.action != Action::Nothing {
            notes.push(format!("{named} is a symbolic link; the file that it leads to is {real}"));
        }
        let Some(before) = self.before.as_ref().filter(|_| self.action != Action::Remove) else {
            return notes;
        };
        let had = |flag: &&str| before.args.iter().any(|argument| argument == flag);
        let has = |flag: &&str| self.arguments.iter().any(|argument| argument == flag);
        for flag in LIMITS.iter().filter(|flag| had(flag) && !has(flag)) {
            notes.push(format!("the entry was limited by {flag} and is no longer"));
        }
        let credentials: Vec<_> = before
            .variables
            .iter()
            .filter(|name| name.starts_with("AUTH0_"))
            .map(String::as_str)
            .collect();
        if !credentials.is_empty() {
            notes.push(format!(
                "the entry sets {} in its `env`, which was kept and comes before what you signed in to",
                credentials.join(", ")
            ));
        }
        if before.disabled {
            notes.push("the entry is switched off in this client, and was left so".to_owned());
        }
        notes
    }
}

fn named(target: &Target, error: FileError) -> ClientError {
    ClientError { client: target.client.title, error }
}

fn planned(target: &Target, places: &Places, name: &str, wish: &Wish) -> Result<Change, FileError> {
    let file = ConfigFile::read(&target.path(places), target.confines())?;
    let text = file.text()?;
    let now = text.unwrap_or_default();
    let client = target.client;
    let mut arguments = Vec::new();
    let (after, before) = match wish {
        Wish::Installed(program, launch) => {
            arguments = launch.arguments();
            let entry = Entry {
                says_stdio: client.says_stdio,
                command: program.as_str().to_owned(),
                args: arguments.clone(),
            };
            let installed = edit::install(client.format, now, name, &entry, client.refuses);
            let installed = installed.map_err(|fault| file.fault(now, fault))?;
            (installed.text, installed.before)
        }
        Wish::Removed => {
            let without = edit::uninstall(client.format, now, name);
            let without = without.map_err(|fault| file.fault(now, fault))?;
            let after = match without {
                Some(without) => original(&file, target, name, now, without),
                None => now.to_owned(),
            };
            (after, None)
        }
    };
    let action = match wish {
        _ if text.is_some() && after == now || text.is_none() && after.is_empty() => {
            Action::Nothing
        }
        Wish::Removed => Action::Remove,
        Wish::Installed(..) if before.is_some() => Action::Update,
        Wish::Installed(..) => Action::Add,
    };
    let (target, name) = (target.clone(), name.to_owned());
    Ok(Change { target, file, name, action, after, before, arguments })
}

/// The text before the entry was added, byte for byte, where a backup has it: one that becomes the present text
/// when the entry is added to it. Else the text without the entry.
fn original(
    file: &ConfigFile,
    target: &Target,
    name: &str,
    now: &str,
    without: Uninstalled,
) -> String {
    let client = target.client;
    let Some(Existing { command, args, .. }) = without.before else { return without.text };
    let entry = Entry { says_stdio: client.says_stdio, command, args };
    let is_original = |text: &String| {
        edit::install(client.format, text, name, &entry, client.refuses)
            .is_ok_and(|installed| installed.before.is_none() && installed.text == now)
    };
    file.earlier().into_iter().find(is_original).unwrap_or(without.text)
}
