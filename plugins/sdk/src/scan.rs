//! Filtering a list that the API cannot filter: page by page, within a budget, and saying how far it came.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Api, Failure, Listing, Object, Refusal, Request, Window};

/// Items per request: the most that the API gives, because free tenants allow about two requests a second.
pub const PAGE: u32 = 100;
/// Requests per call.
pub const BUDGET: u32 = 10;

/// How far a scan came.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Scan {
    /// Items looked at in this call.
    pub scanned: u64,
    /// Items there are, where the API says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether the scan reached the last item.
    pub complete: bool,
    /// Call again with this `page` to scan on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page: Option<u64>,
    /// Why it is not complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<&'static str>,
}

/// A scan to run.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    /// Everything but the page.
    pub request: Request,
    /// The name of the list in the API's envelope.
    pub key: &'a str,
    /// Where to begin, in pages of [`PAGE`] items.
    pub page: u32,
    /// Stop after the page on which so many items have been kept. None of that page is dropped.
    pub enough: usize,
}

impl Scanner<'_> {
    /// Gives the items that `keep` chooses, and how far the scan came. A rate limit after the first page ends the
    /// scan early instead of losing what was found.
    ///
    /// # Errors
    /// What the tenant or the host answered instead of a page.
    pub fn run(
        self,
        api: &impl Api,
        keep: impl Fn(&Object) -> bool,
    ) -> Result<(Vec<Object>, Scan), Failure> {
        let mut kept = Vec::new();
        let mut scan =
            Scan { scanned: 0, total: None, complete: false, next_page: None, stopped: None };
        for page in (self.page..).take(BUDGET as usize) {
            let window = Window { page, per_page: PAGE, include_totals: true };
            let listing = match Listing::fetch(api, &self.request, self.key, window) {
                Err(failure) if scan.scanned > 0 && is_rate_limit(&failure) => {
                    scan.stopped = Some("rate limit");
                    return Ok((kept, scan));
                }
                listing => listing?,
            };
            scan.scanned += listing.items.len() as u64;
            scan.total = listing.pagination.total;
            scan.next_page = listing.pagination.next_page;
            kept.extend(listing.items.into_iter().filter(&keep));
            if scan.next_page.is_none() {
                scan.complete = true;
                return Ok((kept, scan));
            }
            if kept.len() >= self.enough {
                scan.stopped = Some("enough found");
                return Ok((kept, scan));
            }
        }
        scan.stopped = Some("request budget");
        Ok((kept, scan))
    }
}

fn is_rate_limit(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(Refusal::RateLimited(_)) => true,
        Failure::Tenant(error) => error.status == 429,
        _ => false,
    }
}
