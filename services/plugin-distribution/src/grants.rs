//! Leave for one site to download one version, for a short time.
//!
//! A grant is `{account}.{site}.{until}.{proof}`: whom it is for, the second until which it is good, and an HMAC-SHA256 in hex over these,
//! the plugin and the version. Every replica can check it, and no row is needed.

use domain::{AccountId, SiteId};
use jiff::Timestamp;
use secrets::{Pepper, constant_time_eq};

/// Makes and checks grants. The key follows from the installation's pepper, and says nothing about it.
#[derive(Clone, Debug)]
pub struct Grants(Pepper);

/// Whom a grant is for, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub account: AccountId,
    pub site: SiteId,
    pub until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantError {
    Invalid,
    Expired,
}

impl Grants {
    pub fn new(pepper: &Pepper) -> Self {
        Self(pepper.derive("download grants v1"))
    }

    pub fn make(&self, slug: &str, version: &str, grant: Grant) -> String {
        let Grant { account, site, until } = grant;
        let proof = hex::encode(self.proof(slug, version, grant));
        format!("{}.{}.{}.{proof}", account.get(), site.get(), until.as_second())
    }

    /// Whether this is a grant for this version that is still good.
    pub fn check(&self, text: &str, slug: &str, version: &str, now: Timestamp) -> Result<Grant, GrantError> {
        let (grant, proof) = parse(text).ok_or(GrantError::Invalid)?;
        if !constant_time_eq(&self.proof(slug, version, grant), &proof) {
            return Err(GrantError::Invalid);
        }
        if grant.until <= now { Err(GrantError::Expired) } else { Ok(grant) }
    }

    fn proof(&self, slug: &str, version: &str, Grant { account, site, until }: Grant) -> [u8; 32] {
        let (account, site, until) = (account.get(), site.get(), until.as_second());
        self.0.digest(&format!("{slug}\n{version}\n{account}\n{site}\n{until}\n"))
    }
}

fn parse(text: &str) -> Option<(Grant, [u8; 32])> {
    let mut parts = text.split('.');
    let mut number = || parts.next()?.parse().ok();
    let (account, site, until): (i64, i64, i64) = (number()?, number()?, number()?);
    let mut proof = [0; 32];
    hex::decode_to_slice(parts.next()?, &mut proof).ok()?;
    if parts.next().is_some() {
        return None;
    }
    let until = Timestamp::from_second(until).ok()?;
    Some((Grant { account: AccountId::new(account), site: SiteId::new(site), until }, proof))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrets::random_key;

    use super::*;

    const SLUG: &str = "igny8-wp-bridge";

    fn grants() -> Grants {
        Grants::new(&Pepper::from_base64(&random_key()).unwrap())
    }

    fn grant() -> Grant {
        let until = Timestamp::from_second(1_800_000_300).unwrap();
        Grant { account: AccountId::new(3), site: SiteId::new(7), until }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn good_for_one_plugin_and_version_until_it_ends() {
        let grants = grants();
        let text = grants.make(SLUG, "2.1.0", grant());
        assert_eq!(grants.check(&text, SLUG, "2.1.0", at(1_800_000_299)), Ok(grant()));
        assert_eq!(grants.check(&text, SLUG, "2.1.0", at(1_800_000_300)), Err(GrantError::Expired));
        assert_eq!(grants.check(&text, SLUG, "2.1.1", at(1_800_000_000)), Err(GrantError::Invalid));
        assert_eq!(grants.check(&text, "another", "2.1.0", at(1_800_000_000)), Err(GrantError::Invalid));
        assert_eq!(
            self::grants().check(&text, SLUG, "2.1.0", at(0)),
            Err(GrantError::Invalid),
            "another key"
        );
    }

    #[test]
    fn nobody_changes_whom_it_is_for_or_how_long() {
        let grants = grants();
        let text = grants.make(SLUG, "2.1.0", grant());
        let changed = [("3.7.", "3.8."), ("3.7.", "4.7."), ("1800000300", "1800009300"), (".7.", ".7.7.")];
        for changed in changed.map(|(from, to)| text.replacen(from, to, 1)).iter().chain(&[
            String::new(),
            "...".to_owned(),
            text[..text.len() - 1].to_owned(),
            format!("{text}0"),
            format!("{text}.0"),
        ]) {
            assert_eq!(grants.check(changed, SLUG, "2.1.0", at(0)), Err(GrantError::Invalid), "{changed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text: String, version: String) {
            prop_assert_eq!(grants().check(&text, SLUG, &version, at(0)), Err(GrantError::Invalid));
        }
    }
}
