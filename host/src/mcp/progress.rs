//! Progress notifications, for a client that sent a progress token with its call.

use rmcp::{RoleServer, model::ProgressNotificationParam, service::RequestContext};
use tokio::{sync::mpsc, task::JoinHandle};

use crate::call::Progress;

/// The forwarding of one call's progress; ended before the call's answer goes out.
pub(crate) struct Forward(Option<JoinHandle<()>>);

/// What the guest calls, and the task that sends it on in order. Without a token both do nothing.
pub(crate) fn forward(context: &RequestContext<RoleServer>) -> (Progress, Forward) {
    let Some(token) = context.meta.get_progress_token() else {
        return (Box::new(|_, _, _| ()), Forward(None));
    };
    let (sender, mut receiver) = mpsc::channel::<ProgressNotificationParam>(32);
    let peer = context.peer.clone();
    let task = tokio::spawn(async move {
        while let Some(notification) = receiver.recv().await {
            if peer.notify_progress(notification).await.is_err() {
                return;
            }
        }
    });
    let send = move |done: u32, total: Option<u32>, message: String| {
        let mut notification =
            ProgressNotificationParam::new(token.clone(), done.into()).with_message(message);
        notification.total = total.map(f64::from);
        // A client that does not read fast enough misses steps: progress must not hold a call up.
        _ = sender.try_send(notification);
    };
    (Box::new(send), Forward(Some(task)))
}

impl Forward {
    /// Waits until what was reported has been sent: a notification after the answer would break the protocol.
    pub(crate) async fn finish(self) {
        if let Some(task) = self.0 {
            let abort = task.abort_handle();
            if tokio::time::timeout(std::time::Duration::from_millis(100), task).await.is_err() {
                abort.abort();
            }
        }
    }
}
