use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the sites remember, and how they are told to behave.
#[derive(Default)]
pub struct State {
    posts: HashMap<(i64, i64), Post>,
    contents: HashMap<(i64, Uuid), i64>,
    last_id: i64,
    pub slow: HashMap<i64, Duration>,
    pub counts: Counts,
}

/// A post, and the article it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Post {
    pub site: i64,
    pub content: i64,
    pub operation: Uuid,
    pub id: i64,
}

/// What came to pass, over all sites.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    pub connections: u64,
    pub requests: u64,
    pub made: u64,
    /// The same operation again.
    pub replayed: u64,
    /// Another operation for a content that has its post.
    pub known: u64,
    pub unproven: u64,
    pub most_in_flight: u64,
}

impl Counts {
    pub fn arrived(&mut self, in_flight: u64) {
        self.requests += 1;
        self.most_in_flight = self.most_in_flight.max(in_flight);
    }
}

/// What became of an article.
#[derive(Debug, PartialEq, Eq)]
pub enum Made {
    New(Post),
    Again(Post),
    Known(Post),
}

impl State {
    /// One post per content; the same operation twice is one post.
    pub fn publish(&mut self, site: i64, content: i64, operation: Uuid) -> Made {
        if let Some(post) = self.posts.get(&(site, content)) {
            if post.operation == operation {
                self.counts.replayed += 1;
                return Made::Again(*post);
            }
            self.counts.known += 1;
            return Made::Known(*post);
        }
        let id = self.new_id();
        let post = Post { site, content, operation, id };
        self.posts.insert((site, content), post);
        self.contents.insert((site, operation), content);
        self.counts.made += 1;
        Made::New(post)
    }

    pub fn by_operation(&self, site: i64, operation: Uuid) -> Option<Post> {
        let content = self.contents.get(&(site, operation))?;
        self.posts.get(&(site, *content)).copied()
    }

    pub fn new_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn all(&self) -> Vec<Post> {
        self.posts.values().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_post_per_content() {
        let mut state = State::default();
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let Made::New(post) = state.publish(1, 7, first) else { panic!() };
        assert_eq!(state.publish(1, 7, first), Made::Again(post));
        assert_eq!(state.publish(1, 7, second), Made::Known(post));
        assert!(matches!(state.publish(2, 7, second), Made::New(_)), "another site's content");
        assert_eq!((state.by_operation(1, first), state.by_operation(1, second)), (Some(post), None));
        assert_eq!(state.all().len(), 2);
    }
}
