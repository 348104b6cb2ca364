use super::attributes::Attributes;
use super::figure::{caption, print_caption};
use super::markup::{Json, begin, end, print_classes, print_some};
use super::phrasing::words_or_paragraph;
use super::print::attribute;
use super::tree::{Element, filled};

/// How tables looked before there were style sheets; a theme has its own idea.
const OLD_LOOKS: &[&str] = &["border", "cellpadding", "cellspacing"];

const SECTIONS: [&str; 3] = ["thead", "tbody", "tfoot"];

pub(super) fn table(
    figure: Option<&Element>,
    table: &Element,
    below: Option<String>,
    out: &mut String,
) -> Option<()> {
    let mut attributes = Attributes::of(table)?;
    attributes.forget(OLD_LOOKS);
    let mut anchor = attributes.take_filled("id");
    let mut classes = attributes.take_classes(&["wp-block-table", "has-fixed-layout"]);
    attributes.none_left()?;
    if let Some(figure) = figure {
        let mut attributes = Attributes::of(figure)?;
        anchor = attributes.take_filled("id").or(anchor);
        classes.extend(attributes.take_classes(&[&["wp-block-table"], classes.as_slice()].concat()));
        attributes.none_left()?;
    }
    let above = filled(&table.children).find_map(|node| node.named("caption"));
    let caption = match (above, below) {
        (Some(_), Some(_)) => return None,
        (Some(above), None) => Some(caption(above)?),
        (None, below) => below,
    };

    begin("table", &Json::default().class_name(&classes), out);
    out.push_str("<figure");
    print_some("id", anchor, out);
    print_classes(&["wp-block-table"], &classes, out);
    out.push_str("><table>");
    rows(table, out)?;
    out.push_str("</table>");
    print_caption(caption.as_deref(), out);
    out.push_str("</figure>");
    end("table", out);
    Some(())
}

/// Head, body and foot, each at most once; several bodies are one to the block.
fn rows(table: &Element, out: &mut String) -> Option<()> {
    let mut open: Option<usize> = None;
    for node in filled(&table.children).filter(|node| node.named("caption").is_none()) {
        let section = node.element().filter(|section| section.attributes.is_empty())?;
        let at = SECTIONS.iter().position(|name| *name == section.name)?;
        if filled(&section.children).next().is_none() {
            continue;
        }
        if open.is_some_and(|before| before > at) {
            return None;
        }
        if open != Some(at) {
            end_section(open, out);
            out.push('<');
            out.push_str(SECTIONS[at]);
            out.push('>');
            open = Some(at);
        }
        for row in filled(&section.children) {
            out.push_str("<tr>");
            let row = row.named("tr").filter(|row| row.attributes.is_empty())?;
            for node in filled(&row.children) {
                cell(node.element()?, out)?;
            }
            out.push_str("</tr>");
        }
    }
    end_section(open, out);
    open.map(|_| ())
}

fn end_section(open: Option<usize>, out: &mut String) {
    if let Some(at) = open {
        out.push_str("</");
        out.push_str(SECTIONS[at]);
        out.push('>');
    }
}

fn cell(cell: &Element, out: &mut String) -> Option<()> {
    let is_head = match cell.name.as_str() {
        "th" => true,
        "td" => false,
        _ => return None,
    };
    let mut attributes = Attributes::of(cell)?;
    let mut classes = attributes.take_classes(&[]);
    let align = attributes.take_text_align(&mut classes);
    let scope = attributes.take_filled("scope").filter(|_| is_head);
    for span in ["colspan", "rowspan"] {
        attributes.take_if(span, |cells| (cells.trim() == "1").then_some(()));
    }
    attributes.take_if("data-align", |given| (Some(given) == align).then_some(()));
    attributes.none_left()?;
    if !classes.is_empty() {
        return None;
    }
    out.push('<');
    out.push_str(&cell.name);
    if let Some(align) = align {
        attribute("class", &format!("has-text-align-{align}"), out);
        attribute("data-align", align, out);
    }
    print_some("scope", scope, out);
    out.push('>');
    out.push_str(&words_or_paragraph(&cell.children)?);
    out.push_str("</");
    out.push_str(&cell.name);
    out.push('>');
    Some(())
}
