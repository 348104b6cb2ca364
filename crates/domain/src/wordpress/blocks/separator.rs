use super::attributes::Attributes;
use super::markup::{Json, begin, end, print_classes, print_some};
use super::tree::Element;

pub(super) fn separator(line: &Element, out: &mut String) -> Option<()> {
    const OWN: &[&str] = &["wp-block-separator", "has-alpha-channel-opacity"];
    let mut attributes = Attributes::of(line)?;
    let anchor = attributes.take_filled("id");
    let classes = attributes.take_classes(OWN);
    attributes.none_left()?;
    begin("separator", &Json::default().class_name(&classes), out);
    out.push_str("<hr");
    print_classes(OWN, &classes, out);
    print_some("id", anchor, out);
    out.push_str("/>");
    end("separator", out);
    Some(())
}
