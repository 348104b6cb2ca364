use domain::content::merge::{self, Comparison, OurText};

use crate::store::conflicts::{Conflict, PostText};
use crate::store::content::Text;

/// The three versions of a post in conflict.
#[derive(Clone, Debug)]
pub struct Versions {
    base: Option<merge::PostText>,
    ours: OurText,
    theirs: merge::PostText,
}

impl Versions {
    pub fn of(conflict: &Conflict, content: &Text) -> Self {
        Self::new(conflict.base.clone().map(|base| base.0), content, conflict.theirs.0.clone())
    }

    pub fn new(base: Option<PostText>, content: &Text, theirs: PostText) -> Self {
        Self {
            base: base.map(of_site),
            ours: OurText {
                title: content.title.clone(),
                content_html: content.content_html.clone(),
                excerpt: content.excerpt.clone(),
            },
            theirs: of_site(theirs),
        }
    }

    /// Compares them beside the runtime's threads: long texts take a while.
    pub async fn compared<T: Send + 'static>(
        self,
        read: impl FnOnce(&Comparison<'_>) -> T + Send + 'static,
    ) -> T {
        tokio::task::spawn_blocking(move || {
            read(&Comparison::new(self.base.as_ref(), &self.ours, &self.theirs))
        })
        .await
        .expect("invariant: comparing does not panic")
    }
}

fn of_site(text: PostText) -> merge::PostText {
    merge::PostText { title: text.title, content_html: text.content_html, excerpt: text.excerpt }
}

impl From<OurText> for PostText {
    fn from(text: OurText) -> Self {
        Self { title: text.title, content_html: text.content_html, excerpt: text.excerpt.unwrap_or_default() }
    }
}

impl From<&Text> for PostText {
    fn from(text: &Text) -> Self {
        Self {
            title: text.title.clone(),
            content_html: text.content_html.clone(),
            excerpt: text.excerpt.clone().unwrap_or_default(),
        }
    }
}
