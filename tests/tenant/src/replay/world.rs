//! A tenant without sockets: the router and the store that also serve HTTPS.

use std::io;

use serde_json::Value;

use super::{Answered, mapping::Mapping, read::Interaction};
use crate::{
    RateLimit,
    api::{ApiError, Limiter, Request, Router, Scopes},
    resources,
    store::Store,
};

/// A router, a store and a limit.
pub(crate) struct World {
    router: Router,
    pub(crate) store: Store,
    limiter: Limiter,
    scopes: Scopes,
}

impl World {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            router: resources::router()?,
            store: Store::new("recorded", "recorded.auth0.test".to_owned()),
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
