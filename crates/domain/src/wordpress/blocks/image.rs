use super::attributes::{Attributes, take_class};
use super::figure::print_caption;
use super::markup::{Json, begin, end, print_classes, print_some};
use super::print::attribute;
use super::tree::{Element, Node, only};

/// What says how a browser loads an image. WordPress says it anew, by its library.
const LOADING: &[&str] = &["loading", "decoding", "fetchpriority", "srcset", "sizes"];

/// Up to this an image is small on purpose; above, width and height together only tell its shape before it is there.
const ICON: i32 = 200;

/// An image, or one in a link.
pub(super) fn is_image(node: &Node) -> bool {
    picture(node).is_some()
}

fn picture(node: &Node) -> Option<(Option<&Element>, &Element)> {
    match node.named("a") {
        Some(link) => Some((Some(link), only(&link.children)?.named("img")?)),
        None => Some((None, node.named("img")?)),
    }
}

pub(super) fn image(
    figure: Option<&Element>,
    shown: &Node,
    caption: Option<&str>,
    out: &mut String,
) -> Option<()> {
    let (link, img) = picture(shown)?;
    let link = match link {
        Some(link) => Some(Link::of(link)?),
        None => None,
    };
    let mut of_img = Attributes::of(img)?;
    let src = of_img.take_filled("src")?;
    let alt = of_img.take("alt").unwrap_or_default();
    let title = of_img.take_filled("title");
    let size = Size::take(&mut of_img)?;
    of_img.forget(LOADING);

    let mut anchor = of_img.take_filled("id");
    let mut classes = Vec::new();
    if let Some(figure) = figure {
        let mut of_figure = Attributes::of(figure)?;
        classes = of_figure.take_classes(&["wp-block-image", "is-resized"]);
        anchor = of_figure.take_filled("id").or(anchor);
        of_figure.none_left()?;
    }
    classes.extend(of_img.take_classes(&classes));
    of_img.none_left()?;
    let is_id = |class: &&str| class.strip_prefix("wp-image-").is_some_and(|id| id.parse::<u64>().is_ok());
    classes.retain(|class| !is_id(class));
    let align = take_class(&mut classes, "align", &["left", "center", "right", "wide", "full"]);
    take_class(&mut classes, "align", &["none"]);
    let slug = take_class(&mut classes, "size-", &["thumbnail", "medium", "large", "full"]);

    let json = Json::default().text("align", align).number("width", size.width).number("height", size.height);
    let json = json.text("sizeSlug", slug).text("linkDestination", link.as_ref().map(|_| "custom"));
    begin("image", &json.class_name(&classes), out);
    out.push_str("<figure");
    let own = [align.map(|it| format!("align{it}")), slug.map(|it| format!("size-{it}")), size.class()];
    let own = own.iter().flatten().map(String::as_str);
    print_classes(&["wp-block-image"].into_iter().chain(own).collect::<Vec<_>>(), &classes, out);
    print_some("id", anchor, out);
    out.push('>');
    if let Some(link) = &link {
        link.print(out);
    }
    out.push_str("<img");
    attribute("src", src, out);
    attribute("alt", alt, out);
    size.print(out);
    print_some("title", title, out);
    out.push_str("/>");
    if link.is_some() {
        out.push_str("</a>");
    }
    print_caption(caption, out);
    out.push_str("</figure>");
    end("image", out);
    Some(())
}

struct Link<'a> {
    class: Option<&'a str>,
    href: &'a str,
    target: Option<&'a str>,
    rel: Option<&'a str>,
}

impl<'a> Link<'a> {
    fn of(a: &'a Element) -> Option<Self> {
        let mut attributes = Attributes::of(a)?;
        let link = Self {
            class: attributes.take_filled("class"),
            href: attributes.take_filled("href")?,
            target: attributes.take_filled("target"),
            rel: attributes.take_filled("rel"),
        };
        attributes.none_left()?;
        Some(link)
    }

    fn print(&self, out: &mut String) {
        out.push_str("<a");
        print_some("class", self.class, out);
        attribute("href", self.href, out);
        print_some("target", self.target, out);
        print_some("rel", self.rel, out);
        out.push('>');
    }
}

#[derive(Default)]
struct Size {
    width: Option<i32>,
    height: Option<i32>,
}

impl Size {
    fn take(attributes: &mut Attributes) -> Option<Self> {
        let [width, height] = ["width", "height"].map(|name| {
            attributes.take_filled(name).map(|value| value.trim().trim_end_matches("px").parse::<i32>())
        });
        let size = Self { width: width.transpose().ok()?, height: height.transpose().ok()? };
        match size {
            Self { width: Some(width), height: Some(height) } if width.max(height) >= ICON => {
                Some(Self::default())
            }
            Self { width, height } if width.into_iter().chain(height).any(|it| it < 1) => None,
            size => Some(size),
        }
    }

    fn class(&self) -> Option<String> {
        self.width.or(self.height).map(|_| "is-resized".to_owned())
    }

    fn print(&self, out: &mut String) {
        for (name, value) in [("width", self.width), ("height", self.height)] {
            print_some(name, value.map(|value| value.to_string()).as_deref(), out);
        }
    }
}
