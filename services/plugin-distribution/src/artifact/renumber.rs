use super::header::is_field;
use super::{Source, SourceError};

impl Source {
    /// The same code under another version: the header, the readme's stable tag and a constant of the main file say the new one, and the
    /// changelog begins with `note`.
    pub fn renumbered(mut self, version: &str, note: &str) -> Result<Self, SourceError> {
        let old = self.header.version.clone();
        let main = format!("{}.php", self.slug);
        self.rewrite(&main, |text| with_lines(text, |line| main_line(line, &old, version)))?;
        self.rewrite("readme.txt", |text| {
            let text = with_lines(text, |line| {
                is_field(line, "Stable tag").then(|| line.replacen(&old, version, 1))
            });
            with_entry(&text, version, note)
        })?;
        Self::of(self.slug, self.files)
    }

    fn rewrite(&mut self, place: &str, change: impl FnOnce(&str) -> String) -> Result<(), SourceError> {
        let Some(bytes) = self.files.get_mut(place) else { return Ok(()) };
        let text = str::from_utf8(bytes).map_err(|_| SourceError::NotUtf8(place.to_owned()))?;
        *bytes = change(text).into_bytes();
        Ok(())
    }
}

/// The header's version, or a constant such as `const VERSION = '2.0.0';`.
fn main_line(line: &str, old: &str, new: &str) -> Option<String> {
    if is_field(line, "Version") {
        return Some(line.replacen(old, new, 1));
    }
    let quoted = ['\'', '"'].map(|quote| (format!("{quote}{old}{quote}"), format!("{quote}{new}{quote}")));
    let (old, new) = quoted.iter().find(|(old, _)| line.contains(old))?;
    line.contains("VERSION").then(|| line.replacen(old, new, 1))
}

/// With what `change` makes of the lines that it takes; their ends stay.
fn with_lines(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    text.split_inclusive('\n').map(|line| change(line).unwrap_or_else(|| line.to_owned())).collect()
}

/// With the newest entry of the changelog.
fn with_entry(readme: &str, version: &str, note: &str) -> String {
    let entry = format!("\n= {version} =\n* {note}\n");
    let is_changelog = |line: &str| {
        line.trim().trim_matches('=').trim().eq_ignore_ascii_case("changelog") && line.starts_with("==")
    };
    match readme.split_inclusive('\n').position(is_changelog) {
        Some(place) => {
            let (head, rest): (Vec<_>, Vec<_>) =
                readme.split_inclusive('\n').enumerate().partition(|(at, _)| *at <= place);
            let text =
                |lines: Vec<(usize, &str)>| lines.into_iter().map(|(_, line)| line).collect::<String>();
            format!("{}\n{}{}", text(head).trim_end_matches('\n'), entry, text(rest))
        }
        None => format!("{}\n\n== Changelog ==\n{entry}", readme.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::artifact::tests::example;

    fn renumbered(main: &str, readme: &str) -> Source {
        let mut source = Source::read(&example().path().join("example")).unwrap();
        let header =
            "Plugin Name: Example\n * Version:     1.0.0\n * Requires at least: 5.6\n * Requires PHP: 7.4";
        source.files.insert("example.php".to_owned(), format!("<?php\n/**\n * {header}\n */\n{main}").into());
        source.files.insert("readme.txt".to_owned(), readme.into());
        source.renumbered("1.2.0", "The code of 1.0.0 again.").unwrap()
    }

    fn text(source: &Source, place: &str) -> String {
        String::from_utf8(source.files[place].clone()).unwrap()
    }

    #[rstest]
    #[case("const VERSION = '1.0.0';\n", "const VERSION = '1.2.0';\n")]
    #[case("define( 'EXAMPLE_VERSION', \"1.0.0\" );\r\n", "define( 'EXAMPLE_VERSION', \"1.2.0\" );\r\n")]
    #[case("const SINCE = '1.0.0';\n// VERSION 1.0.0", "const SINCE = '1.0.0';\n// VERSION 1.0.0")]
    #[case("const VERSION = '11.0.0';\n", "const VERSION = '11.0.0';\n")]
    fn the_main_file_says_the_new_version(#[case] code: &str, #[case] expected: &str) {
        let source = renumbered(code, "");
        assert_eq!(source.header.version, "1.2.0");
        let main = text(&source, "example.php");
        assert!(main.contains(" * Version:     1.2.0\n") && main.ends_with(expected), "{main}");
    }

    #[rstest]
    #[case(
        "=== Example ===\nStable tag: 1.0.0\n\n== Changelog ==\n\n= 1.0.0 =\n* First.\n",
        "=== Example ===\nStable tag: 1.2.0\n\n== Changelog ==\n\n= 1.2.0 =\n* The code of 1.0.0 again.\n\n= 1.0.0 =\n* First.\n"
    )]
    #[case(
        "=== Example ===\n",
        "=== Example ===\n\n== Changelog ==\n\n= 1.2.0 =\n* The code of 1.0.0 again.\n"
    )]
    fn the_readme_tells_of_it(#[case] readme: &str, #[case] expected: &str) {
        let source = renumbered("", readme);
        assert_eq!(text(&source, "readme.txt"), expected);
        assert!(source.readme.sections["changelog"].starts_with("<h4>1.2.0</h4>"));
    }

    #[test]
    fn what_would_be_spoilt_is_left_alone() {
        let mut source = Source::read(&example().path().join("example")).unwrap();
        let main = source.files.get_mut("example.php").unwrap();
        main.extend_from_slice(b"// caf\xe9\n");
        let refused = source.renumbered("1.2.0", "again").err();
        assert!(
            matches!(&refused, Some(SourceError::NotUtf8(place)) if place == "example.php"),
            "{refused:?}"
        );
    }

    #[test]
    fn a_plugin_without_a_readme_stays_so() {
        let mut source = Source::read(&example().path().join("example")).unwrap();
        source.files.remove("readme.txt");
        let source = source.renumbered("1.2.0", "again").unwrap();
        assert_eq!(source.files.keys().collect::<Vec<_>>(), ["example.php", "inc/a.php"]);
    }
}
