//! Reading a whole list of an endpoint that knows `page` and `per_page` and nothing of totals: actions, bindings.

use crate::{
    Api, Failure, Listing, Object, Request, Scan, Window,
    scan::{BUDGET, PAGE},
};

/// Gives the items from `page` on, in pages of [`PAGE`], and how far it came within [`BUDGET`] requests.
///
/// # Errors
/// What the tenant or the host answered instead of a page.
pub fn all(
    api: &impl Api,
    request: &Request,
    key: &str,
    page: u32,
) -> Result<(Vec<Object>, Scan), Failure> {
    let mut items = Vec::new();
    let mut scan =
        Scan { scanned: 0, total: None, complete: false, next_page: None, stopped: None };
    for page in (page..).take(BUDGET as usize) {
        let listing = one(api, request, key, page, PAGE)?;
        scan.scanned += listing.items.len() as u64;
        scan.total = listing.pagination.total;
        scan.next_page = listing.pagination.next_page;
        items.extend(listing.items);
        if scan.next_page.is_none() {
            scan.complete = true;
            return Ok((items, scan));
        }
    }
    scan.stopped = Some("request budget");
    Ok((items, scan))
}

/// Gives one page.
///
/// # Errors
/// What the tenant or the host answered instead.
pub fn one(
    api: &impl Api,
    request: &Request,
    key: &str,
    page: u32,
    per_page: u32,
) -> Result<Listing, Failure> {
    let request = request.clone().query("page", page).query("per_page", per_page);
    let window = Window { page, per_page, include_totals: true };
    Listing::read(request.send(api)?.json()?, key, window)
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::{Request, testing::Script};
    use serde_json::{Value, json};

    #[test]
    fn pages_are_joined_until_the_last() {
        let items = |count: usize| Value::Array(vec![json!({}); count]);
        let script = Script::new()
            .answer(200, json!({ "bindings": items(100), "total": 130, "per_page": 100 }))
            .answer(
                200,
                json!({ "bindings": items(30), "total": 130, "page": 1, "per_page": 100 }),
            );
        let request = Request::get(["bindings"]);
        let (found, scan) = all(&script, &request, "bindings", 0).expect("pages");
        assert_eq!((found.len(), scan.total, scan.complete), (130, Some(130), true));
        assert_eq!(
            script.sent(),
            ["GET bindings?page=0&per_page=100", "GET bindings?page=1&per_page=100"]
        );
    }

    #[test]
    fn an_empty_list_has_no_total() {
        let script = Script::new().answer(200, json!({ "bindings": [], "per_page": 100 }));
        let (found, scan) = all(&script, &Request::get(["b"]), "bindings", 0).expect("a page");
        assert_eq!((found.len(), scan.total, scan.complete), (0, Some(0), true));
    }

    #[test]
    fn the_budget_ends_it() {
        let full = json!({ "a": vec![json!({}); 100], "total": 5000, "per_page": 100 });
        let mut page = 3;
        let script = (0..10).fold(Script::new(), |script, _| {
            let mut full = full.clone();
            full["start"] = (page * 100).into();
            page += 1;
            script.answer(200, full)
        });
        let (_, scan) = all(&script, &Request::get(["a"]), "a", 3).expect("pages");
        assert_eq!(
            (scan.complete, scan.next_page, scan.stopped),
            (false, Some(13), Some("request budget"))
        );
    }
}
