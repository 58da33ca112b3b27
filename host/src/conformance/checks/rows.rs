//! The rows: each one can be used and is, nothing beyond them gets out, and a reading tool sends GET alone.

use auth0_mcp_sandbox::{
    contract::{Method, Refusal, Request},
    manifest::{Endpoint, Tool},
};

use super::{Context, count};
use crate::conformance::{
    bench::{asked, only_reads},
    report::{Check, Finding},
    stub::{Raw, Script, Sent, fits_template},
};

pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let (mut unreachable, mut open, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    let (mut unused, mut writes) = (Vec::new(), Vec::new());
    let (mut rows, mut probes, mut calls) = (0, 0, 0);
    for tool in context.tools() {
        let traces = context.traces(tool);
        calls += traces.len();
        let sent: Vec<&Sent> = traces.iter().flat_map(|trace| &trace.sent).collect();
        for row in &tool.endpoints {
            rows += 1;
            unreachable.extend(reach(context, tool, row).await);
            if !sent.iter().any(|sent| covers(row, sent)) {
                unused.push(Finding::new(
                    format!("{}: {} {} was not exercised", tool.name, row.method.as_str(), row.path),
                    "add a call to the fixtures that uses it, or remove the row: an operator has to allow it",
                ));
            }
        }
        for request in beyond(tool) {
            probes += 1;
            open.extend(stopped(context, tool, request).await);
        }
        let refused =
            traces.iter().flat_map(|trace| &trace.refused).find_map(|(request, refusal)| {
                match refusal {
                    Refusal::NotGranted(text) if !is_empty_id(tool, request) => {
                        Some((request, text))
                    }
                    _ => None,
                }
            });
        outside.extend(refused.map(|(request, text)| {
            Finding::new(
                format!("{}: {text}{}", tool.name, asked(request)),
                "correct the path, or declare the row with its scopes, or do not send the request; a reading tool can have GET rows only",
            )
        }));
        writes.extend(written(context, tool, &sent).await);
    }
    vec![
        Check::required(
            [
                "rows",
                "a request for each declared row reaches Auth0",
                "a row that no request can match grants nothing",
            ],
            count(rows, "row"),
            unreachable,
        )
        .or_skipped(rows == 0),
        Check::advisory(
            [
                "rows-used",
                "every declared row is used",
                "an operator allows each row and asks what it is for",
            ],
            count(rows, "row"),
            unused,
        )
        .or_skipped(rows == 0),
        Check::required(
            [
                "rows-only",
                "no tool asks for anything beyond its rows",
                "the host refuses it, and the call fails",
            ],
            count(calls, "call"),
            outside,
        ),
        Check::required(
            [
                "grant",
                "what is beyond the rows is refused before it reaches the wire",
                "the rows are a promise to the operator",
            ],
            count(probes, "request"),
            open,
        ),
        Check::required(
            [
                "read-only",
                "a reading tool, and any tool in a read-only session, sends GET alone",
                "read-only is a promise to the operator",
            ],
            count(calls, "call"),
            writes,
        ),
    ]
}

/// Whether the host refused a request of a row because an id in it is empty: the caller's mistake, not the tool's.
fn is_empty_id(tool: &Tool, request: &Request) -> bool {
    if request.path.iter().all(|segment| !segment.is_empty()) {
        return false;
    }
    let mut path = request.path.clone();
    path.iter_mut()
        .filter(|segment| segment.is_empty())
        .for_each(|segment| "x".clone_into(segment));
    tool.endpoints
        .iter()
        .any(|row| row.method == request.method && fits_literally(&row.path, &path))
}

fn covers(row: &Endpoint, sent: &Sent) -> bool {
    row.method.as_str() == sent.method && fits_template(&row.path, &sent.path)
}

/// Sends a request for the row, and looks whether it arrives.
async fn reach(context: &Context<'_>, tool: &Tool, row: &Endpoint) -> Option<Finding> {
    context.bench.stub.play(Script::Always(Raw::text(204, "application/json", "")));
    let request = request(row.method, segments(&row.path));
    let answer = context.bench.probe(tool, request).await;
    let arrived = context.bench.stub.sent().iter().any(|sent| covers(row, sent));
    (answer.is_err() || !arrived).then(|| {
        Finding::new(
            format!(
                "{}: {} {} cannot be sent: {answer:?}",
                tool.name,
                row.method.as_str(),
                row.path
            ),
            "write the path relative to /api/v2/, with {name} for each segment that varies",
        )
    })
}

/// Sends a request beyond the rows, and looks whether anything arrives.
async fn stopped(context: &Context<'_>, tool: &Tool, request: Request) -> Option<Finding> {
    let line = format!("{} {}", request.method.as_str(), request.path.join("/"));
    context.bench.stub.play(Script::Always(Raw::text(204, "application/json", "")));
    let answer = context.bench.probe(tool, request).await;
    let refused = matches!(answer, Err(Refusal::NotGranted(_)));
    (!refused || !context.bench.stub.sent().is_empty()).then(|| {
        Finding::new(
            format!("{}: {line} is beyond its rows and got out", tool.name),
            "report it: this is a fault of the host",
        )
    })
}

fn request(method: Method, path: Vec<String>) -> Request {
    Request { method, path, query: Vec::new(), body: None }
}

/// A path for a template.
fn segments(template: &str) -> Vec<String> {
    let fill = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    template.split('/').map(fill).collect()
}

/// Requests near a tool's rows that none of them covers.
fn beyond(tool: &Tool) -> Vec<Request> {
    let mut paths: Vec<Vec<String>> = vec![
        vec!["tenants".into(), "settings".into()],
        vec!["clients".into(), "x".into(), "rotate-secret".into()],
        vec![],
    ];
    for row in &tool.endpoints {
        let path = segments(&row.path);
        let mut longer = path.clone();
        longer.push("keys".into());
        let mut other = path.clone();
        other[0] = format!("{}-archive", path[0]);
        let mut joined = path.clone();
        let last = joined.len() - 1;
        joined[last].push_str("/../../tenants/settings");
        paths.extend([path.clone(), path[..last].to_vec(), longer, other, joined]);
    }
    let methods = Method::ALL;
    let all = paths.iter().flat_map(|path| methods.map(|method| request(method, path.clone())));
    let granted = |request: &Request| {
        tool.endpoints
            .iter()
            .any(|row| row.method == request.method && fits_literally(&row.path, &request.path))
    };
    all.filter(|request| !granted(request)).collect()
}

/// As the grant reads templates: on segments that are not encoded.
fn fits_literally(template: &str, path: &[String]) -> bool {
    let parts: Vec<&str> = template.split('/').collect();
    parts.len() == path.len()
        && parts.iter().zip(path).all(|(part, segment)| {
            (part.starts_with('{') && !segment.is_empty()) || part == segment
        })
}

/// What a tool sent that is no GET, where it must not.
async fn written(context: &Context<'_>, tool: &Tool, sent: &[&Sent]) -> Option<Finding> {
    let is_write = |sent: &&Sent| sent.method != "GET";
    let lie =
        if only_reads(tool) { sent.iter().copied().find(is_write).map(Sent::line) } else { None };
    let base = context.base(tool);
    context.bench.stub.play(Script::Canned(base.responses));
    let trace = context.bench.run(tool, &base.arguments, true, context.bench.limits).await;
    let slipped = trace.sent.iter().find(is_write).map(Sent::line);
    let line = lie.or(slipped)?;
    Some(Finding::new(
        format!("{}: {line} reached the wire", tool.name),
        "report it: the host should have stopped it",
    ))
}
