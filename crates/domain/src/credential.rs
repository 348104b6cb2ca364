//! Keys people and sites carry: `<prefix><32 random characters><6 characters of checksum>`, all base62.
//!
//! The checksum covers prefix and body, so a mistyped key is told from a revoked one without looking anything up, and leak
//! scanners find real keys only.

use std::{fmt, marker::PhantomData};

use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};

/// A site's key: the one thing a site owner copies into the plugin.
pub type ApiKey = Credential<SiteKey>;
/// A person's key for programs.
pub type AccessToken = Credential<PersonalAccess>;
/// What the console's cookie holds.
pub type SessionToken = Credential<Session>;

/// What a credential is for; its prefix says so to people and to scanners.
pub trait Purpose {
    const PREFIX: &'static str;
}

pub enum SiteKey {}
pub enum PersonalAccess {}
pub enum Session {}

impl Purpose for SiteKey {
    const PREFIX: &'static str = "igny8_live_";
}

impl Purpose for PersonalAccess {
    const PREFIX: &'static str = "igny8_pat_";
}

impl Purpose for Session {
    const PREFIX: &'static str = "igny8_ses_";
}

/// 62^32 is more than 2^190.
const BODY: usize = 32;
/// 62^6 is more than 2^32: every CRC-32 has its own six characters.
const CHECKSUM: usize = 6;

/// A well-formed key. Whether it is anyone's is a question for whoever keeps the digests.
pub struct Credential<P> {
    text: SecretString,
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> Credential<P> {
    pub const PREFIX: &'static str = P::PREFIX;

    pub fn generate() -> Self {
        let mut text = P::PREFIX.to_owned();
        text += &Alphanumeric.sample_string(&mut rand::rng(), BODY);
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Self::unchecked(text)
    }

    /// Exact: no surrounding blanks, no other case.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.is_empty() {
            return Err(CredentialError::Empty);
        }
        let rest = text.strip_prefix(P::PREFIX).ok_or(CredentialError::Prefix { expected: P::PREFIX })?;
        if rest.len() != BODY + CHECKSUM {
            return Err(CredentialError::Length { expected: P::PREFIX.len() + BODY + CHECKSUM });
        }
        if !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(CredentialError::Character);
        }
        let (signed, given) = text.split_at(text.len() - CHECKSUM);
        if given.as_bytes() != checksum(signed) {
            return Err(CredentialError::Checksum);
        }
        Ok(Self::unchecked(text.to_owned()))
    }

    /// Enough to recognise a key in a list, and nothing to use it with: `igny8_live_…3kF9`.
    pub fn prefix_hint(&self) -> String {
        let text = self.expose();
        format!("{}…{}", P::PREFIX, &text[text.len() - 4..])
    }
}

impl<P> Credential<P> {
    /// The key itself: to show it once, to digest it, to seal it.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    fn unchecked(text: String) -> Self {
        Self { text: text.into(), purpose: PhantomData }
    }
}

impl<P> Clone for Credential<P> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), purpose: PhantomData }
    }
}

impl<P: Purpose> fmt::Debug for Credential<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[redacted]", P::PREFIX)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    #[error("the key is empty")]
    Empty,
    #[error("a key of this kind begins with {expected}; copy the whole key")]
    Prefix { expected: &'static str },
    #[error("the key must have {expected} characters; copy the whole key, without blanks around it")]
    Length { expected: usize },
    #[error("after its prefix the key has letters and digits only; copy the whole key")]
    Character,
    #[error("the key has a typing error; copy it again")]
    Checksum,
}

impl CredentialError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "key_missing",
            Self::Prefix { .. } | Self::Length { .. } | Self::Character | Self::Checksum => "key_invalid",
        }
    }
}

fn checksum(text: &str) -> [u8; CHECKSUM] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut out = [b'0'; CHECKSUM];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_generated_parses() {
        for _ in 0..100 {
            let key = ApiKey::generate();
            assert_eq!(ApiKey::parse(key.expose()).unwrap().expose(), key.expose());
            assert_eq!(key.expose().len(), 11 + 32 + 6);
        }
        assert_ne!(ApiKey::generate().expose(), ApiKey::generate().expose());
    }

    #[test]
    fn known_keys_stay_valid() {
        assert!(ApiKey::parse("igny8_live_0123456789ABCDEFGHIJKLMNOPQRSTUV1niSDc").is_ok());
    }

    #[test]
    fn every_wrong_missing_added_or_swapped_character_is_noticed() {
        let key = ApiKey::generate();
        let good: Vec<char> = key.expose().chars().collect();
        let refused = |chars: &[char]| ApiKey::parse(&chars.iter().collect::<String>()).is_err();
        for at in 0..good.len() {
            for other in (' '..='~').chain(['é', '\0', '…']).filter(|c| *c != good[at]) {
                let mut typo = good.clone();
                typo[at] = other;
                assert!(refused(&typo), "{other} at {at}");
                typo[at] = good[at];
                typo.insert(at, other);
                assert!(refused(&typo), "{other} put in at {at}");
            }
            let mut typo = good.clone();
            typo.remove(at);
            assert!(refused(&typo), "without {at}");
            if at > 0 && good[at] != good[at - 1] {
                let mut typo = good.clone();
                typo.swap(at, at - 1);
                assert!(refused(&typo), "swapped at {at}");
            }
        }
    }

    #[test]
    fn a_key_of_one_kind_is_none_of_another() {
        let token = AccessToken::generate();
        assert_eq!(
            ApiKey::parse(token.expose()).unwrap_err(),
            CredentialError::Prefix { expected: "igny8_live_" }
        );
        assert!(SessionToken::parse(SessionToken::generate().expose()).is_ok());
        let relabelled = token.expose().replace("igny8_pat_", "igny8_ses_");
        assert_eq!(SessionToken::parse(&relabelled).unwrap_err(), CredentialError::Checksum);
    }

    #[test]
    fn refusals_say_why() {
        let key = ApiKey::generate();
        assert_eq!(ApiKey::parse("").unwrap_err(), CredentialError::Empty);
        assert_eq!(
            ApiKey::parse(&format!("{} ", key.expose())).unwrap_err(),
            CredentialError::Length { expected: 49 }
        );
        assert_eq!(ApiKey::parse(&key.expose().to_uppercase()).unwrap_err().code(), "key_invalid");
    }

    #[test]
    fn it_never_prints() {
        let key = ApiKey::generate();
        assert_eq!(format!("{key:?}"), "igny8_live_[redacted]");
        assert_eq!(key.prefix_hint(), format!("igny8_live_…{}", &key.expose()[45..]));
    }

    proptest! {
        #[test]
        fn nothing_made_up_parses(text in "(igny8_live_)?[0-9A-Za-z]{0,40}|.*") {
            prop_assert!(ApiKey::parse(&text).is_err());
        }
    }
}
