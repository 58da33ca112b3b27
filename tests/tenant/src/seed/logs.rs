//! The log that a tenant starts with: what happened at the invented company in the last ten days.
//!
//! Who did what and how long ago is the same every time; only the day it all ends on is today.
//! Addresses are those set aside for documentation. Some events hold texts that look like secrets,
//! as real ones do: whoever shows logs has to mask them.

use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::{ids, resources::logs, store::Store};

type Object = Map<String, Value>;

/// Everything random comes from here, so that each start tells the same story.
const SEED: u64 = 0x4861_7262_6f75_7231;
const DAYS: i64 = 10;
const MILLISECONDS: i64 = DAYS * 86_400_000;
/// Where the attack came from.
const ATTACKER: &str = "192.0.2.3";
const DATABASE: &str = "Username-Password-Authentication";

/// User ids and the names that they log in with.
const PEOPLE: [(&str, &str); 12] = [
    ("auth0|64f0a1c2d3e4f5a6b7c8d901", "mara.lindqvist@harbourbooks.example"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d902", "tomas.okafor@harbourbooks.example"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d903", "ines.costa@harbourbooks.example"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d904", "jun.watanabe@example.com"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d905", "priya.raman@example.com"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d906", "lars.holm@example.net"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d907", "amelie.roux@example.net"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d908", "sam.whitaker@example.org"),
    ("google-oauth2|104512345678901234501", "nora.beck@example.com"),
    ("google-oauth2|104512345678901234502", "diego.fuentes@example.com"),
    ("google-oauth2|104512345678901234503", "hana.novak@example.org"),
    ("auth0|64f0a1c2d3e4f5a6b7c8d909", "omar.haddad@example.org"),
];
const HOMES: [&str; 6] = [
    "198.51.100.14",
    "198.51.100.27",
    "198.51.100.140",
    "203.0.113.8",
    "203.0.113.61",
    "2001:db8::1f1a",
];
const BROWSERS: [&str; 4] = [
    "Chrome 139.0.0 / Mac OS X 10.15.7",
    "Firefox 141.0.0 / Ubuntu 0.0.0",
    "Mobile Safari 18.5.0 / iOS 18.5.0",
    "Edge 139.0.0 / Windows 10.0.0",
];
const SERVICE: &str = "Other 0.0.0 / Other 0.0.0";
/// Applications that people use, machines that ask for tokens, and what administers the tenant.
const APPLICATIONS: [&str; 6] = [
    "Storefront",
    "Reader Web",
    "Reader iOS",
    "Publisher Portal",
    "Warehouse Dashboard",
    "Back Office",
];
const MACHINES: [(&str, &str, &str); 4] = [
    ("Order Service", "https://orders.harbourbooks.example/", "read:orders update:orders"),
    ("Search Indexer", "https://catalogue.harbourbooks.example/", "read:books read:prices"),
    ("Bank Reconciliation", "https://payments.harbourbooks.example/", "read:payments"),
    ("Data Warehouse Export", "https://orders.harbourbooks.example/", "read:orders"),
];

/// Adds about 400 events.
pub(super) fn fill(store: &mut Store) {
    let mut story = Story {
        store,
        random: fastrand::Rng::with_seed(SEED),
        now: OffsetDateTime::now_utc() - Duration::minutes(1),
        events: Vec::new(),
    };
    story.logins();
    story.machines();
    story.accounts();
    story.second_factors();
    story.mishaps();
    story.attack();
    story.administration();
    let Story { mut events, .. } = story;
    events.sort_by_key(|(at, _)| *at);
    for (at, event) in events {
        logs::append(store, at, event);
    }
}

struct Story<'a> {
    store: &'a Store,
    random: fastrand::Rng,
    now: OffsetDateTime,
    events: Vec<(OffsetDateTime, Object)>,
}

/// A moment with somebody, somewhere.
struct Scene {
    at: OffsetDateTime,
    person: usize,
    ip: &'static str,
    agent: &'static str,
    application: &'static str,
}

impl Story<'_> {
    fn logins(&mut self) {
        for number in 0..66 {
            let scene = self.scene();
            let session = self.token(32);
            self.person(
                &scene,
                "s",
                "Successful login",
                json!({
                    "prompts": [{ "name": "prompt-authenticate", "flow": "universal-login" }],
                    "initiatedAt": unix_milliseconds(scene.at) - 8_400,
                    "completedAt": unix_milliseconds(scene.at),
                    "elapsedTime": 8_400,
                    "session_id": session,
                    "stats": { "loginsCount": 3 + number },
                }),
            );
            self.exchange(&scene.later(1), "seacft", "Authorization code for Access Token");
            if number % 5 == 0 {
                self.person(
                    &scene.later(2_700),
                    "slo",
                    "User successfully logged out",
                    json!({
                        "return_to": "https://www.harbourbooks.example/",
                        "allowed_logout_url": ["https://www.harbourbooks.example/"],
                    }),
                );
            }
        }
        for _ in 0..38 {
            let scene = self.scene();
            self.exchange(&scene, "sertft", "Refresh Token for Access Token");
        }
        for _ in 0..8 {
            let scene = self.scene();
            self.person(&scene, "ssa", "Successful silent authentication", json!({}));
        }
        for _ in 0..4 {
            let scene = self.scene();
            let error =
                json!({ "error": { "oauthError": "login_required", "message": "Login required" } });
            self.person(&scene, "fsa", "Login required", error);
        }
        for number in 0..14 {
            let scene = self.scene();
            let error = json!({ "error": { "message": "Wrong email or password." } });
            let kind = if number % 3 == 0 { "fu" } else { "fp" };
            self.person(&scene, kind, "Wrong email or password.", error);
        }
    }

    fn machines(&mut self) {
        for number in 0..44 {
            let (name, audience, scope) = MACHINES[number % MACHINES.len()];
            let at = self.moment();
            self.machine(at, "seccft", "", name, json!({ "audience": audience, "scope": scope }));
        }
        for _ in 0..4 {
            let at = self.moment();
            let more = json!({ "audience": "https://orders.harbourbooks.example/", "scope": "refund:orders" });
            self.machine(at, "feccft", "Client authentication failed", "Load Test", more);
        }
        for _ in 0..3 {
            let scene = Scene { application: "Warehouse Scanner", ..self.scene() };
            self.exchange(&scene, "sede", "Device code for Access Token");
        }
        let scene = Scene { application: "Smart TV Reader", ..self.scene() };
        self.exchange(&scene, "fede", "The device code has expired.");
    }

    fn accounts(&mut self) {
        for number in 0..11 {
            let scene = self.scene();
            let (_, name) = PEOPLE[scene.person];
            let body = json!({ "body": {
                "client_id": self.client_id(scene.application),
                "tenant": self.store.tenant,
                "email": name,
                "password": "*****",
                "connection": DATABASE,
            } });
            if number % 6 == 5 {
                self.person(&scene, "fs", "The user already exists.", body);
                continue;
            }
            self.person(&scene, "ss", "", body);
            let job = json!({ "body": { "template": { "type": "verify_email" }, "job_id": format!("job_{}", self.token(16)) } });
            self.person(&scene.later(1), "svr", "", job);
            if number % 2 == 0 {
                let ticket = self.ticket("verify");
                self.person(
                    &scene.later(190),
                    "sv",
                    "Your email was verified. You can continue using the application.",
                    json!({ "email": name, "query": { "ticket": ticket } }),
                );
            }
        }
        for number in 0..6 {
            let scene = self.scene();
            let ticket = self.ticket("reset");
            let details = json!({
                "resetUrl": ticket,
                "body": { "email": PEOPLE[scene.person].1, "connection": DATABASE, "newPassword": "*****" },
            });
            self.person(&scene, "scpr", "", details);
            if number != 4 {
                self.person(
                    &scene.later(240),
                    "scp",
                    "You can now login to the application with the new password.",
                    json!({ "title": "Change Password" }),
                );
            }
        }
        let scene = self.scene();
        self.person(
            &scene,
            "fcpr",
            "the user does not exist",
            json!({ "body": { "email": "nobody@example.com" } }),
        );
    }

    fn second_factors(&mut self) {
        for number in 0..8 {
            let scene = Scene { application: "Back Office", ..self.scene() };
            self.person(
                &scene,
                "mfar",
                "MFA Required",
                json!({ "allow_factors": ["push-notification", "otp"] }),
            );
            self.person(
                &scene.later(1),
                "gd_start_auth",
                "Second factor authentication started",
                json!({ "authenticator": { "type": "otp" } }),
            );
            let (kind, description) = match number {
                2 | 6 => ("gd_auth_failed", "Second factor authentication failed"),
                _ => ("gd_auth_succeed", "Second factor authentication successful"),
            };
            let details = json!({
                "authenticator": { "type": "otp", "id": format!("totp|dev_{}", self.token(16)) },
                "transaction_token": format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", self.token(48), self.token(43)),
            });
            self.person(&scene.later(14), kind, description, details);
        }
    }

    fn mishaps(&mut self) {
        for _ in 0..3 {
            let scene = self.scene();
            self.exchange(&scene, "fertft", "Unknown or invalid refresh token.");
        }
        for _ in 0..2 {
            let scene = self.scene();
            self.exchange(&scene, "feacft", "Invalid authorization code");
        }
        for _ in 0..3 {
            let scene = self.scene();
            self.person(
                &scene,
                "actions_execution_failed",
                "Failed to execute actions for trigger: post-login",
                json!({
                    "trigger_id": "post-login",
                    "error": { "message": "connect ETIMEDOUT 203.0.113.200:443" },
                    "action_name": "Add customer tier",
                }),
            );
        }
        for _ in 0..2 {
            let at = self.moment();
            self.machine(
                at,
                "api_limit",
                "Global per second limit has been reached",
                "Terraform",
                json!({}),
            );
        }
        for _ in 0..2 {
            let scene = self.scene();
            self.person(
                &scene,
                "w",
                "The Rules and Hooks of this tenant are deprecated.",
                json!({}),
            );
        }
    }

    /// Somebody tries passwords until the address is blocked.
    fn attack(&mut self) {
        let start = self.now - Duration::hours(51);
        let scene = |seconds: i64, person: usize| Scene {
            at: start + Duration::milliseconds(seconds * 1_000 + 137),
            person,
            ip: ATTACKER,
            agent: "Python Requests 2.32 / Linux 0.0.0",
            application: "Storefront",
        };
        for number in 0..36 {
            let kind = if number % 4 == 0 { "fp" } else { "fu" };
            let error = json!({ "error": { "message": "Wrong email or password." } });
            let person = usize::try_from(number).unwrap_or_default() % PEOPLE.len();
            self.person(&scene(number * 21, person), kind, "Wrong email or password.", error);
        }
        for person in [0, 4] {
            self.person(
                &scene(400 + 13 * person as i64, person),
                "limit_wc",
                "Account blocked after too many failed logins from this address",
                json!({}),
            );
        }
        self.person(
            &scene(701, 7),
            "pwd_leak",
            "A breached password was used",
            json!({ "type": "login" }),
        );
        self.person(
            &scene(780, 8),
            "limit_mu",
            "An IP address is blocked because it attempted too many failed logins",
            json!({ "failures": 100 }),
        );
        let spraying = Scene { at: start - Duration::days(4), ip: "198.51.100.77", ..scene(0, 2) };
        for number in 0..6 {
            let error = json!({ "error": { "message": "Wrong email or password." } });
            self.person(&spraying.later(number * 47), "fp", "Wrong email or password.", error);
        }
        self.person(&spraying.later(300), "limit_sul", "Account blocked", json!({}));
    }

    /// Changes through the Management API; bodies of requests and answers stand in the details.
    fn administration(&mut self) {
        for round in 0..5 {
            for change in self.changes() {
                let at = self.moment();
                self.operation(at, if round % 2 == 0 { "Terraform" } else { "Deploy CLI" }, change);
            }
        }
        for _ in 0..4 {
            let at = self.moment();
            let read = Change {
                method: "get",
                path: "/api/v2/clients".to_owned(),
                description: "Get all clients",
                request: json!({}),
                status: 200,
                response: json!({}),
            };
            self.operation(at, "Deploy CLI", read);
        }
    }

    fn changes(&mut self) -> Vec<Change> {
        let change = |method, path: &str, description, request, status, response| Change {
            method,
            path: format!("/api/v2/{path}"),
            description,
            request,
            status,
            response,
        };
        let person = PEOPLE[self.random.usize(..PEOPLE.len())];
        let storefront = self.client_id("Storefront");
        let reset = self.ticket("reset");
        vec![
            change(
                "post",
                "clients",
                "Create a client",
                json!({ "name": "Trial", "app_type": "non_interactive" }),
                201,
                json!({ "name": "Trial", "client_id": self.token(32), "client_secret": "REDACTED" }),
            ),
            change(
                "patch",
                &format!("clients/{storefront}"),
                "Update a client",
                json!({ "client_metadata": { "webhook_key": format!("whsec_{}", self.token(32)) } }),
                200,
                json!({ "client_id": storefront, "name": "Storefront" }),
            ),
            change(
                "post",
                "tickets/password-change",
                "Create a password change ticket",
                json!({ "user_id": person.0 }),
                201,
                json!({ "ticket": reset }),
            ),
            change(
                "patch",
                "connections/con_Xx4Kruoab04wvlYX",
                "Update a connection",
                json!({ "options": { "client_id": "partner", "client_secret": self.token(40) } }),
                200,
                json!({ "id": "con_Xx4Kruoab04wvlYX", "strategy": "oidc" }),
            ),
            change(
                "post",
                "log-streams",
                "Create a log stream",
                json!({ "name": "SIEM", "type": "http", "sink": {
                    "httpEndpoint": "https://siem.harbourbooks.example/",
                    "httpAuthorization": format!("Bearer {}", self.token(40)),
                } }),
                200,
                json!({ "id": "lst_0000000000011643", "status": "active" }),
            ),
            change(
                "post",
                "users",
                "Create a User",
                json!({ "email": person.1, "connection": DATABASE, "password": self.token(20) }),
                201,
                json!({ "user_id": person.0, "email": person.1 }),
            ),
            change(
                "patch",
                "resource-servers/66f1c0a2b3d4e5f601234501",
                "Update a resource server",
                json!({ "token_lifetime": 86_400 }),
                200,
                json!({ "id": "66f1c0a2b3d4e5f601234501", "name": "Catalogue API" }),
            ),
            change(
                "patch",
                "emails/provider",
                "Update the email provider",
                json!({ "name": "smtp", "credentials": { "smtp_user": "mailer", "smtp_pass": self.token(24) } }),
                200,
                json!({ "name": "smtp", "enabled": true }),
            ),
        ]
    }

    fn operation(&mut self, at: OffsetDateTime, client: &str, change: Change) {
        let kind = if change.method == "get" { "mgmt_api_read" } else { "sapi" };
        let jti = self.token(32);
        let details = json!({
            "request": {
                "method": change.method,
                "path": change.path,
                "query": {},
                "userAgent": "Terraform/1.12.2",
                "body": change.request,
                "channel": "api",
                "ip": "203.0.113.50",
                "auth": {
                    "user": {},
                    "strategy": "jwt",
                    "credentials": { "jti": jti, "scopes": ["read:clients", "update:clients"] },
                },
            },
            "response": { "statusCode": change.status, "body": change.response },
        });
        let mut event = event(at, kind, change.description);
        let more = json!({
            "client_id": self.client_id(client),
            "client_name": "",
            "ip": "203.0.113.50",
            "user_agent": SERVICE,
            "details": details,
            "isMobile": false,
        });
        extend(&mut event, more);
        self.events.push((at, event));
    }

    /// Something that a person did or suffered.
    fn person(&mut self, scene: &Scene, kind: &str, description: &str, details: Value) {
        let (user_id, user_name) = PEOPLE[scene.person];
        let social = user_id.starts_with("google");
        let unknown = kind == "fu";
        let mut event = event(scene.at, kind, description);
        let more = json!({
            "connection": if social { "google-oauth2" } else { DATABASE },
            "connection_id": if social { "con_d8Sl2PqWt5Ue1xVb" } else { "con_Xx4Kruoab04wvlYX" },
            "client_id": self.client_id(scene.application),
            "client_name": scene.application,
            "ip": scene.ip,
            "user_agent": scene.agent,
            "details": details,
            "hostname": self.store.domain,
            "user_id": if unknown { "" } else { user_id },
            "user_name": user_name,
            "strategy": if social { "google-oauth2" } else { "auth0" },
            "strategy_type": if social { "social" } else { "database" },
            "isMobile": scene.agent.starts_with("Mobile"),
        });
        extend(&mut event, more);
        self.events.push((scene.at, event));
    }

    /// A code or token that was exchanged for a token, or was not.
    fn exchange(&mut self, scene: &Scene, kind: &str, description: &str) {
        let (user_id, user_name) = PEOPLE[scene.person];
        let mut event = event(scene.at, kind, description);
        let more = json!({
            "client_id": self.client_id(scene.application),
            "client_name": scene.application,
            "ip": scene.ip,
            "user_agent": scene.agent,
            "details": { "code": "*************y2K" },
            "hostname": self.store.domain,
            "user_id": user_id,
            "user_name": user_name,
            "audience": "https://catalogue.harbourbooks.example/",
            "scope": "openid profile email offline_access read:books",
            "isMobile": scene.agent.starts_with("Mobile"),
        });
        extend(&mut event, more);
        self.events.push((scene.at, event));
    }

    /// Something that a machine did; nothing is known of a user.
    fn machine(
        &mut self,
        at: OffsetDateTime,
        kind: &str,
        description: &str,
        name: &str,
        more: Value,
    ) {
        let mut event = event(at, kind, description);
        let base = json!({
            "connection": null,
            "connection_id": "",
            "client_id": self.client_id(name),
            "client_name": name,
            "ip": "203.0.113.50",
            "user_agent": SERVICE,
            "details": null,
            "hostname": self.store.domain,
            "user_id": "",
            "user_name": "",
            "strategy": null,
            "strategy_type": null,
            "isMobile": false,
        });
        extend(&mut event, base);
        extend(&mut event, more);
        self.events.push((at, event));
    }

    fn scene(&mut self) -> Scene {
        let person = self.random.usize(..PEOPLE.len());
        Scene {
            at: self.moment(),
            person,
            // People stay where they are.
            ip: HOMES[person % HOMES.len()],
            agent: BROWSERS[person % BROWSERS.len()],
            application: APPLICATIONS[self.random.usize(..APPLICATIONS.len())],
        }
    }

    fn moment(&mut self) -> OffsetDateTime {
        let hour = 3_600_000;
        self.now - Duration::milliseconds(self.random.i64(hour..MILLISECONDS))
    }

    fn client_id(&self, name: &str) -> String {
        let found = self.store.all("clients").find(|(_, client)| client["name"] == name);
        found.map(|(id, _)| id.clone()).unwrap_or_default()
    }

    fn ticket(&mut self, what: &str) -> String {
        format!("https://{}/u/{what}-email?ticket={}#", self.store.domain, self.token(32))
    }

    /// Letters and digits that look like a secret.
    fn token(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }
}

struct Change {
    method: &'static str,
    path: String,
    description: &'static str,
    request: Value,
    status: u16,
    response: Value,
}

impl Scene {
    fn later(&self, seconds: i64) -> Self {
        Self { at: self.at + Duration::seconds(seconds), ..*self }
    }
}

fn event(at: OffsetDateTime, kind: &str, description: &str) -> Object {
    let mut event = Object::new();
    extend(
        &mut event,
        json!({ "date": ids::milliseconds(at), "type": kind, "description": description }),
    );
    event
}

fn extend(event: &mut Object, more: Value) {
    if let Value::Object(more) = more {
        event.extend(more);
    }
}

fn unix_milliseconds(at: OffsetDateTime) -> i64 {
    at.unix_timestamp() * 1_000 + i64::from(at.millisecond())
}
