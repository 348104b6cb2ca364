//! What a block can carry of an element's attributes.

use std::collections::HashSet;

use super::tree::Element;

/// An element's attributes, taken one by one: a block can carry them if none is left.
pub(super) struct Attributes<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Attributes<'a> {
    /// Nothing if WordPress would read one of them otherwise than a browser: it escapes no `&` that looks like an entity.
    pub fn of(element: &'a Element) -> Option<Self> {
        let attributes = element.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let left: Vec<_> = attributes.collect();
        left.iter().all(|(_, value)| !has_entity(value)).then_some(Self(left))
    }

    pub fn take(&mut self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|(it, _)| *it == name)?;
        Some(self.0.remove(at).1)
    }

    /// The same for one that is as good as absent when it is empty.
    pub fn take_filled(&mut self, name: &str) -> Option<&'a str> {
        self.take(name).filter(|value| !value.is_empty())
    }

    /// What a block need not carry.
    pub fn forget(&mut self, names: &[&str]) {
        self.0.retain(|(name, _)| !names.contains(name));
    }

    /// Each once, without those that the block has anyway.
    pub fn take_classes(&mut self, own: &[&str]) -> Vec<&'a str> {
        let mut seen: HashSet<&str> = own.iter().copied().collect();
        let classes = self.take("class").unwrap_or_default();
        classes.split_ascii_whitespace().filter(|class| seen.insert(class)).collect()
    }

    /// Where the words stand, however that is said.
    pub fn take_text_align(&mut self, classes: &mut Vec<&'a str>) -> Option<&'static str> {
        let by_class = take_class(classes, "has-text-align-", &["left", "center", "right"]);
        let by_style = self.take_if("style", |style| {
            let (name, value) = style.trim().trim_end_matches(';').split_once(':')?;
            if name.trim() == "text-align" { alignment(value) } else { None }
        });
        let by_attribute = self.take_if("align", alignment);
        by_class.or(by_style).or(by_attribute)
    }

    pub fn take_if<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let at = self.0.iter().position(|(it, _)| *it == name)?;
        let value = read(self.0[at].1)?;
        self.0.remove(at);
        Some(value)
    }

    pub fn none_left(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

fn alignment(value: &str) -> Option<&'static str> {
    ["left", "center", "right"].into_iter().find(|known| known.eq_ignore_ascii_case(value.trim()))
}

/// The rest of the first class that has this beginning and one of these ends.
pub(super) fn take_class(
    classes: &mut Vec<&str>,
    beginning: &str,
    ends: &[&'static str],
) -> Option<&'static str> {
    let mut found = None;
    classes.retain(|class| {
        let end = class.strip_prefix(beginning).and_then(|end| ends.iter().find(|it| **it == end));
        found = found.or(end.copied());
        end.is_none()
    });
    found
}

fn has_entity(value: &str) -> bool {
    value.match_indices('&').any(|(at, _)| {
        let name = value[at + 1..].trim_start_matches('#');
        let len = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
        len > 0 && name.as_bytes().get(len) == Some(&b';')
    })
}
