//! Who made a component: an offline ed25519 signature in minisign's format, by a publisher whose key the
//! operator's policy names.
//!
//! Only signatures over the component's BLAKE2b hash count (what `minisign -S` makes); the older form, over the
//! bytes themselves, is refused. No network, no clock, no revocation list: to revoke a key, remove it.

use minisign_verify::{Error, PublicKey, Signature};

use crate::policy::Publisher;

/// The largest signature file that is read, in bytes.
pub const LARGEST: u64 = 8 << 10;

/// Who signed a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// There is no signature.
    Unsigned,
    /// There is one, of a key that no publisher of the policy has: it proves nothing.
    Unknown,
    /// A publisher of the policy, whose signature fits these bytes.
    Publisher(Publisher),
}

impl Signer {
    /// The publisher, if the signature was verified.
    #[must_use]
    pub fn publisher(&self) -> Option<&Publisher> {
        match self {
            Self::Publisher(publisher) => Some(publisher),
            Self::Unsigned | Self::Unknown => None,
        }
    }

    /// For people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unsigned => "unsigned".to_owned(),
            Self::Unknown => "unknown: the signature's key is not among the policy's publishers, so it proves nothing".to_owned(),
            Self::Publisher(known) => format!("{} (signature verified)", known.name),
        }
    }
}

/// Why a signature is refused. A signature that is there and wrong is always refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not minisign's format.
    #[error("the signature is not in minisign's format")]
    Format,
    /// Made over the bytes and not over their hash.
    #[error("the signature has minisign's old form: sign again with a current `minisign -S`")]
    Legacy,
    /// Another component, or changed bytes.
    #[error(
        "the signature of publisher `{0}` does not fit the component: one of the two was changed. Whoever has built the component again has to sign it again (`minisign -S`)"
    )]
    Wrong(String),
    /// A key in the policy.
    #[error("the key of publisher `{0}` in the policy is no minisign public key")]
    Key(String),
}

/// Finds out who signed a component.
///
/// # Errors
/// The signature is broken, or it claims to be of a publisher and is not.
pub fn verify(
    component: &[u8],
    signature: Option<&str>,
    publishers: &[Publisher],
) -> Result<Signer, SignatureError> {
    let Some(text) = signature else { return Ok(Signer::Unsigned) };
    let signature = Signature::decode(text).map_err(|_| SignatureError::Format)?;
    for publisher in publishers {
        let name = || publisher.name.clone();
        let key = PublicKey::from_base64(publisher.key.trim());
        let key = key.map_err(|_| SignatureError::Key(name()))?;
        match key.verify(component, &signature, false) {
            Ok(()) => return Ok(Signer::Publisher(publisher.clone())),
            // Another publisher's, perhaps.
            Err(Error::UnexpectedKeyId) => {}
            Err(Error::UnexpectedAlgorithm) => return Err(SignatureError::Legacy),
            Err(_) => return Err(SignatureError::Wrong(name())),
        }
    }
    Ok(Signer::Unknown)
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, time::Instant};

    use minisign::KeyPair;

    use super::*;
    use crate::policy::Rule;

    fn signed(pair: &KeyPair, bytes: &[u8]) -> String {
        minisign::sign(None, &pair.sk, Cursor::new(bytes), None, None).unwrap().to_string()
    }

    fn publisher(name: &str, pair: &KeyPair) -> Publisher {
        with_key(name, pair.pk.to_base64())
    }

    fn with_key(name: &str, key: String) -> Publisher {
        let rule = Rule { file: "policy.toml".into(), line: 1, column: 1, text: String::new() };
        Publisher { name: name.into(), key, rule }
    }

    #[test]
    fn only_a_fitting_signature_of_a_known_key_names_its_publisher() {
        let (ours, theirs) = (
            KeyPair::generate_unencrypted_keypair().unwrap(),
            KeyPair::generate_unencrypted_keypair().unwrap(),
        );
        let publishers = [publisher("others", &theirs), publisher("acme", &ours)];
        let text = signed(&ours, b"component");
        let found =
            |bytes: &[u8], text: Option<&str>, known: &[Publisher]| verify(bytes, text, known);
        assert_eq!(
            found(b"component", Some(&text), &publishers),
            Ok(Signer::Publisher(publishers[1].clone()))
        );
        assert_eq!(found(b"component", Some(&text), &publishers[..1]), Ok(Signer::Unknown));
        assert_eq!(found(b"component", None, &publishers), Ok(Signer::Unsigned));
        assert_eq!(
            found(b"Component", Some(&text), &publishers),
            Err(SignatureError::Wrong("acme".into()))
        );
        assert_eq!(found(b"component", Some("nonsense"), &publishers), Err(SignatureError::Format));
        let broken = with_key("bad", "RWQ".into());
        assert_eq!(
            found(b"component", Some(&text), &[broken]),
            Err(SignatureError::Key("bad".into()))
        );
    }

    #[test]
    fn a_changed_comment_or_signature_never_verifies() {
        let pair = KeyPair::generate_unencrypted_keypair().unwrap();
        let (publishers, text) = ([publisher("acme", &pair)], signed(&pair, b"component"));
        let lines: Vec<_> = text.lines().collect();
        for line in 1..4 {
            for at in 0..lines[line].len() {
                let mut changed: Vec<_> =
                    lines.iter().map(|line| line.as_bytes().to_vec()).collect();
                changed[line][at] ^= 1;
                let changed = changed.join(&b'\n');
                let verdict = verify(b"component", std::str::from_utf8(&changed).ok(), &publishers);
                assert!(
                    !matches!(verdict, Ok(Signer::Publisher(_))),
                    "line {line}, byte {at}: {verdict:?}"
                );
            }
        }
    }

    #[test]
    fn verification_is_quick() {
        let pair = KeyPair::generate_unencrypted_keypair().unwrap();
        let component = vec![7; 64 << 10];
        let (publishers, text) = ([publisher("acme", &pair)], signed(&pair, &component));
        let began = Instant::now();
        for _ in 0..10 {
            assert!(verify(&component, Some(&text), &publishers).unwrap().publisher().is_some());
        }
        let each = began.elapsed() / 10;
        assert!(each.as_millis() < 50, "{each:?}");
    }
}
