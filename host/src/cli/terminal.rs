//! Questions to the person at the terminal. They are drawn on standard error; standard output stays for results.

use std::io::{IsTerminal, stderr, stdin};

use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Select};

use crate::secret::Secret;

/// Whether somebody can be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    asks: bool,
}

/// Why there is no answer to a question.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// Ctrl-C or Escape.
    #[error("stopped; nothing was written")]
    Interrupted,
    /// There is no terminal, or it went away.
    #[error("the terminal cannot be used ({0}): name everything in flags and add --no-interaction")]
    Terminal(String),
}

impl From<InquireError> for AskError {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => {
                Self::Interrupted
            }
            other => Self::Terminal(other.to_string()),
        }
    }
}

impl Terminal {
    /// The terminal of this process; with `no_interaction` it is as if there were none.
    pub(super) fn new(no_interaction: bool) -> Self {
        Self { asks: !no_interaction && stdin().is_terminal() && stderr().is_terminal() }
    }

    /// Whether somebody can be asked.
    pub(super) fn asks(self) -> bool {
        self.asks
    }

    /// Yes or no.
    pub(super) fn confirm(self, question: &str, default: bool) -> Result<bool, AskError> {
        Ok(Confirm::new(question).with_default(default).prompt()?)
    }

    /// A text that is not shown while it is typed.
    pub(super) fn secret(self, question: &str) -> Result<Secret, AskError> {
        let prompt = Password::new(question)
            .without_confirmation()
            .with_display_mode(PasswordDisplayMode::Hidden);
        Ok(Secret::new(prompt.prompt()?))
    }

    /// One of several answers; gives its place in the list.
    pub(super) fn choose(self, question: &str, answers: &[&str]) -> Result<usize, AskError> {
        Ok(Select::new(question, answers.to_vec()).raw_prompt()?.index)
    }
}
