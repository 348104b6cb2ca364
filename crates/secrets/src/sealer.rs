use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use secrecy::SecretSlice;
use sha2::{Digest, Sha256};

use crate::{ExposeSecret, KeyError, Secret, key};

/// Seals secrets that have to be sent out again, for keeping in a database.
///
/// A sealed value is `version (1) · key id (4) · nonce (24) · ciphertext · tag (16)`. It opens only under the context it was
/// sealed with, such as `site.outbound_key|17`, so that one copied to another row is worth nothing.
#[derive(Clone)]
pub struct Sealer {
    /// The first one seals; all of them open.
    keys: Vec<(KeyId, XChaCha20Poly1305)>,
}

type KeyId = [u8; 4];

const VERSION: u8 = 1;
const HEADER: usize = 1 + size_of::<KeyId>();
const NONCE: usize = 24;
const TAG: usize = 16;

impl Sealer {
    pub fn from_base64(key: &Secret) -> Result<Self, KeyError> {
        Self::rotated(key, &[])
    }

    /// `key` seals from now on; what `older` ones sealed still opens.
    pub fn rotated(key: &Secret, older: &[Secret]) -> Result<Self, KeyError> {
        let keys = std::iter::once(key).chain(older).map(|key| {
            let key = key::secret_bytes(key)?;
            Ok((key_id(&key), XChaCha20Poly1305::new(&key.into())))
        });
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    pub fn seal(&self, secret: &[u8], context: &str) -> Vec<u8> {
        let (id, cipher) = self.current();
        let nonce = rand::random::<[u8; NONCE]>();
        let mut sealed = vec![VERSION];
        sealed.extend(id);
        let associated = associated_data(&sealed, context);
        let ciphertext = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &associated })
            .expect("invariant: only a message of 256 GiB is too long");
        sealed.extend(nonce);
        sealed.extend(ciphertext);
        sealed
    }

    pub fn open(&self, sealed: &[u8], context: &str) -> Result<SecretSlice<u8>, OpenError> {
        if sealed.first().is_some_and(|version| *version != VERSION) {
            return Err(OpenError::Version(sealed[0]));
        }
        if sealed.len() < HEADER + NONCE + TAG {
            return Err(OpenError::TooShort);
        }
        let (header, rest) = sealed.split_at(HEADER);
        let (nonce, ciphertext) = rest.split_at(NONCE);
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(id, _)| id == &header[1..])
            .ok_or_else(|| OpenError::UnknownKey(hex::encode(&header[1..])))?;
        let nonce = XNonce::try_from(nonce).expect("invariant: cut to a nonce's length");
        let associated = associated_data(header, context);
        let secret = cipher
            .decrypt(&nonce, Payload { msg: ciphertext, aad: &associated })
            .map_err(|_| OpenError::Tampered)?;
        Ok(secret.into())
    }

    /// The same for what was text, such as an API key.
    pub fn open_text(&self, sealed: &[u8], context: &str) -> Result<Secret, OpenError> {
        let secret = self.open(sealed, context)?;
        let text = std::str::from_utf8(secret.expose_secret()).map_err(|_| OpenError::NotText)?;
        Ok(text.into())
    }

    /// Whether it was sealed by the key that seals now; if not, it is time to seal it anew.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.get(1..HEADER).is_some_and(|id| id == self.current().0)
    }

    fn current(&self) -> &(KeyId, XChaCha20Poly1305) {
        self.keys.first().expect("invariant: there is at least one key")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|(id, _)| hex::encode(id)).collect();
        f.debug_struct("Sealer").field("key_ids", &ids).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the sealed value has the unknown format version {0}")]
    Version(u8),
    #[error("the sealed value is too short")]
    TooShort,
    #[error("no key with the id {0} is among the sealing keys; add the key that was in use before")]
    UnknownKey(String),
    #[error("the sealed value was changed, or belongs to another row")]
    Tampered,
    #[error("the sealed value is not text")]
    NotText,
}

/// Follows from the key, so that nobody has to number keys; says nothing of use about it.
fn key_id(key: &[u8; 32]) -> KeyId {
    let digest = Sha256::new().chain_update("igny8 sealing key id\0").chain_update(key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// The header has a fixed length, so header and context cannot be shifted against each other.
fn associated_data(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random_key;

    const ROW: &str = "site.outbound_key|17";

    fn sealer() -> Sealer {
        Sealer::from_base64(&random_key()).unwrap()
    }

    #[test]
    fn opens_what_it_sealed_and_never_seals_alike() {
        let sealer = sealer();
        let (one, other) = (sealer.seal(b"igny8_live_x", ROW), sealer.seal(b"igny8_live_x", ROW));
        assert_ne!(one, other);
        assert_eq!(sealer.open_text(&one, ROW).unwrap().expose_secret(), "igny8_live_x");
        assert_eq!(sealer.open(&sealer.seal(b"", ROW), ROW).unwrap().expose_secret(), b"");
        assert_eq!(sealer.open_text(&sealer.seal(&[0xff], ROW), ROW).unwrap_err(), OpenError::NotText);
    }

    #[test]
    fn a_value_moved_to_another_row_does_not_open() {
        let sealer = sealer();
        let sealed = sealer.seal(b"secret", ROW);
        for other in ["site.outbound_key|18", "site.outbound_key|1", "site.inbound_key|17", ""] {
            assert_eq!(sealer.open(&sealed, other).unwrap_err(), OpenError::Tampered, "{other}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let sealer = sealer();
        let sealed = sealer.seal(b"igny8_live_x", ROW);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer.open(&changed, ROW).is_err(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(sealer.open(&sealed[..len], ROW).is_err(), "cut to {len}");
        }
    }

    #[test]
    fn keys_rotate() {
        let (old, new) = (random_key(), random_key());
        let before = Sealer::from_base64(&old).unwrap();
        let after = Sealer::rotated(&new, std::slice::from_ref(&old)).unwrap();
        let sealed = before.seal(b"secret", ROW);
        assert_eq!(after.open(&sealed, ROW).unwrap().expose_secret(), b"secret");
        assert!(!after.is_current(&sealed) && before.is_current(&sealed));

        let resealed = after.seal(b"secret", ROW);
        assert!(after.is_current(&resealed));
        assert!(matches!(before.open(&resealed, ROW), Err(OpenError::UnknownKey(_))));
    }

    #[test]
    fn what_was_sealed_once_opens_for_ever() {
        let sealer = Sealer::from_base64(&"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=".into()).unwrap();
        // Made with PHP's sodium.
        let sealed = hex::decode(concat!(
            "01bbbe6548020202020202020202020202020202020202020202020202a5015896",
            "92289024d6043ee9929a6434abafe9b715d3b93ed0033e14"
        ))
        .unwrap();
        assert_eq!(sealer.open(&sealed, ROW).unwrap().expose_secret(), b"igny8_live_x");
    }

    #[test]
    fn it_never_prints() {
        let key = random_key();
        let sealer = Sealer::from_base64(&key).unwrap();
        assert!(!format!("{sealer:?}{key:?}").contains(key.expose_secret()));
    }

    proptest! {
        #[test]
        fn any_secret_and_context(secret: Vec<u8>, context: String) {
            let sealer = sealer();
            let sealed = sealer.seal(&secret, &context);
            let opened = sealer.open(&sealed, &context).unwrap();
            prop_assert_eq!(opened.expose_secret(), &secret[..]);
        }

        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            prop_assert!(sealer().open(&bytes, ROW).is_err());
        }
    }
}
