/// In words, for whoever named another.
pub const POST_TYPE_SHAPE: &str = "1 to 20 of a to z, 0 to 9, - and _";

/// What `register_post_type` takes.
pub fn is_post_type(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=20).contains(&name.len()) && name.bytes().all(fine)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is_post_type;

    #[rstest]
    #[case("post", true)]
    #[case("wp_block-2", true)]
    #[case("a2345678901234567890", true)]
    #[case("a23456789012345678901", false)]
    #[case("", false)]
    #[case("Post", false)]
    #[case("po st", false)]
    #[case("pöst", false)]
    fn names(#[case] name: &str, #[case] is_one: bool) {
        assert_eq!(is_post_type(name), is_one);
    }
}
