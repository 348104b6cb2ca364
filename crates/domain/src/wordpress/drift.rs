use std::collections::BTreeMap;

/// How a post stands, as one side has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In WordPress' words.
    pub status: String,
    /// Hash of its text.
    pub revision: String,
}

/// In what two sides do not agree on a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Both have it, with another text or status.
    Differs,
    /// The site does not show it.
    MissingThere,
    /// It is no content here.
    MissingHere,
}

impl Difference {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::MissingThere => "missing_there",
            Self::MissingHere => "missing_here",
        }
    }
}

/// Where two sides do not agree, by post.
pub fn differences(
    ours: &BTreeMap<i64, Standing>,
    theirs: &BTreeMap<i64, Standing>,
) -> Vec<(i64, Difference)> {
    let here = ours.iter().filter_map(|(post, our)| match theirs.get(post) {
        Some(their) if their == our => None,
        Some(_) => Some((*post, Difference::Differs)),
        None => Some((*post, Difference::MissingThere)),
    });
    let there =
        theirs.keys().filter(|post| !ours.contains_key(post)).map(|post| (*post, Difference::MissingHere));
    here.chain(there).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(posts: &[(i64, &str, &str)]) -> BTreeMap<i64, Standing> {
        let standing = |(id, status, revision): &(i64, &str, &str)| {
            (*id, Standing { status: (*status).to_owned(), revision: (*revision).to_owned() })
        };
        posts.iter().map(standing).collect()
    }

    #[test]
    fn each_post_differs_in_one_way() {
        let ours = side(&[(1, "publish", "a"), (2, "publish", "a"), (3, "publish", "a"), (4, "draft", "a")]);
        let theirs =
            side(&[(1, "publish", "a"), (2, "publish", "b"), (4, "publish", "a"), (5, "publish", "a")]);
        let expected = [
            (2, Difference::Differs),
            (3, Difference::MissingThere),
            (4, Difference::Differs),
            (5, Difference::MissingHere),
        ];
        assert_eq!(differences(&ours, &theirs), expected);
        assert_eq!(differences(&ours, &ours), []);
    }
}
