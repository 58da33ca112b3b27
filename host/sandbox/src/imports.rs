//! Reads a component's import list from its bytes, without compiling or running anything: what an operator
//! can check with any other tool too.

use wasmparser::{Encoding, Parser, Payload};

use crate::OpenError;

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
