//! The system's keychain behind [`Store`]: Secret Service on Linux, Keychain on macOS, Credential Manager on
//! Windows. The only file that names the keychain crates.

use std::{mem::ManuallyDrop, sync::Arc};

use keyring_core::{Entry, Error, api::CredentialStoreApi};

use super::{
    VaultError,
    store::{LONGEST_VALUE, SERVICE, Store},
};
use crate::secret::Secret;

/// The keychain of this user. Its connection is never dropped, and ends with the process: dropping it waits for the
/// bus, which panics on a thread of the runtime.
#[derive(Debug)]
pub(super) struct Keychain(ManuallyDrop<Arc<dyn CredentialStoreApi + Send + Sync>>);

impl Keychain {
    /// Connects to it.
    pub(super) fn open() -> Result<Self, VaultError> {
        platform::open().map(|store| Self(ManuallyDrop::new(store))).map_err(failure)
    }

    fn entry(&self, name: &str) -> Result<Entry, VaultError> {
        let modifiers = platform::modifiers(name);
        let modifiers = modifiers.iter().map(|(key, value)| (*key, value.as_str())).collect();
        self.0.build(SERVICE, name, Some(&modifiers)).map_err(failure)
    }
}

impl Store for Keychain {
    fn name(&self) -> String {
        platform::NAME.to_owned()
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        secret(self.entry(name)?.get_secret())
    }

    fn set(&self, name: &str, value: &Secret) -> Result<(), VaultError> {
        let entry = self.entry(name)?;
        match entry.set_secret(value.expose().as_bytes()) {
            // Of several entries with one name none can be trusted: this value replaces them all.
            Err(Error::Ambiguous(entries)) => {
                delete_all(entries)?;
                entry.set_secret(value.expose().as_bytes()).map_err(failure)
            }
            result => result.map_err(failure),
        }
    }

    fn delete(&self, name: &str) -> Result<bool, VaultError> {
        deleted(self.entry(name)?.delete_credential())
    }

    fn node_get(&self, account: &str) -> Result<Option<Secret>, VaultError> {
        match platform::node_entries(self, account)?.first() {
            Some(entry) => secret(entry.get_secret()),
            None => Ok(None),
        }
    }

    fn node_delete(&self, account: &str) -> Result<bool, VaultError> {
        let mut found = false;
        for entry in platform::node_entries(self, account)? {
            found |= deleted(entry.delete_credential())?;
        }
        Ok(found)
    }
}

fn secret(found: Result<Vec<u8>, Error>) -> Result<Option<Secret>, VaultError> {
    match found {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(_) => Err(VaultError::Other("an entry is not text".to_owned())),
        },
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

fn deleted(result: Result<(), Error>) -> Result<bool, VaultError> {
    match result {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(Error::Ambiguous(entries)) => delete_all(entries).map(|()| true),
        Err(error) => Err(failure(error)),
    }
}

fn delete_all(entries: Vec<Entry>) -> Result<(), VaultError> {
    entries.iter().try_for_each(|entry| match entry.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failure(error)),
    })
}

/// The errors of four libraries, told apart. What they say of a value is never repeated: it can be the value.
fn failure(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(cause) => platform::no_access(&cause.to_string()),
        Error::PlatformFailure(cause) => platform::failed(&cause.to_string()),
        Error::NoDefaultStore => VaultError::NoKeychain("no store".to_owned()),
        Error::TooLong(_, _) => VaultError::TooLong(LONGEST_VALUE),
        Error::Ambiguous(_) => VaultError::Other(
            "it holds several entries of one name: `auth0-mcp logout` deletes them all".to_owned(),
        ),
        Error::BadEncoding(_) | Error::BadDataFormat(_, _) => {
            VaultError::Other("an entry is not in the form that was written".to_owned())
        }
        Error::NotSupportedByStore(what) => VaultError::Other(short(&what)),
        Error::Invalid(what, _) => VaultError::Other(format!("`{}` is not taken", short(&what))),
        Error::BadStoreFormat(_) | Error::NoEntry => {
            VaultError::Other("it is not in the form that it should have".to_owned())
        }
        _ => VaultError::Other("for an unknown reason".to_owned()),
    }
}

/// On one line, and no longer than a person reads.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(target_os = "linux")]
mod platform {
    use std::collections::HashMap;

    use super::*;

    pub(super) const NAME: &str = "Secret Service";

    pub(super) fn open() -> Result<Arc<dyn CredentialStoreApi + Send + Sync>, Error> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    /// What people see in Seahorse or KWalletManager.
    pub(super) fn modifiers(name: &str) -> Vec<(&'static str, String)> {
        vec![("label", format!("{SERVICE}: {name}"))]
    }

    /// Its entries have the attribute `account` where ours have `username`.
    pub(super) fn node_entries(
        keychain: &Keychain,
        account: &str,
    ) -> Result<Vec<Entry>, VaultError> {
        let spec = HashMap::from([("service", SERVICE), ("account", account)]);
        keychain.0.search(&spec).map_err(failure)
    }

    /// Locked, and not unlocked: the prompt was dismissed, or there is nobody to ask. A keyring that was never
    /// unlocked gives no result at all.
    pub(super) fn no_access(_: &str) -> VaultError {
        VaultError::Locked
    }

    pub(super) fn failed(text: &str) -> VaultError {
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["ServiceUnknown", "was not provided", "NameHasNoOwner", "Spawn"]) {
            VaultError::NoKeychain("no Secret Service is running".to_owned())
        } else if says(&["connect", "address", "NoServer", "not found", "No such file"]) {
            VaultError::NoKeychain("no D-Bus session bus can be reached".to_owned())
        } else if says(&["IsLocked", "locked"]) {
            VaultError::Locked
        } else if says(&["AccessDenied", "Access denied"]) {
            VaultError::Denied("by D-Bus".to_owned())
        } else {
            VaultError::Other(short(text))
        }
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::*;

    pub(super) const NAME: &str = "macOS Keychain";

    pub(super) fn open() -> Result<Arc<dyn CredentialStoreApi + Send + Sync>, Error> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    pub(super) fn modifiers(_: &str) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    pub(super) fn node_entries(
        keychain: &Keychain,
        account: &str,
    ) -> Result<Vec<Entry>, VaultError> {
        existing(keychain.entry(account)?)
    }

    /// `errSecAuthFailed`, `errSecNoSuchKeychain`, and what else the keychain itself refuses.
    pub(super) fn no_access(text: &str) -> VaultError {
        VaultError::Denied(short(text))
    }

    /// `errSecInteractionNotAllowed` is what a session over SSH gets from a locked keychain.
    pub(super) fn failed(text: &str) -> VaultError {
        if text.contains("interaction is not allowed") {
            VaultError::Locked
        } else if text.contains("canceled") {
            VaultError::Denied("its dialog was cancelled".to_owned())
        } else {
            VaultError::Other(short(text))
        }
    }
}

#[cfg(windows)]
mod platform {
    use super::*;

    pub(super) const NAME: &str = "Windows Credential Manager";

    pub(super) fn open() -> Result<Arc<dyn CredentialStoreApi + Send + Sync>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// Named as the Node server names its own; kept on this machine, not with a roaming profile.
    pub(super) fn modifiers(name: &str) -> Vec<(&'static str, String)> {
        vec![("target", format!("{SERVICE}/{name}")), ("persistence", "Local".to_owned())]
    }

    pub(super) fn node_entries(
        keychain: &Keychain,
        account: &str,
    ) -> Result<Vec<Entry>, VaultError> {
        existing(keychain.entry(account)?)
    }

    /// `ERROR_NO_SUCH_LOGON_SESSION`: a service or a session over SSH has no Credential Manager.
    pub(super) fn no_access(text: &str) -> VaultError {
        VaultError::NoKeychain(short(text))
    }

    pub(super) fn failed(text: &str) -> VaultError {
        VaultError::Other(short(text))
    }
}

/// The entry, if it is there.
#[cfg(any(target_os = "macos", windows))]
fn existing(entry: Entry) -> Result<Vec<Entry>, VaultError> {
    match entry.get_credential() {
        Ok(_) => Ok(vec![entry]),
        Err(Error::NoEntry) => Ok(Vec::new()),
        Err(error) => Err(failure(error)),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_errors_of_the_libraries_are_told_apart_and_repeat_no_value() {
        let failed = |text: &str| Error::PlatformFailure(text.to_owned().into());
        let refused = |text: &str| Error::NoStorageAccess(text.to_owned().into());
        let value = || b"s3cr3t".to_vec();
        for (error, says) in [
            (
                failed("zbus error: Failed to connect to address `unix:path=/run/bus`"),
                "no D-Bus session bus",
            ),
            (failed("zbus error: I/O error: No such file or directory"), "no D-Bus session bus"),
            (
                failed(
                    "org.freedesktop.DBus.Error.ServiceUnknown: The name org.freedesktop.secrets was not provided",
                ),
                "no Secret Service is running",
            ),
            (refused("SS error: prompt dismissed"), "is locked"),
            (refused("SS error: result not returned from SS API"), "is locked"),
            (
                failed(
                    "org.freedesktop.Secret.Error.IsLocked: Cannot get secret of a locked object",
                ),
                "is locked",
            ),
            (failed("org.freedesktop.DBus.Error.AccessDenied: no"), "refused access"),
            (failed("something\nelse"), "the keychain failed: somethingelse"),
            (Error::TooLong("secret".into(), 2560), "takes no value of this length"),
            (Error::Ambiguous(Vec::new()), "`auth0-mcp logout` deletes them all"),
            (Error::BadEncoding(value()), "not in the form"),
            (Error::BadDataFormat(value(), "s3cr3t".into()), "not in the form"),
            (Error::Invalid("user".into(), "s3cr3t".into()), "`user` is not taken"),
            (Error::NoDefaultStore, "there is no keychain here"),
        ] {
            let text = failure(error).to_string();
            assert!(text.contains(says) && !text.contains("s3cr3t"), "{says}: {text}");
        }
        assert!(secret(Ok(vec![0xff])).unwrap_err().to_string().contains("not text"));
        assert!(secret(Err(Error::NoEntry)).unwrap().is_none());
        assert!(!deleted(Err(Error::NoEntry)).unwrap());
    }
}
