//! Which tools exist, which are enabled, and where their code comes from.
//!
//! Built once at start, from stored manifests; immutable afterwards. A component is opened when one of its
//! enabled tools is first needed, and never if none is enabled. [`admit`] examines a component that is not
//! known yet; [`stored`] keeps what was admitted.

pub mod admission;
pub mod admit;
pub mod enabled;
pub mod pattern;
pub mod store;
pub mod stored;

pub use enabled::{Catalog, EnabledTool, Selection, SelectionError};
pub use store::{Embedded, Family};
