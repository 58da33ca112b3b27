//! What a search of the logs can be told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Event, Outcome};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arguments {
    /// Lucene, ANDed with the rest
    pub(crate) q: Option<String>,
    pub(crate) event: Option<Event>,
    pub(crate) outcome: Option<Outcome>,
    /// Codes such as fp, added to event
    #[schemars(inner(regex(pattern = "^[a-z0-9_]+$")))]
    pub(crate) r#type: Option<Vec<String>>,
    /// Exact id, name or e-mail
    #[schemars(length(min = 1))]
    pub(crate) user: Option<String>,
    #[schemars(length(min = 1))]
    pub(crate) ip: Option<String>,
    /// Name or id
    #[schemars(length(min = 1))]
    pub(crate) connection: Option<String>,
    /// client_id or exact name
    #[schemars(length(min = 1))]
    pub(crate) client: Option<String>,
    /// ISO 8601, or before now: 15m, 12h, 7d
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) sort: Sort,
    pub(crate) page: u32,
    #[schemars(range(min = 1, max = 100))]
    pub(crate) per_page: u32,
    pub(crate) include_totals: bool,
    /// Shown instead of the usual, such as details
    pub(crate) fields: Option<Vec<String>>,
    /// false: all but these
    pub(crate) include_fields: bool,
    /// log_id: those after it, oldest first, unfiltered
    #[schemars(length(min = 1))]
    pub(crate) from: Option<String>,
    /// As per_page
    #[schemars(range(min = 1, max = 100))]
    pub(crate) take: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
pub(crate) enum Sort {
    #[serde(rename = "date:-1")]
    NewestFirst,
    #[serde(rename = "date:1")]
    OldestFirst,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            q: None,
            event: None,
            outcome: None,
            r#type: None,
            user: None,
            ip: None,
            connection: None,
            client: None,
            since: None,
            until: None,
            sort: Sort::NewestFirst,
            page: 0,
            per_page: 50,
            include_totals: true,
            fields: None,
            include_fields: true,
            from: None,
            take: None,
        }
    }
}

impl Sort {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NewestFirst => "date:-1",
            Self::OldestFirst => "date:1",
        }
    }
}

impl Arguments {
    /// Entries of one answer.
    pub(crate) fn size(&self) -> u32 {
        self.take.unwrap_or(self.per_page)
    }

    /// The names of the given arguments that choose entries.
    pub(crate) fn filters(&self) -> Vec<&'static str> {
        let filters = [
            ("q", self.q.is_some()),
            ("event", self.event.is_some()),
            ("outcome", self.outcome.is_some()),
            ("type", self.r#type.is_some()),
            ("user", self.user.is_some()),
            ("ip", self.ip.is_some()),
            ("connection", self.connection.is_some()),
            ("client", self.client.is_some()),
            ("since", self.since.is_some()),
            ("until", self.until.is_some()),
            ("page", self.page > 0),
        ];
        filters.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }
}
