//! The lines of the server, in order and whole.
//!
//! A write wakes the client, and costs more than the line: answers that are ready at the same time go out together.

use std::{
    io,
    sync::{Mutex as SyncMutex, MutexGuard, PoisonError},
};

use rmcp::model::{JsonRpcMessage, RequestId, ResultType, ServerJsonRpcMessage, ServerResult};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::Mutex,
};

use super::translate;

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
        if let Err(error) = write_message(&mut ready, message) {
            ready.truncate(before);
            return Err(error);
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

/// Writes one line, but for its end.
fn write_message(line: &mut Vec<u8>, message: &ServerJsonRpcMessage) -> io::Result<()> {
    if let JsonRpcMessage::Response(response) = message
        && let ServerResult::CallToolResult(result) = &response.result
        && let Some(json) = translate::structured(result)
    {
        return write_answer(line, &response.id, result.result_type.as_ref(), json);
    }
    Ok(serde_json::to_writer(line, message)?)
}

/// The answer to a call, as rmcp would write it, but that the JSON is both text and structured content as it
/// stands: rmcp takes the latter as a parsed value, to print it again.
fn write_answer(
    line: &mut Vec<u8>,
    id: &RequestId,
    kind: Option<&ResultType>,
    json: &str,
) -> io::Result<()> {
    line.reserve(2 * json.len() + json.len() / 4);
    line.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    serde_json::to_writer(&mut *line, id)?;
    line.extend_from_slice(br#","result":{"#);
    if let Some(kind) = kind {
        line.extend_from_slice(br#""resultType":"#);
        serde_json::to_writer(&mut *line, kind)?;
        line.push(b',');
    }
    line.extend_from_slice(br#""content":[{"type":"text","text":""#);
    write_escaped(line, json);
    line.extend_from_slice(br#""}],"structuredContent":"#);
    let start = line.len();
    line.extend_from_slice(json.as_bytes());
    // A line end in JSON is space between tokens; in a text it is escaped.
    for byte in &mut line[start..] {
        *byte = if matches!(*byte, b'\n' | b'\r') { b' ' } else { *byte };
    }
    line.extend_from_slice(br#","isError":false}}"#);
    Ok(())
}

/// JSON inside a text of JSON. Of what has to be escaped there it holds quotes, backslashes and space.
fn write_escaped(line: &mut Vec<u8>, json: &str) {
    let mut rest = json.as_bytes();
    while let Some(at) = rest.iter().position(|byte| ESCAPED[usize::from(*byte)]) {
        line.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\t' => line.extend_from_slice(b"\\t"),
            byte => line.extend_from_slice(&[b'\\', byte]),
        }
        rest = &rest[at + 1..];
    }
    line.extend_from_slice(rest);
}

/// The bytes that [`write_escaped`] escapes: a table is half the work of comparing with each.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let all = b"\"\\\n\r\t";
    let mut at = 0;
    while at < all.len() {
        escaped[all[at] as usize] = true;
        at += 1;
    }
    escaped
};

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
    use rmcp::model::{CallToolResult, ContentBlock, ErrorData};
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

    #[test]
    fn an_answer_is_written_as_rmcp_writes_it() {
        let json = "{\"a\": [1.50, \"é \\\" \\\\ \\n\\u0001\"],\r\n\t\"b\": {}}";
        for kind in [Some(ResultType::COMPLETE), None] {
            for id in [RequestId::Number(7), RequestId::String("a\"b".into())] {
                let mut result = CallToolResult::success(vec![ContentBlock::text(json)]);
                result.result_type = kind.clone();
                let mut expected = result.clone();
                expected.structured_content = Some(serde_json::from_str(json).unwrap());
                let lines = [result, expected].map(|result| {
                    let result = ServerResult::CallToolResult(result);
                    let mut line = Vec::new();
                    write_message(&mut line, &JsonRpcMessage::response(result, id.clone()))
                        .unwrap();
                    assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
                    serde_json::from_slice::<serde_json::Value>(&line).unwrap()
                });
                assert_eq!(lines[0], lines[1]);
                assert_eq!(lines[0]["result"]["content"][0]["text"], json);
            }
        }
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
