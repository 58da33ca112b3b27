//! Compiled code that left this process and came back: from a file, or from the process that compiles.
//!
//! Compiled code is native code, and wasmtime accepts it with a flipped byte in the middle. So the only way
//! back in is a seal: a keyed MAC over everything, bound to the component and the manifest that it belongs to
//! and to the engine that made it. Whatever does not fit is never executed; the caller compiles again.

use std::hash::{Hash as _, Hasher};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{Compiled, Engine};

/// What a sealed file begins with: the format and its version.
const MAGIC: &[u8; 16] = b"auth0-mcp code 1";

/// SHA-256, for the MAC and for all digests.
const HASH: usize = 32;

/// Magic, engine, subject: what stands before the code.
const HEADER: usize = MAGIC.len() + 2 * HASH;

/// The key of a seal. It does not print.
pub struct SealKey([u8; HASH]);

impl SealKey {
    /// A key of 32 bytes that nobody else knows.
    #[must_use]
    pub const fn new(bytes: [u8; HASH]) -> Self {
        Self(bytes)
    }
}

/// Why sealed code is not used. Never a reason to give up: the component is compiled again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short, or another format.
    #[error("it is not sealed code, or it is truncated")]
    Format,
    /// The key is another one, or a byte was changed.
    #[error("its seal is wrong: somebody changed it, or the key is another one")]
    Seal,
    /// Intact, but of another component or manifest.
    #[error("it belongs to another plugin")]
    Subject,
    /// Intact, but of another version of the program or another machine.
    #[error("it was compiled by another version of auth0-mcp or for another processor")]
    Engine,
}

impl Engine {
    /// A digest of everything that compiled code depends on beside the component: version, settings, processor.
    #[must_use]
    pub fn compatibility(&self) -> [u8; HASH] {
        let mut digest = Digesting(Sha256::new());
        self.wasmtime.precompile_compatibility_hash().hash(&mut digest);
        digest.0.finalize().into()
    }

    /// The code with its seal, to store it. `subject` says what it belongs to, for example the digests of
    /// component and manifest.
    #[must_use]
    pub fn seal(&self, code: &Compiled, subject: &[u8], key: &SealKey) -> Vec<u8> {
        let code = code.bytes();
        let mut sealed = Vec::with_capacity(HEADER + code.len() + HASH);
        sealed.extend_from_slice(MAGIC);
        sealed.extend_from_slice(&self.compatibility());
        sealed.extend_from_slice(&Sha256::digest(subject));
        sealed.extend_from_slice(code);
        let mac = mac(key, &sealed).finalize().into_bytes();
        sealed.extend_from_slice(&mac);
        sealed
    }

    /// The code, if nobody touched it since [`Engine::seal`] and it belongs to this subject and this engine.
    ///
    /// # Errors
    /// [`SealError`]: the code must not be used.
    pub fn unseal(
        &self,
        mut sealed: Vec<u8>,
        subject: &[u8],
        key: &SealKey,
    ) -> Result<Compiled, SealError> {
        if sealed.len() < HEADER + HASH || !sealed.starts_with(MAGIC) {
            return Err(SealError::Format);
        }
        let (body, seal) = sealed.split_at(sealed.len() - HASH);
        // The MAC first: nothing that it does not vouch for is looked at.
        mac(key, body).verify_slice(seal).map_err(|_| SealError::Seal)?;
        let (engine, belongs) = body[MAGIC.len()..HEADER].split_at(HASH);
        if engine != self.compatibility() {
            return Err(SealError::Engine);
        }
        if belongs != Sha256::digest(subject).as_slice() {
            return Err(SealError::Subject);
        }
        sealed.truncate(sealed.len() - HASH);
        sealed.drain(..HEADER);
        Ok(Compiled::fresh(sealed))
    }
}

fn mac(key: &SealKey, body: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a block of the hash as its key; the rest of the block is zeros by its definition.
    let mut block = [0; 64];
    block[..HASH].copy_from_slice(&key.0);
    Hmac::<Sha256>::new(&block.into()).chain_update(body)
}

/// A hasher whose result is the whole digest, not 64 bits of it.
struct Digesting(Sha256);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: SealKey = SealKey::new([7; HASH]);

    fn sealed(engine: &Engine) -> Vec<u8> {
        engine.seal(&Compiled::fresh(b"native code".to_vec()), b"subject", &KEY)
    }

    #[test]
    fn what_was_sealed_comes_back() {
        let engine = Engine::new().unwrap();
        let code = engine.unseal(sealed(&engine), b"subject", &KEY).map(|c| c.bytes().to_vec());
        assert_eq!(code.as_deref(), Ok(&b"native code"[..]));
    }

    #[test]
    fn any_flipped_bit_and_any_other_key_subject_or_length_is_refused() {
        let engine = Engine::new().unwrap();
        let whole = sealed(&engine);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(engine.unseal(changed, b"subject", &KEY).is_err(), "byte {at}");
        }
        for length in 0..whole.len() {
            assert!(engine.unseal(whole[..length].to_vec(), b"subject", &KEY).is_err());
        }
        let refused = |subject: &[u8], key| engine.unseal(whole.clone(), subject, &key).err();
        assert_eq!(refused(b"another", KEY), Some(SealError::Subject));
        assert_eq!(refused(b"subject", SealKey::new([8; HASH])), Some(SealError::Seal));
    }
}
