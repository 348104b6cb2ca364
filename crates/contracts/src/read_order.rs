/// What is wanted of a type's posts: the words of `ReadPosts.order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOrder {
    Id,
    Modified,
    Checksums,
    Range,
}

impl ReadOrder {
    pub const ALL: [Self; 4] = [Self::Id, Self::Modified, Self::Checksums, Self::Range];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Modified => "modified",
            Self::Checksums => "checksums",
            Self::Range => "range",
        }
    }

    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
