use std::collections::HashMap;

use database::Tx;
use diesel::QueryResult;

use crate::store::publications::{self, Publication};

/// A post, by its site and its id there.
pub type PostOfSite = (i64, i64);

/// A post that a site speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub account_id: i64,
    pub site_id: i64,
    pub post_id: i64,
    /// What the site believes it to be of.
    pub content_id: Option<i64>,
}

/// The publications some posts may be, locked, and which post of which site each is.
#[derive(Debug, Default)]
pub struct KnownPosts {
    rows: HashMap<i64, Publication>,
    by_post: HashMap<(i64, String), i64>,
}

impl KnownPosts {
    pub async fn lock(tx: &mut Tx, spoken: &[Spoken]) -> QueryResult<Self> {
        let sites = spoken.iter().map(|it| it.site_id).collect();
        let posts = spoken.iter().map(|it| it.post_id.to_string()).collect();
        let by_posts = publications::by_posts(tx.conn(), sites, posts).await?;
        let by_post: HashMap<_, _> =
            by_posts.into_iter().map(|(site, post, content)| ((site, post), content)).collect();
        let named = spoken.iter().filter_map(|it| it.content_id);
        let ids: Vec<i64> = named.chain(by_post.values().copied()).collect();
        let rows = publications::lock(tx.conn(), &ids).await?;
        Ok(Self { rows: rows.into_iter().map(|row| (row.content_id, row)).collect(), by_post })
    }

    /// The site's own content behind the post: the one the site names, unless that has another post, else the one with this post.
    pub fn of(&mut self, spoken: &Spoken) -> Option<&mut Publication> {
        let post = spoken.post_id.to_string();
        let named =
            spoken.content_id.filter(|id| self.rows.get(id).is_some_and(|row| is_of(row, spoken, &post)));
        let id = named.or_else(|| self.by_post.get(&(spoken.site_id, post.clone())).copied())?;
        self.rows.get_mut(&id).filter(|row| is_of(row, spoken, &post))
    }

    pub fn ids(&self) -> Vec<i64> {
        self.rows.keys().copied().collect()
    }

    pub fn rows_mut(&mut self) -> &mut HashMap<i64, Publication> {
        &mut self.rows
    }

    pub fn into_rows(self) -> Vec<Publication> {
        self.rows.into_values().collect()
    }
}

fn is_of(row: &Publication, spoken: &Spoken, post: &str) -> bool {
    row.account_id == spoken.account_id
        && row.site_id == spoken.site_id
        && row.external_id.as_deref().is_none_or(|known| known == post)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sites_own_content_is_meant() {
        let row = Publication { external_id: Some("77".to_owned()), ..Publication::none(1, 2, 3) };
        let mut known = KnownPosts {
            rows: HashMap::from([(3, row)]),
            by_post: HashMap::from([((2, "77".to_owned()), 3)]),
        };
        let spoken = Spoken { account_id: 1, site_id: 2, post_id: 77, content_id: Some(3) };
        assert!(known.of(&spoken).is_some());
        assert!(known.of(&Spoken { content_id: None, ..spoken }).is_some(), "by its post");
        assert!(known.of(&Spoken { content_id: Some(99), ..spoken }).is_some(), "by its post");
        assert!(known.of(&Spoken { post_id: 78, ..spoken }).is_none(), "a copy of the post");
        assert!(known.of(&Spoken { site_id: 9, ..spoken }).is_none(), "another site");
        assert!(known.of(&Spoken { account_id: 9, ..spoken }).is_none(), "another account");
    }
}
