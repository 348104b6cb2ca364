use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{PluginHeader, Readme};

/// A plugin's source: the files that go to sites, by their path below the plugin's folder.
pub struct Source {
    pub slug: String,
    pub header: PluginHeader,
    pub readme: Readme,
    pub files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("can't read {0}")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{0} is a link: a package holds files only")]
    Link(PathBuf),
    #[error("{0} is not a name that every file system takes")]
    Name(PathBuf),
    #[error("there is no {0}: the main file has the folder's name")]
    NoMainFile(String),
    #[error("the main file's header has no \"{0}\"")]
    HeaderMissing(&'static str),
    #[error("the version \"{0}\" is not a semantic one")]
    Version(String, #[source] semver::Error),
    #[error("the package could not be written")]
    Package(#[from] zip::result::ZipError),
}

/// Folders and files for development only.
const NOT_FOR_SITES: [&str; 9] = [
    "tests",
    "node_modules",
    "vendor",
    "composer.json",
    "composer.lock",
    "phpcs.xml.dist",
    "phpstan.neon",
    "phpunit.xml.dist",
    "README.md",
];

impl Source {
    pub fn read(directory: &Path) -> Result<Self, SourceError> {
        let directory = directory.canonicalize().map_err(|e| SourceError::Read(directory.to_owned(), e))?;
        let slug = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut files = BTreeMap::new();
        collect(&directory, "", &mut files)?;
        let main = format!("{slug}.php");
        let text = |name: &str| files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let header = PluginHeader::parse(&text(&main).ok_or(SourceError::NoMainFile(main))?)?;
        let readme = text("readme.txt").map(|text| Readme::parse(&text)).unwrap_or_default();
        Ok(Self { slug, header, readme, files })
    }
}

fn collect(directory: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), SourceError> {
    let unreadable = |error| SourceError::Read(directory.to_owned(), error);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).ok_or_else(|| SourceError::Name(path.clone()))?;
        if name.starts_with('.') || (below.is_empty() && NOT_FOR_SITES.contains(&name)) {
            continue;
        }
        if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) || name.chars().any(char::is_control) {
            return Err(SourceError::Name(path));
        }
        let place = format!("{below}{name}");
        let kind = fs::symlink_metadata(&path).map_err(|e| SourceError::Read(path.clone(), e))?.file_type();
        if kind.is_dir() {
            collect(&path, &format!("{place}/"), files)?;
        } else if kind.is_file() {
            files.insert(place, fs::read(&path).map_err(|e| SourceError::Read(path.clone(), e))?);
        } else {
            return Err(SourceError::Link(path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Source, SourceError};
    use crate::artifact::package::tests::example;

    #[test]
    fn leaves_out_what_is_not_for_sites() {
        let plugin = example();
        std::fs::create_dir_all(plugin.path().join("example/tests")).unwrap();
        std::fs::write(plugin.path().join("example/tests/a.php"), "x").unwrap();
        std::fs::write(plugin.path().join("example/.hidden"), "x").unwrap();
        let source = Source::read(&plugin.path().join("example")).unwrap();
        assert_eq!(source.files.keys().collect::<Vec<_>>(), ["example.php", "inc/a.php", "readme.txt"]);
    }

    #[test]
    fn refuses_links_and_a_folder_without_its_main_file() {
        let plugin = example();
        let root = plugin.path().join("example");
        std::os::unix::fs::symlink("/etc/passwd", root.join("inc/passwd")).unwrap();
        assert!(matches!(Source::read(&root), Err(SourceError::Link(_))));
        std::fs::rename(&root, plugin.path().join("other")).unwrap();
        std::fs::remove_file(plugin.path().join("other/inc/passwd")).unwrap();
        assert!(matches!(Source::read(&plugin.path().join("other")), Err(SourceError::NoMainFile(_))));
    }
}
