use super::attributes::Attributes;
use super::tree::{Element, filled};
use super::{image, media, phrasing, table};

pub(super) fn figure(figure: &Element, out: &mut String) -> Option<()> {
    let mut filled = filled(&figure.children);
    let shown = filled.next()?;
    let caption = match filled.next() {
        Some(node) => Some(caption(node.named("figcaption")?)?),
        None => None,
    };
    if filled.next().is_some() {
        return None;
    }
    match shown.element()?.name.as_str() {
        "img" | "a" => image::image(Some(figure), shown, caption.as_deref(), out),
        "table" => table::table(Some(figure), shown.element()?, caption, out),
        "audio" | "video" => media::media(Some(figure), shown.element()?, caption.as_deref(), out),
        _ => None,
    }
}

pub(super) fn caption(caption: &Element) -> Option<String> {
    let mut attributes = Attributes::of(caption)?;
    if !attributes.take_classes(&["wp-element-caption", "wp-caption-text"]).is_empty() {
        return None;
    }
    attributes.none_left()?;
    phrasing::words_or_paragraph(&caption.children)
}

pub(super) fn print_caption(caption: Option<&str>, out: &mut String) {
    if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
        out.push_str("<figcaption class=\"wp-element-caption\">");
        out.push_str(caption);
        out.push_str("</figcaption>");
    }
}
