//! Standard input and output as a line of JSON-RPC messages, with exact errors.
//!
//! rmcp's own transport ignores lines that are not JSON, answers malformed parameters with "method not
//! found", ends with an error if a notification comes first, and drops long lines in silence. Here every line
//! gets what JSON-RPC 2.0 (section 5.1) and the MCP specification ask for, before rmcp sees it.

use std::{
    borrow::Cow,
    collections::HashSet,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use rmcp::{
    RoleServer,
    model::{
        CallToolRequest, CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, ErrorCode,
        ErrorData, InitializeRequestParams, JsonRpcMessage, JsonRpcRequest, RequestId,
        ServerJsonRpcMessage,
    },
    transport::Transport,
};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};

use super::{lifecycle::Lifecycle, output::Output};

/// The longest line that is read, in bytes. Code of an Action is at most 100 kB, a form a few hundred.
const LONGEST_LINE: usize = 4 << 20;

/// The methods of requests that this server has. With wrong parameters the method exists, only the call is wrong.
const METHODS: [&str; 6] =
    ["ping", "initialize", "server/discover", "subscriptions/listen", "tools/call", "tools/list"];

/// The transport of one session.
pub(crate) struct Stdio<R, W> {
    reader: BufReader<R>,
    line: Vec<u8>,
    too_long: bool,
    output: Arc<Output<W>>,
    lifecycle: Lifecycle,
    begun: bool,
    in_flight: InFlight,
}

/// The ids of requests that have no answer yet. rmcp answers only one of two requests with the same id, and a
/// client that misses an answer repeats its write.
#[derive(Clone, Default)]
struct InFlight(Arc<Mutex<HashSet<RequestId>>>);

impl InFlight {
    /// False if a request with this id is under way.
    fn begin(&self, id: &RequestId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone())
    }

    fn end(&self, id: &RequestId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// What becomes of a line.
enum Admitted {
    Message(Box<ClientJsonRpcMessage>),
    Reply(ErrorData, Option<RequestId>),
    Nothing,
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Stdio<R, W> {
    pub(crate) fn new(reader: R, writer: W, lifecycle: Lifecycle) -> Self {
        let (reader, output) = (BufReader::new(reader), Arc::new(Output::new(writer)));
        Self {
            reader,
            line: Vec::new(),
            too_long: false,
            output,
            lifecycle,
            begun: false,
            in_flight: InFlight::default(),
        }
    }

    /// The next whole line without its end, or None at the end of input. Cancel-safe: what was read stays in
    /// `self.line`.
    async fn next_line(&mut self) -> io::Result<Option<Admitted>> {
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                // A last line without a line end counts, as it does for every tool that reads lines.
                return Ok(if self.line.is_empty() { None } else { Some(self.take_line()) });
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(chunk.len());
            if self.line.len() + taken > LONGEST_LINE {
                self.too_long = true;
                self.line.clear();
            }
            if !self.too_long {
                self.line.extend_from_slice(&chunk[..taken]);
            }
            self.reader.consume(end.map_or(taken, |at| at + 1));
            if end.is_some() {
                return Ok(Some(self.take_line()));
            }
        }
    }

    /// Writes one line. The future owns what it needs: several may wait for their turn.
    fn write(
        &self,
        message: &ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static + use<R, W> {
        let added = self.output.add(message);
        let (output, lifecycle) = (self.output.clone(), self.lifecycle.clone());
        async move {
            added?;
            // Nobody reads any more: the session is over, whatever comes in.
            output.flush().await.inspect_err(|_| lifecycle.close())
        }
    }

    /// Answers without rmcp. On a task of its own, since rmcp may drop [`Transport::receive`] at any time.
    fn reply(&self, error: ErrorData, id: Option<RequestId>) {
        tokio::spawn(self.write(&ServerJsonRpcMessage::error(error, id)));
    }

    fn take_line(&mut self) -> Admitted {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            let text = format!("Invalid request: a message may have {LONGEST_LINE} bytes at most");
            return Admitted::Reply(ErrorData::new(ErrorCode::INVALID_REQUEST, text, None), None);
        }
        if line.iter().all(u8::is_ascii_whitespace) { Admitted::Nothing } else { admit(&line) }
    }

    /// Registers a request under its id, or says that the id is taken. The id of a cancelled request stays taken: its
    /// late result would end another one, and MCP (base protocol, requests) lets no id be used twice.
    fn registers(&self, message: &ClientJsonRpcMessage) -> Result<(), RequestId> {
        match message {
            JsonRpcMessage::Request(request) if !self.in_flight.begin(&request.id) => {
                Err(request.id.clone())
            }
            _ => Ok(()),
        }
    }

    /// The session begins with a request; anything else before it belongs to no session and is dropped.
    fn begins(&mut self, message: &ClientJsonRpcMessage) -> bool {
        self.begun |= matches!(message, JsonRpcMessage::Request(_));
        self.begun
    }
}

impl<R, W> Transport<RoleServer> for Stdio<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = io::Error;

    fn name() -> Cow<'static, str> {
        "stdio".into()
    }

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let answered = match &message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => None,
        };
        answered.into_iter().for_each(|id| self.in_flight.end(id));
        self.write(&message)
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        let lifecycle = self.lifecycle.clone();
        loop {
            let line = tokio::select! {
                line = self.next_line() => line.unwrap_or(None),
                () = lifecycle.closed() => None,
            };
            match line {
                None => {
                    lifecycle.close();
                    return None;
                }
                Some(Admitted::Message(message)) if self.begins(&message) => {
                    match self.registers(&message) {
                        Ok(()) => return Some(*message),
                        Err(id) => {
                            let text = "Invalid request: this id belongs to a request that has no answer yet, or that was cancelled";
                            self.reply(
                                ErrorData::new(ErrorCode::INVALID_REQUEST, text, None),
                                Some(id),
                            );
                        }
                    }
                }
                Some(Admitted::Message(_) | Admitted::Nothing) => {}
                Some(Admitted::Reply(error, id)) => self.reply(error, id),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output.flush().await?;
        self.output.close().await
    }
}

/// One line: a message for rmcp, or the error that it deserves.
fn admit(line: &[u8]) -> Admitted {
    let message: Value = match serde_json::from_slice(line) {
        Ok(message) => message,
        Err(error) => {
            // The parser's own text names line and column, never the content.
            return Admitted::Reply(
                ErrorData::parse_error(format!("Parse error: {error}"), None),
                None,
            );
        }
    };
    let id = message.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok());
    if let Some(problem) = malformed(&message, id.as_ref()) {
        return Admitted::Reply(
            ErrorData::new(ErrorCode::INVALID_REQUEST, format!("Invalid request: {problem}"), None),
            id,
        );
    }
    let method = message.get("method").and_then(Value::as_str);
    if id.is_some() && method.is_some_and(|method| !METHODS.contains(&method)) {
        return Admitted::Reply(refuse(line), id);
    }
    let is_answer = method.is_none();
    match typed(message) {
        Ok(JsonRpcMessage::Request(request))
            if matches!(request.request, ClientRequest::CustomRequest(_)) =>
        {
            Admitted::Reply(refuse(line), Some(request.id))
        }
        Ok(message) => Admitted::Message(Box::new(message)),
        // A notification and an answer get no answer, not even to say that they are wrong.
        Err(_) if id.is_none() || is_answer => Admitted::Nothing,
        Err(_) => Admitted::Reply(refuse(line), id),
    }
}

/// The message as rmcp's type. That tries the types of all methods in turn, so the one request that comes
/// again and again is read as what it is.
fn typed(message: Value) -> serde_json::Result<ClientJsonRpcMessage> {
    if message.get("method").and_then(Value::as_str) != Some("tools/call")
        || message.get("id").is_none()
    {
        return serde_json::from_value(message);
    }
    let call: JsonRpcRequest<CallToolRequest> = serde_json::from_value(message)?;
    Ok(JsonRpcMessage::request(call.request.into(), call.id))
}

/// What breaks the shape of JSON-RPC 2.0, if anything does.
fn malformed(message: &Value, id: Option<&RequestId>) -> Option<&'static str> {
    let Some(message) = message.as_object() else {
        return Some(if message.is_array() {
            "batches are not supported"
        } else {
            "a message is an object"
        });
    };
    let is_answer = message.contains_key("result") || message.contains_key("error");
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        Some("`jsonrpc` must be \"2.0\"")
    } else if message.contains_key("id") && id.is_none() && !is_answer {
        Some("`id` must be a string or an integer")
    } else if !is_answer && !message.get("method").is_some_and(Value::is_string) {
        Some("`method` must be a string")
    } else {
        None
    }
}

/// A request of a method that this server has not, or with wrong parameters of one that it has.
fn refuse(line: &[u8]) -> ErrorData {
    let message: Value = serde_json::from_slice(line).unwrap_or_default();
    let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
    if !METHODS.contains(&method) {
        let method: String = method.escape_debug().take(80).collect();
        return ErrorData::new(
            ErrorCode::METHOD_NOT_FOUND,
            format!("Method not found: {method}"),
            None,
        );
    }
    let params = message.get("params").cloned().unwrap_or(Value::Null);
    let reason = match method {
        "initialize" => serde_json::from_value::<InitializeRequestParams>(params).err(),
        "tools/call" => serde_json::from_value::<CallToolRequestParams>(params).err(),
        _ => None,
    };
    // Only "missing field": the parser's other texts repeat the value, which can be a secret.
    let reason =
        reason.map(|error| error.to_string()).filter(|text| text.starts_with("missing field"));
    let reason = reason.map(|text| format!(": {text}")).unwrap_or_default();
    ErrorData::invalid_params(format!("Invalid params for {method}{reason}"), None)
}
