//! Components as bytes: those of the build, with another mark; those that no compiler makes, from text.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Built with the other guests. What it says of itself depends on its mark.
const CHAMELEON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/chameleon.wasm"));

/// As it stands in the guest.
const MARK: &[u8] = b"behaviour=honest                                ";

/// The chameleon with a behaviour.
pub fn chameleon(behaviour: &str) -> Vec<u8> {
    let at: Vec<_> =
        CHAMELEON.windows(MARK.len()).enumerate().filter(|(_, w)| *w == MARK).collect();
    let [(at, _)] = at[..] else { panic!("the mark is there {} times", at.len()) };
    let mark = format!("{:<width$}", format!("behaviour={behaviour}"), width = MARK.len());
    assert_eq!(mark.len(), MARK.len(), "{behaviour} is too long for the mark");
    let mut component = CHAMELEON.to_vec();
    component[at..at + mark.len()].copy_from_slice(mark.as_bytes());
    component
}

/// A component in a component in a component.
pub fn nested(levels: usize) -> Vec<u8> {
    let component = |inside: &[u8]| [b"\0asm\x0d\0\x01\0", inside].concat();
    (1..levels).fold(component(&[]), |inner, _| {
        // Section 4 holds a component; its length is a LEB128 number.
        let mut section = vec![4];
        let mut left = inner.len();
        while left >= 0x80 {
            section.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        section.push(left as u8);
        component(&[section, inner].concat())
    })
}

/// A component from text, as it stands there.
pub fn text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A core module from text, made a plugin of the contract.
pub fn plugin(module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
    let (package, _) = resolve.push_path(contract).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let mut module = text(module);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}
