//! Ed25519 signatures, both ways between a site and the platform, and over plugin packages.
//!
//! The headers are Standard Webhooks' (`v1a`); what is signed towards a site names the request too, see `proto/bridge.md`.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer};

use crate::{KeyError, Secret, key};

mod request;
mod webhook;

pub use request::{SiteRequest, canonical_target};
pub use webhook::{MAX_SIGNATURES, SignatureError, WINDOW_SECONDS, check_id, check_window};

/// Makes signatures. In base64 it is the 32-byte seed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    pub fn generate() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&rand::random()))
    }

    pub fn from_base64(seed: &Secret) -> Result<Self, KeyError> {
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&key::secret_bytes(seed)?)))
    }

    pub fn to_base64(&self) -> Secret {
        BASE64_STANDARD.encode(self.0.as_bytes()).into()
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// The bare signature over any bytes, as base64.
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64_STANDARD.encode(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey([redacted], public {})", self.verifying_key())
    }
}

/// Checks signatures. In base64 it is 32 bytes, and `Display` prints it so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    pub fn from_base64(public: &str) -> Result<Self, KeyError> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(&key::bytes(public)?).map_err(|_| KeyError::NotAKey)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.0.as_bytes())
    }

    /// As it stands in a table or message.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Whether this is the bare signature, in base64, over these bytes.
    pub fn verify(&self, message: &[u8], signature: &str) -> bool {
        BASE64_STANDARD
            .decode(signature)
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok())
            .is_some_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ExposeSecret;

    #[test]
    fn keys_travel_as_base64() {
        let key = SigningKey::generate();
        let again = SigningKey::from_base64(&key.to_base64()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        assert_eq!(VerifyingKey::from_base64(&key.verifying_key().to_base64()).unwrap(), key.verifying_key());
        assert!(!format!("{key:?}").contains(key.to_base64().expose_secret()));
    }

    #[test]
    fn a_signature_is_over_every_byte() {
        let key = SigningKey::generate();
        let signature = key.sign(b"igny8-wp-bridge 2.0.0");
        assert!(key.verifying_key().verify(b"igny8-wp-bridge 2.0.0", &signature));
        assert!(!key.verifying_key().verify(b"igny8-wp-bridge 2.0.1", &signature));
        assert!(!SigningKey::generate().verifying_key().verify(b"igny8-wp-bridge 2.0.0", &signature));
        for bad in ["", "AAAA", "!", &signature[1..], &format!("{signature}A")] {
            assert!(!key.verifying_key().verify(b"igny8-wp-bridge 2.0.0", bad));
        }
    }

    #[test]
    fn weak_and_malformed_public_keys_are_refused() {
        // The neutral element: signatures under it can be made by anyone.
        let neutral = BASE64_STANDARD.encode([&[1][..], &[0; 31]].concat());
        assert_eq!(VerifyingKey::from_base64(&neutral), Err(KeyError::Weak));
        assert_eq!(VerifyingKey::from_base64(&BASE64_STANDARD.encode([0; 32])), Err(KeyError::Weak));
        for bad in ["", "AAAA", "nonsense", &BASE64_STANDARD.encode([0; 33])] {
            assert_eq!(VerifyingKey::from_base64(bad), Err(KeyError::NotAKey));
        }
    }
}
