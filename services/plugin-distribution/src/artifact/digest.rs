use md5::Md5;
use sha2::{Digest, Sha256};

/// Checksums of a package, in lower hex. MD5 is there for whoever still asks for it; it proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    pub md5: String,
    pub sha256: String,
}

impl Digests {
    pub fn of(bytes: &[u8]) -> Self {
        Self { md5: hex::encode(Md5::digest(bytes)), sha256: hex::encode(Sha256::digest(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Digests;

    #[test]
    fn known_values() {
        let digests = Digests::of(b"abc");
        assert_eq!(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digests.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
