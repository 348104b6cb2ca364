use std::collections::BTreeMap;

/// A plugin's `readme.txt`: the fields at its top and its sections as HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readme {
    pub tested_version: String,
    pub stable_tag: String,
    pub short_description: String,
    /// By the names that WordPress' details window knows: description, installation, faq, changelog …
    pub sections: BTreeMap<String, String>,
}

impl Readme {
    pub fn parse(text: &str) -> Self {
        let mut readme = Self::default();
        let mut section: Option<String> = None;
        let mut lines: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for line in text.lines().map(str::trim_end) {
            if let Some(title) = heading(line, "==") {
                section = Some(section_name(title));
            } else if let Some(name) = &section {
                lines.entry(name.clone()).or_default().push(line);
            } else if let Some((field, value)) = line.split_once(':') {
                match field.trim().to_ascii_lowercase().as_str() {
                    "tested up to" => value.trim().clone_into(&mut readme.tested_version),
                    "stable tag" => value.trim().clone_into(&mut readme.stable_tag),
                    _ => {}
                }
            } else if heading(line, "===").is_none()
                && !line.is_empty()
                && readme.short_description.is_empty()
            {
                line.clone_into(&mut readme.short_description);
            }
        }
        readme.sections = lines.into_iter().map(|(name, lines)| (name, html(&lines))).collect();
        readme
    }
}

/// `== Title ==` with exactly this many signs.
fn heading<'a>(line: &'a str, signs: &str) -> Option<&'a str> {
    let inner = line.trim().strip_prefix(signs)?.strip_suffix(signs)?;
    (!inner.starts_with('=') && !inner.ends_with('=')).then(|| inner.trim()).filter(|title| !title.is_empty())
}

fn section_name(title: &str) -> String {
    match title.to_lowercase().as_str() {
        "frequently asked questions" => "faq".to_owned(),
        other => other.replace(' ', "_"),
    }
}

/// Sub-headings, lists and paragraphs; everything is escaped, so a readme can't bring markup of its own.
fn html(lines: &[&str]) -> String {
    let mut out = String::new();
    let (mut list, mut paragraph) = (false, Vec::new());
    let end_paragraph = |out: &mut String, paragraph: &mut Vec<String>| {
        if !paragraph.is_empty() {
            *out += &["<p>", &paragraph.join(" "), "</p>"].concat();
            paragraph.clear();
        }
    };
    for line in lines {
        let item = line.trim_start().strip_prefix("* ").or_else(|| line.trim_start().strip_prefix("- "));
        if item.is_none() && list {
            out.push_str("</ul>");
            list = false;
        }
        if let Some(item) = item {
            end_paragraph(&mut out, &mut paragraph);
            if !list {
                out.push_str("<ul>");
                list = true;
            }
            out += &["<li>", &escape(item), "</li>"].concat();
        } else if let Some(title) = heading(line, "=") {
            end_paragraph(&mut out, &mut paragraph);
            out += &["<h4>", &escape(title), "</h4>"].concat();
        } else if line.trim().is_empty() {
            end_paragraph(&mut out, &mut paragraph);
        } else {
            paragraph.push(escape(line.trim()));
        }
    }
    end_paragraph(&mut out, &mut paragraph);
    if list {
        out.push_str("</ul>");
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::Readme;

    const TEXT: &str = "=== Example ===\nTested up to: 6.5\nRequires PHP: 7.4\n\nOne sentence.\n\n== Description ==\nA <b>plugin</b>\nthat works.\n\n* one\n* two\n\n== Frequently Asked Questions ==\n= Why? =\nBecause.\n\n== Changelog ==\n= 1.0.0 =\n* First.\n";

    #[test]
    fn reads_fields_and_sections() {
        let readme = Readme::parse(TEXT);
        assert_eq!(readme.tested_version, "6.5");
        assert_eq!(readme.short_description, "One sentence.");
        assert_eq!(
            readme.sections["description"],
            "<p>A &lt;b&gt;plugin&lt;/b&gt; that works.</p><ul><li>one</li><li>two</li></ul>"
        );
        assert_eq!(readme.sections["faq"], "<h4>Why?</h4><p>Because.</p>");
        assert_eq!(readme.sections["changelog"], "<h4>1.0.0</h4><ul><li>First.</li></ul>");
    }
}
