//! A tenant without sockets: the router and the store that also serve HTTPS.

use std::{io, time::Duration};

use serde_json::Value;

use super::{Answered, mapping::Mapping, read::Interaction, shape};
use crate::{
    RateLimit,
    api::{ApiError, Limiter, Request, Router, Scopes},
    resources,
    store::Store,
};

const BUILD_TIME: Duration = Duration::from_secs(3_600);
/// The steps in which time passes, and how many pass at most before an answer is given up.
const STEP: Duration = Duration::from_secs(180);
const STEPS: usize = 100;

/// A router, a store and a limit.
pub(crate) struct World {
    router: Router,
    pub(crate) store: Store,
    limiter: Limiter,
    scopes: Scopes,
}

impl World {
    pub(crate) fn new() -> io::Result<Self> {
        let mut store = Store::new("recorded", "recorded.auth0.test".to_owned());
        // So long that the time a replay takes makes no difference: only its own steps count.
        store.build_time = BUILD_TIME;
        store.modules = true;
        Ok(Self {
            router: resources::router()?,
            store,
            limiter: Limiter::new(None),
            scopes: resources::all_scopes().into_iter().collect(),
        })
    }

    /// The next calls are one too many.
    pub(crate) fn exhaust(&mut self) {
        self.limiter = Limiter::new(Some(RateLimit { burst: 0, per_second: 0 }));
    }

    /// The route that serves an interaction, if this tenant has one.
    pub(crate) fn template(&self, interaction: &Interaction) -> Option<String> {
        self.router.template(&interaction.method, &interaction.path)
    }

    /// Sends a request at the time at which it was recorded, as far as states tell: reads of
    /// actions wait for the recorded state, so states must come in the recorded order.
    pub(crate) fn send_in_time(
        &mut self,
        interaction: &Interaction,
        mapping: &Mapping,
    ) -> Answered {
        const BETWEEN_REQUESTS: Duration = Duration::from_millis(200);
        self.store.clock.advance(BETWEEN_REQUESTS);
        let mut answer = self.send(interaction, mapping);
        let waits = interaction.method == "GET" && interaction.path.contains("/actions/");
        for _ in 0..STEPS {
            let ours = answer.body.as_ref().unwrap_or(&Value::Null);
            if !waits || shape::same_states(&interaction.response, ours) {
                break;
            }
            self.store.clock.advance(STEP);
            answer = self.send(interaction, mapping);
        }
        answer
    }

    pub(crate) fn send(&mut self, interaction: &Interaction, mapping: &Mapping) -> Answered {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(
            interaction.query.iter().map(|(name, value)| (name, mapping.text(value))),
        );
        let body = match &interaction.request {
            Value::Null => String::new(),
            body => mapping.body(body).to_string(),
        };
        let request = Request {
            method: &interaction.method,
            path: &mapping.path(&interaction.path),
            query: &query.finish(),
            content_type: Some("application/json"),
            body: body.as_bytes(),
        };
        let counted = self.limiter.count().map_err(|_| ApiError::too_many_requests());
        let answer = counted
            .and_then(|_| self.router.answer(&request, Ok(self.scopes.clone()), &mut self.store));
        match answer {
            Ok(answer) => Answered { status: answer.status, body: answer.body },
            Err(error) => Answered { status: error.status, body: Some(error.body()) },
        }
    }
}
