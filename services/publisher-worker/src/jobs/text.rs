use domain::content::{Article, TextFormat};
use domain::wordpress::to_blocks;

/// Makes the text what its site wants. The longest ones take a second, so that is done away from the threads that talk to sites.
pub async fn put_into_format(article: &mut Article) {
    match article.text_format {
        TextFormat::Classic => {}
        TextFormat::Blocks => {
            let html = article.content_html.clone();
            match tokio::task::spawn_blocking(move || to_blocks(&html)).await {
                Ok(blocks) => article.content_html = blocks,
                Err(error) => tracing::error!(%error, "a text is sent as it was written"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn text_becomes_blocks_where_these_are_wanted() {
        let mut article = Article::new("Bread", "<p>x</p>");
        put_into_format(&mut article).await;
        assert_eq!(article.content_html, "<p>x</p>");
        article.text_format = TextFormat::Blocks;
        put_into_format(&mut article).await;
        assert_eq!(article.content_html, "<!-- wp:paragraph -->\n<p>x</p>\n<!-- /wp:paragraph -->");
        assert_eq!(article.excerpt, "x");
    }
}
