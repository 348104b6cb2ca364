use super::attributes::Attributes;
use super::markup::{Json, begin, end, print_classes, print_some, separate};
use super::phrasing::words_or_paragraph;
use super::tree::{Element, Node, filled};

pub(super) fn list(list: &Element, out: &mut String) -> Option<()> {
    let ordered = list.name == "ol";
    let mut attributes = Attributes::of(list)?;
    let kind = attributes
        .take_if("type", |kind| ["a", "A", "i", "I"].into_iter().find(|known| ordered && *known == kind));
    let first = attributes.take_if("start", |number| number.trim().parse().ok().filter(|_: &i32| ordered));
    let reversed = ordered && attributes.take("reversed").is_some();
    let anchor = attributes.take_filled("id");
    let classes = attributes.take_classes(&["wp-block-list"]);
    attributes.none_left()?;
    let json = Json::default().flag("ordered", ordered).text("type", kind).number("start", first);
    begin("list", &json.flag("reversed", reversed).class_name(&classes), out);
    out.push('<');
    out.push_str(&list.name);
    print_some("type", kind, out);
    if reversed {
        out.push_str(" reversed");
    }
    print_some("start", first.map(|number| number.to_string()).as_deref(), out);
    print_some("id", anchor, out);
    print_classes(&[], &classes, out);
    out.push('>');
    let start = out.len();
    for node in filled(&list.children) {
        separate(out, start);
        item(node.named("li")?, out)?;
    }
    out.push_str("</");
    out.push_str(&list.name);
    out.push('>');
    end("list", out);
    Some(())
}

/// Words, then lists.
fn item(item: &Element, out: &mut String) -> Option<()> {
    let mut attributes = Attributes::of(item)?;
    let classes = attributes.take_classes(&[]);
    attributes.none_left()?;
    let first = item.children.iter().position(is_list).unwrap_or(item.children.len());
    let (words, lists) = item.children.split_at(first);
    let words = words_or_paragraph(words)?;
    begin("list-item", &Json::default().class_name(&classes), out);
    out.push_str("<li");
    print_classes(&[], &classes, out);
    out.push('>');
    out.push_str(&words);
    let start = out.len();
    for node in filled(lists) {
        separate(out, start);
        list(node.element().filter(|_| is_list(node))?, out)?;
    }
    out.push_str("</li>");
    end("list-item", out);
    Some(())
}

fn is_list(node: &Node) -> bool {
    node.named("ul").or(node.named("ol")).is_some()
}
