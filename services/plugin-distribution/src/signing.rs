//! What makes a release ours: the key it is signed with, and those that sites are told to trust.
//!
//! A site believes the keys in the package that it runs. So a key is replaced by one release that is signed with the old key and carries
//! both; the next may be signed with the new one.

use std::collections::BTreeMap;
use std::fmt::Display;

use domain::plugin::key_id;
use secrets::{ExposeSecret, KeyError, SigningKey, VerifyingKey};
use serde::Serialize;
use serde_json::Value;

use crate::artifact::Source;
use crate::settings::ReleaseSettings;

/// At the root of every package, where the plugin looks for it.
pub const KEYS_FILE: &str = "release-keys.json";

pub struct Signer {
    key: SigningKey,
    id: String,
    /// In base64 by their ids; its own is one of them.
    trusted: BTreeMap<String, String>,
}

/// In base64, and which key it is under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub key_id: String,
    pub signature: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    #[error(
        "there is no key to sign the release with, and sites install none without: set `release.signing_key` \
        (IGNY8__RELEASE__SIGNING_KEY) to the key of the releases before; for the very first, `generate-release-key` makes one"
    )]
    NoKey,
    #[error("release.signing_key is no key; `generate-release-key` makes one")]
    Key(#[source] KeyError),
    #[error("release.trusted_keys has \"{0}\", which is no public key; `generate-release-key` prints them")]
    TrustedKey(String, #[source] KeyError),
}

impl Signer {
    pub fn new(settings: &ReleaseSettings) -> Result<Self, SignerError> {
        let key = settings.signing_key.as_ref().ok_or(SignerError::NoKey)?;
        let key = SigningKey::from_base64(key).map_err(SignerError::Key)?;
        let mut trusted = BTreeMap::new();
        for more in &settings.trusted_keys {
            let more =
                VerifyingKey::from_base64(more).map_err(|e| SignerError::TrustedKey(more.clone(), e))?;
            trusted.insert(id(&more), more.to_base64());
        }
        let own = key.verifying_key();
        trusted.insert(id(&own), own.to_base64());
        Ok(Self { id: id(&own), key, trusted })
    }

    /// `None`: there is no key.
    pub fn if_given(settings: &ReleaseSettings) -> Result<Option<Self>, SignerError> {
        settings.signing_key.as_ref().map(|_| Self::new(settings)).transpose()
    }

    /// Puts the keys that the next releases may be signed with among the source's files.
    pub fn enclose_keys(&self, source: &mut Source) {
        #[derive(Serialize)]
        struct Keys<'a> {
            keys: &'a BTreeMap<String, String>,
        }
        let text = serde_json::to_vec(&Keys { keys: &self.trusted });
        source.files.insert(KEYS_FILE.to_owned(), text.expect("invariant: these have string keys only"));
    }

    /// Of the key it signs with.
    pub fn key_id(&self) -> &str {
        &self.id
    }

    /// Signs a text as it is displayed.
    pub fn sign(&self, text: &impl Display) -> Signature {
        Signature { key_id: self.id.clone(), signature: self.key.sign(text.to_string().as_bytes()) }
    }
}

/// The ids of the keys that were put among the source's files.
pub fn enclosed_keys(source: &Source) -> Vec<String> {
    let written: Option<Value> =
        source.files.get(KEYS_FILE).and_then(|text| serde_json::from_slice(text).ok());
    let keys = written.as_ref().and_then(|it| it["keys"].as_object());
    keys.map(|keys| keys.keys().cloned().collect()).unwrap_or_default()
}

fn id(key: &VerifyingKey) -> String {
    key_id(&key.to_bytes())
}

/// A new key as lines NAME=value, to be kept by whoever releases.
pub fn generated_key() -> String {
    let key = SigningKey::generate();
    let public = key.verifying_key();
    format!(
        "RELEASE_SIGNING_KEY={}\nRELEASE_PUBLIC_KEY={public}\nRELEASE_KEY_ID={}\n",
        key.to_base64().expose_secret(),
        id(&public),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use secrets::Secret;

    use super::*;
    use crate::artifact::{build, tests::example};

    fn settings(signing_key: &str, trusted_keys: &[&str]) -> ReleaseSettings {
        let trusted_keys = trusted_keys.iter().map(|&it| it.to_owned()).collect();
        ReleaseSettings {
            signing_key: Some(Secret::from(signing_key)),
            trusted_keys,
            php: "php".into(),
            sources: None,
        }
    }

    #[test]
    fn what_is_generated_signs_and_is_trusted() {
        let text = generated_key();
        let lines: HashMap<_, _> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let signer = Signer::new(&settings(lines["RELEASE_SIGNING_KEY"], &[])).unwrap();
        let signed = signer.sign(&"a text");
        assert_eq!(signed.key_id, lines["RELEASE_KEY_ID"]);
        let public = VerifyingKey::from_base64(lines["RELEASE_PUBLIC_KEY"]).unwrap();
        assert!(public.verify(b"a text", &signed.signature));
    }

    #[test]
    fn the_keys_are_written_in_one_order_and_in_place_of_what_was_there() {
        let keys = [1_u8, 2, 3].map(|_| SigningKey::generate());
        let public = keys.each_ref().map(|it| it.verifying_key().to_base64());
        let plugin = example();
        let package = |trusted: [&str; 3]| {
            let mut source = Source::read(&plugin.path().join("example")).unwrap();
            source.files.insert(KEYS_FILE.to_owned(), b"{}".to_vec());
            let own = keys[0].to_base64();
            let settings = ReleaseSettings {
                signing_key: Some(own),
                trusted_keys: trusted.iter().map(|&it| it.to_owned()).collect(),
                php: "php".into(),
                sources: None,
            };
            Signer::new(&settings).unwrap().enclose_keys(&mut source);
            (source.files[KEYS_FILE].clone(), build(&source).unwrap())
        };
        let [one, two, three] = public.each_ref().map(String::as_str);
        assert_eq!(package([two, three, one]), package([three, two, two]), "the order is theirs");
    }

    #[test]
    fn says_which_key_is_none() {
        let good = generated_key();
        let (_, good) = good.lines().next().unwrap().split_once('=').unwrap();
        assert!(matches!(Signer::new(&settings("what", &[])), Err(SignerError::Key(_))));
        let error = Signer::new(&settings(good, &["nonsense"])).err().unwrap().to_string();
        assert!(error.contains("\"nonsense\""), "{error}");
        let none =
            ReleaseSettings { signing_key: None, trusted_keys: Vec::new(), php: "php".into(), sources: None };
        assert!(matches!(Signer::new(&none), Err(SignerError::NoKey)));
    }
}
