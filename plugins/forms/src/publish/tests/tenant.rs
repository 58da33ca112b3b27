//! A tenant in memory, as far as publishing touches it: actions that build and switch over time, bindings that are
//! replaced whole, and other people who write at a chosen moment.

use std::cell::RefCell;

use auth0_mcp_plugin::{
    Api, Level, Method, Refusal,
    wit::auth0_mcp::plugin::management::{Request, Response},
};
use serde_json::{Value, json};

/// Somebody else, at work when a request arrives.
type Meddler = Box<dyn Fn(&str, &mut State)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) actions: Vec<Value>,
    pub(super) bindings: Vec<Value>,
    /// How many looks a build takes, and how it ends.
    pub(super) build: (u32, &'static str),
    pub(super) unique_names: bool,
}

pub(super) struct Tenant {
    form: Value,
    pub(super) state: RefCell<State>,
    pub(super) sent: RefCell<Vec<String>>,
    pub(super) bodies: RefCell<Vec<Value>>,
    meddler: Option<Meddler>,
    pauses: RefCell<Option<u32>>,
}

impl Tenant {
    pub(super) fn new(form: Value) -> Self {
        let state = State { build: (1, "built"), ..State::default() };
        Self {
            form,
            state: state.into(),
            sent: RefCell::default(),
            bodies: RefCell::default(),
            meddler: None,
            pauses: None.into(),
        }
    }

    /// Runs before each request is answered.
    pub(super) fn meddled(mut self, meddler: impl Fn(&str, &mut State) + 'static) -> Self {
        self.meddler = Some(Box::new(meddler));
        self
    }

    /// So many pauses, and then no time is left.
    pub(super) fn pauses(self, number: u32) -> Self {
        *self.pauses.borrow_mut() = Some(number);
        self
    }

    /// As many pauses as it takes.
    pub(super) fn unhurried(self) -> Self {
        *self.pauses.borrow_mut() = None;
        self
    }

    /// The writes so far.
    pub(super) fn writes(&self) -> Vec<String> {
        self.sent.borrow().iter().filter(|line| !line.starts_with("GET")).cloned().collect()
    }

    /// The names of what is bound, in order.
    pub(super) fn bound(&self) -> Vec<String> {
        let name = |binding: &Value| binding["display_name"].as_str().unwrap_or("-").to_owned();
        self.state.borrow().bindings.iter().map(name).collect()
    }

    fn answer(&self, line: &str, request: &Request) -> (u16, Value) {
        let body = request
            .body
            .as_deref()
            .map_or(Value::Null, |body| serde_json::from_str(body).expect("JSON"));
        self.bodies.borrow_mut().push(body.clone());
        let state = &mut *self.state.borrow_mut();
        if let Some(meddler) = &self.meddler {
            meddler(line, state);
        }
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        match (request.method, path.as_slice()) {
            (Method::Get, ["forms", _]) => (200, self.form.clone()),
            (Method::Get, ["actions", "triggers"]) => (
                200,
                json!({ "triggers": [
                { "id": "post-login", "version": "v3", "status": "CURRENT", "default_runtime": "node22" }] }),
            ),
            (Method::Get, ["actions", "triggers", _, "bindings"]) => {
                (200, json!({ "bindings": state.bindings }))
            }
            (Method::Patch, ["actions", "triggers", _, "bindings"]) => state.bind(&body),
            (Method::Get, ["actions", "actions"]) => state.list(&request.query),
            (Method::Post, ["actions", "actions"]) => state.add(body),
            (Method::Get, ["actions", "actions", id]) => (200, state.look(id)),
            (Method::Patch, ["actions", "actions", id]) => state.change(id, &body),
            (Method::Post, ["actions", "actions", id, "deploy"]) => state.deploy(id),
            _ => panic!("no such row: {line}"),
        }
    }
}

impl State {
    fn list(&self, query: &[(String, String)]) -> (u16, Value) {
        let asked =
            |key: &str| query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let fits = |action: &&Value| {
            asked("triggerId").is_none_or(|id| action["supported_triggers"][0]["id"] == id)
                && asked("actionName").is_none_or(|name| action["name"] == name)
        };
        let found: Vec<&Value> = self.actions.iter().filter(fits).collect();
        (200, json!({ "actions": found, "per_page": 100 }))
    }

    pub(super) fn add(&mut self, mut action: Value) -> (u16, Value) {
        if self.unique_names && self.actions.iter().any(|known| known["name"] == action["name"]) {
            return (409, json!({ "statusCode": 409, "message": "taken" }));
        }
        let number = self.actions.len() + 1;
        action["id"] = format!("act{number}").into();
        action["created_at"] = format!("2026-01-0{number}").into();
        action["status"] = "pending".into();
        action["looks"] = self.build.0.into();
        self.actions.push(action.clone());
        (201, action)
    }

    /// A look moves the build on.
    fn look(&mut self, id: &str) -> Value {
        let end = self.build.1;
        let action = self.find(id);
        let looks = action["looks"].as_u64().unwrap_or_default();
        action["looks"] = looks.saturating_sub(1).into();
        action["status"] = if looks == 0 { end } else { "building" }.into();
        action.clone()
    }

    fn change(&mut self, id: &str, change: &Value) -> (u16, Value) {
        let looks = self.build.0;
        let action = self.find(id);
        action["code"] = change["code"].clone();
        action["all_changes_deployed"] = false.into();
        action["looks"] = looks.into();
        (200, action.clone())
    }

    fn deploy(&mut self, id: &str) -> (u16, Value) {
        let action = self.find(id);
        if action["status"] != "built" {
            return (
                400,
                json!({ "message": "A draft must be in the 'built' state before it can be deployed." }),
            );
        }
        let number = action["deployed_version"]["number"].as_u64().unwrap_or_default() + 1;
        let version =
            json!({ "id": format!("{id}v{number}"), "number": number, "code": action["code"] });
        action["deployed_version"] = version.clone();
        action["all_changes_deployed"] = true.into();
        (200, version)
    }

    fn bind(&mut self, body: &Value) -> (u16, Value) {
        let list = body["bindings"].as_array().expect("a list").iter();
        let bindings: Vec<Value> = list
            .map(|item| {
                json!({ "action": { "id": item["ref"]["value"] }, "display_name": item["display_name"] })
            })
            .collect();
        for binding in &bindings {
            let id = binding["action"]["id"].as_str().expect("an id");
            let foreign = id.starts_with("other");
            if !foreign && self.find(id)["deployed_version"].is_null() {
                return (
                    400,
                    json!({ "message": "Trying to create a binding for an action that has not been deployed" }),
                );
            }
        }
        self.bindings = bindings;
        (200, json!({ "bindings": self.bindings }))
    }

    fn find(&mut self, id: &str) -> &mut Value {
        self.actions.iter_mut().find(|action| action["id"] == id).expect("an action")
    }
}

impl Api for Tenant {
    fn send(&self, request: &Request) -> Result<Response, Refusal> {
        let method = format!("{:?}", request.method).trim_start_matches("Method::").to_uppercase();
        let line = format!("{method} {}", request.path.join("/"));
        let (status, body) = self.answer(&line, request);
        self.sent.borrow_mut().push(line);
        Ok(Response { status, body: Some(body.to_string()), next: None })
    }

    fn started(&self) -> u64 {
        0
    }

    fn pause(&self, _: u32) -> Result<(), Refusal> {
        match &mut *self.pauses.borrow_mut() {
            Some(0) => Err(Refusal::TimedOut),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn progress(&self, _: u32, _: Option<u32>, _: &str) {}

    fn log(&self, _: Level, _: &str) {}
}
