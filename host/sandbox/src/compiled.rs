//! Compiled code: native code, so where it comes from is part of its type.

use std::borrow::Cow;

use crate::{OpenError, engine};

/// A component's machine code. It runs with the rights of the host, outside of any sandbox, if someone
/// tampers with it: so it comes from our own compiler, or from bytes that the caller vouches for.
pub struct Compiled(Cow<'static, [u8]>);

impl Compiled {
    pub(crate) fn fresh(code: Vec<u8>) -> Self {
        Self(Cow::Owned(code))
    }

    /// Compiles a component for the baseline CPU of `target` (a triple such as `x86_64-unknown-linux-gnu`).
    ///
    /// # Errors
    /// The bytes are no component, import something unknown, or do not compile for the target.
    pub fn for_target(target: &str, component: &[u8]) -> Result<Self, OpenError> {
        engine::compile_for(target, component)
    }

    /// Code that was embedded into this binary when it was built.
    ///
    /// # Safety
    /// The bytes must be what [`Compiled::for_target`] gave, unchanged: they are executed.
    #[expect(unsafe_code, reason = "says that the caller vouches for native code")]
    #[must_use]
    pub const unsafe fn embedded(code: &'static [u8]) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code, to store it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}
