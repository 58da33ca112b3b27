//! What was asked for, resolved once from flags, environment and defaults; immutable afterwards.
//!
//! Flags beat the environment, the environment beats defaults; read-only from any source wins. A value that
//! is not understood is an error, never a default: a typo must not open what somebody meant to close.

pub mod allow_dir;
pub mod env;
pub mod folders;

use std::path::PathBuf;

use crate::{
    audit::Asked,
    auth::{
        environment,
        profile::{ProfileName, ProfileNameError},
    },
    catalog::{
        Selection,
        pattern::{PatternError, Patterns},
    },
    policy::Policy,
};
use allow_dir::{AllowDirError, AllowedDir};
use env::Environment;

/// What `run` was asked on its command line.
#[derive(Clone, Debug, Default)]
pub struct RunFlags {
    /// `--tools`.
    pub tools: Option<String>,
    /// `--read-only`, with its optional value.
    pub read_only: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--hide-unusable`, with its optional value.
    pub hide_unusable: Option<String>,
    /// Each `--allow-dir`.
    pub allow_dir: Vec<String>,
    /// `--demo`.
    pub demo: bool,
    /// `--audit-log`.
    pub audit_log: Option<PathBuf>,
    /// `--audit-log-max-bytes`.
    pub audit_log_max_bytes: Option<String>,
}

/// What `run` does.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// Which tools.
    pub selection: Selection,
    /// Whose tenant.
    pub tenant: TenantChoice,
    /// Which sign-in of the keychain, if one is named; used where the environment holds no credentials.
    pub profile: Option<ProfileName>,
    /// Whether tools are left out whose scopes the sign-in lacks.
    pub hide_unusable: bool,
    /// Folders of this machine, each for one plugin.
    pub folders: Vec<AllowedDir>,
    /// The folder for data; None where there is no home directory.
    pub data: Option<PathBuf>,
    /// `SSL_CERT_FILE`.
    pub ca_file: Option<PathBuf>,
    /// The audit log that is asked for.
    pub audit: Asked,
}

/// Where the tenant and the credentials come from.
#[derive(Clone, Debug)]
pub enum TenantChoice {
    /// The local tenant in this process.
    Demo,
    /// What the environment says.
    Environment(environment::Environment),
}

/// A setting that cannot be used. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A list of tool patterns.
    #[error("{source_name}: {error}")]
    Tools {
        /// The flag or the variable.
        source_name: &'static str,
        /// What is wrong with it.
        error: PatternError,
    },
    /// A number.
    #[error("{source_name} is `{value}`, which is no whole number of at least 1")]
    Number {
        /// The flag or the variable.
        source_name: &'static str,
        /// As it was given.
        value: String,
    },
    /// A boolean.
    #[error(
        "{source_name} is `{value}`, which is neither on nor off: use true, 1, yes or on; or false, 0, no or off"
    )]
    Boolean {
        /// The flag or the variable.
        source_name: &'static str,
        /// As it was given.
        value: String,
    },
    /// A folder for a plugin.
    #[error("--allow-dir {0}")]
    AllowDir(#[from] AllowDirError),
    /// A name of a profile.
    #[error("{source_name}: {error}")]
    Profile {
        /// The flag or the variable.
        source_name: &'static str,
        /// What is wrong with it.
        error: ProfileNameError,
    },
}

impl RunSettings {
    /// Resolves the flags of `run` against the environment.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn resolve(flags: &RunFlags, environment: &Environment) -> Result<Self, SettingsError> {
        Ok(Self {
            selection: selection(flags, environment)?,
            tenant: if flags.demo { TenantChoice::Demo } else { tenant(environment) },
            profile: profile(flags.profile.as_deref(), environment)?,
            hide_unusable: hide_unusable(flags, environment)?,
            folders: flags
                .allow_dir
                .iter()
                .map(|v| AllowedDir::parse(v))
                .collect::<Result<_, _>>()?,
            data: folders::data(environment).ok(),
            ca_file: environment.text("SSL_CERT_FILE").map(PathBuf::from),
            audit: audit(flags, environment)?,
        })
    }
}

/// The flag of a setting, or else its variable; None where neither is set or it is empty.
fn given<'a>(
    flag: (&'static str, Option<&'a str>),
    environment: &'a Environment,
    variable: &'static str,
) -> Option<(&'static str, &'a str)> {
    let flag = flag.1.map(|value| (flag.0, value));
    flag.or_else(|| environment.text(variable).map(|value| (variable, value)))
}

fn audit(flags: &RunFlags, environment: &Environment) -> Result<Asked, SettingsError> {
    let named = environment.text("AUTH0_MCP_AUDIT_LOG").map(PathBuf::from);
    let flag = ("--audit-log-max-bytes", flags.audit_log_max_bytes.as_deref());
    let size = given(flag, environment, "AUTH0_MCP_AUDIT_LOG_MAX_BYTES");
    let max_bytes = size.map(|(name, value)| number(name, value)).transpose()?;
    Ok(Asked { file: flags.audit_log.clone().or(named), max_bytes })
}

fn number(source_name: &'static str, value: &str) -> Result<u64, SettingsError> {
    let number = value.trim().parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| SettingsError::Number {
        source_name,
        value: value.escape_debug().take(40).collect(),
    })
}

/// Which tools the flags and the environment enable.
///
/// # Errors
/// A pattern or a boolean that cannot be used.
pub fn selection(flags: &RunFlags, environment: &Environment) -> Result<Selection, SettingsError> {
    let (patterns, read_only) = (patterns(flags, environment)?, read_only(flags, environment)?);
    Ok(Selection { patterns, read_only, policy: Policy::none() })
}

/// What decides which tools there are: a flag or a variable, None for neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Where the patterns come from.
    pub tools: Option<&'static str>,
    /// What turned read-only on.
    pub read_only: Option<&'static str>,
}

/// Where the selection comes from.
///
/// # Errors
/// A boolean that cannot be used.
pub fn sources(flags: &RunFlags, environment: &Environment) -> Result<Sources, SettingsError> {
    let tools = tools(flags, environment).map(|(name, _)| name);
    let mut read_only = None;
    for (name, value) in read_only_sources(flags, environment) {
        let on = value.map_or(Ok(false), |value| boolean(name, value))?;
        read_only = read_only.or(on.then_some(name));
    }
    Ok(Sources { tools, read_only })
}

/// Whether `DEBUG` asks for our debug lines: `auth0-mcp` or `*` in a comma-separated list.
#[must_use]
pub fn debug(environment: &Environment) -> bool {
    let list = environment.text("DEBUG").unwrap_or_default();
    list.split([',', ' ']).any(|name| matches!(name.trim(), "auth0-mcp" | "auth0-mcp*" | "*"))
}

fn tools<'a>(flags: &'a RunFlags, environment: &'a Environment) -> Option<(&'static str, &'a str)> {
    let flag = flags.tools.as_deref().map(|list| ("--tools", list));
    flag.or_else(|| environment.get("AUTH0_MCP_TOOLS").map(|list| ("AUTH0_MCP_TOOLS", list)))
}

fn patterns(flags: &RunFlags, environment: &Environment) -> Result<Patterns, SettingsError> {
    match tools(flags, environment) {
        None => Ok(Patterns::all()),
        Some((source_name, list)) => {
            Patterns::parse(list).map_err(|error| SettingsError::Tools { source_name, error })
        }
    }
}

/// The profile that is named: `--profile`, or else `AUTH0_MCP_PROFILE`.
///
/// # Errors
/// [`SettingsError::Profile`] if that is no name.
pub fn profile(
    flag: Option<&str>,
    environment: &Environment,
) -> Result<Option<ProfileName>, SettingsError> {
    let given = flag.map(|name| ("--profile", name));
    // An empty variable is what an unfilled form sends.
    let given =
        given.or_else(|| environment.text("AUTH0_MCP_PROFILE").map(|n| ("AUTH0_MCP_PROFILE", n)));
    let parse = |(source_name, name): (_, &str)| {
        ProfileName::parse(name).map_err(|error| SettingsError::Profile { source_name, error })
    };
    given.map(parse).transpose()
}

/// The flag wins where it is given; the variable is read even then, so that a wrong value is an error.
fn hide_unusable(flags: &RunFlags, environment: &Environment) -> Result<bool, SettingsError> {
    let read = |name, value: Option<&str>| value.map(|value| boolean(name, value)).transpose();
    let variable = read("AUTH0_MCP_HIDE_UNUSABLE", environment.get("AUTH0_MCP_HIDE_UNUSABLE"))?;
    let flag = read("--hide-unusable", flags.hide_unusable.as_deref())?;
    Ok(flag.or(variable).unwrap_or(false))
}

fn read_only(flags: &RunFlags, environment: &Environment) -> Result<bool, SettingsError> {
    // Both are read even if the first is on: a wrong value is an error wherever it stands.
    sources(flags, environment).map(|sources| sources.read_only.is_some())
}

fn read_only_sources<'a>(
    flags: &'a RunFlags,
    environment: &'a Environment,
) -> [(&'static str, Option<&'a str>); 2] {
    [
        ("--read-only", flags.read_only.as_deref()),
        ("AUTH0_MCP_READ_ONLY", environment.get("AUTH0_MCP_READ_ONLY")),
    ]
}

/// Strictly on or off. An empty value is off: it is what an unfilled form sends.
fn boolean(source_name: &'static str, value: &str) -> Result<bool, SettingsError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err(SettingsError::Boolean {
            source_name,
            value: value.escape_debug().take(40).collect(),
        }),
    }
}

fn tenant(environment: &Environment) -> TenantChoice {
    TenantChoice::Environment(environment::Environment {
        domain: environment.text("AUTH0_DOMAIN").map(str::to_owned),
        token: environment.secret("AUTH0_TOKEN"),
        client_id: environment.text("AUTH0_CLIENT_ID").map(str::to_owned),
        client_secret: environment.secret("AUTH0_CLIENT_SECRET"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(flags: &RunFlags, pairs: &[(&'static str, &str)]) -> Result<RunSettings, String> {
        RunSettings::resolve(flags, &Environment::of(pairs)).map_err(|error| error.to_string())
    }

    fn demo() -> RunFlags {
        RunFlags { demo: true, ..RunFlags::default() }
    }

    #[test]
    fn flags_beat_the_environment_and_read_only_from_either_wins() {
        let tools = |flag: Option<&str>, env: &[(&'static str, &str)]| {
            resolve(&RunFlags { tools: flag.map(str::to_owned), ..demo() }, env)
                .map(|s| s.selection.patterns.joined())
        };
        assert_eq!(tools(None, &[]).unwrap(), "*");
        assert_eq!(tools(None, &[("AUTH0_MCP_TOOLS", "auth0_get_*")]).unwrap(), "auth0_get_*");
        assert_eq!(tools(Some("a,b"), &[("AUTH0_MCP_TOOLS", "auth0_get_*")]).unwrap(), "a,b");
        assert!(
            tools(Some(","), &[])
                .unwrap_err()
                .contains("--tools: the list of tool patterns is empty")
        );
        assert!(
            tools(None, &[("AUTH0_MCP_TOOLS", "")])
                .unwrap_err()
                .contains("AUTH0_MCP_TOOLS: the list")
        );

        let read_only = |flag: Option<&str>, env: &str| {
            let flags = RunFlags { read_only: flag.map(str::to_owned), ..demo() };
            resolve(&flags, &[("AUTH0_MCP_READ_ONLY", env)]).map(|s| s.selection.read_only)
        };
        for (flag, env, expected) in [
            (None, "", false),
            (None, "TRUE", true),
            (None, "1", true),
            (Some("true"), "false", true),
            (Some("false"), "on", true),
            (Some("false"), "off", false),
        ] {
            assert_eq!(read_only(flag, env), Ok(expected), "{flag:?} {env:?}");
        }
        assert!(
            read_only(Some("true"), "ture").unwrap_err().contains("AUTH0_MCP_READ_ONLY is `ture`")
        );
        assert!(read_only(Some("maybe"), "").unwrap_err().contains("--read-only is `maybe`"));
    }

    #[test]
    fn the_flag_names_the_profile_before_the_environment() {
        let named = |flag: Option<&str>, env: &str| {
            let flags = RunFlags { profile: flag.map(str::to_owned), ..demo() };
            resolve(&flags, &[("AUTH0_MCP_PROFILE", env)])
                .map(|settings| settings.profile.map(|profile| profile.to_string()))
        };
        assert_eq!(named(None, " "), Ok(None));
        assert_eq!(named(None, "acme"), Ok(Some("acme".into())));
        assert_eq!(named(Some("b"), "acme"), Ok(Some("b".into())));
        assert!(named(None, "Acme").unwrap_err().contains("AUTH0_MCP_PROFILE: `Acme` is no"));
        assert!(named(Some(""), "acme").unwrap_err().contains("--profile: the profile name is"));
    }

    #[test]
    fn hiding_is_off_unless_asked_for() {
        let hides = |flag: Option<&str>, env: &str| {
            let flags = RunFlags { hide_unusable: flag.map(str::to_owned), ..demo() };
            resolve(&flags, &[("AUTH0_MCP_HIDE_UNUSABLE", env)]).map(|s| s.hide_unusable)
        };
        for (flag, env, expected) in [
            (None, "", false),
            (None, "1", true),
            (Some("true"), "", true),
            (Some("no"), "1", false),
        ] {
            assert_eq!(hides(flag, env), Ok(expected), "{flag:?} {env:?}");
        }
        assert!(hides(Some("true"), "x").unwrap_err().contains("AUTH0_MCP_HIDE_UNUSABLE is `x`"));
    }

    #[test]
    fn a_settings_value_prints_no_secret() {
        let pairs = [("AUTH0_DOMAIN", "a.auth0.com"), ("AUTH0_TOKEN", "planted-secret")];
        let settings = resolve(&RunFlags::default(), &pairs).unwrap();
        assert!(!format!("{settings:?} {:?}", Environment::of(&pairs)).contains("planted"));
    }
}
