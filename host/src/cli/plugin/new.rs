//! `plugin new`: a project for a plugin of one's own that builds, passes its tests and runs as it is.
//!
//! It is the example of that language under another name, so what is handed out is what the tests build. The
//! files are part of this binary: an author needs no copy of the repository and no network to a git host.

use std::{
    io,
    path::{Path, PathBuf},
};

use auth0_mcp_sandbox::Manifest;
use cap_std::{ambient_authority, fs::Dir};

use super::{
    first_party,
    templates::{Language, Template},
};
use crate::{
    catalog::{
        Embedded,
        admit::clash::{self, Clash},
    },
    cli::{args::NewArgs, printer::Printer},
    exit::Exit,
};

/// The longest name: tool names begin with it, and clients cut names at about 60 characters.
const LONGEST: usize = 40;

/// Why there is no project. The author reads it.
#[derive(Debug, thiserror::Error)]
enum NewError {
    #[error(
        "`{0}` cannot be the name of a plugin: use 1 to {LONGEST} of a-z, 0-9 and inner hyphens, and begin with a letter, such as `my-plugin`"
    )]
    Name(String),
    #[error("`{name}` cannot be the name of this plugin: it is taken by {by}. Choose another name")]
    Taken { name: String, by: &'static str },
    #[error("no host would take a plugin of this name: {0}. Choose another name")]
    Clash(#[from] Clash),
    #[error("{} exists already, and nothing in it was changed: choose another name or --dir", .0.display())]
    Exists(PathBuf),
    #[error("{} cannot be written ({reason}): check the folder's rights and the free space", path.display())]
    Write { path: PathBuf, reason: io::Error },
}

impl NewError {
    fn exit(&self) -> Exit {
        match self {
            Self::Name(_) | Self::Taken { .. } | Self::Clash(_) => Exit::Usage,
            Self::Exists(_) | Self::Write { .. } => Exit::Failure,
        }
    }
}

/// Creates the project and says what to do in it.
pub(super) fn run(args: &NewArgs, plugins: &[Embedded], printer: &Printer) -> Exit {
    match create(args, plugins) {
        Ok(folder) => {
            printer.line(&format!("created {}", folder.display()));
            printer.line(&next_steps(args, &folder));
            Exit::Success
        }
        Err(error) => {
            printer.error(&error.to_string());
            error.exit()
        }
    }
}

fn create(args: &NewArgs, plugins: &[Embedded]) -> Result<PathBuf, NewError> {
    let template = args.lang.template();
    check_name(&args.name, args.lang, &template, plugins)?;
    let parent = args.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let folder = parent.join(&args.name);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |reason| NewError::Write { path, reason }
    };
    std::fs::create_dir_all(&parent).map_err(failed(&parent))?;
    // Not `create_dir_all`: the project's own folder must be new, whatever is there.
    std::fs::create_dir(&folder).map_err(|reason| match reason.kind() {
        io::ErrorKind::AlreadyExists => NewError::Exists(folder.clone()),
        _ => NewError::Write { path: folder.clone(), reason },
    })?;
    fill(&folder, &template, &args.name).map_err(|(file, reason)| {
        // Half a project would only be in the way of the next attempt.
        _ = std::fs::remove_dir_all(&folder);
        NewError::Write { path: folder.join(file), reason }
    })?;
    Ok(folder)
}

/// Writes the template's files; the error names the one that failed.
fn fill(folder: &Path, template: &Template, name: &str) -> Result<(), (String, io::Error)> {
    let root = Dir::open_ambient_dir(folder, ambient_authority())
        .map_err(|reason| (String::new(), reason))?;
    for file in template.files() {
        let path = Path::new(file.path);
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let made = parent.map_or(Ok(()), |parent| root.create_dir_all(parent));
        let text = template.named(file.text, name);
        made.and_then(|()| root.write(path, text)).map_err(|e| (file.path.to_owned(), e))?;
    }
    Ok(())
}

fn check_name(
    name: &str,
    language: Language,
    template: &Template,
    plugins: &[Embedded],
) -> Result<(), NewError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
        && !name.ends_with('-')
        && !name.contains("--");
    if !fits {
        return Err(NewError::Name(name.escape_debug().take(80).collect()));
    }
    let taken = |by| Err(NewError::Taken { name: name.to_owned(), by });
    let manifest = Manifest {
        name: name.to_owned(),
        version: String::new(),
        description: String::new(),
        tools: Vec::new(),
    };
    if let Some(clash) = clash::clashes(&manifest, &first_party(plugins)).into_iter().next() {
        return Err(clash.into());
    }
    match language {
        Language::Rust if RUST_WORDS.contains(&name) => taken("the Rust language"),
        // Cargo refuses two packages of one name, and a lock file would mix them up.
        Language::Rust if template.locks(name) => taken("a package that the project depends on"),
        Language::Js if name == "node-modules" => taken("a folder of npm"),
        _ => Ok(()),
    }
}

/// What cannot be the name of a Rust package: keywords, and names that cargo keeps for itself.
const RUST_WORDS: [&str; 52] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "use",
];

/// The commands from here to a plugin that runs.
fn next_steps(args: &NewArgs, folder: &Path) -> String {
    let commands = args.lang.template().commands();
    let name = &args.name;
    let commands: Vec<_> =
        commands.iter().map(|command| args.lang.template().named(command, name)).collect();
    format!(
        "\n  cd {}\n  {}\n\nREADME.md in it says more.",
        shell_word(&folder.display().to_string()),
        commands.join("\n  ")
    )
}

/// A path as a shell reads it: quoted where it is not plain.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:\\".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
