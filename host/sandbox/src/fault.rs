//! How a plugin can fail, told apart from what it answers: a fault is the plugin's bug or a limit, never
//! the caller's mistake.

use std::time::Duration;

use wasmtime::Trap;

use crate::{imports::Unknown, state::State, text::bounded};

/// Why a component cannot be opened. The operator reads it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The bytes are not a component at all.
    #[error("this is not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// A core module, the usual mistake of a plugin author.
    #[error(
        "this is a core WebAssembly module, not a component: `auth0-mcp plugin componentize` makes one of it"
    )]
    CoreModule,
    /// It wants something that the host does not give.
    #[error("the component imports `{name}`: {why}")]
    UnknownImport {
        /// As it stands in the bytes, made safe to show.
        name: String,
        /// Why nobody gives it.
        why: Unknown,
    },
    /// It is of a size or a shape that would keep the compiler or the engine busy.
    #[error("the component has {what}: {most} are allowed")]
    TooLarge {
        /// How many of what it has, at least.
        what: String,
        /// How many it may have.
        most: usize,
    },
    /// Somebody granted it folders in vain.
    #[error(
        "the plugin imports no WASI, so it has no use for the folders that --allow-dir grants it"
    )]
    NoUseForFolders,
    /// Compiled code of another engine, or damaged.
    #[error("the compiled code cannot be used: {0}")]
    CompiledCode(String),
    /// It does not fit the world: a missing export, a changed type.
    #[error("the component does not fit the world auth0-mcp:plugin@1.0.0: {0}")]
    World(String),
}

/// Why a call ended without an answer. The text says which limit was hit, with its size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginFault {
    /// Guest and HTTP together took too long.
    #[error("the call passed its deadline of {} s and was stopped", .0.as_secs_f32())]
    Deadline(Duration),
    /// Too many calls at once, of this plugin or of all.
    #[error("the call found no place within its deadline of {} s, since too many others run: make fewer calls at once", .0.as_secs_f32())]
    Busy(Duration),
    /// Linear memory.
    #[error("the plugin asked for {wanted} bytes of memory; the limit is {limit} bytes")]
    Memory {
        /// What it asked for, in bytes.
        wanted: usize,
        /// What it may have, in bytes.
        limit: usize,
    },
    /// Tables of function references.
    #[error("the plugin asked for a table of {wanted} elements; the limit is {limit}")]
    Table {
        /// Elements it asked for.
        wanted: usize,
        /// Elements it may have.
        limit: usize,
    },
    /// Too deep a recursion.
    #[error("the plugin used up its stack")]
    Stack,
    /// The plugin's own panic text, as it logged it before the trap.
    #[error("the plugin panicked: {0}")]
    Panic(String),
    /// Any other trap, in wasmtime's words.
    #[error("the plugin was stopped: {0}")]
    Trap(String),
    /// An answer over the limit.
    #[error("the plugin's answer has {bytes} bytes; the limit is {limit} bytes")]
    AnswerTooLarge {
        /// Size of the answer.
        bytes: usize,
        /// Size that is allowed.
        limit: usize,
    },
}

impl PluginFault {
    /// One word for the limit or the fault, for logs that programs read.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deadline(_) => "deadline",
            Self::Busy(_) => "busy",
            Self::Memory { .. } => "memory",
            Self::Table { .. } => "table",
            Self::Stack => "stack",
            Self::Panic(_) => "panic",
            Self::Trap(_) => "trap",
            Self::AnswerTooLarge { .. } => "answer",
        }
    }

    /// Reads what stopped the guest from the error and from what its store remembers.
    pub(crate) fn of(error: &wasmtime::Error, state: &State) -> Self {
        let limits = state.limits();
        if let Some(wanted) = state.limiter.refused_memory {
            return Self::Memory { wanted, limit: limits.memory };
        }
        if let Some(wanted) = state.limiter.refused_table {
            return Self::Table { wanted, limit: limits.table_elements };
        }
        match (error.downcast_ref::<Trap>(), state.log.last_words()) {
            (Some(Trap::StackOverflow), _) => Self::Stack,
            (Some(Trap::Interrupt), _) => Self::Deadline(limits.deadline),
            (_, Some(text)) => Self::Panic(text),
            (Some(trap), None) => Self::Trap(trap.to_string()),
            (None, None) => Self::Trap(bounded(&error.root_cause().to_string(), 500)),
        }
    }
}
