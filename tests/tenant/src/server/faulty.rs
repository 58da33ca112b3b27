//! Faults carried out: answers that are wrong, late, cut, slow or enormous.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::BodyExt;
use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame},
};
use tokio::time::{Sleep, sleep};

use super::{
    Line,
    service::{AnswerBody, full, json_response, set_header},
};
use crate::{
    FaultKind,
    api::{ApiError, Meter},
    ids, oauth,
};

/// Time for what was written to arrive before the end of the connection overtakes it.
const BEFORE_END: Duration = Duration::from_millis(50);

/// The answer of a fault; `truth` is the true one for faults that only spoil it.
pub(super) fn apply(
    fault: FaultKind,
    line: &Arc<Line>,
    path: &str,
    truth: impl FnOnce() -> Response<AnswerBody>,
) -> Response<AnswerBody> {
    match fault {
        FaultKind::Status { status, reset_in, retry_after } => {
            error(path, status, reset_in, retry_after)
        }
        FaultKind::Oauth { error } => {
            let (status, body) = oauth::error_by_name(&error);
            json_response(status, Some(body), Meter::of_token_endpoint(), "application/json")
        }
        FaultKind::Redirect { to } => {
            let mut response = plain(302, "text/plain", format!("Found. Redirecting to {to}"));
            set_header(response.headers_mut(), "location", &to);
            response
        }
        FaultKind::Html { status } => plain(status, "text/html; charset=utf-8", html(status)),
        FaultKind::Body { status, content_type, body } => plain(status, &content_type, body),
        FaultKind::Huge { bytes } => huge(bytes),
        FaultKind::Drip { milliseconds } => {
            let pause = Duration::from_millis(milliseconds);
            spoil(truth(), |body| Script::drip(&body, pause))
        }
        FaultKind::TruncatedJson { declared_in_full } => truncated(truth(), declared_in_full),
        FaultKind::ResetMidBody => {
            let line = Arc::clone(line);
            let mut response = spoil(truth(), |body| Script::half_then_cut(&body, line));
            response.headers_mut().remove("content-length");
            response
        }
        // These are carried out before there is an answer.
        FaultKind::Reset | FaultKind::Slow { .. } | FaultKind::Meanwhile { .. } => truth(),
    }
}

fn error(
    path: &str,
    status: u16,
    reset_in: Option<u64>,
    retry_after: Option<u64>,
) -> Response<AnswerBody> {
    let (body, headers) = if oauth::owns(path) {
        (oauth::error_of_status(status), Vec::new())
    } else {
        let error = ApiError::of_status(status);
        (error.body(), error.headers())
    };
    let exhausted = status == 429 || reset_in.is_some();
    let reset = ids::unix_seconds() + reset_in.unwrap_or(1);
    let meter = Meter { limit: 50, remaining: if exhausted { 0 } else { 49 }, reset };
    let mut response = json_response(status, Some(body), meter, "application/json; charset=utf-8");
    for (name, value) in headers {
        set_header(response.headers_mut(), name, &value);
    }
    if let Some(seconds) = retry_after {
        set_header(response.headers_mut(), "retry-after", &seconds.to_string());
    }
    response
}

fn plain(status: u16, content_type: &str, body: String) -> Response<AnswerBody> {
    let mut response = Response::new(full(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    set_header(response.headers_mut(), "content-type", content_type);
    response
}

fn html(status: u16) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status}</h1>\
         <p>The proxy in front of this tenant answered.</p></body></html>"
    )
}

/// The body of a true answer, which is always whole.
fn whole(body: AnswerBody) -> Bytes {
    let mut collected = Bytes::new();
    let mut body = body;
    let mut context = Context::from_waker(std::task::Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) {
        if let Ok(data) = frame.into_data() {
            collected = data;
        }
    }
    collected
}

fn spoil(
    truth: Response<AnswerBody>,
    script: impl FnOnce(Bytes) -> Script,
) -> Response<AnswerBody> {
    truth.map(|body| script(whole(body)).boxed_unsync())
}

fn truncated(truth: Response<AnswerBody>, declared_in_full: bool) -> Response<AnswerBody> {
    let (mut head, body) = truth.into_parts();
    let body = whole(body);
    let half = body.slice(..body.len() / 2);
    if !declared_in_full {
        return Response::from_parts(head, full(half));
    }
    set_header(&mut head.headers, "content-length", &body.len().to_string());
    Response::from_parts(
        head,
        Script::new(vec![Step::Send(half), Step::Wait(BEFORE_END)]).boxed_unsync(),
    )
}

fn huge(bytes: u64) -> Response<AnswerBody> {
    const CHUNK: usize = 64 * 1024;
    const FRAME: u64 = 11;
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let mut left = usize::try_from(bytes.saturating_sub(FRAME)).unwrap_or(usize::MAX);
    let mut steps = vec![Step::Send(Bytes::from_static(b"{\"data\":\""))];
    while left > 0 {
        let part = left.min(CHUNK);
        steps.push(Step::Send(chunk.slice(..part)));
        left -= part;
    }
    steps.push(Step::Send(Bytes::from_static(b"\"}")));
    let mut response = Response::new(Script::new(steps).boxed_unsync());
    set_header(response.headers_mut(), "content-type", "application/json; charset=utf-8");
    response
}

/// A body that is sent by a script.
struct Script {
    steps: std::vec::IntoIter<Step>,
    waiting: Option<Pin<Box<Sleep>>>,
}

enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Ends the connection; nothing after it happens.
    Cut(Arc<Line>),
}

impl Script {
    fn new(steps: Vec<Step>) -> Self {
        Self { steps: steps.into_iter(), waiting: None }
    }

    fn drip(body: &Bytes, pause: Duration) -> Self {
        let byte = |at: usize| [Step::Wait(pause), Step::Send(body.slice(at..=at))];
        Self::new((0..body.len()).flat_map(byte).collect())
    }

    fn half_then_cut(body: &Bytes, line: Arc<Line>) -> Self {
        let half = body.slice(..body.len() / 2);
        Self::new(vec![Step::Send(half), Step::Wait(BEFORE_END), Step::Cut(line)])
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                if waiting.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.waiting = None;
            }
            match self.steps.next() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::Wait(pause)) => self.waiting = Some(Box::pin(sleep(pause))),
                Some(Step::Cut(line)) => {
                    line.cut();
                    // The waking of the connection asks again; there is nothing more to come.
                    self.steps = vec![Step::Cut(line)].into_iter();
                    return Poll::Pending;
                }
            }
        }
    }
}
