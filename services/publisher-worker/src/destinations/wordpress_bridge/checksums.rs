//! What `GET /posts/checksums` says: not what posts say, but whether they still say it.

use contracts::reading::{PostStanding, RangeChecksum};
use domain::delivery::Answer;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::posts::{clean, read};
use crate::destinations::PostsFound;

/// A site has as many posts in a range, at most.
const MOST: usize = 1000;

/// Reads an answer with checksums of ranges.
pub fn ranges(members: &Map<String, Value>, evidence: &str) -> Result<PostsFound, Answer> {
    #[derive(Deserialize)]
    struct Ranges {
        ranges: Vec<Range>,
        after: i64,
        more: bool,
    }
    #[derive(Deserialize)]
    struct Range {
        range: i64,
        count: i64,
        checksum: String,
    }
    let found: Ranges = read(&Value::Object(members.clone()), evidence)?;
    let range = |it: Range| RangeChecksum { range: it.range, count: it.count, checksum: clean(it.checksum) };
    Ok(PostsFound {
        ranges: found.ranges.into_iter().take(MOST).map(range).collect(),
        cursor: found.after.to_string(),
        more: found.more,
        ..PostsFound::default()
    })
}

/// Reads an answer with the posts of one range.
pub fn range(members: &Map<String, Value>, evidence: &str) -> Result<PostsFound, Answer> {
    #[derive(Deserialize)]
    struct Range {
        posts: Vec<Post>,
    }
    #[derive(Deserialize)]
    struct Post {
        post_id: i64,
        #[serde(default)]
        content_id: i64,
        post_status: String,
        revision: String,
    }
    let found: Range = read(&Value::Object(members.clone()), evidence)?;
    let standing = |it: Post| PostStanding {
        post_id: it.post_id,
        content_id: it.content_id.max(0),
        post_status: clean(it.post_status),
        revision: clean(it.revision),
    };
    Ok(PostsFound {
        standings: found.posts.into_iter().take(MOST).map(standing).collect(),
        ..PostsFound::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn ranges_end_somewhere() {
        let answer =
            json!({"ranges": [{"range": 3, "count": 2, "checksum": "ab"}], "after": 3, "more": true});
        let found = ranges(&members(&answer), "").unwrap();
        assert_eq!((found.cursor.as_str(), found.more, found.ranges[0].count), ("3", true, 2));
        assert!(ranges(&members(&json!({"ranges": {}, "after": 0, "more": false})), "").is_err());
    }

    #[test]
    fn a_range_says_how_its_posts_stand() {
        let answer =
            json!({"posts": [{"post_id": 7, "content_id": -1, "post_status": "publish", "revision": "ab"}]});
        let found = range(&members(&answer), "").unwrap();
        assert_eq!((found.standings[0].post_id, found.standings[0].content_id), (7, 0));
        assert!(range(&members(&json!({"posts": [{"post_id": "x"}]})), "").is_err());
    }
}
