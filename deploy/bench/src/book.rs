//! What was ordered and what was heard of it; at the end the two, and the sites' own posts, have to be the same.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use contracts::PublishReport;
use contracts::publishing::PublishContent;
use uuid::Uuid;

use crate::stand_in::Post;

#[derive(Default)]
pub struct Book {
    entries: HashMap<Uuid, Entry>,
    /// Events by what they said.
    pub started: usize,
    pub live: usize,
    /// Live a second time: the broker may hand out a message twice.
    pub repeated: usize,
    pub troubles: Vec<String>,
}

struct Entry {
    site: i64,
    content: i64,
    /// When it was to be sent, whether or not it could be.
    due: Instant,
    live: Option<Live>,
}

struct Live {
    at: Instant,
    external_id: String,
}

impl Book {
    pub fn order(&mut self, order: &PublishContent, due: Instant) -> anyhow::Result<()> {
        let entry = Entry { site: order.site_id, content: order.content_id, due, live: None };
        self.entries.insert(order.operation_id.parse()?, entry);
        Ok(())
    }

    pub fn hear(&mut self, report: PublishReport, at: Instant) {
        let operation = report.progress().and_then(|progress| progress.operation_id.parse().ok());
        let Some(entry) = operation.and_then(|operation: Uuid| self.entries.get_mut(&operation)) else {
            self.troubles.push(format!("a report of something never ordered: {report:?}"));
            return;
        };
        match report {
            PublishReport::Started(_) => self.started += 1,
            PublishReport::Published(_) if entry.live.is_some() => self.repeated += 1,
            PublishReport::Published(report) => {
                self.live += 1;
                entry.live = Some(Live { at, external_id: report.external_id });
            }
            other => self.troubles.push(format!("{other:?}")),
        }
    }

    pub fn ordered(&self) -> usize {
        self.entries.len()
    }

    /// From the moment it was to be sent until its report was read, of all that are live, shortest first.
    pub fn waits(&self, of_site: impl Fn(i64) -> bool) -> Vec<Duration> {
        let entries = self.entries.values().filter(|entry| of_site(entry.site));
        let mut waits: Vec<_> =
            entries.filter_map(|entry| Some(entry.live.as_ref()?.at.duration_since(entry.due))).collect();
        waits.sort_unstable();
        waits
    }

    pub fn last_live(&self) -> Option<Instant> {
        self.entries.values().filter_map(|entry| Some(entry.live.as_ref()?.at)).max()
    }

    /// What is wrong, in words; nothing if every order became one post and was reported with it.
    pub fn judge(&self, posts: &[Post]) -> Vec<String> {
        let mut wrong = self.troubles.clone();
        let ours: HashMap<_, _> = posts.iter().map(|post| (post.operation, post)).collect();
        for (operation, entry) in &self.entries {
            let post = ours.get(operation).filter(|p| (p.site, p.content) == (entry.site, entry.content));
            match (post, &entry.live) {
                (Some(post), Some(live)) if live.external_id == post.id.to_string() => {}
                (Some(_), Some(_)) => wrong.push(format!("{operation} was reported with another post")),
                (Some(_), None) => wrong.push(format!("{operation} has a post, and nobody said so")),
                (None, Some(_)) => wrong.push(format!("{operation} was reported, and there is no post")),
                (None, None) => wrong.push(format!("{operation} was lost")),
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use contracts::publishing::{ContentPublished, Progress};

    use super::*;
    use crate::articles::Desk;

    fn report(order: &PublishContent, external_id: i64) -> PublishReport {
        PublishReport::Published(ContentPublished {
            progress: Some(Progress { operation_id: order.operation_id.clone(), ..Progress::default() }),
            external_id: external_id.to_string(),
            ..ContentPublished::default()
        })
    }

    fn post(order: &PublishContent, id: i64) -> Post {
        let operation = order.operation_id.parse().unwrap();
        Post { site: order.site_id, content: order.content_id, operation, id }
    }

    #[test]
    fn every_order_is_one_post_and_one_report() {
        let (mut book, now) = (Book::default(), Instant::now());
        let orders = Desk::new().orders(2, 2);
        for order in &orders {
            book.order(order, now).unwrap();
        }
        book.hear(report(&orders[0], 11), now);
        book.hear(report(&orders[0], 11), now);
        assert_eq!((book.live, book.repeated), (1, 1));
        let of = |posts: &[Post]| book.judge(posts).len();
        assert_eq!(of(&[post(&orders[0], 11)]), 1, "the second is lost");
        assert_eq!(of(&[post(&orders[0], 12), post(&orders[1], 13)]), 2, "another post; unreported");
        book.hear(report(&orders[1], 13), now);
        assert!(book.judge(&[post(&orders[0], 11), post(&orders[1], 13)]).is_empty());
        book.hear(report(&Desk::new().order(1), 1), now);
        assert_eq!(book.troubles.len(), 1, "never ordered");
    }
}
