//! A tenant with a client that trusts it: what every test starts from.

use std::{sync::Once, time::Duration};

use reqwest::{Client, ClientBuilder, Method, Response, StatusCode};
use serde_json::Value;
use tenant::{Options, Tenant};

pub(crate) struct Session {
    pub(crate) tenant: Tenant,
    pub(crate) http: Client,
    token: Option<String>,
}

impl Session {
    /// An empty tenant and a token with all scopes.
    pub(crate) fn empty() -> Self {
        Self::with(Options { seed: false, ..Options::default() })
    }

    pub(crate) fn seeded() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let tenant = Tenant::start(options).unwrap();
        let http = client(&tenant, |builder| builder);
        let token = tenant.issue_token(&tenant.all_scopes(), Duration::from_secs(60));
        Self { tenant, http, token: Some(token) }
    }

    /// The same session with a token of these scopes.
    pub(crate) fn scoped(mut self, scopes: &[&str]) -> Self {
        self.token = Some(self.tenant.issue_token(scopes, Duration::from_secs(60)));
        self
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.tenant.domain())
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Response> {
        let mut request = self.http.request(method, self.url(&format!("/api/v2{path}")));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.send(Method::GET, path, None).await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(self.send(Method::POST, path, Some(body)).await.unwrap()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(self.send(Method::PATCH, path, Some(body)).await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        read(self.send(Method::DELETE, path, None).await.unwrap()).await
    }
}

/// Status and JSON body; null where there is none.
pub(crate) async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

pub(crate) fn client(
    tenant: &Tenant,
    adjust: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().unwrap();
    });
    let ca = reqwest::Certificate::from_pem(tenant.ca_pem().as_bytes()).unwrap();
    let builder = Client::builder()
        .tls_certs_only([ca])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    adjust(builder).build().unwrap()
}
