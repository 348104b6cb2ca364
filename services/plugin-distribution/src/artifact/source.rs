use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{PluginHeader, Readme, UploadError};

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
    #[error("the folder \"{0}\" is no plugin's: lower-case letters and digits, with hyphens between")]
    Slug(String),
    #[error("the main file's header has no \"{0}\"")]
    HeaderMissing(&'static str),
    #[error("the version \"{0}\" is not a semantic one")]
    Version(String, #[source] semver::Error),
    #[error("{0} is not UTF-8, so another version can't be written into it")]
    NotUtf8(String),
    #[error(transparent)]
    Upload(#[from] UploadError),
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
    /// From a plugin's folder, or from a ZIP of it.
    pub fn read(place: &Path) -> Result<Self, SourceError> {
        let unreadable = |error| SourceError::Read(place.to_owned(), error);
        let path = place.canonicalize().map_err(unreadable)?;
        if path.is_file() {
            return Self::unpack(&fs::read(&path).map_err(unreadable)?);
        }
        let slug = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut files = BTreeMap::new();
        collect(&path, "", &mut files)?;
        Self::of(slug, files)
    }

    pub(super) fn of(slug: String, files: BTreeMap<String, Vec<u8>>) -> Result<Self, SourceError> {
        // The name is part of where the package is kept, before any table could refuse it.
        if !is_slug(&slug) {
            return Err(SourceError::Slug(slug));
        }
        let main = format!("{slug}.php");
        let text = |name: &str| files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let header = PluginHeader::parse(&text(&main).ok_or(SourceError::NoMainFile(main))?)?;
        let readme = text("readme.txt").map(|text| Readme::parse(&text)).unwrap_or_default();
        Ok(Self { slug, header, readme, files })
    }
}

/// Whether a plugin can have this name: it is its folder's, its main file's, and part of addresses.
pub fn is_slug(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9'));
    name.split('-').all(is_word)
}

/// Whether a file goes to sites, by its path below the plugin's folder: neither hidden nor for development only.
pub(super) fn is_for_sites(place: &str) -> bool {
    let first = place.split('/').next().unwrap_or_default();
    !NOT_FOR_SITES.contains(&first) && !place.split('/').any(|step| step.starts_with('.'))
}

/// Whether every file system takes a name.
pub(super) fn is_portable(name: &str) -> bool {
    !name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) && !name.chars().any(char::is_control)
}

fn collect(directory: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), SourceError> {
    let unreadable = |error| SourceError::Read(directory.to_owned(), error);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).ok_or_else(|| SourceError::Name(path.clone()))?;
        let place = format!("{below}{name}");
        if !is_for_sites(&place) {
            continue;
        }
        if !is_portable(name) {
            return Err(SourceError::Name(path));
        }
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
