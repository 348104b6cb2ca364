use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{ExposeSecret, Secret};

/// 32 random bytes as base64: a sealing key, a pepper, or a signing key's seed.
pub fn random_key() -> Secret {
    BASE64_STANDARD.encode(rand::random::<[u8; 32]>()).into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key must be 32 bytes in standard base64, 44 characters; the generate-keys verb makes one")]
    NotAKey,
    #[error("this public key is weak: signatures under it prove nothing")]
    Weak,
}

pub(crate) fn secret_bytes(base64: &Secret) -> Result<[u8; 32], KeyError> {
    bytes(base64.expose_secret())
}

pub(crate) fn bytes(base64: &str) -> Result<[u8; 32], KeyError> {
    let bytes = BASE64_STANDARD.decode(base64.trim()).map_err(|_| KeyError::NotAKey)?;
    bytes.try_into().map_err(|_| KeyError::NotAKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_generated_is_a_key() {
        let (one, other) = (random_key(), random_key());
        assert_eq!(one.expose_secret().len(), 44);
        assert_ne!(secret_bytes(&one).unwrap(), secret_bytes(&other).unwrap());
    }

    #[test]
    fn nothing_shorter_longer_or_otherwise_written_is() {
        for bad in
            ["", "AAAA", "not base64!", &"A".repeat(44), &"00".repeat(32), &format!("{}A", "A".repeat(43))]
        {
            assert_eq!(bytes(bad), Err(KeyError::NotAKey), "{bad}");
        }
    }
}
