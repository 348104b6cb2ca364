//! Sound and film from one file.

use super::attributes::Attributes;
use super::figure::print_caption;
use super::markup::{Json, begin, end, print_classes, print_some};
use super::tree::{Element, filled};

struct Kind {
    name: &'static str,
    own: &'static str,
    /// The attributes it has, in the order in which the block prints them.
    printed: &'static [&'static str],
}

const AUDIO: Kind = Kind {
    name: "audio",
    own: "wp-block-audio",
    printed: &["controls", "src", "autoplay", "loop", "preload"],
};

const VIDEO: Kind = Kind {
    name: "video",
    own: "wp-block-video",
    printed: &["autoplay", "controls", "loop", "muted", "poster", "preload", "src", "playsinline"],
};

pub(super) fn media(
    figure: Option<&Element>,
    player: &Element,
    caption: Option<&str>,
    out: &mut String,
) -> Option<()> {
    let kind = if player.name == "audio" { AUDIO } else { VIDEO };
    if filled(&player.children).next().is_some() {
        return None;
    }
    let mut attributes = Attributes::of(player)?;
    let values: Vec<_> = kind.printed.iter().map(|name| (*name, attributes.take(name))).collect();
    let given = |name: &str| values.iter().find(|(it, _)| *it == name).and_then(|(_, value)| *value);
    given("src").filter(|src| !src.is_empty())?;
    // The player without buttons is not the block's, and this is what it takes for unsaid.
    if kind.name == "audio" && given("controls").is_none() || given("preload") == Some("metadata") {
        return None;
    }
    let mut anchor = attributes.take_filled("id");
    let mut classes = attributes.take_classes(&[kind.own]);
    attributes.none_left()?;
    if let Some(figure) = figure {
        let mut attributes = Attributes::of(figure)?;
        anchor = attributes.take_filled("id").or(anchor);
        classes.extend(attributes.take_classes(&[&[kind.own], classes.as_slice()].concat()));
        attributes.none_left()?;
    }
    begin(kind.name, &Json::default().class_name(&classes), out);
    out.push_str("<figure");
    print_some("id", anchor, out);
    print_classes(&[kind.own], &classes, out);
    out.push_str("><");
    out.push_str(kind.name);
    for (name, value) in values {
        match name {
            "src" | "poster" | "preload" => print_some(name, value.filter(|it| !it.is_empty()), out),
            _ if value.is_some() => {
                out.push(' ');
                out.push_str(name);
            }
            _ => {}
        }
    }
    out.push_str("></");
    out.push_str(kind.name);
    out.push('>');
    print_caption(caption, out);
    out.push_str("</figure>");
    end(kind.name, out);
    Some(())
}
