//! Lists in pages: the offset dialect and the checkpoint dialect.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Call, Query};

/// What a list asks for.
pub(crate) enum Paging {
    Offset { page: usize, per_page: usize, totals: bool },
    Checkpoint { from: Option<String>, take: usize },
}

const DEFAULT_PER_PAGE: usize = 50;

impl Paging {
    /// Reads the parameters; `take` and `from` win over the offset dialect.
    pub(crate) fn of(query: &Query) -> Self {
        if query.has("take") || query.has("from") {
            return Self::checkpoint(query);
        }
        Self::offset(query)
    }

    /// For lists that know no checkpoints.
    pub(crate) fn offset(query: &Query) -> Self {
        Self::Offset {
            page: query.number("page").unwrap_or(0),
            per_page: query.number("per_page").unwrap_or(DEFAULT_PER_PAGE),
            totals: query.flag("include_totals").unwrap_or(false),
        }
    }

    /// For lists that know no other dialect.
    pub(crate) fn checkpoint(query: &Query) -> Self {
        let take = query.number("take").unwrap_or(DEFAULT_PER_PAGE);
        Self::Checkpoint { from: query.get("from").map(str::to_owned), take }
    }

    /// Cuts `items` (id and object) to the page and wraps it; `key` names the list in an envelope.
    pub(crate) fn answer(
        self,
        call: &Call<'_>,
        path: &str,
        key: &str,
        items: Vec<(&str, Value)>,
    ) -> Result<Answer, ApiError> {
        let (page, per_page, totals) = match self {
            Self::Offset { page, per_page, totals } => (page, per_page, totals),
            Self::Checkpoint { from, take } => return checkpoint(from, take, key, items),
        };
        let total = items.len();
        let start = page.saturating_mul(per_page);
        let items = items.into_iter().map(|(_, item)| item);
        let items: Vec<Value> = items.skip(start).take(per_page).collect();
        let mut body = Value::Array(items);
        if totals {
            let mut envelope = Map::new();
            envelope.insert("total".to_owned(), total.into());
            envelope.insert("start".to_owned(), start.into());
            envelope.insert("limit".to_owned(), per_page.into());
            envelope.insert(key.to_owned(), body);
            body = envelope.into();
        }
        let mut answer = Answer::ok(body);
        answer.headers.push(("link", links(call, path, [page, per_page, total])));
        Ok(answer)
    }
}

/// The `Link` header of an offset page. Auth0 writes `http://` here and fills in the defaults, so
/// that following it blindly goes wrong.
fn links(call: &Call<'_>, path: &str, [page, per_page, total]: [usize; 3]) -> String {
    let last = total.saturating_sub(1).checked_div(per_page).unwrap_or(0);
    let link = |page: usize, relation: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let others = call.query.pairs().filter(|(name, _)| !["page", "per_page"].contains(name));
        query.extend_pairs(others);
        query.append_pair("page", &page.to_string()).append_pair("per_page", &per_page.to_string());
        let domain = &call.store.domain;
        format!("<http://{domain}/api/v2{path}?{}>; rel=\"{relation}\"", query.finish())
    };
    let mut links = vec![link(0, "first")];
    if page < last {
        links.push(link(page + 1, "next"));
    }
    links.push(link(last, "last"));
    links.join(", ")
}

/// A checkpoint is the id of the last item of the page before, marked so that others are refused.
fn checkpoint(
    from: Option<String>,
    take: usize,
    key: &str,
    items: Vec<(&str, Value)>,
) -> Result<Answer, ApiError> {
    let start = match from {
        None => 0,
        Some(from) => items
            .iter()
            .position(|(id, _)| mark(id) == from)
            .map(|at| at + 1)
            .ok_or_else(|| ApiError::invalid_query("The specified checkpoint is invalid."))?,
    };
    let next = items.get(start + take).and_then(|_| items.get(start + take - 1));
    let next = next.map(|(id, _)| mark(id));
    let page: Vec<Value> = items.into_iter().skip(start).take(take).map(|(_, item)| item).collect();
    let mut body = json!({ key: page });
    if let Some(next) = next {
        body["next"] = next.into();
    }
    Ok(Answer::ok(body))
}

fn mark(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{id}"))
}
