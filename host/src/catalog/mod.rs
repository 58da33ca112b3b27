//! Which tools exist, which are enabled, and where their code comes from.
//!
//! Built from stored manifests; immutable afterwards, and replaced as a whole when the operator changes what was
//! added ([`live`]). A component is opened when one of its enabled tools is first needed, and never if none is
//! enabled. [`admit`] examines a component that is not
//! known yet; [`stored`] keeps what was admitted.

pub mod admission;
pub mod admit;
pub mod enabled;
mod faults;
pub mod live;
pub mod pattern;
pub mod store;
pub mod stored;

pub use enabled::{Catalog, EnabledTool, Selection, SelectionError};
pub use live::Live;
pub use store::{Embedded, Family};
