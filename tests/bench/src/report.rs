//! The table: what was measured, beside the Node server and the targets of the design ("Numbers to hold").

use crate::{
    added::Added,
    figures::{Series, grouped},
    measure::{Measured, Server},
    proof::Proof,
    sandbox::Sandbox,
};

/// What is aimed at.
#[derive(Clone, Copy)]
enum Target {
    None,
    AtMost(f64),
    /// So many times the Node server's figure.
    Times(f64),
}

/// One line of the table before it is laid out.
struct Row {
    what: &'static str,
    /// Figure of the Node server from `parity.md`, section 18 (quiet machine), where there is one.
    published: Option<f64>,
    node: Option<Series>,
    ours: Series,
    target: Target,
    decimals: usize,
}

/// What no server behind pipes can save.
const ECHO: &str = "  of it, two pipes to a process that only echoes p50, ms";
const RELAY: &str = "  of it, a process that only passes the request on p50, ms";

/// The whole report but for the load.
pub(crate) fn table(
    measured: &Measured<'_>,
    added: &Added,
    sandbox: &Sandbox,
    proof: &Proof,
) -> String {
    let rows = start(measured).into_iter().chain(many_plugins(added));
    let rows = rows.chain(memory(measured)).chain(calls(measured));
    let rows = rows.chain(many(measured)).chain(alone(sandbox, proof));
    let mut cells =
        vec![["what", "Node server", "ours: median (min-max)", "target", ""].map(str::to_owned)];
    cells.extend(rows.map(|row| row.cells()));
    format!("\n{}\n{}", laid_out(&cells), notes(measured, proof))
}

fn start(measured: &Measured<'_>) -> Vec<Row> {
    vec![
        row("spawn to initialize answered, ms", 1, measured, |server| &server.initialize)
            .published(416.8),
        row("spawn to initialize + tools/list, ms", 1, measured, |server| &server.listed)
            .published(419.3)
            .at_most(10.0),
        row("stdin closed to process end, ms", 1, measured, |server| &server.exit)
            .published(5020.0)
            .at_most(100.0),
        row("tools/list without output schemas, kB (ours: 21 tools)", 1, measured, |server| {
            &server.kilobytes_listed
        })
        .at_most(22.0),
    ]
}

fn many_plugins(added: &Added) -> Vec<Row> {
    vec![
        Row::new("one tool on: spawn to tools/list, ms", 1, added.none.clone()),
        Row::new("one tool of 100 added plugins on: the same, ms", 1, added.hundred.clone()),
        Row::new("  times that of none added", 2, added.ratio.clone()).at_most(1.5),
    ]
}

fn memory(measured: &Measured<'_>) -> Vec<Row> {
    vec![
        row("RSS 300 ms after tools/list, MiB", 1, measured, |server| &server.memory_listed)
            .published(87.1)
            .at_most(20.0),
        row("RSS after 1,100 calls, MiB", 1, measured, |server| &server.memory_called)
            .published(125.7)
            .at_most(30.0),
        row("RSS after 3,000 more at 32 in flight, MiB", 1, measured, |server| &server.memory_busy)
            .published(170.4),
        row("RSS after 10,000 calls, MiB", 1, measured, |server| &server.memory_endured)
            .at_most(30.0),
    ]
}

fn calls(measured: &Measured<'_>) -> Vec<Row> {
    vec![
        row("get_application p50, ms", 3, measured, |s| &s.one_by_one.call.p50).published(0.97),
        row("get_application p99, ms", 3, measured, |s| &s.one_by_one.call.p99).published(8.61),
        row("the same GET directly p50, ms", 3, measured, |s| &s.one_by_one.direct.p50)
            .published(0.16),
        row("the same GET directly p99, ms", 3, measured, |s| &s.one_by_one.direct.p99)
            .published(0.59),
        row("overhead p50, ms", 3, measured, |s| &s.one_by_one.overhead.p50)
            .published(0.81)
            .at_most(0.15),
        row("overhead p99, ms", 3, measured, |s| &s.one_by_one.overhead.p99)
            .published(8.02)
            .at_most(1.0),
        row(ECHO, 3, measured, |s| &s.one_by_one.echo.p50),
        row(RELAY, 3, measured, |s| &s.one_by_one.relay.p50),
        row("server CPU per call, ms", 2, measured, |s| &s.one_by_one.cpu).published(1.29),
        row("cores kept awake: get_application p50, ms", 3, measured, |s| &s.awake.call.p50),
        row("cores kept awake: the same GET directly p50, ms", 3, measured, |s| {
            &s.awake.direct.p50
        }),
        row("cores kept awake: overhead p50, ms", 3, measured, |s| &s.awake.overhead.p50)
            .at_most(0.15),
        row("cores kept awake: overhead p99, ms", 3, measured, |s| &s.awake.overhead.p99)
            .at_most(1.0),
        row(ECHO, 3, measured, |s| &s.awake.echo.p50),
        row(RELAY, 3, measured, |s| &s.awake.relay.p50),
        row("cores kept awake: server CPU per call, ms", 2, measured, |s| &s.awake.cpu),
    ]
}

fn many(measured: &Measured<'_>) -> Vec<Row> {
    vec![
        row("calls/s at 32 in flight", 0, measured, |server| &server.throughput)
            .published(1224.0)
            .times(5.0),
        row("latency at 32 in flight p50, ms", 2, measured, |server| &server.busy.p50)
            .published(22.8),
        row("latency at 32 in flight p99, ms", 2, measured, |server| &server.busy.p99)
            .published(75.4),
        row("server CPU per call at 32 in flight, ms", 3, measured, |server| &server.cpu_busy),
        row("direct GETs/s at 32 in flight", 0, measured, |server| &server.direct_throughput)
            .published(5516.0),
        row("direct GET at 32 in flight p50, ms", 2, measured, |server| &server.direct_busy.p50),
    ]
}

fn alone(sandbox: &Sandbox, proof: &Proof) -> Vec<Row> {
    let one = |what, value: f64| Row::new(what, 1, [value].into_iter().collect());
    vec![
        one("sandbox: fresh instance + call p50, µs", sandbox.call.0).at_most(60.0),
        one("sandbox: fresh instance + call p99, µs", sandbox.call.1),
        one("sandbox: call that the guest refuses p50, µs", sandbox.refused.0),
        one("sandbox: call that the guest refuses p99, µs", sandbox.refused.1),
        Row::new("sandbox: engine made, µs", 0, sandbox.engine.clone()),
        Row::new("sandbox: plugin opened, µs", 0, sandbox.open.clone()),
        Row::new("signature of a component verified, µs", 0, proof.signature.clone()),
        one("audit log: a line p50, µs", proof.line.0),
        one("audit log: a line p99, µs", proof.line.1),
    ]
}

/// A row whose figure is measured in the same way on both servers.
fn row(
    what: &'static str,
    decimals: usize,
    measured: &Measured<'_>,
    of: impl for<'a> Fn(&'a Server<'_>) -> &'a Series,
) -> Row {
    Row {
        node: measured.node.as_ref().map(|node| of(node).clone()),
        ..Row::new(what, decimals, of(&measured.ours).clone())
    }
}

impl Row {
    fn new(what: &'static str, decimals: usize, ours: Series) -> Self {
        Self { what, published: None, node: None, ours, target: Target::None, decimals }
    }

    fn published(self, figure: f64) -> Self {
        Self { published: Some(figure), ..self }
    }

    fn at_most(self, limit: f64) -> Self {
        Self { target: Target::AtMost(limit), ..self }
    }

    fn times(self, factor: f64) -> Self {
        Self { target: Target::Times(factor), ..self }
    }

    fn cells(&self) -> [String; 5] {
        let ours = self
            .ours
            .shown(self.decimals)
            .map_or("not measured".to_owned(), |shown| shown.to_string());
        [self.what.to_owned(), self.node(), ours, self.target(), self.verdict().to_owned()]
    }

    /// Measured in this run, or published and marked as such.
    fn node(&self) -> String {
        let measured = self.node.as_ref().and_then(|node| node.shown(self.decimals));
        match (measured, self.published) {
            (Some(measured), _) => measured.to_string(),
            (None, Some(figure)) => format!("{}*", grouped(figure, self.decimals.min(2))),
            (None, None) => "-".to_owned(),
        }
    }

    fn limit(&self) -> Option<f64> {
        match self.target {
            Target::None => None,
            Target::AtMost(limit) => Some(limit),
            Target::Times(factor) => {
                let node = self.node.as_ref().and_then(Series::median).or(self.published);
                node.map(|figure| figure * factor)
            }
        }
    }

    fn target(&self) -> String {
        let (sign, factor) = match self.target {
            Target::None => return String::new(),
            Target::AtMost(_) => ("≤", None),
            Target::Times(factor) => ("≥", Some(factor)),
        };
        let decimals = if factor.is_some() { 0 } else { 2 };
        let limit = self.limit().map_or_else(String::new, |limit| grouped(limit, decimals));
        let limit = if limit.contains('.') {
            limit.trim_end_matches('0').trim_end_matches('.')
        } else {
            &limit
        };
        let of = factor.map(|factor| format!(" ({factor} × Node)")).unwrap_or_default();
        format!("{sign} {limit}{of}")
    }

    fn verdict(&self) -> &'static str {
        let reached = match (self.target, self.limit().zip(self.ours.median())) {
            (Target::None, _) | (_, None) => return "",
            (Target::AtMost(_), Some((limit, ours))) => ours <= limit,
            (Target::Times(_), Some((limit, ours))) => ours >= limit,
        };
        if reached { "ok" } else { "not reached" }
    }
}

/// Columns as wide as their widest cell.
fn laid_out(rows: &[[String; 5]]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let rule = format!("{}\n", widths.map(|width| "-".repeat(width)).join("  "));
    rows.first().map(line).into_iter().chain([rule]).chain(rows.iter().skip(1).map(line)).collect()
}

/// What the table has no column for.
fn notes(measured: &Measured<'_>, proof: &Proof) -> String {
    let mut lines = Vec::new();
    match &measured.node {
        None => lines.push("* Published figure, measured elsewhere with another tenant; --node measures it in this run.".to_owned()),
        Some(node) => lines.push(format!("Node server: {}; * not measured here, published figure.", list(node))),
    }
    let ours = &measured.ours;
    let megabytes = grouped(
        f64::from(u32::try_from(measured.binary_bytes / 1000).unwrap_or(u32::MAX)) / 1e3,
        1,
    );
    lines.push(format!("Ours: {}; the binary has {megabytes} MB.", list(ours)));
    if let Some((listed, called)) =
        ours.anonymous_listed.shown(1).zip(ours.anonymous_called.shown(1))
    {
        lines.push(format!("Ours: of the RSS, {listed} MiB after tools/list and {called} MiB after the calls are not pages of the binary."));
    }
    let kilobytes = proof.component / 1000;
    lines.push(format!("The component whose signature is verified has {kilobytes} kB; a call with one request has three lines in the audit log."));
    if ours.awake.call.p50.median().is_none() {
        lines.push("The cores could not be kept awake: root may, on Linux. Waking may be most of the overhead.".to_owned());
    }
    if let Some((node, ours)) = measured
        .node
        .as_ref()
        .and_then(|node| node.throughput.median())
        .zip(ours.throughput.median())
    {
        lines.push(format!("Throughput is {:.1} times that of the Node server.", ours / node));
    }
    lines.join("\n")
}

fn list(server: &Server<'_>) -> String {
    let Some(list) = server.list else { return "tools/list not measured".to_owned() };
    format!(
        "tools/list has {} tools in {} bytes ({} without output schemas, {} of them for the tools that the target counts)",
        list.tools, list.bytes, list.bytes_without_output_schemas, list.bytes_counted
    )
}
