//! The vault on keychains that work, fail halfway, hang, and hold what nobody wrote.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use super::{memory::Memory, store::LONGEST_VALUE, *};
use crate::auth::Domain;

fn name(text: &str) -> ProfileName {
    text.parse().unwrap()
}

/// A sign-in whose token has so many bytes.
fn session(token: &str, length: usize) -> Session {
    Session {
        domain: Domain::parse("x.eu.auth0.com").unwrap(),
        kind: Kind::DeviceFlow {
            server: Domain::parse("auth0.auth0.com").unwrap(),
            client_id: "client".into(),
            refresh_token: Some(Secret::new(format!("{token}-refresh"))),
        },
        access_token: Secret::new(format!("{token}{}", "x".repeat(length))),
        received_at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_000),
        expires_at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(86_401_000)),
        scopes: Some(vec!["read:clients".into()]),
        account: Some("J\u{e4}ne \u{1f600}".into()),
        signed_in_at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_000),
    }
}

fn on(store: Arc<dyn Store>) -> Vault {
    Vault::of(Some(store), Notes::Memory(Arc::default()), PATIENCE)
}

async fn token(vault: &Vault, profile: &str) -> Option<String> {
    let session = vault.read(&name(profile)).await.unwrap()?;
    Some(session.access_token.expose().trim_end_matches('x').to_owned())
}

#[tokio::test]
async fn what_is_written_is_read_whatever_its_length() {
    for length in [0, 1, LONGEST_VALUE - 1, LONGEST_VALUE, 12_000] {
        let vault = Vault::in_memory();
        let session = session("t", length);
        vault.write(&name("a"), &session).await.unwrap();
        let found = vault.read(&name("a")).await.unwrap().unwrap();
        assert_eq!(found.to_json().unwrap().expose(), session.to_json().unwrap().expose());
        assert_eq!(found.token().unwrap().scopes().unwrap(), ["read:clients"]);
        assert!(!format!("{found:?} {vault:?}").contains("t-refresh"));
    }
    let client_credentials = Session {
        kind: Kind::ClientCredentials {
            client_id: "c".into(),
            client_secret: Some(Secret::new("s".into())),
        },
        expires_at: None,
        scopes: None,
        account: None,
        ..session("t", 0)
    };
    let json = client_credentials.to_json().unwrap();
    let found = Session::from_json(&name("a"), &json).unwrap();
    assert!(found.is_renewable() && found.expires_at.is_none());
    assert_eq!(found.to_json().unwrap().expose(), json.expose());
}

#[tokio::test]
async fn nothing_is_left_of_longer_values_or_after_erasing() {
    let memory = Arc::new(Memory::default());
    let vault = on(memory.clone());
    for length in [12_000, 0, 5_000, 0] {
        vault.write(&name("a"), &session("t", length)).await.unwrap();
    }
    assert_eq!(memory.names().len(), 4, "{:?}", memory.names());
    assert!(vault.erase(&name("a")).await.unwrap() && memory.names().is_empty());
    assert!(!vault.erase(&name("a")).await.unwrap());
}

#[tokio::test]
async fn the_first_profile_is_the_default_until_another_is_chosen() {
    let vault = Vault::in_memory();
    assert_eq!(vault.profiles().await.unwrap(), Profiles::default());
    for profile in ["b", "a", "b"] {
        vault.write(&name(profile), &session(profile, 0)).await.unwrap();
    }
    let list = |default: Option<&str>, names: &[&str]| Profiles {
        names: names.iter().map(|text| name(text)).collect(),
        default: default.map(name),
    };
    assert_eq!(vault.profiles().await.unwrap(), list(Some("b"), &["a", "b"]));
    vault.set_default(&name("a")).await.unwrap();
    assert_eq!(vault.profiles().await.unwrap(), list(Some("a"), &["a", "b"]));
    let error = vault.set_default(&name("c")).await.unwrap_err().to_string();
    assert!(error.contains("no profile `c`") && error.contains("init --profile c"), "{error}");
    vault.erase(&name("a")).await.unwrap();
    assert_eq!(vault.profiles().await.unwrap(), list(None, &["b"]));
    assert_eq!(token(&vault, "b").await.unwrap(), "b");
    vault.write(&name("c"), &session("c", 0)).await.unwrap();
    assert_eq!(vault.profiles().await.unwrap(), list(Some("c"), &["b", "c"]));
}

#[tokio::test]
async fn a_stamp_changes_when_somebody_signs_in_or_out_and_not_at_a_renewal() {
    let vault = Vault::in_memory();
    let profile = name("a");
    let mut stamps = vec![vault.stamp(&profile)];
    vault.write(&profile, &session("1", 0)).await.unwrap();
    stamps.push(vault.stamp(&profile));
    vault.write(&profile, &session("2", 0)).await.unwrap();
    stamps.push(vault.stamp(&profile));
    let held = vault.hold(&profile).await.unwrap();
    held.update(&session("3", 0)).await.unwrap();
    assert_eq!(held.read().await.unwrap().unwrap().access_token.expose(), "3");
    drop(held);
    assert_eq!(stamps.last(), Some(&vault.stamp(&profile)));
    vault.write(&name("b"), &session("4", 0)).await.unwrap();
    assert_eq!(stamps.last(), Some(&vault.stamp(&profile)));
    assert!(stamps.windows(2).all(|two| two[0] != two[1]), "{stamps:?}");
    vault.erase(&profile).await.unwrap();
    assert_eq!(stamps[0], vault.stamp(&profile));
}

/// A keychain that stops working after some writing calls: a process that is killed, a disk that is full.
#[derive(Debug)]
struct Breaking {
    memory: Arc<Memory>,
    left: AtomicUsize,
}

impl Breaking {
    fn step(&self) -> Result<(), VaultError> {
        let stop = |_| VaultError::Other("stopped here".to_owned());
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).map(drop).map_err(stop)
    }
}

impl Store for Breaking {
    fn name(&self) -> String {
        self.memory.name()
    }
    fn get(&self, entry: &str) -> Result<Option<Secret>, VaultError> {
        self.memory.get(entry)
    }
    fn set(&self, entry: &str, value: &Secret) -> Result<(), VaultError> {
        self.step()?;
        self.memory.set(entry, value)
    }
    fn delete(&self, entry: &str) -> Result<bool, VaultError> {
        self.step()?;
        self.memory.delete(entry)
    }
    fn node_get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        self.memory.node_get(account)
    }
    fn node_delete(&self, account: &str) -> Result<bool, VaultError> {
        self.step()?;
        self.memory.node_delete(account)
    }
}

#[tokio::test]
async fn an_interrupted_write_never_loses_the_session_before() {
    let mut outcomes = Vec::new();
    for steps in 0..20 {
        let memory = Arc::new(Memory::default());
        on(memory.clone()).write(&name("a"), &session("old", 6_000)).await.unwrap();
        let breaking = Breaking { memory: memory.clone(), left: AtomicUsize::new(steps) };
        let written = on(Arc::new(breaking)).write(&name("a"), &session("new", 9_000)).await;
        let vault = on(memory.clone());
        let found = token(&vault, "a").await.unwrap();
        assert!(found == "new" || (found == "old" && written.is_err()), "after {steps}: {found}");
        outcomes.push(found);
        // What is left over is cleared by the next write, and by erasing.
        vault.write(&name("a"), &session("next", 0)).await.unwrap();
        assert_eq!(memory.names().len(), 4, "after {steps}: {:?}", memory.names());
        assert_eq!(token(&vault, "a").await.unwrap(), "next");
    }
    assert_eq!(outcomes.first().unwrap(), "old");
    assert_eq!(outcomes.last().unwrap(), "new");
}

#[tokio::test]
async fn an_interrupted_erasure_is_finished_by_the_next() {
    for steps in 0..20 {
        let memory = Arc::new(Memory::default());
        on(memory.clone()).write(&name("a"), &session("t", 6_000)).await.unwrap();
        let breaking = Breaking { memory: memory.clone(), left: AtomicUsize::new(steps) };
        _ = on(Arc::new(breaking)).erase(&name("a")).await;
        on(memory.clone()).erase(&name("a")).await.unwrap();
        assert!(memory.names().is_empty(), "after {steps}: {:?}", memory.names());
    }
}

/// A keychain that takes every value and keeps none.
#[derive(Debug, Default)]
struct Forgetful(Mutex<Option<Duration>>);

impl Store for Forgetful {
    fn name(&self) -> String {
        "Forgetful Keychain".to_owned()
    }
    fn get(&self, _: &str) -> Result<Option<Secret>, VaultError> {
        if let Some(wait) = *self.0.lock().unwrap() {
            thread::sleep(wait);
        }
        Ok(None)
    }
    fn set(&self, _: &str, _: &Secret) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&self, _: &str) -> Result<bool, VaultError> {
        panic!("a fault of the keychain's library")
    }
    fn node_get(&self, _: &str) -> Result<Option<Secret>, VaultError> {
        Ok(None)
    }
    fn node_delete(&self, _: &str) -> Result<bool, VaultError> {
        Ok(false)
    }
}

#[tokio::test]
async fn it_is_never_a_success_without_reading_back() {
    let vault = on(Arc::new(Forgetful::default()));
    let error = vault.write(&name("a"), &session("t", 0)).await.unwrap_err().to_string();
    assert!(error.contains("did not keep") && error.contains("Forgetful Keychain"), "{error}");
    let error = vault.erase(&name("a")).await.unwrap_err().to_string();
    assert!(error.contains("panicked"), "{error}");
    assert!(vault.read(&name("a")).await.unwrap().is_none(), "it works after a panic");
}

#[tokio::test]
async fn a_keychain_that_cannot_be_written_is_found_out_before_a_sign_in() {
    let memory = Arc::new(Memory::default());
    on(memory.clone()).probe().await.unwrap();
    assert!(memory.names().is_empty(), "the probe is left");
    let vault = on(Arc::new(Breaking { memory, left: AtomicUsize::new(0) }));
    assert!(vault.probe().await.unwrap_err().to_string().contains("stopped here"));
}

#[tokio::test]
async fn a_keychain_that_waits_for_a_person_is_given_up() {
    let slow = Forgetful(Mutex::new(Some(Duration::from_millis(300))));
    let notes = Notes::Memory(Arc::default());
    let vault = Vault::of(Some(Arc::new(slow)), notes, Duration::from_millis(20));
    let error = vault.read(&name("a")).await.unwrap_err().to_string();
    assert!(error.contains("waiting for you to unlock it"), "{error}");
}

#[tokio::test]
async fn damaged_entries_are_named_and_can_be_replaced() {
    let good = session("t", 0).to_json().unwrap();
    for (from, to, says) in [
        ("{", "s3cr3t", "it is not JSON"),
        ("\"version\":1", "\"version\":7", "has format 7"),
        ("\"version\":1", "\"version\":\"s3cr3t\"", "it has no version"),
        ("x.eu.auth0.com", "https://s3cr3t", "not a host name"),
        ("\"access_token\":\"", "\"access_token\":\"s3cr3t s3cr3t", "cannot be sent"),
        ("\"received_at\":1000", "\"received_at\":\"s3cr3t\"", "a field is missing or wrong"),
        ("device_flow", "s3cr3t", "a field is missing or wrong"),
    ] {
        let json = Secret::new(good.expose().replacen(from, to, 1));
        let memory = Arc::new(Memory::default());
        chunks::write(memory.as_ref(), "profile/a", &json).unwrap();
        let vault = on(memory);
        let error = vault.read(&name("a")).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(says) && !text.contains("s3cr3t"), "{says}: {text}");
        assert!(text.contains("auth0-mcp init --profile a"), "{text}");
        vault.write(&name("a"), &session("new", 0)).await.unwrap();
        assert_eq!(token(&vault, "a").await.unwrap(), "new");
    }
    for (entry, value) in [
        ("profile/a", "s3cr3t"),
        ("profile/a", r#"{"version":2,"slot":"a","chunks":1,"sha256":""}"#),
        ("profile/a/a/0", "s3cr3t"),
    ] {
        let memory = Arc::new(Memory::default());
        let vault = on(memory.clone());
        vault.write(&name("a"), &session("t", 0)).await.unwrap();
        memory.set(entry, &Secret::new(value.into())).unwrap();
        let error = vault.read(&name("a")).await.unwrap_err().to_string();
        assert!(error.contains("is damaged") && !error.contains("s3cr3t"), "{error}");
        vault.write(&name("a"), &session("new", 0)).await.unwrap();
        assert_eq!(token(&vault, "a").await.unwrap(), "new");
    }
}

#[tokio::test]
async fn a_damaged_list_is_named_and_made_anew_by_the_next_sign_in() {
    let memory = Arc::new(Memory::default());
    let vault = on(memory.clone());
    vault.write(&name("a"), &session("t", 0)).await.unwrap();
    let list = Secret::new(r#"{"version":1,"default":"a","names":["../s3cr3t"]}"#.into());
    chunks::write(memory.as_ref(), LIST, &list).unwrap();
    let error = vault.profiles().await.unwrap_err().to_string();
    assert!(error.contains("list of profiles is damaged") && !error.contains("s3cr3t"), "{error}");
    vault.write(&name("b"), &session("t", 0)).await.unwrap();
    assert_eq!(vault.profiles().await.unwrap().names, [name("b")]);
}

#[tokio::test]
async fn entries_of_the_node_server_are_found_imported_and_erased() {
    let memory = Arc::new(Memory::default());
    let vault = on(memory.clone());
    assert!(vault.node_entries().await.unwrap().is_empty());
    assert!(vault.import_node().await.unwrap().is_none());
    for (account, value) in [
        ("AUTH0_TOKEN", "node-token"),
        ("AUTH0_DOMAIN", "https://x.eu.auth0.com/"),
        ("AUTH0_REFRESH_TOKEN", "node-refresh"),
        ("AUTH0_TOKEN_EXPIRES_AT", "1700000000000"),
    ] {
        memory.set(account, &Secret::new(value.into())).unwrap();
    }
    assert_eq!(vault.node_entries().await.unwrap(), node::ACCOUNTS);
    let session = vault.import_node().await.unwrap().unwrap();
    assert_eq!(session.domain.as_str(), "x.eu.auth0.com");
    assert_eq!(
        session.expires_at,
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    );
    let secrets: Vec<_> = session.secrets().map(Secret::expose).collect();
    assert_eq!(secrets, ["node-token", "node-refresh"]);
    assert!(session.token().unwrap().is_expired(SystemTime::now()) && session.is_renewable());
    memory.set("AUTH0_DOMAIN", &Secret::new("evil.example/@x".into())).unwrap();
    assert!(vault.import_node().await.unwrap().is_none());
    assert_eq!(vault.erase_node().await.unwrap(), node::ACCOUNTS);
    assert!(memory.names().is_empty());
}
