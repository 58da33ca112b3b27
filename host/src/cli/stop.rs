//! The system or the user asks the process to end.

/// Resolves when the user presses Ctrl-C. Other signals keep their meaning, which is the end of the process: a
/// question at a terminal that has gone would never be answered.
pub(super) async fn interrupt() {
    // Without a handler, Ctrl-C ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Resolves when the system asks the server to end.
#[cfg(unix)]
pub(super) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut streams = Vec::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        // A handler that cannot be installed leaves the system's own behaviour, which ends the process too.
        streams.extend(signal(kind));
    }
    std::future::poll_fn(|context| {
        let any = streams.iter_mut().any(|stream| stream.poll_recv(context).is_ready());
        if any { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Resolves when the user presses Ctrl-C.
#[cfg(not(unix))]
pub(super) use interrupt as stop_signal;
