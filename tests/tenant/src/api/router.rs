//! From a request to a handler: route, access, scope, query, body, in the order Auth0 checks them.

use std::{collections::HashMap, sync::Arc};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{ApiError, Query, Schemas, Scopes};
use crate::store::Store;

/// Prefix of every path of the Management API.
const BASE: &str = "/api/v2";

/// A handler works on the store and either answers or refuses.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Answer, ApiError>;

/// One endpoint.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// Such as `/clients/{id}`.
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
}

/// What a handler sees.
pub(crate) struct Call<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) scopes: Scopes,
    pub(crate) query: Query,
    /// Validated; null where the endpoint takes none.
    pub(crate) body: Value,
    parameters: Vec<String>,
}

impl Call<'_> {
    /// The n-th parameter of the path, decoded.
    pub(crate) fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }
}

/// An answer that is not a refusal.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body), headers: Vec::new() }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, ..Self::ok(body) }
    }

    pub(crate) fn no_content() -> Self {
        Self { status: 204, body: None, headers: Vec::new() }
    }
}

/// A request, as far as the Management API looks at it.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// All routes with their schemas.
pub(crate) struct Router {
    routes: Vec<Route>,
    schemas: Arc<Schemas>,
}

impl Router {
    pub(crate) fn new(routes: Vec<Route>, schemas: Schemas) -> Self {
        Self { routes, schemas: Arc::new(schemas) }
    }

    /// Whether a path belongs to the Management API.
    pub(crate) fn owns(path: &str) -> bool {
        path.strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request whose token (or lack of one) has been looked at already.
    pub(crate) fn answer(
        &self,
        request: &Request<'_>,
        access: Result<Scopes, ApiError>,
        store: &mut Store,
    ) -> Result<Answer, ApiError> {
        let (route, parameters) =
            self.find(request.method, request.path).ok_or_else(ApiError::no_such_route)?;
        let scopes = access?;
        let query = Query::parse(request.query);
        let mut body = Value::Null;
        if let Some(operation) = self.schemas.operation(route.method, route.path) {
            scopes.require_any(&operation.scopes)?;
            self.schemas.check_query(operation, &query)?;
            if operation.has_body() {
                body = parse_body(request)?;
                self.schemas.check_body(operation, &body)?;
            }
        }
        (route.handler)(&mut Call { store, scopes, query, body, parameters })
    }

    /// The template of the route that serves a request, such as `/clients/{id}`.
    pub(crate) fn template(&self, method: &str, path: &str) -> Option<String> {
        self.find(method, path).map(|(route, _)| route.path.to_owned())
    }

    fn find(&self, method: &str, path: &str) -> Option<(&Route, Vec<String>)> {
        let path = path.strip_prefix(BASE)?;
        let candidates = self.routes.iter().filter(|route| route.method == method);
        candidates.filter_map(|route| Some((route, matched(route.path, path)?))).next()
    }
}

/// The parameters of `path` if it fits `template`; an empty parameter fits nothing.
fn matched(template: &str, path: &str) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let mut parts = path.split('/');
    for wanted in template.split('/') {
        let part = parts.next()?;
        if wanted.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            parameters.push(percent_decode_str(part).decode_utf8().ok()?.into_owned());
        } else if wanted != part {
            return None;
        }
    }
    parts.next().is_none().then_some(parameters)
}

/// A JSON body, or a form whose values are all text.
fn parse_body(request: &Request<'_>) -> Result<Value, ApiError> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    let form = request.content_type.is_some_and(|kind| kind.starts_with("application/x-www-form"));
    if form {
        let pairs: HashMap<_, _> = form_urlencoded::parse(request.body).into_owned().collect();
        return Ok(pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect());
    }
    serde_json::from_slice(request.body)
        .map_err(|_| ApiError::new(400, "Invalid request payload JSON format", None))
}
