//! Lines on standard error: `[INFO:auth0-mcp] …`.
//!
//! Only our own modules are heard. The libraries' debug lines hold requests and answers, so no setting turns
//! them on. Every line passes the redactor before it is written, whoever wrote it.

use std::{fmt, io::Write};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

use crate::{management::Mask, secret::Redactor};

/// Turns logging on for the process: information and worse, or everything with `debug`.
pub fn init(debug: bool, redactor: Redactor) {
    let level = if debug { Level::DEBUG } else { Level::INFO };
    let ours =
        Targets::new().with_target("auth0_mcp", level).with_target("auth0_mcp_sandbox", level);
    // A second call (tests in one process) keeps the first subscriber.
    _ = tracing_subscriber::registry()
        .with(Stderr { mask: Mask::new(redactor) }.with_filter(ours))
        .try_init();
}

struct Stderr {
    mask: Mask,
}

impl<S: Subscriber> Layer<S> for Stderr {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let level = event.metadata().level();
        let line = text.line();
        let line = self.mask.text(&line);
        // One write for one line, so that lines of several threads do not mix. Nothing can be done if
        // standard error is closed.
        _ = std::io::stderr().write_all(format!("[{level}:auth0-mcp] {line}\n").as_bytes());
    }
}

/// The fields of an event as text: the message, then `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    /// On one line, whatever the values hold.
    fn line(&self) -> String {
        format!("{}{}", self.message, self.fields).replace(['\n', '\r'], " ")
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        // Writing into a string cannot fail.
        _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
