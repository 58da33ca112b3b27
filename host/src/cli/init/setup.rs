//! Setting the chosen clients up, and what is said about it.
//!
//! All files are read and all problems shown before anybody signs in ([`Clients::check`]); they are written after
//! it ([`Clients::apply`]). One client that cannot be set up does not keep the others from it.

use super::clients::Clients;
use crate::{
    cli::printer::Printer,
    clients::{Action, Applied, Change, Client, ClientError, Launch, Wish},
    exit::Exit,
    management::Mask,
};

impl Clients {
    /// Reads all files and computes what they have to say. Every problem is shown at once, and nothing is
    /// written.
    ///
    /// # Errors
    /// The exit code, where a file cannot be changed.
    pub fn check(&self, launch: &Launch, printer: &Printer) -> Result<(), Exit> {
        let wish = self.wish(launch);
        let checked = self
            .targets
            .iter()
            .map(|target| Change::plan(target, &self.places, &self.entry, &wish)?.probe());
        all(checked, printer, |()| {})
    }

    /// Shows what would be written.
    #[must_use]
    pub fn preview(&self, launch: &Launch, printer: &Printer) -> Exit {
        let wish = self.wish(launch);
        let plan = |target| Change::plan(target, &self.places, &self.entry, &wish);
        let shown = all(self.targets.iter().map(plan), printer, |change| {
            self.show(&change, printer);
        });
        shown.err().unwrap_or(Exit::Success)
    }

    /// Writes all files, and says of each what was done.
    #[must_use]
    pub fn apply(&self, launch: &Launch, printer: &Printer) -> Exit {
        let wish = self.wish(launch);
        let mut changed = false;
        let applied = self.targets.iter().map(|target| {
            let applied = Change::apply(target, &self.places, &self.entry, &wish)?;
            Ok((target, applied))
        });
        let written = all(applied, printer, |(target, applied)| {
            changed |= applied.action != Action::Nothing;
            self.tell(target.client, &applied, printer);
        });
        if self.quiet && !changed && written.is_ok() {
            printer.line(&format!("No client has an entry `{}`; nothing was written.", self.entry));
        }
        written.err().unwrap_or(Exit::Success)
    }

    fn wish(&self, launch: &Launch) -> Wish {
        if self.uninstall {
            return Wish::Removed;
        }
        Wish::Installed(self.program.clone(), launch.clone())
    }

    fn show(&self, change: &Change, printer: &Printer) {
        if change.action == Action::Nothing {
            if !self.quiet {
                let path = change.path().display();
                printer.line(&format!("# {path} is as it should be; nothing would be written"));
            }
            return;
        }
        // The diff is blank where a value is not ours; this is for what a command line holds.
        printer.line(Mask::default().text(&change.diff()).trim_end());
        for note in change.notes() {
            printer.note(&format!("note: {note}"));
        }
    }

    fn tell(&self, client: &Client, applied: &Applied, printer: &Printer) {
        let (title, entry, file) = (client.title, &self.entry, applied.file.display());
        let done = match applied.action {
            Action::Nothing if self.quiet => return,
            Action::Nothing if self.uninstall => {
                format!("{title}: there is no entry `{entry}` in {file}; nothing was written.")
            }
            Action::Nothing => {
                format!("✓ {title}: {file} is as it should be; nothing was written.")
            }
            Action::Add => format!("✓ {title}: the entry `{entry}` was added to {file}."),
            Action::Update => format!("✓ {title}: the entry `{entry}` was updated in {file}."),
            Action::Remove => format!("✓ {title}: the entry `{entry}` was removed from {file}."),
        };
        let restart = match applied.action {
            Action::Nothing => String::new(),
            _ => format!(" Restart {title} to apply the change."),
        };
        printer.line(&format!("{done}{restart}"));
        if let Some(backup) = &applied.backup {
            printer.line(&format!("  The file as it was before is {}.", backup.display()));
        }
        for note in &applied.notes {
            printer.note(&format!("note: {note}"));
        }
    }
}

/// Goes through all results, hands on the good ones and shows the others.
fn all<T>(
    results: impl Iterator<Item = Result<T, ClientError>>,
    printer: &Printer,
    mut good: impl FnMut(T),
) -> Result<(), Exit> {
    let mut failed = None;
    for result in results {
        match result {
            Ok(value) => good(value),
            Err(error) => {
                printer.error(&error.to_string());
                let is_content = error.error.is_content() && failed != Some(Exit::Failure);
                failed = Some(if is_content { Exit::Settings } else { Exit::Failure });
            }
        }
    }
    failed.map_or(Ok(()), Err)
}
