use crate::content::ContentStatus;

/// What a WordPress status means here. The raw one is kept beside it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapped {
    Status(ContentStatus),
    /// The post was deleted for good.
    Gone,
    /// Some plugin's own status: recorded, and changes nothing.
    Unknown,
}

pub fn map(raw: &str) -> Mapped {
    match raw {
        "publish" | "private" => Mapped::Status(ContentStatus::Published),
        "draft" | "trash" => Mapped::Status(ContentStatus::Draft),
        "pending" | "future" => Mapped::Status(ContentStatus::Review),
        "deleted" => Mapped::Gone,
        _ => Mapped::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("publish", Mapped::Status(ContentStatus::Published))]
    #[case("private", Mapped::Status(ContentStatus::Published))]
    #[case("draft", Mapped::Status(ContentStatus::Draft))]
    #[case("trash", Mapped::Status(ContentStatus::Draft))]
    #[case("pending", Mapped::Status(ContentStatus::Review))]
    #[case("future", Mapped::Status(ContentStatus::Review))]
    #[case("deleted", Mapped::Gone)]
    #[case("auto-draft", Mapped::Unknown)]
    #[case("inherit", Mapped::Unknown)]
    #[case("wc-completed", Mapped::Unknown)]
    #[case("Publish", Mapped::Unknown)]
    #[case("", Mapped::Unknown)]
    fn statuses(#[case] raw: &str, #[case] expected: Mapped) {
        assert_eq!(map(raw), expected);
    }
}
