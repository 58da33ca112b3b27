//! One request: recorded, struck by a fault or not, answered, its answer followed to the end.

use std::{
    convert::Infallible,
    future::pending,
    io,
    pin::Pin,
    sync::{Arc, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::{HeaderName, HeaderValue},
};

use super::{Line, control, faulty};
use crate::{
    FaultKind, Shared, When, activate,
    api::{self, Answer, ApiError, Meter, Router},
    oauth,
    record::{Outcome, Recorded, Ticket},
    resources::operations,
};

/// The body of any answer.
pub(super) type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// Answers one request; never fails, so that a fault decides how a connection ends.
pub(super) async fn answer(
    shared: Arc<Shared>,
    line: Arc<Line>,
    request: Request<Incoming>,
) -> Result<Response<Followed>, Infallible> {
    if shared.options.control && control::owns(request.uri().path()) {
        return Ok(follow(control::answer(&shared, request).await, None));
    }
    let mut ticket = shared.records.enabled().then(|| record(&shared, &line, &request));
    let (head, body) = request.into_parts();
    // A body that breaks off means that the client is gone: what follows reaches nobody.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    if let Some(ticket) = &mut ticket {
        ticket.body(&body);
    }
    let asked = request_of(&head, &body);
    let grant = oauth::grant_type(&asked);
    let counted = oauth::count(&shared, &asked);
    let fault = shared.faults.take(asked.method, asked.path, grant.as_deref());
    let response = match fault {
        None => respond(&shared, &head, &body),
        Some(FaultKind::Reset) => {
            line.cut();
            pending().await
        }
        Some(FaultKind::Slow { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            respond(&shared, &head, &body)
        }
        Some(FaultKind::Meanwhile { method, path, body: change, when }) => {
            let change = Change { method: &method, path: &path, body: change.as_ref() };
            let early = (when == When::Before).then(|| meanwhile(&shared, &change));
            let answer = respond(&shared, &head, &body);
            let done = early.unwrap_or_else(|| meanwhile(&shared, &change));
            done.map_or_else(|refusal| refused(&refusal), |()| answer)
        }
        Some(fault) => {
            faulty::apply(fault, &line, head.uri.path(), || respond(&shared, &head, &body))
        }
    };
    if let Some(counted) = counted {
        counted.answered(response.status().as_u16());
    }
    Ok(follow(response, ticket))
}

/// The true answer.
fn respond(
    shared: &Shared,
    head: &hyper::http::request::Parts,
    body: &[u8],
) -> Response<AnswerBody> {
    let request = request_of(head, body);
    let authorization = text(&head.headers, "authorization");
    if oauth::owns(request.path) && request.method == "POST" {
        let (status, body) = oauth::answer(shared, &request, authorization);
        let meter = Meter::of_token_endpoint();
        let mut response = json_response(status, body, meter, "application/json");
        set_header(response.headers_mut(), "cache-control", "no-store");
        return response;
    }
    if activate::owns(request.path) {
        let visitor = activate::Visitor {
            cookie: text(&head.headers, "cookie"),
            site: text(&head.headers, "sec-fetch-site"),
        };
        return page_response(activate::answer(shared, &request, &visitor));
    }
    let (result, meter) = if Router::owns(request.path) {
        manage(shared, &request, [authorization, text(&head.headers, "user-agent")])
    } else {
        (Err(ApiError::no_such_route()), Meter::of_token_endpoint())
    };
    let (status, body, headers) = match result {
        Ok(Answer { status, body, headers }) => (status, body, headers),
        Err(error) => (error.status, Some(error.body()), error.headers()),
    };
    let mut response = json_response(status, body, meter, "application/json; charset=utf-8");
    for (name, value) in headers {
        set_header(response.headers_mut(), name, &value);
    }
    response
}

fn request_of<'a>(head: &'a hyper::http::request::Parts, body: &'a [u8]) -> api::Request<'a> {
    api::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        content_type: text(&head.headers, "content-type"),
        body,
    }
}

fn page_response(page: activate::Page) -> Response<AnswerBody> {
    let mut response = Response::new(full(page.body.into()));
    *response.status_mut() = StatusCode::from_u16(page.status).unwrap_or(StatusCode::OK);
    for (name, value) in page.headers {
        set_header(response.headers_mut(), name, &value);
    }
    response
}

/// A change that somebody else makes while a request is under way.
struct Change<'a> {
    method: &'a str,
    path: &'a str,
    body: Option<&'a serde_json::Value>,
}

/// Makes a change with all scopes; a refusal of it means that a test is wrong, so it must be seen.
fn meanwhile(shared: &Shared, change: &Change<'_>) -> Result<(), ApiError> {
    let (path, query) = change.path.split_once('?').unwrap_or((change.path, ""));
    let body = change.body.map(ToString::to_string).unwrap_or_default();
    let content_type = Some("application/json");
    let request =
        api::Request { method: change.method, path, query, content_type, body: body.as_bytes() };
    let scopes = shared.all_scopes.iter().cloned().collect();
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = |error: ApiError| {
        let message = format!("the change meanwhile was refused: {}", error.body());
        ApiError::new(500, message, None)
    };
    let answer = shared.router.answer(&request, Ok(scopes), &mut state.store).map_err(refused)?;
    let template = shared.router.template(request.method, request.path).unwrap_or_default();
    operations::note(&mut state.store, &template, &request, [None, None], &answer);
    Ok(())
}

/// A call of the Management API: first it is counted, then it is answered.
fn manage(
    shared: &Shared,
    request: &api::Request<'_>,
    [authorization, agent]: [Option<&str>; 2],
) -> (Result<Answer, ApiError>, Meter) {
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    match state.limiter.count() {
        Err(meter) => (Err(ApiError::too_many_requests()), meter),
        Ok(meter) => {
            let access = state.tokens.authorise(authorization);
            let result = shared.router.answer(request, access, &mut state.store);
            if let (Ok(answer), true) = (&result, request.method != "GET") {
                let template = shared.router.template(request.method, request.path);
                let template = template.unwrap_or_default();
                let caller = [authorization, agent];
                operations::note(&mut state.store, &template, request, caller, answer);
            }
            (result, meter)
        }
    }
}

/// A refusal by itself, outside of any call.
fn refused(error: &ApiError) -> Response<AnswerBody> {
    let meter = Meter::of_token_endpoint();
    json_response(error.status, Some(error.body()), meter, "application/json; charset=utf-8")
}

/// A response with the headers that Auth0 puts on everything.
pub(super) fn json_response(
    status: u16,
    body: Option<serde_json::Value>,
    meter: Meter,
    content_type: &str,
) -> Response<AnswerBody> {
    let bytes = body.as_ref().map(|body| Bytes::from(body.to_string()));
    let mut response = Response::new(full(bytes.unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if body.is_some() {
        set_header(headers, "content-type", content_type);
    }
    set_header(headers, "cache-control", "no-cache");
    for (name, value) in meter.headers() {
        set_header(headers, name, &value);
    }
    response
}

pub(super) fn full(bytes: Bytes) -> AnswerBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Sets a header; a value that cannot be one is left out.
pub(super) fn set_header(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn record(shared: &Shared, line: &Line, request: &Request<Incoming>) -> Ticket {
    let headers = request.headers().iter().map(|(name, value)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let uri = request.uri();
    let path = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
    shared.records.open(Recorded {
        connection: line.number,
        version: format!("{:?}", request.version()),
        method: request.method().to_string(),
        path,
        headers: headers.collect(),
        body: Vec::new(),
        outcome: Outcome::Pending,
    })
}

fn follow(response: Response<AnswerBody>, ticket: Option<Ticket>) -> Response<Followed> {
    let status = response.status().as_u16();
    response.map(|body| Followed { body, ticket, status }.at_start())
}

/// A body that tells the ticket when it has been handed over completely.
pub(super) struct Followed {
    body: AnswerBody,
    ticket: Option<Ticket>,
    status: u16,
}

impl Followed {
    fn at_start(mut self) -> Self {
        if self.body.is_end_stream() {
            self.finish();
        }
        self
    }

    fn finish(&mut self) {
        if let Some(mut ticket) = self.ticket.take() {
            ticket.answered(self.status);
        }
    }
}

impl Body for Followed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        // The transport stops asking once the declared length is there, so look at the end too.
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.finish();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
