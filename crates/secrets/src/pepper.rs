use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{KeyError, Secret, key};

/// Digests credentials for look-up: a stolen table without the pepper finds nothing.
///
/// For long random keys only. Passwords go to [`password`](crate::password).
#[derive(Clone)]
pub struct Pepper(Hmac<Sha256>);

impl Pepper {
    pub fn from_base64(key: &Secret) -> Result<Self, KeyError> {
        let key = key::secret_bytes(key)?;
        Ok(Self(Hmac::new_from_slice(&key).expect("invariant: HMAC takes a key of any length")))
    }

    /// A pepper of its own for another purpose, which tells nothing about this one. No credential reads like a purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let key = self.digest(&format!("igny8 derived pepper\0{purpose}"));
        Self(Hmac::new_from_slice(&key).expect("invariant: HMAC takes a key of any length"))
    }

    pub fn digest(&self, credential: &str) -> [u8; 32] {
        self.0.clone().chain_update(credential).finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper([redacted])")
    }
}

/// Equality that takes equally long wherever two texts of one length differ. Nothing equals nothing: an absent secret is no
/// match for an absent one.
pub fn constant_time_eq(one: &[u8], other: &[u8]) -> bool {
    !one.is_empty() && bool::from(one.ct_eq(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random_key;

    #[test]
    fn the_digest_is_hmac_sha256() {
        // printf 'igny8_live_x' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00
        let pepper = Pepper::from_base64(&"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()).unwrap();
        assert_eq!(
            hex::encode(pepper.digest("igny8_live_x")),
            "a615a22e769d6a6f67beb05193d54505fc3cbe5e6b63e1d54125f54fb52e46e7"
        );
    }

    #[test]
    fn another_pepper_or_text_gives_another_digest() {
        let (one, other) =
            (Pepper::from_base64(&random_key()).unwrap(), Pepper::from_base64(&random_key()).unwrap());
        assert_eq!(one.digest("a"), one.clone().digest("a"));
        assert_ne!(one.digest("a"), one.digest("b"));
        assert_ne!(one.digest("a"), other.digest("a"));
        assert_eq!(format!("{one:?}"), "Pepper([redacted])");
    }

    #[test]
    fn each_purpose_has_its_own() {
        let pepper = Pepper::from_base64(&random_key()).unwrap();
        let digests =
            [pepper.digest("a"), pepper.derive("one").digest("a"), pepper.derive("two").digest("a")];
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
        assert_eq!(pepper.derive("one").digest("a"), digests[1]);
    }

    #[test]
    fn equality() {
        assert!(constant_time_eq(b"abc", b"abc"));
        for (one, other) in [(&b"abc"[..], &b"abd"[..]), (b"abc", b"ab"), (b"", b"a"), (b"", b"")] {
            assert!(!constant_time_eq(one, other));
        }
    }
}
