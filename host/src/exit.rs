//! Exit codes. Scripts and MCP clients rely on them: a failure never exits with 0.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command did what it was asked; for `run`, the client closed the connection.
    Success = 0,
    /// Something failed that is not one of the cases below: the system, the network, or a bug.
    Failure = 1,
    /// The command line cannot be understood: an unknown flag, command or value.
    Usage = 2,
    /// A setting is wrong: an unknown tool pattern, a boolean that is neither on nor off, a domain that is
    /// no host name, a certificate file that cannot be read.
    Settings = 3,
    /// There are no usable credentials: none given, or expired.
    Credentials = 4,
    /// A sign-in was denied, or it led to another tenant than the one that was asked for.
    Denied = 5,
    /// Nobody confirmed the device code before it expired.
    CodeExpired = 6,
    /// Auth0 could not be reached, or the network went away.
    Unreachable = 7,
    /// A plugin was refused, or `plugin verify` or `plugin test` found something wrong.
    Plugin = 8,
    /// The keychain cannot be used: there is none, it is locked, or it refuses.
    Keychain = 9,
    /// `audit verify` found that a log was changed.
    Audit = 10,
    /// The user pressed Ctrl-C; by custom 128 plus the number of the signal.
    Interrupted = 130,
}

/// Every code with its meaning, for the documentation.
pub const CODES: &[(Exit, &str)] = &[
    (Exit::Success, "done; for `run`, the client closed the connection"),
    (Exit::Failure, "the system, the network, or a bug"),
    (Exit::Usage, "the command line cannot be understood"),
    (Exit::Settings, "a setting is wrong: pattern, boolean, domain, certificate file"),
    (Exit::Credentials, "no credentials, or they have expired"),
    (Exit::Denied, "`init`: the sign-in was denied, or led to another tenant than `--tenant`"),
    (Exit::CodeExpired, "`init`: nobody confirmed the code before it expired"),
    (Exit::Unreachable, "`init`, `logout`: Auth0 could not be reached"),
    (Exit::Plugin, "`plugin`: a plugin was refused, or `verify` or `test` found something wrong"),
    (
        Exit::Keychain,
        "`init`, `session`, `logout`: there is no keychain, it is locked, or it refuses",
    ),
    (Exit::Audit, "`audit verify`: the log was changed"),
    (Exit::Interrupted, "stopped by Ctrl-C; nothing was written"),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
