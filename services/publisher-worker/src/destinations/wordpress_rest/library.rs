//! What posts name by number: terms, people, images. Asked for in one go for a page of posts.

use std::collections::{BTreeMap, BTreeSet};

use contracts::reading::{Author, LibraryImage, Term};
use serde_json::Value;

use super::answers::No;
use super::post::clean;
use super::reading::Shown;
use super::talk::{Ask, Talk};

#[derive(Default)]
pub struct Library {
    categories: BTreeMap<i64, Value>,
    tags: BTreeMap<i64, Value>,
    people: BTreeMap<i64, Value>,
    images: BTreeMap<i64, Value>,
}

/// Categories lie no deeper than this, for us.
const DEPTH: usize = 6;
const MOST: usize = 100;

impl Library {
    pub async fn of(talk: &mut Talk<'_>, posts: &[Shown]) -> Result<Self, No> {
        let mut library = Self::default();
        let mut wanted: BTreeSet<i64> =
            posts.iter().flat_map(|post| post.categories.iter().copied()).collect();
        for _ in 0..DEPTH {
            wanted.retain(|id| *id > 0 && !library.categories.contains_key(id));
            if wanted.is_empty() {
                break;
            }
            fetch(talk, "/wp/v2/categories", "id,name,parent", &wanted, &mut library.categories).await?;
            wanted = library.categories.values().filter_map(|it| it["parent"].as_i64()).collect();
        }
        let tags = posts.iter().flat_map(|post| post.tags.iter().copied()).collect();
        fetch(talk, "/wp/v2/tags", "id,name", &tags, &mut library.tags).await?;
        let people = posts.iter().map(|post| post.author).collect();
        fetch(talk, "/wp/v2/users", "id,name,slug", &people, &mut library.people).await?;
        let images =
            posts.iter().flat_map(|post| shown_in(&post.content.raw).chain([post.featured_media])).collect();
        let fields = "id,source_url,alt_text,caption";
        fetch(talk, "/wp/v2/media", fields, &images, &mut library.images).await?;
        Ok(library)
    }

    pub fn category(&self, id: i64) -> Option<Term> {
        let mut names = vec![name(self.categories.get(&id)?)];
        let mut above = self.categories.get(&id)?["parent"].as_i64().unwrap_or(0);
        while let Some(parent) = self.categories.get(&above).filter(|_| names.len() < DEPTH) {
            names.insert(0, name(parent));
            above = parent["parent"].as_i64().unwrap_or(0);
        }
        Some(Term { id, name: names.last().cloned().unwrap_or_default(), path: names.join(" > ") })
    }

    pub fn tag(&self, id: i64) -> Option<Term> {
        let name = name(self.tags.get(&id)?);
        Some(Term { id, path: name.clone(), name })
    }

    pub fn author(&self, id: i64) -> Author {
        let person = self.people.get(&id);
        let text = |field: &str| person.and_then(|it| it[field].as_str()).unwrap_or_default().to_owned();
        Author { id, login: clean(text("slug")), name: clean(text("name")) }
    }

    pub fn image(&self, id: i64) -> Option<LibraryImage> {
        let image = self.images.get(&id)?;
        let text = |value: &Value| clean(value.as_str().unwrap_or_default().to_owned());
        Some(LibraryImage {
            attachment_id: id,
            url: text(&image["source_url"]),
            alt: text(&image["alt_text"]),
            caption: text(&image["caption"]["raw"]),
        })
    }

    pub fn images_in(&self, html: &str) -> Vec<LibraryImage> {
        let ids: BTreeSet<i64> = shown_in(html).collect();
        ids.into_iter().filter_map(|id| self.image(id)).collect()
    }
}

async fn fetch(
    talk: &mut Talk<'_>,
    route: &str,
    fields: &str,
    ids: &BTreeSet<i64>,
    into: &mut BTreeMap<i64, Value>,
) -> Result<(), No> {
    let ids: Vec<String> = ids.iter().filter(|id| **id > 0).map(i64::to_string).collect();
    for some in ids.chunks(MOST) {
        let ask = Ask::get(route)
            .with("include", some.join(","))
            .with("per_page", MOST.to_string())
            .with("context", if route.ends_with("media") { "edit" } else { "view" })
            .with("_fields", fields);
        match talk.ask(ask).await {
            Ok(found) => {
                let found = found.as_array().cloned().unwrap_or_default();
                into.extend(found.into_iter().filter_map(|it| Some((it["id"].as_i64()?, it))));
            }
            // A post without the names of what it has is better than none.
            Err(No::Refused(..)) => {}
            Err(no) => return Err(no),
        }
    }
    Ok(())
}

/// WordPress marks an image of the library by `wp-image-N`.
fn shown_in(html: &str) -> impl Iterator<Item = i64> + '_ {
    const MARK: &str = "wp-image-";
    html.match_indices(MARK).filter_map(|(place, _)| {
        let rest = &html[place + MARK.len()..];
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    })
}

fn name(term: &Value) -> String {
    let name = term["name"].as_str().unwrap_or_default();
    let name = name.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#039;", "'");
    clean(name.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn categories_have_paths_and_circles_end() {
        let mut library = Library::default();
        for (id, name, parent) in [(1, "Guides &amp; more", 0), (2, "Beginners", 1), (3, "A", 4), (4, "B", 3)]
        {
            library.categories.insert(id, json!({"id": id, "name": name, "parent": parent}));
        }
        assert_eq!(library.category(2).unwrap().path, "Guides & more > Beginners");
        assert_eq!(library.category(3).unwrap().path.matches('A').count(), 3);
        assert_eq!(library.category(9), None);
    }

    #[test]
    fn images_are_known_by_their_mark() {
        let html = "<img class=\"x wp-image-12\"><img class='wp-image-7 y'><p>wp-image-</p>";
        assert_eq!(shown_in(html).collect::<Vec<_>>(), [12, 7]);
    }
}
