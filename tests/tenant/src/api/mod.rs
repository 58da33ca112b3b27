//! The Management API without its resources: routing, access, validation, paging, errors, limits.
//!
//! Nothing here knows a family; `resources/` registers routes and handlers.

mod access;
mod error;
mod fields;
mod formats;
mod limit;
mod page;
mod query;
mod router;
mod schema;
mod validate;

pub(crate) use access::{Claims, Scopes, Tokens, signed};
pub(crate) use error::ApiError;
pub(crate) use fields::Fields;
pub(crate) use limit::{Limiter, Meter};
pub(crate) use page::Paging;
pub(crate) use query::Query;
pub(crate) use router::{Answer, Call, Request, Route, Router};
pub(crate) use schema::Schemas;
