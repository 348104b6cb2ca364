//! What is published: articles of about 4 kB of HTML without images, spread evenly over the sites.

use contracts::publishing::{Article, PublishContent, Seo};
use contracts::site::{SiteCredentialChanged, SiteState};
use jiff::Timestamp;
use uuid::Uuid;

use crate::sites;

pub const ACCOUNT: i64 = 1;

/// Gives every article a content id of its own, also across runs on one database.
pub struct Desk {
    next: i64,
    html: String,
}

impl Desk {
    pub fn new() -> Self {
        Self { next: Timestamp::now().as_millisecond(), html: html() }
    }

    pub fn order(&mut self, site: i64) -> PublishContent {
        self.next += 1;
        let content = self.next;
        PublishContent {
            operation_id: Uuid::now_v7().to_string(),
            account_id: ACCOUNT,
            site_id: site,
            integration_id: site,
            content_id: content,
            revision: format!("{content:064x}"),
            article: Some(self.article(content)),
            ordered_at_ms: Timestamp::now().as_millisecond(),
        }
    }

    /// So many orders, every site in its turn.
    pub fn orders(&mut self, count: usize, sites: i64) -> Vec<PublishContent> {
        (1..=sites).cycle().take(count).map(|site| self.order(site)).collect()
    }

    fn article(&self, content: i64) -> Article {
        Article {
            title: format!("Bread and butter, part {content}"),
            content_html: self.html.clone(),
            excerpt: "How to bake bread that is worth its butter.".to_owned(),
            slug: format!("bread-and-butter-{content}"),
            status: "publish".to_owned(),
            post_type: "post".to_owned(),
            seo: Some(Seo {
                title: "Bread and butter".to_owned(),
                description: "Everything about bread, and some of it about butter.".to_owned(),
                primary_keyword: "bread".to_owned(),
                secondary_keywords: vec!["butter".to_owned(), "flour".to_owned()],
            }),
            categories: vec!["Guides".to_owned(), "Guides > Baking".to_owned()],
            tags: vec!["bread".to_owned(), "butter".to_owned()],
            meta_json: "{}".to_owned(),
            ..Article::default()
        }
    }
}

fn html() -> String {
    const PARAGRAPH: &str = "<h2>Of flour</h2>\n<p>Good bread begins with <strong>good flour</strong>, and with time: the dough \
        has to rest &ndash; at least for a night &ndash; before it meets the oven. See <a href=\"https://example.com/flour\">what \
        millers say</a> about it; some of it is even true.</p>\n<ul><li>Flour</li><li>Water</li><li>Salt</li></ul>\n";
    PARAGRAPH.repeat(12)
}

/// A connected site whose plugin checks our signature.
pub fn credentials(site: i64, port: u16) -> SiteCredentialChanged {
    let now = Timestamp::now().as_millisecond();
    let rest_url = sites::rest_url(site, port);
    SiteCredentialChanged {
        account_id: ACCOUNT,
        site_id: site,
        integration_id: site,
        version: now,
        state: SiteState::Connected.into(),
        site_url: rest_url.trim_end_matches("/wp-json/").to_owned(),
        rest_url,
        site_public_key: vec![1; 32],
        plugin_version: "2.0.0".to_owned(),
        occurred_at_ms: now,
        ..SiteCredentialChanged::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_in_its_turn_and_every_article_once() {
        let orders = Desk::new().orders(7, 3);
        assert_eq!(orders.iter().map(|order| order.site_id).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3, 1]);
        let contents: std::collections::BTreeSet<_> = orders.iter().map(|order| order.content_id).collect();
        assert_eq!(contents.len(), 7);
        let size = orders[0].article.as_ref().unwrap().content_html.len();
        assert!((3_800..4_400).contains(&size), "{size}");
    }
}
