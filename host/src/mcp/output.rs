//! The lines of the server, in order and whole.
//!
//! A write wakes the client, and costs more than the line: answers that are ready at the same time go out together.

use std::{
    io,
    sync::{Mutex as SyncMutex, MutexGuard, PoisonError},
};

use rmcp::model::ServerJsonRpcMessage;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::Mutex,
};

/// How much memory is kept for the next lines, in bytes.
const KEPT: usize = 64 << 10;

/// Lines on their way out. Those that are ready at the same time are written at once.
pub(super) struct Output<W> {
    ready: SyncMutex<Vec<u8>>,
    writer: Mutex<Writer<W>>,
}

struct Writer<W> {
    out: W,
    /// What is being written.
    batch: Vec<u8>,
    /// How many bytes of it are.
    written: usize,
}

impl<W: AsyncWrite + Unpin> Output<W> {
    pub(super) fn new(out: W) -> Self {
        let writer = Writer { out, batch: Vec::new(), written: 0 };
        Self { ready: SyncMutex::default(), writer: Mutex::new(writer) }
    }

    /// Adds a line.
    pub(super) fn add(&self, message: &ServerJsonRpcMessage) -> io::Result<()> {
        let mut ready = self.ready();
        let before = ready.len();
        if let Err(error) = serde_json::to_writer(&mut *ready, message) {
            ready.truncate(before);
            return Err(error.into());
        }
        ready.push(b'\n');
        Ok(())
    }

    /// Writes every line that was added so far and that nobody else writes.
    pub(super) async fn flush(&self) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        // A flush that was dropped may have left the rest of a line.
        writer.finish().await?;
        std::mem::swap(&mut writer.batch, &mut *self.ready());
        writer.finish().await
    }

    /// Closes what is written to.
    pub(super) async fn close(&self) -> io::Result<()> {
        self.writer.lock().await.out.shutdown().await
    }

    fn ready(&self) -> MutexGuard<'_, Vec<u8>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes what is left of the batch. Cancel-safe.
    async fn finish(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        while let rest @ [_, ..] = &self.batch[self.written..] {
            match self.out.write(rest).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                bytes => self.written += bytes,
            }
        }
        self.batch.clear();
        self.batch.shrink_to(KEPT);
        self.written = 0;
        self.out.flush().await
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{ErrorData, RequestId};
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    fn message(id: i64, length: usize) -> ServerJsonRpcMessage {
        let error = ErrorData::invalid_params("x".repeat(length), None);
        ServerJsonRpcMessage::error(error, Some(RequestId::Number(id)))
    }

    #[tokio::test]
    async fn a_flush_that_is_dropped_tears_no_line() {
        // Nobody reads yet, so most of the lines find no place.
        let (near, mut far) = duplex(100);
        let output = Output::new(near);
        output.add(&message(1, 500)).unwrap();
        output.add(&message(2, 0)).unwrap();
        let waiting = tokio::time::timeout(std::time::Duration::from_millis(5), output.flush());
        assert!(waiting.await.is_err());
        output.add(&message(3, 0)).unwrap();
        let mut text = String::new();
        let rest = async {
            output.flush().await.unwrap();
            output.close().await.unwrap();
        };
        let ((), read) = tokio::join!(rest, far.read_to_string(&mut text));
        read.unwrap();
        let ids: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].clone())
            .collect();
        assert_eq!(ids, [1, 2, 3]);
    }

    #[tokio::test]
    async fn large_lines_leave_no_memory_behind() {
        let output = Output::new(tokio::io::sink());
        output.add(&message(1, 1 << 20)).unwrap();
        output.flush().await.unwrap();
        output.flush().await.unwrap();
        assert!(output.ready().capacity() <= KEPT);
        assert!(output.writer.lock().await.batch.capacity() <= KEPT);
    }
}
