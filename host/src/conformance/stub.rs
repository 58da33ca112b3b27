//! A stub of a tenant on 127.0.0.1: HTTPS like the real one, so that the host's own client talks to it, answers from a
//! script, and a record of what came over the wire.

use std::{
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response as HttpResponse,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::fixtures::Response;

/// Where the Management API begins.
const BASE: &str = "/api/v2/";

/// A running stub; dropping it stops it.
pub(crate) struct Stub {
    /// `127.0.0.1:PORT`.
    pub(crate) domain: String,
    /// The certificate to trust.
    pub(crate) certificate: String,
    shared: Arc<Mutex<Shared>>,
    task: tokio::task::JoinHandle<()>,
}

/// How it answers.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    /// From these, and 404 where none fits.
    Canned(Vec<Response>),
    /// Everything so.
    Always(Raw),
    /// Never.
    Silent,
}

/// An answer, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Bytes,
}

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    /// Decoded segments after `/api/v2/`.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Whether the script had an answer.
    pub(crate) known: bool,
}

struct Shared {
    script: Script,
    /// How often each canned response has served.
    served: Vec<usize>,
    sent: Vec<Sent>,
}

impl Stub {
    /// Starts it on a free port, in the current runtime.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let domain = listener.local_addr()?.to_string();
        let (certificate, config) = identity().map_err(std::io::Error::other)?;
        let shared = Arc::new(Mutex::new(Shared {
            script: Script::Canned(Vec::new()),
            served: Vec::new(),
            sent: Vec::new(),
        }));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Ok(Self { domain, certificate, shared, task })
    }

    /// Answers like this from now on, and forgets what was sent.
    pub(crate) fn play(&self, script: Script) {
        let mut shared = lock(&self.shared);
        let count = if let Script::Canned(responses) = &script { responses.len() } else { 0 };
        *shared = Shared { script, served: vec![0; count], sent: Vec::new() };
    }

    /// What has been sent since [`play`](Self::play).
    pub(crate) fn sent(&self) -> Vec<Sent> {
        lock(&self.shared).sent.clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sent {
    /// `GET clients/abc`
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path.join("/"))
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A certificate made for this run, which is its own authority, and the server's side of it.
fn identity() -> Result<(String, ServerConfig), Box<dyn std::error::Error + Send + Sync>> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok((made.cert.pem(), config))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Mutex<Shared>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&shared)));
    }
}

/// One connection; an error on it means that the client is gone.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Mutex<Shared>>) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service = service_fn(|request| answer(Arc::clone(&shared), request));
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    shared: Arc<Mutex<Shared>>,
    request: Request<Incoming>,
) -> Result<HttpResponse<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    // Read to its end, so that the connection can serve the next request.
    _ = body.collect().await;
    let raw = lock(&shared).answer(read(head.method.as_str(), &head.uri));
    match raw {
        Some((raw, next)) => Ok(http(raw, next)),
        None => pending().await,
    }
}

fn read(method: &str, uri: &hyper::Uri) -> Sent {
    let path = uri.path().strip_prefix(BASE).unwrap_or(uri.path());
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    Sent {
        method: method.to_owned(),
        path: path.split('/').map(decoded).collect(),
        query: query.into_owned().collect(),
        known: true,
    }
}

fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn http(raw: Raw, next: Option<String>) -> HttpResponse<Full<Bytes>> {
    let mut response = HttpResponse::new(Full::new(raw.body));
    *response.status_mut() =
        hyper::StatusCode::from_u16(raw.status).unwrap_or(hyper::StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(raw.kind));
    if raw.status == 429 {
        // Longer than the host waits, so that the plugin hears of it at once.
        headers.insert(HeaderName::from_static("retry-after"), HeaderValue::from_static("60"));
    }
    let link = next.map(|next| {
        let from: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        HeaderValue::try_from(format!("<https://127.0.0.1/api/v2/next?from={from}>; rel=\"next\""))
    });
    if let Some(Ok(link)) = link {
        headers.insert(HeaderName::from_static("link"), link);
    }
    response
}

impl Raw {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// Any other.
    pub(crate) fn text(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, kind, body: body.into() }
    }

    /// Auth0's error envelope.
    pub(crate) fn error(status: u16, error: &str, message: &str, code: Option<&str>) -> Self {
        let mut envelope = json!({ "statusCode": status, "error": error, "message": message });
        if let Some(code) = code {
            envelope["errorCode"] = code.into();
        }
        Self::json(status, &envelope)
    }
}

impl Shared {
    /// The answer and its checkpoint; None for silence.
    fn answer(&mut self, mut sent: Sent) -> Option<(Raw, Option<String>)> {
        let answer = match &self.script {
            Script::Silent => None,
            Script::Always(raw) => Some((raw.clone(), None)),
            Script::Canned(responses) => {
                let found = choose(responses, &mut self.served, &sent);
                sent.known = found.is_some();
                Some(found.map_or_else(|| (unknown(&sent), None), canned))
            }
        };
        self.sent.push(sent);
        answer
    }
}

/// The first response that fits and has not served, else the last that fits.
fn choose<'r>(
    responses: &'r [Response],
    served: &mut [usize],
    sent: &Sent,
) -> Option<&'r Response> {
    let fitting: Vec<usize> =
        (0..responses.len()).filter(|&at| fits(&responses[at], sent)).collect();
    let fresh = fitting.iter().copied().find(|&at| served[at] == 0);
    let at = fresh.or_else(|| fitting.last().copied())?;
    served[at] += 1;
    Some(&responses[at])
}

fn fits(response: &Response, sent: &Sent) -> bool {
    let has = |(name, value): (&String, &serde_json::Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        sent.query.iter().any(|(key, found)| key == name && *found == value)
    };
    response.method == sent.method
        && fits_template(&response.path, &sent.path)
        && response.query.iter().all(has)
}

/// Whether a path has the shape of a template and its words in their places.
pub(crate) fn fits_template(template: &str, path: &[String]) -> bool {
    let parts: Vec<&str> = template.split('/').collect();
    let is_any = |part: &str| part.starts_with('{') && part.ends_with('}');
    parts.len() == path.len()
        && parts.iter().zip(path).all(|(part, segment)| {
            (is_any(part) && !segment.is_empty()) || decoded(part) == *segment
        })
}

fn canned(response: &Response) -> (Raw, Option<String>) {
    let body = response.body.as_ref().map(ToString::to_string).unwrap_or_default();
    (Raw::text(response.status, "application/json", body), response.next.clone())
}

fn unknown(sent: &Sent) -> Raw {
    let message = format!("the fixtures have no answer to {}", sent.line());
    Raw::error(404, "Not Found", &message, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(path: &str, status: u16) -> Response {
        let text = format!(r#"{{"method":"GET","path":"{path}","status":{status}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn sent(path: &str) -> Sent {
        read("GET", &path.parse().unwrap())
    }

    #[test]
    fn responses_serve_in_order_and_the_last_one_stays() {
        let responses = [response("a", 201), response("a", 202), response("b/{id}", 203)];
        let mut served = [0; 3];
        let mut status = |path| choose(&responses, &mut served, &sent(path)).map(|r| r.status);
        let found = ["/api/v2/a", "/api/v2/a", "/api/v2/a", "/api/v2/b/x%2Fy", "/api/v2/b", "/a/b"]
            .map(&mut status);
        assert_eq!(found, [Some(201), Some(202), Some(202), Some(203), None, None]);
    }

    #[test]
    fn paths_and_queries_are_decoded() {
        let found = sent("/api/v2/clients/a%2Fb?q=x%20y&fields=a,b");
        assert_eq!(found.path, ["clients", "a/b"]);
        assert_eq!(found.query, [("q".into(), "x y".into()), ("fields".into(), "a,b".into())]);
        assert!(fits_template("clients/{id}", &found.path));
        assert!(fits_template("clients/a%2Fb", &found.path));
        assert!(!fits_template("clients/a", &found.path) && !fits_template("clients", &found.path));
    }
}
