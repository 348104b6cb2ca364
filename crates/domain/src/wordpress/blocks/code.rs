use super::attributes::Attributes;
use super::markup::{Json, begin, end, print_classes, print_some};
use super::phrasing::is_words;
use super::print::print;
use super::tree::{Element, only};

/// Code, or text whose line breaks count.
pub(super) fn preformatted(pre: &Element, out: &mut String) -> Option<()> {
    let code = only(&pre.children).and_then(|node| node.named("code"));
    let own = if code.is_some() { "wp-block-code" } else { "wp-block-preformatted" };
    let mut attributes = Attributes::of(pre)?;
    let anchor = attributes.take_filled("id");
    let mut classes = attributes.take_classes(&[own]);
    attributes.none_left()?;
    if let Some(code) = code {
        let mut attributes = Attributes::of(code)?;
        // Which language it is; what colours it looks at the `<pre>` too.
        classes.extend(attributes.take_classes(&classes));
        attributes.none_left()?;
    }
    let children = code.map_or(&pre.children, |code| &code.children);
    children.iter().all(is_words).then_some(())?;
    let name = if code.is_some() { "code" } else { "preformatted" };
    begin(name, &Json::default().class_name(&classes), out);
    out.push_str("<pre");
    print_some("id", anchor, out);
    print_classes(&[own], &classes, out);
    out.push('>');
    let mut content = String::new();
    print(children, &mut content);
    if code.is_some() {
        out.push_str("<code>");
        out.push_str(&inert(&content));
        out.push_str("</code>");
    } else {
        out.push_str(&content);
    }
    out.push_str("</pre>");
    end(name, out);
    Some(())
}

/// Shortcodes and addresses in code are not carried out, as the editor writes them.
fn inert(content: &str) -> String {
    let lines = content.split('\n').map(|line| {
        let address = line.trim();
        let is_bare = !address.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
        let known = address.starts_with("http://") || address.starts_with("https://");
        if is_bare && known { line.replacen("//", "&#47;&#47;", 1) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n").replace('[', "&#91;")
}
