//! What text from outside may not contain.

/// A name that stands for no variant: a row or a message written by something newer, or a typo.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a known {kind}")]
pub struct UnknownName {
    kind: &'static str,
    text: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, text: &str) -> Self {
        Self { kind, text: text.chars().take(64).collect() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("must not contain the character U+0000")]
    Nul,
    #[error("must be one line without control characters, but has U+{:04X}", u32::from(*.0))]
    Control(char),
    #[error("is too long: {len} characters, at most {max} are allowed")]
    TooLong { len: usize, max: usize },
    #[error("may have lower-case letters, digits and single hyphens only, such as my-first-post")]
    NotASlug,
}

impl TextError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Nul => "nul_character",
            Self::Control(_) => "control_character",
            Self::TooLong { .. } => "too_long",
            Self::NotASlug => "not_a_slug",
        }
    }
}

/// Any text: PostgreSQL can keep everything but U+0000.
pub fn check(text: &str) -> Result<(), TextError> {
    if text.contains('\0') { Err(TextError::Nul) } else { Ok(()) }
}

/// Names and titles: something to read, on one line, of a bounded length (in characters).
pub fn check_line(text: &str, max: usize) -> Result<(), TextError> {
    check(text)?;
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if let Some(control) = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(TextError::Control(control));
    }
    let len = text.chars().count();
    if len > max { Err(TextError::TooLong { len, max }) } else { Ok(()) }
}

/// A post's slug in any script, as WordPress would leave it. Empty is fine: WordPress then makes one from the title.
pub fn check_slug(slug: &str) -> Result<(), TextError> {
    /// `wp_posts.post_name` is `varchar(200)`.
    const MAX: usize = 200;
    let len = slug.chars().count();
    if len > MAX {
        return Err(TextError::TooLong { len, max: MAX });
    }
    let plain = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase()) || is_mark(c);
    if !slug.chars().all(plain) || slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err(TextError::NotASlug);
    }
    Ok(())
}

/// Vowel signs and the like, without which many scripts cannot be written.
fn is_mark(c: char) -> bool {
    use unicode_segmentation::UnicodeSegmentation;
    !c.is_ascii() && !c.is_control() && !c.is_whitespace() && format!("a{c}").graphemes(true).count() == 1
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Bread", Ok(()))]
    #[case("مرحبا 🎉", Ok(()))]
    #[case("", Err(TextError::Empty))]
    #[case(" \u{a0}", Err(TextError::Empty))]
    #[case("a\0b", Err(TextError::Nul))]
    #[case("a\nb", Err(TextError::Control('\n')))]
    #[case("a\u{2028}b", Err(TextError::Control('\u{2028}')))]
    #[case("elevenchars", Err(TextError::TooLong { len: 11, max: 10 }))]
    fn lines(#[case] text: &str, #[case] expected: Result<(), TextError>) {
        assert_eq!(check_line(text, 10), expected);
    }

    #[test]
    fn long_text_may_have_lines_but_no_nul() {
        assert_eq!(check("a\n\tb"), Ok(()));
        assert_eq!(check("a\0"), Err(TextError::Nul));
    }

    #[rstest]
    #[case("", true)]
    #[case("my-first-post-2", true)]
    #[case("größe", true)]
    #[case("हिन्दी", true)]
    #[case("My-Post", false)]
    #[case("a b", false)]
    #[case("a--b", false)]
    #[case("-a", false)]
    #[case("a/../b", false)]
    #[case("a\0", false)]
    #[case(&"a".repeat(201), false)]
    fn slugs(#[case] slug: &str, #[case] fine: bool) {
        assert_eq!(check_slug(slug).is_ok(), fine);
    }
}
