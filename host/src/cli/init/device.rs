//! The device flow at the terminal: the code, the address, a QR code, the browser, the wait.

use std::{
    convert::Infallible,
    future::pending,
    io::{BufRead, IsTerminal, stderr, stdin},
    thread,
};

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use tokio::{sync::oneshot, task::spawn_blocking};

use crate::{
    auth::{
        Domain,
        device_flow::{self, DeviceCode, DeviceFlow, DeviceFlowError},
        oauth::Tokens,
        vault::{Kind, Session},
    },
    cli::{printer::Printer, terminal::Terminal, words::in_words},
};

/// How the browser comes in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Browser {
    /// It is opened at once.
    AtOnce,
    /// It is opened when somebody presses Enter.
    OnEnter,
    /// It is left alone.
    Never,
}

impl Browser {
    /// Nobody is waited for where nobody is asked.
    pub(super) fn of(terminal: Terminal, no_browser: bool) -> Self {
        match (no_browser, terminal.asks()) {
            (true, _) => Self::Never,
            (false, true) => Self::OnEnter,
            (false, false) => Self::AtOnce,
        }
    }
}

/// Shows a code and waits until somebody has confirmed it. Tokens that cannot be used are revoked.
pub(super) async fn sign_in(
    flow: &DeviceFlow,
    scopes: &[String],
    wanted: Option<&Domain>,
    browser: Browser,
    printer: &Printer,
) -> Result<Session, DeviceFlowError> {
    let code = flow.start(scopes).await?;
    show(&code, browser, printer);
    let tokens = tokio::select! {
        tokens = flow.finish(&code) => tokens?,
        never = open(&code, browser, printer) => match never {},
    };
    let session = session(flow, &tokens, wanted);
    if let (Err(_), Some(refresh_token)) = (&session, &tokens.refresh_token) {
        let revoked = flow.server.revoke(&flow.client_id, refresh_token).await;
        revoked.unwrap_or_else(|error| tracing::warn!("the sign-in was not revoked: {error}"));
    }
    session
}

fn session(
    flow: &DeviceFlow,
    tokens: &Tokens,
    wanted: Option<&Domain>,
) -> Result<Session, DeviceFlowError> {
    let server = flow.server.domain();
    let token = tokens.access_token().map_err(|_| DeviceFlowError::NoTenant(server.clone()))?;
    let tenant = device_flow::tenant(&token, server, wanted)?;
    let kind = Kind::DeviceFlow {
        server: server.clone(),
        client_id: flow.client_id.clone(),
        refresh_token: tokens.refresh_token.clone(),
    };
    Ok(Session::new(tenant, kind, tokens, token.subject().map(str::to_owned)))
}

/// Everything that a person needs, on standard error; the code is also in the complete address.
fn show(code: &DeviceCode, browser: Browser, printer: &Printer) {
    let complete = code.complete_address.as_ref().unwrap_or(&code.address);
    // Above the words: on a small terminal it is what may scroll away.
    if stderr().is_terminal()
        && let Some(picture) = picture(complete)
    {
        printer.note(&picture);
    }
    printer.note("To sign in, open this address in a browser on any device:");
    printer.note(&format!("\n    {complete}\n"));
    printer.note("check that the page shows this code, and confirm:");
    printer.note(&format!("\n    {}\n", code.user_code));
    if code.complete_address.is_some() {
        printer.note(&format!("(or open {} and type the code)", code.address));
    }
    if matches!(browser, Browser::OnEnter) {
        printer.note("Press Enter to open the browser here.");
    }
    let valid = in_words(code.lifetime);
    printer.note(&format!(
        "Waiting for the confirmation; the code is valid for {valid}. Ctrl-C stops."
    ));
}

/// The address as a QR code: black on white whatever the terminal's colours are, since cameras expect it so.
fn picture(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let drawn = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Dark)
        .light_color(Dense1x2::Light)
        .quiet_zone(true)
        .build();
    let lines = drawn.lines().map(|line| format!("  \u{1b}[30;107m{line}\u{1b}[0m"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Opens the browser when its time has come, and never ends: only the confirmation does.
async fn open(code: &DeviceCode, browser: Browser, printer: &Printer) -> Infallible {
    let due = match browser {
        Browser::Never => false,
        Browser::AtOnce => true,
        Browser::OnEnter => enter().await,
    };
    if due {
        let address = code.complete_address.as_ref().unwrap_or(&code.address).clone();
        // The child is detached, and none of its streams is ours.
        let opened = spawn_blocking(move || open::that_detached(address)).await;
        if !matches!(opened, Ok(Ok(()))) {
            printer.note("The browser could not be opened: open the address yourself.");
        }
    }
    pending().await
}

/// Waits for the Enter key; false if there is nobody to press it. The thread may outlive this: nothing else reads
/// the terminal after the sign-in has begun.
async fn enter() -> bool {
    let (pressed, wait) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        // Nobody listens any more once the code is confirmed.
        _ = pressed.send(stdin().lock().read_line(&mut line).is_ok_and(|read| read > 0));
    });
    wait.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_square_and_has_a_margin() {
        let picture = picture("https://auth0.auth0.com/activate?user_code=WDJB-MJHT").unwrap();
        let rows: Vec<_> = picture
            .lines()
            .map(|line| {
                let line = line.strip_prefix("  \u{1b}[30;107m").unwrap();
                line.strip_suffix("\u{1b}[0m").unwrap().chars().count()
            })
            .collect();
        assert!(rows.iter().all(|width| *width == rows[0]), "{rows:?}");
        // Two modules share a character of a row.
        assert!(rows.len() * 2 == rows[0] || rows.len() * 2 == rows[0] + 1, "{rows:?}");
        assert!(picture.lines().next().unwrap().contains("    "), "{picture}");
    }
}
