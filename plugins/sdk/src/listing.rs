//! Pages told truthfully, whatever dialect of pagination an endpoint speaks.
//!
//! Offset endpoints answer a bare array, `{start, limit, total, <key>}` or `{page, per_page, total, <key>}` with zero
//! values left out. What cannot be known (a total that the API did not send) is left out instead of guessed.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{Api, Failure, Object, Request, response::malformed};

/// The page that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// From 0.
    pub page: u32,
    /// Items on a page, 1 to 100.
    pub per_page: u32,
    /// Whether the API should count all items.
    pub include_totals: bool,
}

/// Which page an answer is, and whether there is another one.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Pagination {
    /// From 0.
    pub page: u64,
    /// Items on a full page.
    pub per_page: u64,
    /// Items on all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Pages there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<u64>,
    /// Without a total: whether this page is full, so that there may be another.
    pub has_next: bool,
    /// The `page` to ask for next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page: Option<u64>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The items, as the API gave them.
    pub items: Vec<Object>,
    /// Where they stand in the whole list.
    pub pagination: Pagination,
}

impl Listing {
    /// Asks for one page; `request` carries everything but the page, `key` names the list in the envelope.
    ///
    /// # Errors
    /// What the tenant or the host answered instead, or [`crate::Refusal::MalformedAnswer`].
    pub fn fetch(
        api: &impl Api,
        request: &Request,
        key: &str,
        window: Window,
    ) -> Result<Self, Failure> {
        let answer = request
            .clone()
            .query("page", window.page)
            .query("per_page", window.per_page)
            .query("include_totals", window.include_totals)
            .send(api)?
            .json()?;
        Self::read(answer, key, window)
    }

    /// Reads an answer to `window`.
    ///
    /// # Errors
    /// [`crate::Refusal::MalformedAnswer`] where it is no list of objects.
    pub fn read(answer: Value, key: &str, window: Window) -> Result<Self, Failure> {
        let (list, mut envelope) = match answer {
            Value::Array(list) => (list, Object::new()),
            Value::Object(mut envelope) => match envelope.remove(key) {
                Some(Value::Array(list)) => (list, envelope),
                _ => return Err(malformed(&format!("the answer has no list `{key}`"))),
            },
            _ => return Err(malformed(&format!("expected a list of `{key}`"))),
        };
        let items = list.into_iter().map(object).collect::<Option<Vec<_>>>();
        let items = items
            .ok_or_else(|| malformed(&format!("`{key}` holds something that is no object")))?;
        let pagination = Pagination::read(&mut envelope, items.len() as u64, window);
        Ok(Self { items, pagination })
    }
}

impl Pagination {
    fn read(envelope: &mut Object, count: u64, window: Window) -> Self {
        let mut number = |key: &str| envelope.remove(key).as_ref().and_then(Value::as_u64);
        let per_page = number("limit").or_else(|| number("per_page")).unwrap_or(0);
        let per_page = if per_page == 0 { u64::from(window.per_page) } else { per_page };
        let start = number("start").unwrap_or(u64::from(window.page) * per_page);
        // Some endpoints leave a total of zero out, also on a page past the end: only what follows is certain.
        let ended = count < per_page && (count > 0 || start == 0);
        let total = number("total").or(ended.then_some(start + count));
        let has_next = total.map_or(count > 0 && count >= per_page, |total| start + count < total);
        let page = start.checked_div(per_page).unwrap_or(0);
        Self {
            page,
            per_page,
            total,
            total_pages: total.map(|total| total.div_ceil(per_page.max(1))),
            has_next,
            next_page: has_next.then_some(page + 1),
        }
    }
}

fn object(value: Value) -> Option<Object> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn items(count: usize) -> Value {
        Value::Array(vec![json!({}); count])
    }

    #[track_caller]
    fn check(answer: Value, page: u32, expected: Value) {
        let window = Window { page, per_page: 2, include_totals: true };
        let listing = Listing::read(answer, "clients", window).expect("a list");
        assert_eq!(serde_json::to_value(listing.pagination).expect("JSON"), expected);
    }

    #[test]
    fn envelopes_with_a_start() {
        let page = |start: u64, count| json!({ "total": 5, "start": start, "limit": 2, "clients": items(count) });
        let told = |page: u64, next: Option<u64>| {
            let mut told = json!({ "page": page, "per_page": 2, "total": 5, "total_pages": 3, "has_next": next.is_some() });
            if let Some(next) = next {
                told["next_page"] = next.into();
            }
            told
        };
        check(page(0, 2), 0, told(0, Some(1)));
        check(page(2, 2), 1, told(1, Some(2)));
        check(page(4, 1), 2, told(2, None));
        check(page(198, 0), 99, told(99, None));
    }

    #[test]
    fn bare_arrays_say_what_can_be_known() {
        check(items(2), 1, json!({ "page": 1, "per_page": 2, "has_next": true, "next_page": 2 }));
        check(
            items(1),
            1,
            json!({ "page": 1, "per_page": 2, "total": 3, "total_pages": 2, "has_next": false }),
        );
        check(
            items(0),
            0,
            json!({ "page": 0, "per_page": 2, "total": 0, "total_pages": 0, "has_next": false }),
        );
        check(items(0), 9, json!({ "page": 9, "per_page": 2, "has_next": false }));
    }

    #[test]
    fn envelopes_that_leave_zeros_out() {
        let empty = json!({ "clients": [], "per_page": 2 });
        check(
            empty,
            0,
            json!({ "page": 0, "per_page": 2, "total": 0, "total_pages": 0, "has_next": false }),
        );
        let past = json!({ "clients": [], "page": 4, "per_page": 2 });
        check(past, 4, json!({ "page": 4, "per_page": 2, "has_next": false }));
        let first = json!({ "clients": items(2), "total": 3, "per_page": 2 });
        check(
            first,
            0,
            json!({ "page": 0, "per_page": 2, "total": 3, "total_pages": 2, "has_next": true, "next_page": 1 }),
        );
    }

    #[test]
    fn an_answer_that_is_no_list() {
        let window = Window { page: 0, per_page: 2, include_totals: true };
        for answer in [json!({ "items": [] }), json!("x"), json!([1])] {
            let failure = Listing::read(answer, "clients", window).expect_err("no list");
            assert!(format!("{failure:?}").contains("MalformedAnswer"), "{failure:?}");
        }
    }
}
