//! Bounds on what a component is made of, read from its bytes before the compiler sees any of them: time and
//! memory of compiling, and of making an instance, grow with these numbers. Each is several times what the
//! largest plugins have (Python with its libraries).

use wasmparser::{Parser, Payload};

use crate::OpenError;

/// A bound: the largest number of something, with its name for people.
struct Bound {
    what: &'static str,
    most: usize,
}

/// What is counted over all modules and components within the component.
#[derive(Clone, Copy)]
enum Part {
    Modules,
    Components,
    Instances,
    Functions,
    CodeBytes,
    Types,
    Tables,
    Memories,
    Globals,
    Segments,
    Links,
}

/// In the order of [`Part`].
const BOUNDS: [Bound; 11] = [
    Bound { what: "core modules", most: 64 },
    Bound { what: "nested components", most: 64 },
    Bound { what: "instances", most: 256 },
    Bound { what: "functions", most: 100_000 },
    Bound { what: "bytes of code", most: 32 << 20 },
    Bound { what: "types", most: 50_000 },
    Bound { what: "tables", most: 64 },
    Bound { what: "memories", most: 16 },
    Bound { what: "globals", most: 50_000 },
    Bound { what: "segments of data or elements", most: 100_000 },
    Bound { what: "imports, exports and aliases", most: 200_000 },
];

/// The whole component.
const BYTES: Bound = Bound { what: "bytes", most: 64 << 20 };

/// One function: the compiler's effort for a function grows faster than its length.
const FUNCTION: Bound = Bound { what: "bytes in one function", most: 512 << 10 };

/// Components within components.
const DEPTH: Bound = Bound { what: "levels of components", most: 8 };

/// Checks a component's bytes.
///
/// # Errors
/// [`OpenError::TooLarge`] with the first bound that it passes; the bytes are damaged.
pub(crate) fn check(component: &[u8]) -> Result<(), OpenError> {
    within(&BYTES, component.len())?;
    let (mut seen, mut depth) = ([0; BOUNDS.len()], 0_usize);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| OpenError::NotAComponent(error.to_string()))?;
        match &payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CodeSectionEntry(body) => within(&FUNCTION, body.range().len())?,
            _ => {}
        }
        within(&DEPTH, depth)?;
        if let Some((part, more)) = counted(&payload) {
            seen[part as usize] += more;
            within(&BOUNDS[part as usize], seen[part as usize])?;
        }
    }
    Ok(())
}

fn within(bound: &Bound, seen: usize) -> Result<(), OpenError> {
    if seen <= bound.most {
        return Ok(());
    }
    Err(OpenError::TooLarge { what: format!("{seen} {}", bound.what), most: bound.most })
}

/// What a section adds. A section can hold no more items than it has bytes, so the counts are honest or the
/// parser finds out.
fn counted(payload: &Payload<'_>) -> Option<(Part, usize)> {
    let one = |part, count: u32| Some((part, count as usize));
    match payload {
        Payload::ModuleSection { .. } => one(Part::Modules, 1),
        Payload::ComponentSection { .. } => one(Part::Components, 1),
        Payload::InstanceSection(section) => one(Part::Instances, section.count()),
        Payload::ComponentInstanceSection(section) => one(Part::Instances, section.count()),
        Payload::FunctionSection(section) => one(Part::Functions, section.count()),
        Payload::ComponentCanonicalSection(section) => one(Part::Functions, section.count()),
        Payload::CodeSectionEntry(body) => Some((Part::CodeBytes, body.range().len())),
        Payload::TypeSection(section) => one(Part::Types, section.count()),
        Payload::CoreTypeSection(section) => one(Part::Types, section.count()),
        // Types nest here, so they are counted by their bytes: a dozen or more for each in what compilers make.
        Payload::ComponentTypeSection(section) => Some((Part::Types, section.range().len() / 8)),
        Payload::TableSection(section) => one(Part::Tables, section.count()),
        Payload::MemorySection(section) => one(Part::Memories, section.count()),
        Payload::GlobalSection(section) => one(Part::Globals, section.count()),
        Payload::DataSection(section) => one(Part::Segments, section.count()),
        Payload::ElementSection(section) => one(Part::Segments, section.count()),
        Payload::ImportSection(section) => one(Part::Links, section.count()),
        Payload::ExportSection(section) => one(Part::Links, section.count()),
        Payload::ComponentAliasSection(section) => one(Part::Links, section.count()),
        Payload::ComponentImportSection(section) => one(Part::Links, section.count()),
        Payload::ComponentExportSection(section) => one(Part::Links, section.count()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A section: its id, then its length as one byte.
    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        [&[id, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn component(sections: &[u8]) -> Vec<u8> {
        [b"\0asm\x0d\0\x01\0", sections].concat()
    }

    #[test]
    fn modules_and_levels_are_counted() {
        let module = section(1, b"\0asm\x01\0\0\0");
        assert!(check(&component(&module.repeat(64))).is_ok());
        let error = check(&component(&module.repeat(65))).unwrap_err().to_string();
        assert_eq!(error, "the component has 65 core modules: 64 are allowed");

        let nest =
            |levels| (0..levels).fold(component(&[]), |inner, _| component(&section(4, &inner)));
        assert!(check(&nest(8)).is_ok());
        let error = check(&nest(9)).unwrap_err().to_string();
        assert!(error.contains("9 levels of components: 8 are allowed"), "{error}");
    }

    #[test]
    fn damaged_bytes_are_no_component() {
        let whole = component(&section(1, b"\0asm\x01\0\0\0"));
        for end in 1..whole.len() {
            let cut = check(&whole[..end]);
            // Cut between two sections it is a smaller component.
            assert!(cut.is_err() || end == 8, "{end}");
        }
    }
}
