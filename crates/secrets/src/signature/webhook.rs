use super::{SigningKey, VerifyingKey};

/// More signatures than this in a header are not looked at.
pub const MAX_SIGNATURES: usize = 10;
/// How far a request's time may be off, either way.
pub const WINDOW_SECONDS: i64 = 300;

const SCHEME: &str = "v1a,";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the request has no signature")]
    Missing,
    #[error("none of the request's signatures is right")]
    Invalid,
    #[error("the request's id must have 8 to 64 letters, digits, hyphens or underscores")]
    Id,
    #[error("the request's time is more than {WINDOW_SECONDS} seconds off; set the clock")]
    OutOfWindow,
}

impl SignatureError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Invalid | Self::Id => "signature_invalid",
            Self::OutOfWindow => "timestamp_out_of_window",
        }
    }
}

impl SigningKey {
    /// The `webhook-signature` header over `{id}.{timestamp}.{body}`. During a change of keys, join both keys' by a blank.
    pub fn sign_webhook(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("{SCHEME}{}", self.sign(&signed_text(id, timestamp, body)))
    }
}

impl VerifyingKey {
    /// Checks the header, not the window (see [`check_window`]) and not whether the id was used before.
    pub fn verify_webhook(
        &self,
        header: &str,
        id: &str,
        timestamp: i64,
        body: &[u8],
    ) -> Result<(), SignatureError> {
        check_id(id)?;
        if header.trim().is_empty() {
            return Err(SignatureError::Missing);
        }
        let text = signed_text(id, timestamp, body);
        let mut signatures =
            header.split_ascii_whitespace().take(MAX_SIGNATURES).filter_map(|one| one.strip_prefix(SCHEME));
        if signatures.any(|signature| self.verify(&text, signature)) {
            Ok(())
        } else {
            Err(SignatureError::Invalid)
        }
    }
}

/// An id has no dot, so that it cannot run over into the timestamp.
pub fn check_id(id: &str) -> Result<(), SignatureError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (8..=64).contains(&id.len()) && id.bytes().all(plain) { Ok(()) } else { Err(SignatureError::Id) }
}

/// Both in Unix seconds.
pub fn check_window(timestamp: i64, now: i64) -> Result<(), SignatureError> {
    let off = timestamp.abs_diff(now);
    if off <= WINDOW_SECONDS.unsigned_abs() { Ok(()) } else { Err(SignatureError::OutOfWindow) }
}

fn signed_text(id: &str, timestamp: i64, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{timestamp}.").as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ID: &str = "0193-id_A";
    const BODY: &[u8] = br#"[{"seq":1}]"#;

    #[test]
    fn verifies_what_was_signed_and_nothing_else() {
        let key = SigningKey::generate();
        let public = key.verifying_key();
        let header = key.sign_webhook(ID, 1_732_254_000, BODY);
        assert_eq!(public.verify_webhook(&header, ID, 1_732_254_000, BODY), Ok(()));

        let invalid = Err(SignatureError::Invalid);
        assert_eq!(public.verify_webhook(&header, "0193-id_B", 1_732_254_000, BODY), invalid);
        assert_eq!(public.verify_webhook(&header, ID, 1_732_254_001, BODY), invalid);
        assert_eq!(public.verify_webhook(&header, ID, 1_732_254_000, b"[]"), invalid);
        assert_eq!(
            SigningKey::generate().verifying_key().verify_webhook(&header, ID, 1_732_254_000, BODY),
            invalid
        );
        assert_eq!(public.verify_webhook("", ID, 1_732_254_000, BODY), Err(SignatureError::Missing));
        assert_eq!(public.verify_webhook(" ", ID, 1_732_254_000, BODY), Err(SignatureError::Missing));
    }

    #[test]
    fn every_flipped_bit_of_body_and_signature_is_noticed() {
        let key = SigningKey::generate();
        let header = key.sign_webhook(ID, 7, BODY);
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert!(key.verifying_key().verify_webhook(&header, ID, 7, &body).is_err());
        }
        for at in 0..header.len() {
            let mut changed = header.clone().into_bytes();
            changed[at] = if changed[at] == b'B' { b'C' } else { b'B' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(key.verifying_key().verify_webhook(&changed, ID, 7, BODY).is_err(), "{changed}");
        }
    }

    #[test]
    fn any_of_ten_signatures_is_enough_and_an_eleventh_is_not_tried() {
        let key = SigningKey::generate();
        let good = key.sign_webhook(ID, 7, BODY);
        let bad = SigningKey::generate().sign_webhook(ID, 7, BODY);
        let after = |n: usize| format!("{}{good}", format!("{bad} ").repeat(n));
        let verify = |header: &str| key.verifying_key().verify_webhook(header, ID, 7, BODY);
        assert_eq!(verify(&after(9)), Ok(()));
        assert_eq!(verify(&after(10)), Err(SignatureError::Invalid));
        assert_eq!(verify(&format!("v1,abc= v2,x nonsense {good}")), Ok(()));
        assert_eq!(verify(&good.replace("v1a,", "v1,")), Err(SignatureError::Invalid));
        assert_eq!(verify(&"x".repeat(1 << 20)), Err(SignatureError::Invalid));
    }

    #[rstest]
    #[case("12345678", true)]
    #[case("0193d3a4-6c1e-7b7a-9d67-0d5f6a1c2b3e", true)]
    #[case(&"a".repeat(64), true)]
    #[case("1234567", false)]
    #[case(&"a".repeat(65), false)]
    #[case("", false)]
    #[case("abcd.1234", false)]
    #[case("abcd 1234", false)]
    #[case("abcdéfghi", false)]
    fn ids(#[case] id: &str, #[case] fine: bool) {
        assert_eq!(check_id(id).is_ok(), fine);
    }

    #[rstest]
    #[case(0, true)]
    #[case(300, true)]
    #[case(-300, true)]
    #[case(301, false)]
    #[case(-301, false)]
    #[case(i64::MAX - 1_732_254_000, false)]
    #[case(i64::MIN, false)]
    fn window(#[case] off: i64, #[case] fine: bool) {
        assert_eq!(check_window(1_732_254_000_i64.saturating_add(off), 1_732_254_000).is_ok(), fine);
    }
}
