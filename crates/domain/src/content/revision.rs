use std::{collections::BTreeMap, fmt, str::FromStr};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::article::{Article, CustomField, Image, ImagePolicy, Seo, TextFormat};

/// SHA-256 (lower hex) over an article: two articles that differ anywhere differ here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Revision(String);

impl Revision {
    pub fn of(article: &Article) -> Self {
        // Taken apart in full, so that a new field cannot be forgotten here.
        let Article {
            title,
            content_html,
            excerpt,
            slug,
            status,
            post_type,
            date,
            author,
            seo: Seo { title: seo_title, description, primary_keyword, secondary_keywords },
            featured_image,
            gallery_images,
            categories,
            tags,
            category_ids,
            tag_ids,
            missing_terms,
            meta,
            fields: custom_fields,
            sticky,
            parent,
            template,
            images,
            text_format,
        } = article;

        let mut fields = Fields(Sha256::new());
        fields.text(title);
        fields.text(content_html);
        fields.text(excerpt);
        fields.text(slug);
        fields.text(status.as_str());
        fields.text(post_type);
        // Milliseconds, as on the wire.
        fields.text(&date.map(|at| at.as_millisecond().to_string()).unwrap_or_default());
        fields.text(author);
        fields.text(seo_title);
        fields.text(description);
        fields.text(primary_keyword);
        fields.list(secondary_keywords);
        fields.images(featured_image.as_slice());
        fields.images(gallery_images);
        fields.list(categories);
        fields.list(tags);
        fields.ids(category_ids);
        fields.ids(tag_ids);
        fields.text(missing_terms.as_str());
        fields.text(&canonical(|out| write_object(meta, out)));
        fields.count(custom_fields.len());
        for CustomField { key, via, value } in custom_fields {
            fields.text(key);
            fields.text(via.as_str());
            fields.text(&canonical(|out| write_canonical(value, out)));
        }
        fields.text(if *sticky { "sticky" } else { "" });
        fields.text(&parent.map(|id| id.to_string()).unwrap_or_default());
        fields.text(template);
        // Articles from before there were policies keep their revision.
        if let Some(ImagePolicy { keep_location, max_edge_px }) = images {
            fields.text(if *keep_location { "images, with location" } else { "images" });
            fields.text(&max_edge_px.to_string());
        }
        if *text_format != TextFormat::Classic {
            fields.text(text_format.as_str());
        }
        Self(hex::encode(fields.0.finalize()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Revision {
    type Err = InvalidRevision;

    fn from_str(text: &str) -> Result<Self, InvalidRevision> {
        let fine = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidRevision) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a revision has 64 lower-case hexadecimal digits")]
pub struct InvalidRevision;

/// The hash a site gives of the post it stored, as the bridge protocol defines it.
pub fn stored_revision(title: &str, content: &str, excerpt: &str, slug: &str, status: &str) -> Revision {
    Revision(hex::encode(Sha256::digest([title, content, excerpt, slug, status].join("\n"))))
}

/// Every piece goes in with its length, so that no two articles share their bytes.
struct Fields(Sha256);

impl Fields {
    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text);
    }

    fn list(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn images(&mut self, images: &[Image]) {
        self.count(images.len());
        for Image { url, alt, caption } in images {
            for text in [url, alt, caption] {
                self.text(text);
            }
        }
    }

    fn ids(&mut self, ids: &BTreeMap<String, i64>) {
        self.count(ids.len());
        for (name, id) in ids {
            self.text(name);
            self.text(&id.to_string());
        }
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_be_bytes());
    }
}

fn canonical(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

/// JSON with sorted keys, whatever order the map keeps.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => write_object(object, out),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

fn write_object(object: &serde_json::Map<String, Value>, out: &mut String) {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    out.push('{');
    for (name, value) in members {
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        write_canonical(value, out);
        out.push(',');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::content::{FieldKind, MissingTerms, PostStatus};

    fn article() -> Article {
        let mut article = Article::new("Bread", "<p>Needs time.</p>");
        article.tags = vec!["a".to_owned(), "b".to_owned()];
        article
    }

    #[test]
    fn the_same_article_has_the_same_revision() {
        assert_eq!(Revision::of(&article()), Revision::of(&article()));
        assert_eq!(
            Revision::of(&article()).as_str(),
            "3a57a8fa79206e190dea8996eef969b97d7a774aefdb3002eef87b82d1c43e39",
            "a changed hash makes every article look edited"
        );
    }

    type Change = Box<dyn Fn(&mut Article)>;

    fn field(via: FieldKind) -> CustomField {
        CustomField { key: "k".to_owned(), via, value: json!(1) }
    }

    #[test]
    fn every_field_counts() {
        let image = Image { url: "u".to_owned(), ..Image::default() };
        let changes: Vec<Change> = vec![
            Box::new(|_| {}),
            Box::new(|a| a.title.push('!')),
            Box::new(|a| a.content_html.push('!')),
            Box::new(|a| a.excerpt.push('!')),
            Box::new(|a| a.slug.push('s')),
            Box::new(|a| a.status = PostStatus::Draft),
            Box::new(|a| a.post_type = "page".to_owned()),
            Box::new(|a| a.date = Some(Timestamp::UNIX_EPOCH)),
            Box::new(|a| a.author.push('x')),
            Box::new(|a| a.seo.title.push('x')),
            Box::new(|a| a.seo.description.push('x')),
            Box::new(|a| a.seo.primary_keyword.push('x')),
            Box::new(|a| a.seo.secondary_keywords.push("x".to_owned())),
            Box::new({
                let image = image.clone();
                move |a| a.featured_image = Some(image.clone())
            }),
            Box::new({
                let image = image.clone();
                move |a| a.gallery_images = vec![image.clone()]
            }),
            Box::new(move |a| a.gallery_images = vec![Image { alt: "x".to_owned(), ..image.clone() }]),
            Box::new(|a| a.categories.push("x".to_owned())),
            Box::new(|a| a.tags.push("x".to_owned())),
            Box::new(|a| a.tags = vec!["ab".to_owned()]),
            Box::new(|a| a.tags = vec!["b".to_owned(), "a".to_owned()]),
            Box::new(|a| _ = a.meta.insert("k".to_owned(), json!(1))),
            Box::new(|a| _ = a.meta.insert("k".to_owned(), json!("1"))),
            Box::new(|a| _ = a.category_ids.insert("a".to_owned(), 1)),
            Box::new(|a| _ = a.tag_ids.insert("a".to_owned(), 1)),
            Box::new(|a| _ = a.tag_ids.insert("a".to_owned(), 2)),
            Box::new(|a| a.missing_terms = MissingTerms::Skip),
            Box::new(|a| a.fields = vec![field(FieldKind::Meta)]),
            Box::new(|a| a.fields = vec![field(FieldKind::Acf)]),
            Box::new(|a| a.sticky = true),
            Box::new(|a| a.parent = Some(1)),
            Box::new(|a| a.template.push('x')),
            Box::new(|a| a.text_format = TextFormat::Blocks),
            Box::new(|a| a.images = Some(ImagePolicy { keep_location: false, max_edge_px: 0 })),
            Box::new(|a| a.images = Some(ImagePolicy { keep_location: true, max_edge_px: 0 })),
            Box::new(|a| a.images = Some(ImagePolicy { keep_location: false, max_edge_px: 2560 })),
        ];
        let revisions: HashSet<_> = changes
            .iter()
            .map(|change| {
                let mut article = article();
                change(&mut article);
                Revision::of(&article)
            })
            .collect();
        assert_eq!(revisions.len(), changes.len());
    }

    #[test]
    fn text_does_not_slip_from_one_field_to_the_next() {
        let mut one = article();
        (one.title, one.content_html) = ("ab".to_owned(), "c".to_owned());
        let mut other = article();
        (other.title, other.content_html) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(Revision::of(&one), Revision::of(&other));
    }

    #[test]
    fn the_order_of_meta_keys_does_not_matter() {
        let mut one = String::new();
        write_canonical(&json!({"b": [1, {"d": null, "c": "\""}], "a": 2.5}), &mut one);
        assert_eq!(one, r#"{"a":2.5,"b":[1,{"c":"\"","d":null,},],}"#);
    }

    #[test]
    fn parses_only_what_it_prints() {
        let revision = Revision::of(&article());
        assert_eq!(revision.to_string().parse(), Ok(revision.clone()));
        for bad in ["", "abc", &revision.as_str().to_uppercase(), &"g".repeat(64)] {
            assert_eq!(bad.parse::<Revision>(), Err(InvalidRevision));
        }
    }

    #[test]
    fn the_sites_hash_is_the_protocols() {
        // printf 'T\nC\nE\ns\npublish' | sha256sum
        assert_eq!(
            stored_revision("T", "C", "E", "s", "publish").as_str(),
            "385b0f34306073d5f47f2205463e606481ac28a8e5e210c9a8ef778eb609ea15"
        );
    }
}
