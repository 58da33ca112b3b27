//! `policy`: what the operator's policy says, and what it means for each tool.

use std::path::PathBuf;

use auth0_mcp_sandbox::manifest::Tool;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Product, printer::Printer};
use crate::{
    catalog::{Catalog, enabled::Off},
    exit::Exit,
    log,
    policy::{Layer, Policy, Source, check::Known, effect::Class},
    secret::Redactor,
    settings::{self, RunFlags, Sources, env::Environment},
};

/// The commands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Say for each tool whether it is available, and what decided it
    Check(PolicyCheckArgs),
    /// Print the rules that hold, each with its place
    Show(PolicyShowArgs),
}

/// The flags of `policy check`.
#[derive(Args, Debug)]
pub struct PolicyCheckArgs {
    /// A policy to check before it is put to use, in place of those that hold
    pub file: Option<PathBuf>,
    /// As for `run`
    #[arg(long, value_name = "PATTERNS")]
    pub tools: Option<String>,
    /// As for `run`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub read_only: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The flags of `policy show`.
#[derive(Args, Debug)]
pub struct PolicyShowArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs one of the commands. Whatever is wrong is wrong in a policy or a setting.
pub(super) fn run(command: PolicyCommand, environment: &Environment, product: &Product) -> Exit {
    let redactor = Redactor::default();
    log::init(settings::debug(environment), redactor.clone());
    let printer = Printer::new(redactor);
    let done = match command {
        PolicyCommand::Check(args) => check(args, environment, product, &printer),
        PolicyCommand::Show(args) => show(&args, environment, product, &printer),
    };
    match done {
        Ok(()) => Exit::Success,
        Err(error) => {
            printer.error(&format!("{error:#}"));
            Exit::Settings
        }
    }
}

fn check(
    args: PolicyCheckArgs,
    environment: &Environment,
    product: &Product,
    printer: &Printer,
) -> anyhow::Result<()> {
    let policy = match &args.file {
        Some(file) => Policy::of_file(file)?,
        None => Policy::load(&product.policy, environment)?,
    };
    let flags = RunFlags { tools: args.tools, read_only: args.read_only, ..RunFlags::default() };
    let mut selection = settings::selection(&flags, environment)?;
    selection.policy = policy;
    let families = product.families(environment, &selection.policy)?;
    let catalog = Catalog::build(families, &selection)?;
    let warnings = selection.policy.check(&Known::of(catalog.manifests()))?;
    let sources = settings::sources(&flags, environment)?;
    let verdicts: Vec<_> = catalog
        .manifests()
        .flat_map(|manifest| manifest.tools.iter().map(move |tool| (manifest.name.as_str(), tool)))
        .map(|(family, tool)| Verdict::of(family, tool, &catalog, &selection.policy, &sources))
        .collect();
    if args.json {
        printer.line(&serde_json::to_string_pretty(&json!({
            "policy": files(&selection.policy),
            "tools": verdicts.iter().map(Verdict::json).collect::<Vec<_>>(),
            "warnings": warnings,
        }))?);
        return Ok(());
    }
    heading(&selection.policy, printer);
    let width = verdicts.iter().map(|verdict| verdict.tool.len()).max().unwrap_or_default();
    verdicts.iter().for_each(|verdict| printer.line(&verdict.text(width)));
    warnings.iter().for_each(|warning| printer.note(&format!("warning: {warning}")));
    let on = verdicts.iter().filter(|verdict| verdict.on).count();
    printer.line(&format!("{on} of {} tools are on", verdicts.len()));
    Ok(())
}

/// Whether a tool is available, and what decided it.
struct Verdict<'a> {
    family: &'a str,
    tool: &'a str,
    effect: Class,
    on: bool,
    /// The flag, the variable, the policy, or `default`.
    decided_by: &'static str,
    because: String,
    /// Rows of which the policy refuses some requests.
    partly: Vec<String>,
}

impl<'a> Verdict<'a> {
    fn of(
        family: &'a str,
        tool: &'a Tool,
        catalog: &Catalog,
        policy: &Policy,
        sources: &Sources,
    ) -> Self {
        let off = catalog.off(&tool.name);
        let decided_by = match off {
            None | Some(Off::Pattern) => sources.tools.unwrap_or("default"),
            Some(Off::ReadOnly) => sources.read_only.unwrap_or("default"),
            Some(Off::Policy(_)) => "policy",
            Some(_) => "plugin",
        };
        let because = match (off, sources.tools) {
            (Some(off), _) => off.cause().into_owned(),
            (None, Some(_)) => "a pattern matches".to_owned(),
            (None, None) => "every tool is enabled".to_owned(),
        };
        let rows = tool.endpoints.iter().filter(|_| off.is_none());
        let partly = rows.filter_map(|row| policy.partly(row)).map(|denial| denial.to_string());
        let (effect, tool) = (Class::of(tool), tool.name.as_str());
        Self {
            family,
            tool,
            effect,
            on: off.is_none(),
            decided_by,
            because,
            partly: partly.collect(),
        }
    }

    fn text(&self, width: usize) -> String {
        let Self { tool, decided_by, because, partly, .. } = self;
        let state = if self.on { "on " } else { "off" };
        let partly: String = partly.iter().map(|part| format!("; in part: {part}")).collect();
        format!("{state}  {tool:width$}  {decided_by}: {because}{partly}")
    }

    fn json(&self) -> Value {
        let Self { family, tool, effect, on, decided_by, because, partly } = self;
        json!({
            "tool": tool, "family": family, "effect": effect.as_str(), "on": on,
            "decided_by": decided_by, "because": because, "partly": partly,
        })
    }
}

fn show(
    args: &PolicyShowArgs,
    environment: &Environment,
    product: &Product,
    printer: &Printer,
) -> anyhow::Result<()> {
    let policy = Policy::load(&product.policy, environment)?;
    if args.json {
        printer.line(&serde_json::to_string_pretty(&json!({
            "policy": files(&policy),
            "limits": limits(&policy, product),
        }))?);
        return Ok(());
    }
    heading(&policy, printer);
    for layer in policy.layers() {
        for rule in layer.rules() {
            printer.line(&rule.to_string());
        }
    }
    let limits = limits(&policy, product);
    let limits = limits.as_object().into_iter().flatten();
    let limits: Vec<_> = limits.map(|(name, value)| format!("{name} {value}")).collect();
    printer.line(&format!("limits of a call: {}", limits.join(", ")));
    Ok(())
}

fn heading(policy: &Policy, printer: &Printer) {
    if policy.layers().is_empty() {
        printer.line("no policy holds");
    }
    for layer in policy.layers() {
        let (file, source, digest) = (&layer.file, source(layer), &layer.digest);
        printer.line(&format!("policy {file} ({source}, sha256:{digest})"));
    }
}

fn files(policy: &Policy) -> Vec<Value> {
    let file = |layer: &Layer| {
        let rules = layer.rules();
        let rules: Vec<_> =
            rules.iter().map(|rule| json!({"line": rule.line, "says": rule.text})).collect();
        json!({"file": *layer.file, "source": source(layer), "sha256": layer.digest, "rules": rules})
    };
    policy.layers().iter().map(file).collect()
}

fn source(layer: &Layer) -> &'static str {
    match layer.source {
        Source::System => "the system's",
        Source::Variable => "AUTH0_MCP_POLICY",
        Source::Argument => "named on the command line",
    }
}

fn limits(policy: &Policy, product: &Product) -> Value {
    let limits = policy.limits(product.limits);
    let mut value = json!({
        "memory-bytes": limits.memory,
        "deadline-seconds": limits.deadline.as_secs(),
        "answer-bytes": limits.answer,
        "requests-per-call": limits.requests,
    });
    if let Some(calls) = policy.concurrent_calls() {
        value["concurrent-calls"] = calls.value.into();
    }
    value
}
