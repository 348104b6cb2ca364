//! What blocks are written with: their delimiters, and the attributes in these and in their elements.

use super::print;

/// Two blocks of one level are parted by an empty line.
pub(super) fn separate(out: &mut String, start: usize) {
    if out.len() > start {
        out.push_str("\n\n");
    }
}

pub(super) fn begin(name: &str, attributes: &Json, out: &mut String) {
    out.push_str("<!-- wp:");
    out.push_str(name);
    out.push(' ');
    attributes.print(out);
    out.push_str("-->\n");
}

pub(super) fn end(name: &str, out: &mut String) {
    out.push_str("\n<!-- /wp:");
    out.push_str(name);
    out.push_str(" -->");
}

/// `class="…"`, the block's own first; nothing where there is none.
pub(super) fn print_classes(own: &[&str], others: &[&str], out: &mut String) {
    if own.len() + others.len() > 0 {
        print::attribute("class", &[own, others].concat().join(" "), out);
    }
}

pub(super) fn print_some(name: &str, value: Option<&str>, out: &mut String) {
    if let Some(value) = value {
        print::attribute(name, value, out);
    }
}

/// The attributes in a block's delimiter, in the order in which its type declares them.
#[derive(Default)]
pub(super) struct Json(String);

impl Json {
    pub fn text(self, name: &str, value: Option<&str>) -> Self {
        self.value(name, value.map(|value| serde_json::Value::from(value).to_string()))
    }

    pub fn number(self, name: &str, value: Option<i32>) -> Self {
        self.value(name, value.map(|value| value.to_string()))
    }

    pub fn flag(self, name: &str, value: bool) -> Self {
        self.value(name, value.then(|| "true".to_owned()))
    }

    pub fn class_name(self, classes: &[&str]) -> Self {
        let name = classes.join(" ");
        self.text("className", Some(name.as_str()).filter(|name| !name.is_empty()))
    }

    fn value(mut self, name: &str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.is_empty() { '{' } else { ',' });
            self.0.push('"');
            self.0.push_str(name);
            self.0.push_str("\":");
            self.0.push_str(&escaped(&value));
        }
        self
    }

    /// With the blank that follows it.
    pub fn print(&self, out: &mut String) {
        if !self.0.is_empty() {
            out.push_str(&self.0);
            out.push_str("} ");
        }
    }
}

/// Nothing that ends a comment, and nothing that a `stripslashes` of WordPress takes away.
fn escaped(json: &str) -> String {
    json.replace("\\\\", "\\u005c")
        .replace("\\\"", "\\u0022")
        .replace("--", "\\u002d\\u002d")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}
