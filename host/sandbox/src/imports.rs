//! Reads a component's import list from its bytes, without compiling or running anything: what an operator
//! can check with any other tool too. What each import gives a plugin is said here in words.

use std::fmt;

use wasmparser::{Encoding, Parser, Payload};

use crate::OpenError;

/// The contract's interfaces, with what they give.
const CONTRACT: [(&str, &str); 4] = [
    ("auth0-mcp:plugin/types@1.0.0", "words only, nothing to call"),
    (
        "auth0-mcp:plugin/management@1.0.0",
        "requests to the tenant, within the rows of the tool that runs",
    ),
    (
        "auth0-mcp:plugin/invocation@1.0.0",
        "the time at which the call began, pauses and progress within the call's deadline",
    ),
    ("auth0-mcp:plugin/log@1.0.0", "bounded lines in the operator's log"),
];

/// The interfaces of WASI 0.2 that a plugin may import, without their version, and what they give here.
const WASI: [(&str, &str); 27] = [
    ("wasi:io/error", "words of other WASI interfaces"),
    ("wasi:io/poll", "waiting, within the call's deadline"),
    ("wasi:io/streams", "reading and writing what other WASI interfaces open"),
    ("wasi:clocks/wall-clock", "the time of day, in milliseconds"),
    ("wasi:clocks/monotonic-clock", "time passed, in milliseconds, and sleeping"),
    ("wasi:random/random", "random bytes"),
    ("wasi:random/insecure", "random bytes"),
    ("wasi:random/insecure-seed", "random bytes"),
    ("wasi:cli/environment", "nothing: no variable, no argument"),
    ("wasi:cli/exit", "ending its own call"),
    ("wasi:cli/stdin", "nothing: it is closed"),
    ("wasi:cli/stdout", "bounded lines in the operator's log"),
    ("wasi:cli/stderr", "bounded lines in the operator's log"),
    ("wasi:cli/terminal-input", "nothing: there is no terminal"),
    ("wasi:cli/terminal-output", "nothing: there is no terminal"),
    ("wasi:cli/terminal-stdin", "nothing: there is no terminal"),
    ("wasi:cli/terminal-stdout", "nothing: there is no terminal"),
    ("wasi:cli/terminal-stderr", "nothing: there is no terminal"),
    ("wasi:filesystem/types", FILES),
    ("wasi:filesystem/preopens", FILES),
    ("wasi:sockets/network", NO_NETWORK),
    ("wasi:sockets/instance-network", NO_NETWORK),
    ("wasi:sockets/tcp", NO_NETWORK),
    ("wasi:sockets/tcp-create-socket", NO_NETWORK),
    ("wasi:sockets/udp", NO_NETWORK),
    ("wasi:sockets/udp-create-socket", NO_NETWORK),
    ("wasi:sockets/ip-name-lookup", "nothing: no name is looked up"),
];

const FILES: &str = "the folders that the operator grants with --allow-dir; without it, nothing";
const NO_NETWORK: &str = "nothing: every socket is refused";

/// One import of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As it stands in the bytes, with its version.
    pub name: String,
    /// Who gives it.
    pub kind: ImportKind,
}

/// Who gives an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Part of `auth0-mcp:plugin@1.0.0`; with what it gives.
    Contract(&'static str),
    /// Part of WASI 0.2, linked only for plugins that import it; with what it gives.
    Wasi(&'static str),
    /// Nobody: a component with it is refused.
    Unknown(Unknown),
}

/// Why nobody gives an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Another version of the contract.
    ContractVersion,
    /// Another version of WASI than 0.2.
    WasiVersion,
    /// A part of WASI that has no place here, such as `wasi:http`.
    WasiPart,
    /// Anything else.
    Other,
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ContractVersion => "this host speaks auth0-mcp:plugin@1.0.0 and no other version",
            Self::WasiVersion => "of WASI, this host gives version 0.2 only",
            Self::WasiPart => "this part of WASI is not given to plugins",
            Self::Other => "it is part of neither auth0-mcp:plugin@1.0.0 nor WASI 0.2",
        })
    }
}

impl Import {
    fn of(name: &str) -> Self {
        Self { name: name.to_owned(), kind: ImportKind::of(name) }
    }

    /// What it gives the plugin, or why nobody gives it.
    #[must_use]
    pub fn gives(&self) -> String {
        match self.kind {
            ImportKind::Contract(gives) | ImportKind::Wasi(gives) => gives.to_owned(),
            ImportKind::Unknown(why) => format!("refused: {why}"),
        }
    }

    /// Whether it is part of WASI, as far as this host gives it.
    #[must_use]
    pub fn is_wasi(&self) -> bool {
        matches!(self.kind, ImportKind::Wasi(_))
    }
}

impl ImportKind {
    fn of(name: &str) -> Self {
        if let Some((_, gives)) = CONTRACT.iter().find(|(known, _)| *known == name) {
            return Self::Contract(gives);
        }
        let (interface, version) = name.split_once('@').unwrap_or((name, ""));
        if CONTRACT.iter().any(|(known, _)| known.split('@').next() == Some(interface)) {
            return Self::Unknown(Unknown::ContractVersion);
        }
        if !interface.starts_with("wasi:") {
            return Self::Unknown(Unknown::Other);
        }
        let known = WASI.iter().find(|(known, _)| *known == interface);
        match known {
            None => Self::Unknown(Unknown::WasiPart),
            Some((_, gives)) if is_wasi_0_2(version) => Self::Wasi(gives),
            Some(_) => Self::Unknown(Unknown::WasiVersion),
        }
    }
}

/// `0.2.N`: the linker gives its own 0.2 release to all of them, as semantic versioning allows.
fn is_wasi_0_2(version: &str) -> bool {
    let patch = version.strip_prefix("0.2.").unwrap_or_default();
    (1..=3).contains(&patch.len()) && patch.bytes().all(|byte| byte.is_ascii_digit())
}

/// Everything that a component imports, in the order of the bytes, and who gives it.
///
/// # Errors
/// The bytes are no component, are truncated, or are a core module.
pub fn classified(component: &[u8]) -> Result<Vec<Import>, OpenError> {
    Ok(imports(component)?.iter().map(|name| Import::of(name)).collect())
}

/// The names of everything that a component imports, in the order of the bytes.
///
/// # Errors
/// The bytes are no component, are truncated, or are a core module.
pub fn imports(component: &[u8]) -> Result<Vec<String>, OpenError> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| OpenError::NotAComponent(error.to_string()))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(OpenError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import =
                        import.map_err(|error| OpenError::NotAComponent(error.to_string()))?;
                    names.push(import.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// Refuses a component that wants something that nobody gives, by its name.
pub(crate) fn check(component: &[u8]) -> Result<(), OpenError> {
    for import in classified(component)? {
        if let ImportKind::Unknown(why) = import.kind {
            return Err(OpenError::UnknownImport {
                name: crate::text::bounded(&import.name, 200),
                why,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ImportKind, Unknown};

    #[test]
    fn each_import_is_ours_or_wasi_0_2_or_unknown() {
        use ImportKind::Unknown as No;
        for name in ["auth0-mcp:plugin/management@1.0.0", "auth0-mcp:plugin/log@1.0.0"] {
            assert!(matches!(ImportKind::of(name), ImportKind::Contract(_)), "{name}");
        }
        for name in
            ["wasi:io/poll@0.2.0", "wasi:sockets/tcp@0.2.12", "wasi:sockets/ip-name-lookup@0.2.9"]
        {
            assert!(matches!(ImportKind::of(name), ImportKind::Wasi(_)), "{name}");
        }
        let table = [
            ("auth0-mcp:plugin/management@1.1.0", Unknown::ContractVersion),
            ("auth0-mcp:plugin/management", Unknown::ContractVersion),
            ("wasi:io/poll@0.3.0", Unknown::WasiVersion),
            ("wasi:io/poll@0.2.0-rc-2023-11-10", Unknown::WasiVersion),
            ("wasi:io/poll@0.2.", Unknown::WasiVersion),
            ("wasi:io/poll", Unknown::WasiVersion),
            ("wasi:http/outgoing-handler@0.2.3", Unknown::WasiPart),
            ("env", Unknown::Other),
            ("auth0-mcp:plugin/secrets@1.0.0", Unknown::Other),
            ("wasi", Unknown::Other),
            ("", Unknown::Other),
        ];
        for (name, why) in table {
            assert_eq!(ImportKind::of(name), No(why), "{name}");
        }
    }
}
