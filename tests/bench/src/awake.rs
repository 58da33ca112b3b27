//! Cores that do not halt while nothing runs.
//!
//! A call crosses four times from one process to another, and each time the core that goes on may have halted.
//! What it takes to wake is a matter of the machine: a microsecond on some, 50 µs on a virtual one whose
//! hypervisor has to be asked. Measured with the cores awake, the figures are about the server. This is what
//! `cyclictest` does for the same reason.

use std::{
    fs::File,
    io::{Error, Write},
};

/// Linux: the longest time that waking may take, for as long as the file is open (kernel documentation,
/// "PM Quality Of Service Interface").
const REQUEST: &str = "/dev/cpu_dma_latency";

/// No core halts as long as this lives.
pub(crate) struct Awake {
    _request: File,
}

impl Awake {
    /// # Errors
    /// The system has no such interface, or does not let this user have it (root may).
    pub(crate) fn hold() -> Result<Self, Error> {
        let mut request = File::options().write(true).open(REQUEST)?;
        request.write_all(&0_i32.to_ne_bytes())?;
        Ok(Self { _request: request })
    }
}
