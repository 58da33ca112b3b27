//! What the tenant holds: collections of JSON objects, each by id and in the order of creation.

use std::{collections::HashMap, time::Duration};

use serde_json::{Map, Value, json};

use crate::{clock::Clock, ids};

/// How long a build takes unless a tenant is told otherwise.
pub(crate) const BUILD_TIME: Duration = Duration::from_millis(300);

/// A family's objects by id, oldest first.
pub(crate) type Collection = Map<String, Value>;

/// Everything a tenant holds.
pub(crate) struct Store {
    /// The tenant's short name, as objects carry it.
    pub(crate) tenant: String,
    /// The host and port that clients use.
    pub(crate) domain: String,
    pub(crate) clock: Clock,
    /// How long an action is built.
    pub(crate) build_time: Duration,
    /// Whether modules of actions are there at all.
    pub(crate) modules: bool,
    families: HashMap<String, Collection>,
    signing_key: Map<String, Value>,
    private_key: String,
}

impl Store {
    pub(crate) fn new(tenant: &str, domain: String) -> Self {
        const CERTIFICATE: usize = 785;
        const ENVELOPE: usize = 834;
        const PRIVATE_KEY: usize = 1_192;
        let key = json!({
            "cert": ids::pem("CERTIFICATE", CERTIFICATE),
            "pkcs7": ids::pem("PKCS7", ENVELOPE),
            "subject": format!("/CN={tenant}.auth0.test"),
        });
        Self {
            tenant: tenant.to_owned(),
            domain,
            clock: Clock::default(),
            build_time: BUILD_TIME,
            modules: false,
            families: HashMap::new(),
            signing_key: key.as_object().cloned().unwrap_or_default(),
            private_key: ids::pem("RSA PRIVATE KEY", PRIVATE_KEY),
        }
    }

    /// A family's objects, for reading.
    pub(crate) fn all(&self, family: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.families.get(family).into_iter().flatten()
    }

    pub(crate) fn get(&self, family: &str, id: &str) -> Option<&Map<String, Value>> {
        self.families.get(family)?.get(id)?.as_object()
    }

    pub(crate) fn get_mut(&mut self, family: &str, id: &str) -> Option<&mut Map<String, Value>> {
        self.families.get_mut(family)?.get_mut(id)?.as_object_mut()
    }

    /// Adds an object, or replaces the one with this id.
    pub(crate) fn put(&mut self, family: &str, id: &str, object: Map<String, Value>) {
        let collection = self.families.entry(family.to_owned()).or_default();
        collection.insert(id.to_owned(), Value::Object(object));
    }

    pub(crate) fn remove(&mut self, family: &str, id: &str) -> Option<Value> {
        self.families.get_mut(family)?.shift_remove(id)
    }

    /// Forgets a family altogether.
    pub(crate) fn clear(&mut self, family: &str) {
        self.families.remove(family);
    }

    /// The tenant's signing key as objects show it.
    pub(crate) fn signing_keys(&self) -> Value {
        json!([self.signing_key])
    }

    /// The signing key with its private half, which only the answer to a creation shows.
    pub(crate) fn signing_keys_with_private(&self) -> Value {
        let mut key = self.signing_key.clone();
        key.insert("key".to_owned(), self.private_key.as_str().into());
        json!([key])
    }
}
