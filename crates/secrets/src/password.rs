//! Passwords, kept as argon2id.
//!
//! Both functions take tens of milliseconds of CPU and 19 MiB: call them on a blocking thread.

use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc};

/// The least a person may choose, and more than anyone types.
pub const MIN_LENGTH: usize = 10;
pub const MAX_LENGTH: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password is too short: at least {MIN_LENGTH} characters")]
    TooShort,
    #[error("the password is too long: at most {MAX_LENGTH} bytes")]
    TooLong,
}

/// The text to store, with its own salt and parameters (PHC format).
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    Ok(hashed(password))
}

/// Whether this is the password. Without a stored hash (nobody has that e-mail address) it does the same work and says no, so
/// that the time taken tells nothing.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hashed("nobody"));
    if password.len() > MAX_LENGTH {
        return false;
    }
    let parsed = stored.and_then(|stored| phc::PasswordHash::new(stored).ok());
    let is_somebody = parsed.is_some();
    let against = parsed.unwrap_or_else(|| phc::PasswordHash::new(&NOBODY).expect("invariant: made here"));
    let matches = Argon2::default().verify_password(password.as_bytes(), &against).is_ok();
    is_somebody && matches
}

/// The library's parameters are OWASP's: argon2id, 19 MiB, two passes.
fn hashed(password: &str) -> String {
    let hash: phc::PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .expect("invariant: the default parameters are valid");
    hash.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_one_and_no_other() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse", Some(&stored)));
        for wrong in ["correct hors", "Correct horse", "correct horse ", "", "nobody"] {
            assert!(!verify(wrong, Some(&stored)), "{wrong}");
        }
        assert_ne!(hash("correct horse").unwrap(), stored, "salted");
    }

    #[test]
    fn nobody_has_no_password() {
        for password in ["nobody", "", "correct horse"] {
            assert!(!verify(password, None));
            assert!(!verify(password, Some("")));
            assert!(!verify(password, Some("not a hash")));
            assert!(!verify(password, Some(password)));
        }
    }

    #[test]
    fn length() {
        assert_eq!(hash("short"), Err(PasswordError::TooShort));
        assert_eq!(hash(&"x".repeat(1025)), Err(PasswordError::TooLong));
        assert!(!verify(&"x".repeat(1025), None));
        assert!(hash("пароль-дня").is_ok());
    }

    #[test]
    fn hashes_with_other_parameters_still_verify() {
        let params = argon2::Params::new(1024, 1, 1, None).unwrap();
        let older = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let stored: phc::PasswordHash = older.hash_password(b"correct horse").unwrap();
        assert!(verify("correct horse", Some(&stored.to_string())));
    }
}
