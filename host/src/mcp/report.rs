//! How a tool call ended, for the telemetry: told when the report is dropped, so that no way out forgets it, a
//! cancelled call and a panic included.

use std::time::Instant;

use rmcp::{RoleServer, service::RequestContext};

use crate::{
    call,
    catalog::EnabledTool,
    telemetry::{Event, Outcome, Telemetry},
};

/// One call that is running.
pub(crate) struct Report {
    telemetry: Telemetry,
    /// None for a tool of a third party: its name is nobody's business.
    tool: Option<String>,
    protocol: String,
    began: Instant,
    outcome: Option<Outcome>,
}

impl Report {
    /// The call begins.
    pub(crate) fn begin(
        telemetry: &Telemetry,
        tool: Option<&EnabledTool>,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        let tool = tool.filter(|tool| tool.family.is_first_party());
        Self {
            telemetry: telemetry.clone(),
            tool: tool.map(|tool| tool.definition.name.clone()),
            protocol: context.protocol_version().map_or(String::new(), |it| it.to_string()),
            began: Instant::now(),
            outcome: None,
        }
    }

    /// The arguments were refused.
    pub(crate) fn invalid(&mut self) {
        self.outcome = Some(Outcome::Invalid);
    }

    /// The plugin ran.
    pub(crate) fn ended(&mut self, outcome: &call::Outcome) {
        self.outcome = Some(match outcome {
            call::Outcome::Answer(_) => Outcome::Success,
            call::Outcome::Failure(_) | call::Outcome::Unaudited(_) => Outcome::Failure,
            call::Outcome::Fault(_) | call::Outcome::Unusable(_) => Outcome::Fault,
        });
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let without = if std::thread::panicking() { Outcome::Fault } else { Outcome::Cancelled };
        let outcome = self.outcome.unwrap_or(without);
        self.telemetry.record(|| {
            Event::tool(self.tool.as_deref(), outcome, self.began.elapsed(), &self.protocol)
        });
    }
}
