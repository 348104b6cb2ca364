//! Which elements are open, and what ends them.

use super::nesting::{
    ends_foreign, ends_paragraph, is_document, is_heading, is_scope, is_special, is_table_part,
    is_table_structure,
};
use super::tree::{Element, Kind, Node};

/// A tree on its way: the elements that are open, outermost first.
pub(super) struct Builder<'a> {
    pub source: &'a str,
    pub open: Vec<Open>,
    pub roots: Vec<Node>,
    /// How many open elements are drawings, formulas, or HTML in drawings.
    pub foreign: usize,
    /// The tag that comes has an attribute twice.
    pub says_twice: bool,
}

pub(super) struct Open {
    pub element: Element,
    pub start: usize,
    pub exact: bool,
    /// Its end tag was met, within something that is still open.
    pub ended: bool,
}

impl Builder<'_> {
    /// Ends what can't have this element in it; false if it has no place here.
    pub fn makes_room_for(&mut self, name: &str) -> bool {
        if is_document(name) {
            return false;
        }
        if self.in_foreign() && !ends_foreign(name) {
            return true;
        }
        while self.in_foreign() {
            self.close_down_to(self.position(&["svg", "math"]).unwrap_or(0));
        }
        let in_table = self.open.last().is_some_and(|top| is_table_structure(&top.element.name));
        match name {
            _ if is_table_part(name) => return self.makes_room_for_table_part(name),
            "select" if self.position(&["select"]).is_some() => {
                self.close_first(&["select"]);
                return false;
            }
            "form" if in_table || self.position(&["form"]).is_some() => return false,
            "script" | "style" | "template" => return true,
            _ if in_table => self.close_first(&["table"]),
            _ => {}
        }
        match name {
            "li" => self.close_item(&["li"]),
            "dd" | "dt" => self.close_item(&["dd", "dt"]),
            "option" | "optgroup" => self.close_top_if(|top| top == "option"),
            "rt" | "rp" => self.close_top_if(|top| matches!(top, "rt" | "rp")),
            "a" | "button" | "nobr" => self.close_first(&[name]),
            _ => {}
        }
        if ends_paragraph(name) {
            self.close_first(&["p"]);
        }
        if is_heading(name) {
            self.close_top_if(is_heading);
        }
        true
    }

    /// Ends cells, rows and the like, and begins those that were left out.
    fn makes_room_for_table_part(&mut self, name: &str) -> bool {
        let Some(table) = self.position(&["table"]) else { return false };
        let (within, missing): (&[&str], &[&str]) = match name {
            "td" | "th" => (&["tr", "thead", "tbody", "tfoot", "table"], &["tbody", "tr"]),
            "tr" => (&["thead", "tbody", "tfoot", "table"], &["tbody"]),
            "col" => (&["colgroup", "table"], &["colgroup"]),
            _ => (&["table"], &[]),
        };
        let at = self.position(within).unwrap_or(table).max(table);
        self.close_down_to(at + 1);
        let there = match self.open[at].element.name.as_str() {
            "table" => 0,
            "tr" | "colgroup" => missing.len(),
            _ => 1,
        };
        for name in &missing[there.min(missing.len())..] {
            self.spoil();
            let element = Element { name: (*name).to_owned(), ..Element::default() };
            self.open(element, 0, false);
        }
        true
    }

    pub fn open(&mut self, element: Element, start: usize, exact: bool) {
        self.foreign += usize::from(is_foreign(&element.name));
        self.open.push(Open { element, start, exact, ended: false });
    }

    pub fn add(&mut self, node: Node) {
        self.add_to(self.open.len(), node);
    }

    /// Below the innermost of so many open elements.
    pub fn add_to(&mut self, depth: usize, node: Node) {
        let Some(parent) = depth.checked_sub(1).and_then(|at| self.open.get_mut(at)) else {
            return join(&mut self.roots, node);
        };
        parent.exact &= node.exact;
        join(&mut parent.element.children, node);
    }

    /// `end`: where its end tag ends, if it has one.
    pub fn close(&mut self, end: Option<usize>) {
        let Some(Open { element, start, exact, .. }) = self.open.pop() else { return };
        self.foreign -= usize::from(is_foreign(&element.name));
        if end.is_none() && element.name == "script" {
            // It never ran, and what ends it here may not end it for a browser.
            return self.spoil();
        }
        let source = start..end.unwrap_or(start);
        self.add(Node { kind: Kind::Element(element), source, exact: exact && end.is_some() });
        if self.open.last().is_some_and(|top| top.ended) {
            self.close(None);
        }
    }

    pub fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.close(None);
        }
    }

    /// Ends the innermost of these, if no scope or button is in between.
    fn close_first(&mut self, names: &[&str]) {
        for at in (0..self.open.len()).rev() {
            let open = self.open[at].element.name.as_str();
            if names.contains(&open) {
                return self.close_down_to(at);
            }
            if (is_scope(open) && !names.contains(&"table")) || open == "button" {
                return;
            }
        }
    }

    /// Ends the item of a list that this one follows.
    fn close_item(&mut self, names: &[&str]) {
        for at in (0..self.open.len()).rev() {
            let open = self.open[at].element.name.as_str();
            if names.contains(&open) {
                return self.close_down_to(at);
            }
            if is_special(open) && !matches!(open, "address" | "div" | "p") {
                return;
            }
        }
    }

    fn close_top_if(&mut self, is: impl Fn(&str) -> bool) {
        if self.open.last().is_some_and(|top| is(&top.element.name)) {
            self.close(None);
        }
    }

    pub fn position(&self, names: &[&str]) -> Option<usize> {
        self.open.iter().rposition(|open| names.contains(&open.element.name.as_str()))
    }

    pub fn in_foreign(&self) -> bool {
        let inner = if self.foreign > 0 { self.position(FOREIGN) } else { None };
        inner.is_some_and(|at| self.open[at].element.name != "foreignobject")
    }

    /// A browser reads something else than what is written here.
    pub fn spoil(&mut self) {
        if let Some(top) = self.open.last_mut() {
            top.exact = false;
        }
    }
}

const FOREIGN: &[&str] = &["svg", "math", "foreignobject"];

fn is_foreign(name: &str) -> bool {
    FOREIGN.contains(&name)
}

/// Text in one piece, whatever stood in between.
fn join(nodes: &mut Vec<Node>, node: Node) {
    if let (Kind::Text(text), Some(Node { kind: Kind::Text(before), source, exact })) =
        (&node.kind, nodes.last_mut())
    {
        before.push_str(text);
        *exact &= node.exact && source.end == node.source.start;
        source.end = node.source.end;
        return;
    }
    nodes.push(node);
}
