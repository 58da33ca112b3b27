//! Standard output and standard error of a WASI plugin: lines in the log, within the call's allowance.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::{contract::Level, log::Log};

/// How much one write may carry.
const PERMIT: usize = 64 << 10;

/// One of the two streams. Every handle that a plugin opens to it continues the same line.
#[derive(Clone)]
pub(super) struct Output {
    log: Arc<Log>,
    level: Level,
    line: Arc<Mutex<Vec<u8>>>,
}

impl Output {
    pub(super) fn new(log: &Arc<Log>, level: Level) -> Self {
        Self { log: log.clone(), level, line: Arc::default() }
    }

    fn push(&self, bytes: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            // What does not fit is cut, as in every other line of a guest.
            let room = self.log.longest().saturating_sub(line.len());
            line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end(&mut line);
            }
        }
    }

    fn end(&self, line: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if !text.is_empty() {
            self.log.write(self.level, text);
            // The last line of a traceback is the exception; a note after it is advice to developers.
            if matches!(self.level, Level::Warn) && !text.starts_with("note: ") {
                self.log.remember(text);
            }
        }
        line.clear();
    }
}

impl Drop for Output {
    /// A line that the guest did not end is still a line.
    fn drop(&mut self) {
        if Arc::strong_count(&self.line) == 1 {
            let mut line =
                std::mem::take(&mut *self.line.lock().unwrap_or_else(PoisonError::into_inner));
            self.end(&mut line);
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Output {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
