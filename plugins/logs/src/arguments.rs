//! What a search of the logs can be told.

use auth0_mcp_plugin::{Failure, shape::filled};
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
    pub(crate) r#type: Option<Vec<String>>,
    /// Exact id, name or e-mail
    pub(crate) user: Option<String>,
    pub(crate) ip: Option<String>,
    /// Name or id
    pub(crate) connection: Option<String>,
    /// client_id or exact name
    pub(crate) client: Option<String>,
    /// ISO 8601, or before now: 15m, 12h, 7d
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    #[schemars(extend("default" = null))]
    pub(crate) sort: Sort,
    pub(crate) page: u32,
    #[schemars(range(min = 1, max = 100))]
    pub(crate) per_page: u32,
    pub(crate) include_totals: bool,
    /// Instead of the usual
    pub(crate) fields: Option<Vec<String>>,
    /// false: all but these
    pub(crate) include_fields: bool,
    /// log_id: those after it, oldest first, unfiltered
    pub(crate) from: Option<String>,
    pub(crate) take: Option<i64>,
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
    /// Checks what the input schema leaves open.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let texts = [
            ("user", &self.user),
            ("ip", &self.ip),
            ("connection", &self.connection),
            ("client", &self.client),
            ("from", &self.from),
        ];
        texts.into_iter().try_for_each(|(name, text)| filled(name, text.as_deref()))?;
        if self.take.is_some_and(|take| !(1..=100).contains(&take)) {
            return Err(Failure::InvalidArguments(
                "take must be a whole number from 1 to 100".into(),
            ));
        }
        let is_code = |code: &String| {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            !code.is_empty() && code.bytes().all(plain)
        };
        match self.r#type.iter().flatten().position(|code| !is_code(code)) {
            Some(index) => Err(Failure::InvalidArguments(format!(
                "type[{index}] must be a code of a-z, 0-9 and _, such as fp"
            ))),
            None => Ok(()),
        }
    }

    /// Entries of one answer.
    pub(crate) fn size(&self) -> u32 {
        self.take.and_then(|take| u32::try_from(take).ok()).unwrap_or(self.per_page)
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
