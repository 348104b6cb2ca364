//! What a signature under a release says of its package: `proto/releases.md`.

use std::fmt;

use sha2::{Digest, Sha256};

/// A package, as its release is signed; `Display` writes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    pub slug: &'a str,
    pub version: &'a str,
    /// Of the package, in lower hex.
    pub sha256: &'a str,
    /// Of the package, in bytes.
    pub size: i64,
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slug, version, sha256, size } = self;
        write!(f, "igny8-release v1\n{slug}\n{version}\n{sha256}\n{size}\n")
    }
}

/// How a release key is named: 16 hex digits.
pub fn key_id(public_key: &[u8; 32]) -> String {
    hex::encode(&Sha256::digest(public_key)[..8])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_text_is_the_contracts() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let statement = Statement { slug: "igny8-wp-bridge", version: "2.1.0", sha256, size: 81_234 };
        let expected = "igny8-release v1\nigny8-wp-bridge\n2.1.0\n\
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n81234\n";
        assert_eq!(statement.to_string(), expected);
    }

    #[rstest]
    #[case([0; 32], "66687aadf862bd77")]
    #[case([1; 32], "72cd6e8422c407fb")]
    fn key_ids(#[case] public_key: [u8; 32], #[case] expected: &str) {
        assert_eq!(key_id(&public_key), expected);
    }
}
