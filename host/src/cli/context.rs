//! What the commands about sign-ins share: printing, the keychain, and the way to Auth0.

use std::{fmt::Display, future::Future, io, path::PathBuf};

use super::{Product, printer::Printer, stop::interrupt};
use crate::{
    auth::{Domain, Https, Trust, TrustError, oauth::AuthorizationServer, vault::Vault},
    exit::Exit,
    log,
    secret::Redactor,
    settings::{
        self,
        env::Environment,
        folders::{self, NoFolder},
    },
};

/// Why a command ended without its result. The operator reads it.
pub(super) trait CommandError: Display + From<io::Error> {
    /// The user pressed Ctrl-C.
    const INTERRUPTED: Self;

    fn exit(&self) -> Exit;
}

/// One command that is under way.
pub(super) struct Context<'a> {
    pub(super) environment: &'a Environment,
    pub(super) product: &'a Product,
    pub(super) redactor: Redactor,
    pub(super) printer: Printer,
}

impl<'a> Context<'a> {
    /// Turns logging on.
    pub(super) fn new(environment: &'a Environment, product: &'a Product) -> Self {
        let redactor = Redactor::default();
        log::init(settings::debug(environment), redactor.clone());
        Self { environment, product, printer: Printer::new(redactor.clone()), redactor }
    }

    /// The keychain. Nothing is opened yet.
    pub(super) fn vault(&self) -> Result<Vault, NoFolder> {
        Ok(Vault::open(&folders::data(self.environment)?))
    }

    /// An authorization server. Nothing is sent yet.
    pub(super) fn server(&self, domain: &Domain) -> Result<AuthorizationServer, TrustError> {
        let trust = match self.environment.text("SSL_CERT_FILE").map(PathBuf::from) {
            Some(file) => Trust::system().with_file(&file)?,
            None => Trust::system(),
        };
        let https = Https::new(trust, domain);
        Ok(AuthorizationServer::new(domain.clone(), https, self.redactor.clone()))
    }

    /// Runs a command to its end, and says what went wrong.
    pub(super) fn run<E: CommandError>(
        &self,
        command: impl Future<Output = Result<Exit, E>>,
    ) -> Exit {
        let ended = self.block_on(command).map_err(E::from);
        ended.and_then(|ended| ended.unwrap_or(Err(E::INTERRUPTED))).unwrap_or_else(|error| {
            self.printer.error(&error.to_string());
            error.exit()
        })
    }

    /// Runs to the end, or until the user presses Ctrl-C: None then.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> io::Result<Option<T>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let ended = runtime.block_on(async {
            tokio::select! {
                result = work => Some(result),
                () = interrupt() => None,
            }
        });
        // Nothing that still blocks a thread may hold the end up.
        runtime.shutdown_background();
        Ok(ended)
    }
}
