//! Every limit of a call, in one place.

use std::time::Duration;

use wasmtime::{ResourceLimiter, Result, StoreLimits, StoreLimitsBuilder};

use crate::engine::PARTS;

/// What one call may use. The defaults are the product's; tests shorten them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Linear memory of the call, in bytes: all memories of the component together.
    pub memory: usize,
    /// Elements of each table.
    pub table_elements: usize,
    /// From the first instruction to the answer, guest and HTTP together.
    pub deadline: Duration,
    /// The answer, in bytes of JSON.
    pub answer: usize,
    /// The texts of a failure, in bytes.
    pub failure: usize,
    /// Requests to the tenant.
    pub requests: u32,
    /// The texts of one request, in bytes.
    pub request: usize,
    /// What a plugin with a writable folder may write there, in bytes.
    pub written: u64,
    /// Steps of progress that reach the client.
    pub progress: u32,
    /// Lines in the log.
    pub log_lines: u32,
    /// One line in the log, in bytes; the rest is cut.
    pub log_line: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table_elements: 10_000,
            deadline: Duration::from_secs(30),
            answer: 1 << 20,
            failure: 8 << 10,
            requests: 100,
            request: 2 << 20,
            written: 64 << 20,
            progress: 200,
            log_lines: 200,
            log_line: 4 << 10,
        }
    }
}

/// wasmtime's limiter, which also remembers what it refused: the trap that follows does not say.
pub(crate) struct Limiter {
    inner: StoreLimits,
    memory: usize,
    memory_left: usize,
    pub(crate) refused_memory: Option<usize>,
    pub(crate) refused_table: Option<usize>,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        let inner = StoreLimitsBuilder::new()
            .memory_size(limits.memory)
            .table_elements(limits.table_elements)
            .instances(PARTS.instances as usize)
            .tables(PARTS.tables as usize)
            .memories(PARTS.memories as usize)
            .build();
        Self {
            inner,
            memory: limits.memory,
            memory_left: limits.memory,
            refused_memory: None,
            refused_table: None,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, now: usize, want: usize, max: Option<usize>) -> Result<bool> {
        // wasmtime's own limit is for each memory; a component may have several.
        let more = want.saturating_sub(now);
        let granted = more <= self.memory_left && self.inner.memory_growing(now, want, max)?;
        if granted {
            self.memory_left -= more;
        } else {
            self.refused_memory = Some(self.memory - self.memory_left + more);
        }
        Ok(granted)
    }

    fn table_growing(&mut self, now: usize, want: usize, max: Option<usize>) -> Result<bool> {
        let granted = self.inner.table_growing(now, want, max)?;
        if !granted {
            self.refused_table = Some(want);
        }
        Ok(granted)
    }

    fn instances(&self) -> usize {
        self.inner.instances()
    }

    fn tables(&self) -> usize {
        self.inner.tables()
    }

    fn memories(&self) -> usize {
        self.inner.memories()
    }
}
