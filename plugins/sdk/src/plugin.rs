//! Registering tools: what [`plugin!`](crate::plugin!) expands to. Authors call nothing here by name.

use serde::de::DeserializeOwned;

use crate::{
    Api, Definition, Effect, Failure, Object, Tool, schema,
    tool::Answer,
    wit::auth0_mcp::plugin::types::{self, Consequences},
};

/// Makes a plugin of a list of tools: `manifest` and `call` for the host and for unit tests, and on WebAssembly the
/// exports of the component.
///
/// ```ignore
/// auth0_mcp_plugin::plugin! {
///     name: "applications",
///     description: "Auth0 applications.",
///     tools: [list::List, get::Get],
/// }
/// ```
#[macro_export]
macro_rules! plugin {
    (name: $name:expr, description: $description:expr, tools: [$($tool:ty),+ $(,)?] $(,)?) => {
        /// What this plugin is and which tools it has.
        #[must_use]
        pub fn manifest() -> $crate::Manifest {
            $crate::Manifest {
                name: ::std::string::String::from($name),
                version: ::std::string::String::from(env!("CARGO_PKG_VERSION")),
                description: ::std::string::String::from($description),
                tools: ::std::vec![$($crate::plugin::describe::<$tool>()),+],
            }
        }

        /// Runs one tool on JSON arguments and gives its JSON answer.
        ///
        /// # Errors
        /// Why there is no answer.
        pub fn call(
            tool: &str,
            arguments: &str,
            api: &impl $crate::Api,
        ) -> ::std::result::Result<::std::string::String, $crate::Failure> {
            $(
                if tool == <$tool as $crate::Tool>::DEFINITION.name {
                    return $crate::plugin::run::<$tool>(arguments, api);
                }
            )+
            Err($crate::plugin::unknown(tool))
        }

        // The exports do not link natively, where `manifest` and `call` are used as they are.
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Component;

            impl $crate::wit::exports::auth0_mcp::plugin::toolset::Guest for Component {
                fn describe() -> $crate::Manifest {
                    $crate::plugin::log_panics();
                    manifest()
                }

                fn call(
                    tool: ::std::string::String,
                    arguments: ::std::string::String,
                ) -> ::std::result::Result<::std::string::String, $crate::Failure> {
                    $crate::plugin::log_panics();
                    call(&tool, &arguments, &$crate::api::Host)
                }
            }

            $crate::wit::export!(Component with_types_in $crate::wit);
        };
    };
}

/// A tool's row in the manifest.
#[must_use]
pub fn describe<T: Tool>() -> types::Tool {
    let Definition { name, title, description, effect, endpoints } = T::DEFINITION;
    types::Tool {
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        input_schema: schema::input::<T::Arguments>(),
        output_schema: Some(schema::output::<T::Output>()),
        effect: effect.into(),
        endpoints: endpoints.iter().map(Into::into).collect(),
    }
}

/// Parses the arguments, runs the tool and writes its answer.
///
/// # Errors
/// The tool's failure, or [`Failure::InvalidArguments`] where the arguments do not fit its type.
pub fn run<T: Tool>(arguments: &str, api: &impl Api) -> Result<String, Failure> {
    let parsed = serde_json::from_str(arguments).map_err(|error| {
        let named = misfit::<T::Arguments>(arguments);
        Failure::InvalidArguments(named.unwrap_or_else(|| error.to_string()))
    })?;
    T::run(parsed, api)?.into_json()
}

/// What does not fit the type, with the name of the argument: without that one the error is another or none.
fn misfit<A: DeserializeOwned>(arguments: &str) -> Option<String> {
    let given: Object = serde_json::from_str(arguments).ok()?;
    // As text, as the arguments come: reading them from a `Value` too would double the code of each type.
    let error = |given: &Object| {
        let text = serde_json::to_string(given).ok()?;
        let error = serde_json::from_str::<A>(&text).err()?.to_string();
        Some(error.split(" at line ").next()?.to_owned())
    };
    let problem = error(&given)?;
    let is_it = |name: &&String| {
        let mut others = given.clone();
        others.shift_remove(*name);
        error(&others).as_ref() != Some(&problem)
    };
    given.keys().find(is_it).map(|name| format!("`{name}`: {problem}"))
}

/// The answer for a tool that this plugin does not have.
#[must_use]
pub fn unknown(tool: &str) -> Failure {
    Failure::Other(format!("no tool `{tool}` in this plugin"))
}

/// Writes the text and place of a panic into the operator's log before it becomes a trap, which says neither.
#[cfg(target_family = "wasm")]
pub fn log_panics() {
    use crate::{Level, api::Host};

    std::panic::set_hook(Box::new(|panic| Host.log(Level::Error, &panic.to_string())));
}

impl From<Effect> for types::Effect {
    fn from(effect: Effect) -> Self {
        let Effect::Write { destructive, idempotent } = effect else { return Self::ReadOnly };
        let when = |holds: bool, flag| if holds { flag } else { Consequences::empty() };
        Self::Write(
            when(destructive, Consequences::DESTRUCTIVE)
                | when(idempotent, Consequences::IDEMPOTENT),
        )
    }
}

impl From<&crate::Endpoint> for types::Endpoint {
    fn from(row: &crate::Endpoint) -> Self {
        let scopes = row.scopes.iter().copied().map(str::to_owned).collect();
        Self { method: row.method, path: row.path.to_owned(), scopes }
    }
}
