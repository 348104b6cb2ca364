use std::convert::Infallible;
use std::str::from_utf8;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::blocks::Delimiter;
use crate::content::elements::is_inline;

/// What a person wrote in a piece of HTML: two with the same key differ only in what WordPress and its plugins change by themselves.
///
/// Those are the editor's delimiters, blanks, how characters are spelt, and attributes that are about looks and loading. Loose text counts as
/// the paragraph that WordPress makes of it.
pub fn key(html: &str) -> String {
    let mut writer = Writer::default();
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| {
        writer.take(&event);
        None::<Infallible>
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    if writer.is_loose {
        writer.key.push_str("</p>");
    }
    writer.key
}

#[derive(Default)]
struct Writer {
    key: String,
    tag: Option<Tag>,
    /// There was a blank, which counts if words stand on both sides of it.
    blank: bool,
    /// Something stands before that a blank would part from what follows.
    in_line: bool,
    /// How many `<pre>` are open: blanks count in them.
    preformatted: usize,
    is_loose: bool,
}

/// An opening tag.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Writer {
    fn take(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Some(Tag { name: text_of(name), attributes: Vec::new() });
            }
            // A closing tag may have some, too, which mean nothing.
            CallbackEvent::AttributeName { name } => {
                if let Some(tag) = &mut self.tag {
                    tag.attributes.push((text_of(name), String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, known)) = self.tag.as_mut().and_then(|tag| tag.attributes.last_mut()) {
                    known.push_str(&text_of(value));
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                if let Some(tag) = self.tag.take() {
                    self.start_tag(tag);
                }
            }
            CallbackEvent::EndTag { name } => self.end_tag(&text_of(name)),
            CallbackEvent::String { value } => self.text(&text_of(value)),
            CallbackEvent::Comment { value } => self.comment(value),
            CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn start_tag(&mut self, mut tag: Tag) {
        self.approach(is_inline(&tag.name));
        if tag.name == "pre" {
            self.preformatted += 1;
        }
        tag.attributes.retain(|(name, _)| is_written(name));
        // Their order says nothing; of two with one name, the first counts.
        tag.attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
        tag.attributes.dedup_by(|(later, _), (first, _)| later == first);
        self.key.push('<');
        self.key.push_str(&tag.name);
        for (name, value) in &tag.attributes {
            self.key.push(' ');
            self.key.push_str(name);
            self.key.push_str("=\"");
            value.chars().for_each(|character| self.character(character));
            self.key.push('"');
        }
        self.key.push('>');
    }

    fn end_tag(&mut self, name: &str) {
        self.approach(is_inline(name));
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.key.push_str("</");
        self.key.push_str(name);
        self.key.push('>');
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            if self.preformatted == 0 && character.is_whitespace() {
                self.blank = true;
            } else {
                self.approach(true);
                self.character(character);
            }
        }
    }

    /// The site fills in a block that has no content: what its delimiter says is all there is of it.
    fn comment(&mut self, comment: &[u8]) {
        if !matches!(Delimiter::of(comment), Some(Delimiter::Opens | Delimiter::Closes)) {
            self.approach(false);
            self.key.push_str("<!--");
            self.key.push_str(text_of(comment).trim());
            self.key.push_str("-->");
        }
    }

    /// Goes on to the next thing, with a blank if one is between two that stand in a line.
    fn approach(&mut self, in_line: bool) {
        if self.key.is_empty() && in_line {
            self.is_loose = true;
            self.key.push_str("<p>");
        } else if self.blank && self.in_line && in_line {
            self.key.push(' ');
        }
        self.blank = false;
        self.in_line = in_line;
    }

    /// A key can't be mistaken for another's: what is no tag has no `<`.
    fn character(&mut self, character: char) {
        match character {
            '<' => self.key.push_str("&lt;"),
            '&' => self.key.push_str("&amp;"),
            '"' => self.key.push_str("&quot;"),
            other => self.key.push(other),
        }
    }
}

fn is_written(attribute: &str) -> bool {
    const AUTOMATIC: &[&str] = &[
        "id",
        "class",
        "style",
        "srcset",
        "sizes",
        "width",
        "height",
        "loading",
        "decoding",
        "fetchpriority",
    ];
    !AUTOMATIC.contains(&attribute) && !attribute.starts_with("data-")
}

/// The tokenizer hands out pieces of a `str`.
fn text_of(bytes: &[u8]) -> String {
    from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("<p>One  two\n</p>\n", "<p>One two</p>")]
    #[case(
        "<!-- wp:paragraph {\"align\":\"left\"} --><p class=\"x\" id=a style='b'>One two</p><!-- /wp:paragraph -->",
        "<p>One two</p>"
    )]
    #[case("One two", "<p>One two</p>")]
    #[case("<b>One</b> two", "<p><b>One</b> two</p>")]
    #[case("<ul>\n <li>a</li>\n</ul>", "<ul><li>a</li></ul>")]
    #[case("<p>a<b>b</b> c</p>", "<p>a<b>b</b> c</p>")]
    #[case("<p>caf&eacute; &amp; &#8217;&nbsp;b</p>", "<p>café &amp; ’ b</p>")]
    #[case("<p>&lt;b></p>", "<p>&lt;b></p>")]
    #[case(
        "<IMG loading=lazy width=3 SRC='a.jpg' class=wp-image-7 alt=\"A &quot;B&quot;\" data-id=7 />",
        "<img alt=\"A &quot;B&quot;\" src=\"a.jpg\">"
    )]
    #[case("<a href=x href=y>z</a>", "<p><a href=\"x\">z</a></p>")]
    #[case("<input disabled>", "<input disabled=\"\">")]
    #[case("<pre>a\n  b</pre>", "<pre>a\n  b</pre>")]
    #[case("<!--more-->", "<!--more-->")]
    #[case("<!-- wp:more --><!--more--><!-- /wp:more -->", "<!--more-->")]
    #[case("<!-- wp:latest-posts {\"n\":5} /-->", "<!--wp:latest-posts {\"n\":5} /-->")]
    #[case("<p>a</p class=b>", "<p>a</p>")]
    #[case("<script>if (a < b) { }</script>", "<script>if (a &lt; b) { }</script>")]
    #[case("", "")]
    fn keeps_what_people_wrote(#[case] html: &str, #[case] expected: &str) {
        assert_eq!(key(html), expected);
    }

    #[rstest]
    #[case("<p>One</p>", "<p>Two</p>")]
    #[case("<p>One</p>", "<h2>One</h2>")]
    #[case("<p>un believable</p>", "<p>unbelievable</p>")]
    #[case("<img src=a.jpg>", "<img src=b.jpg>")]
    #[case("<a href=a>x</a>", "<a href=b>x</a>")]
    #[case("<img src=a alt=b>", "<img src=a alt=c>")]
    #[case("<p>a<b>b</b></p>", "<p>ab</p>")]
    #[case("<p>&lt;b&gt;x&lt;/b&gt;</p>", "<p><b>x</b></p>")]
    #[case("<pre>a\n b</pre>", "<pre>a\nb</pre>")]
    #[case("<!-- wp:latest-posts {\"n\":5} /-->", "<!-- wp:latest-posts {\"n\":6} /-->")]
    fn tells_apart(#[case] one: &str, #[case] other: &str) {
        assert_ne!(key(one), key(other));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(html in ".*") {
            let found = key(&html);
            prop_assert!(found.len() <= 8 * html.len() + 8, "it does not grow: {}", found);
        }
    }
}
