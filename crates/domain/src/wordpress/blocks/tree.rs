use std::ops::Range;

/// How deep elements stand in each other; the tags of deeper ones are left out, their text is not. Browsers end at 512.
pub(super) const MAX_DEPTH: usize = 100;

#[derive(Debug)]
pub(super) struct Node {
    pub kind: Kind,
    /// Where it stands in the text that was read.
    pub source: Range<usize>,
    /// A browser would print it in the words of its source, or in others that mean the same to WordPress.
    pub exact: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Element(Element),
    Text(String),
    Comment(String),
}

#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    /// In their order, each name once.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Node {
    pub fn element(&self) -> Option<&Element> {
        match &self.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) | Kind::Comment(_) => None,
        }
    }

    /// An element of this name.
    pub fn named(&self, name: &str) -> Option<&Element> {
        self.element().filter(|element| element.name == name)
    }

    /// White space between elements, a comment.
    pub fn is_blank(&self) -> bool {
        match &self.kind {
            Kind::Element(_) => false,
            Kind::Text(text) => text.trim_ascii().is_empty(),
            Kind::Comment(_) => true,
        }
    }
}

/// Those that are more than white space and comments.
pub(super) fn filled(nodes: &[Node]) -> impl Iterator<Item = &Node> {
    nodes.iter().filter(|node| !node.is_blank())
}

/// The only one that is more than white space and comments.
pub(super) fn only(nodes: &[Node]) -> Option<&Node> {
    let mut filled = filled(nodes);
    filled.next().filter(|_| filled.next().is_none())
}
