use semver::Version;

use super::SourceError;

/// What the comment at the top of a plugin's main file says, as WordPress reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginHeader {
    pub name: String,
    pub version: String,
    pub description: String,
    pub author: String,
    pub author_url: String,
    pub plugin_url: String,
    pub requires_version: String,
    pub requires_php: String,
}

/// WordPress looks no further into a file.
const LOOKED_AT: usize = 8 * 1024;

impl PluginHeader {
    pub fn parse(main_file: &str) -> Result<Self, SourceError> {
        let end =
            main_file.char_indices().map(|(at, _)| at).take_while(|at| *at < LOOKED_AT).last().unwrap_or(0);
        let head = &main_file[..end];
        let field = |name: &str| head.lines().find_map(|line| value(line, name)).unwrap_or_default();
        let required = |name: &'static str| {
            Some(field(name)).filter(|value| !value.is_empty()).ok_or(SourceError::HeaderMissing(name))
        };
        let version = required("Version")?;
        Version::parse(&version).map_err(|error| SourceError::Version(version.clone(), error))?;
        Ok(Self {
            name: required("Plugin Name")?,
            version,
            description: field("Description"),
            author: field("Author"),
            author_url: field("Author URI"),
            plugin_url: field("Plugin URI"),
            requires_version: required("Requires at least")?,
            requires_php: required("Requires PHP")?,
        })
    }
}

/// The value in a line such as ` * Plugin Name: Example`.
fn value(line: &str, name: &str) -> Option<String> {
    let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
    let (found, value) = line.split_once(':')?;
    found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_end_matches("*/").trim_end().to_owned())
}

/// Whether the line says this field.
pub(super) fn is_field(line: &str, name: &str) -> bool {
    value(line, name).is_some()
}

#[cfg(test)]
mod tests {
    use super::{PluginHeader, SourceError};

    const MAIN: &str = "<?php\n/**\n * Plugin Name: Example\n * Version: 1.2.3\n * Requires at least: 5.6\n * Requires PHP:  7.4\n * Author: Us\n */\n";

    #[test]
    fn reads_what_wordpress_reads() {
        let header = PluginHeader::parse(MAIN).unwrap();
        assert_eq!(header.name, "Example");
        assert_eq!(header.version, "1.2.3");
        assert_eq!(header.requires_php, "7.4");
        assert_eq!(header.author, "Us");
        assert_eq!(header.plugin_url, "");
    }

    #[test]
    fn says_what_is_missing() {
        let error = PluginHeader::parse(&MAIN.replace("Requires PHP", "Requires Perl")).unwrap_err();
        assert!(matches!(error, SourceError::HeaderMissing("Requires PHP")), "{error}");
        let error = PluginHeader::parse(&MAIN.replace("1.2.3", "one")).unwrap_err();
        assert!(matches!(error, SourceError::Version(..)), "{error}");
    }
}
