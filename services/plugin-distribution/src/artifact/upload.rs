use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::source::{is_for_sites, is_portable};
use super::{Source, SourceError};

/// Why a ZIP is no plugin's source. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("this is no ZIP that can be read")]
    NoZip(#[source] ZipError),
    #[error("there is no file in it")]
    Empty,
    #[error("it holds more than {MOST_FILES} entries")]
    TooMany,
    #[error("{0} and what is before it are more than {MOST_BYTES} bytes when unpacked")]
    TooLarge(String),
    #[error("{0} leads out of the package")]
    LeadsOut(String),
    #[error("{0} is not in the folder {1}: a package has one folder, named as the plugin")]
    OtherRoot(String, String),
    #[error("{0} is neither a file nor a folder")]
    NoFile(String),
    #[error("{0} and {1} are one file where case does not count")]
    Twice(String, String),
    #[error("{0} can't be unpacked")]
    Damaged(String, #[source] std::io::Error),
}

/// A plugin has hundreds.
const MOST_FILES: usize = 10_000;
/// The largest plugins there are have a tenth of it.
const MOST_BYTES: u64 = 128 << 20;
/// What the mode of a UNIX file says of its kind, and what it says of files and folders.
const KIND: u32 = 0o170_000;
const KINDS: [u32; 3] = [0, 0o100_000, 0o040_000];

/// The folder that all of the ZIP is in, and the files by their path below it. No size or name that the ZIP states is believed.
pub fn unpack(bytes: &[u8]) -> Result<(String, BTreeMap<String, Vec<u8>>), SourceError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(UploadError::NoZip)?;
    if zip.len() > MOST_FILES {
        return Err(UploadError::TooMany.into());
    }
    let (mut root, mut left) = (None::<String>, MOST_BYTES);
    let (mut files, mut folded) = (BTreeMap::new(), BTreeMap::<String, String>::new());
    for at in 0..zip.len() {
        let stated = zip.name_for_index(at).map(|name| name.map(Cow::into_owned));
        let name = stated.transpose().map_err(UploadError::NoZip)?.unwrap_or_default();
        let damaged = |error: ZipError| UploadError::Damaged(name.clone(), error.into());
        let mut entry = zip.by_index(at).map_err(damaged)?;
        check_kind(&entry, &name)?;
        let (folder, place) = split(&name)?;
        let root = root.get_or_insert_with(|| folder.to_owned());
        if folder != root {
            return Err(UploadError::OtherRoot(name, root.clone()).into());
        }
        if entry.is_dir() {
            continue;
        }
        if let Some(other) = folded.insert(place.to_lowercase(), name.clone()) {
            return Err(UploadError::Twice(other, name).into());
        }
        let mut content = Vec::new();
        let read = (&mut entry).take(left + 1).read_to_end(&mut content);
        let length = read.map_err(|error| UploadError::Damaged(name.clone(), error))? as u64;
        left = left.checked_sub(length).ok_or_else(|| UploadError::TooLarge(name.clone()))?;
        files.insert(place.to_owned(), content);
    }
    Ok((root.ok_or(UploadError::Empty)?, files))
}

fn check_kind<R: Read>(entry: &ZipFile<'_, R>, name: &str) -> Result<(), UploadError> {
    let kind = entry.unix_mode().unwrap_or_default() & KIND;
    if entry.is_symlink() || !KINDS.contains(&kind) {
        return Err(UploadError::NoFile(name.to_owned()));
    }
    Ok(())
}

/// The first folder of a name, and the path below it.
fn split(name: &str) -> Result<(&str, &str), SourceError> {
    let (folder, place) = name.split_once('/').unwrap_or(("", name));
    let below = place.strip_suffix('/').unwrap_or(place);
    let steps = || std::iter::once(folder).chain(below.split('/'));
    if name.starts_with('/') || name.contains('\\') || steps().any(|step| step == "..") {
        return Err(UploadError::LeadsOut(name.to_owned()).into());
    }
    if folder.is_empty() {
        return Err(UploadError::OtherRoot(name.to_owned(), "of the plugin".to_owned()).into());
    }
    if (!below.is_empty() && below.split('/').any(|step| step.is_empty() || step == "."))
        || !is_portable(name)
    {
        return Err(SourceError::Name(name.into()));
    }
    Ok((folder, place))
}

impl Source {
    /// The source in a ZIP that somebody made: what sites get is built from it here, as from a folder.
    pub fn unpack(bytes: &[u8]) -> Result<Self, SourceError> {
        let (slug, mut files) = unpack(bytes)?;
        files.retain(|place, _| is_for_sites(place));
        Self::of(slug, files)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rstest::rstest;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::artifact::build;
    use crate::artifact::package::tests::example;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, bytes) in files {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn refusal(bytes: &[u8]) -> String {
        Source::unpack(bytes).map(|source| source.slug).unwrap_err().to_string()
    }

    #[test]
    fn a_package_unpacked_and_built_again_is_the_same() {
        let package = build(&Source::read(&example().path().join("example")).unwrap()).unwrap();
        assert_eq!(build(&Source::unpack(&package).unwrap()).unwrap(), package);
    }

    #[test]
    fn what_is_not_for_sites_stays_out() {
        let main = std::fs::read(example().path().join("example/example.php")).unwrap();
        let names = ["example/example.php", "example/tests/a.php", "example/.git/config", "example/inc/.env"];
        let source = Source::unpack(&zipped(&names.map(|name| (name, main.as_slice())))).unwrap();
        assert_eq!(source.files.keys().collect::<Vec<_>>(), ["example.php"]);
    }

    #[rstest]
    #[case::zip_slip("example/../../etc/cron.d/x", "leads out")]
    #[case::zip_slip_of_windows("example\\..\\x", "leads out")]
    #[case::absolute("/etc/passwd", "leads out")]
    #[case::root_is_a_step_up("../x", "leads out")]
    #[case::no_root("x.php", "is not in the folder")]
    #[case::other_root("other/x.php", "is not in the folder example")]
    #[case::drive("example/c:x", "is not a name that every file system takes")]
    #[case::control("example/a\nb", "is not a name that every file system takes")]
    #[case::dot("example/./x", "is not a name that every file system takes")]
    #[case::twice("example/EXAMPLE.php", "one file where case does not count")]
    fn a_name_is_refused_with_the_file(#[case] name: &str, #[case] why: &str) {
        let said = refusal(&zipped(&[("example/example.php", b"<?php"), (name, b"x")]));
        assert!(said.contains(why) && said.contains(name), "{said}");
    }

    #[test]
    fn links_are_refused_with_the_file() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("example/inc", "/etc", SimpleFileOptions::default()).unwrap();
        let said = refusal(&zip.finish().unwrap().into_inner());
        assert_eq!(said, "example/inc is neither a file nor a folder");
    }

    #[test]
    fn what_grows_too_much_is_refused_whatever_size_it_states() {
        let zeros = vec![0; usize::try_from(MOST_BYTES).unwrap() + 1];
        let mut bomb = zipped(&[("example/example.php", b"<?php"), ("example/zeros", &zeros)]);
        assert!(bomb.len() < 1 << 20);
        let said = refusal(&bomb);
        assert!(said.starts_with("example/zeros and what is before it are more than"), "{said}");
        // The central directory says that it is small.
        let stated = u32::try_from(zeros.len()).unwrap().to_le_bytes();
        let at = bomb.windows(4).rposition(|it| it == stated).unwrap();
        bomb[at..at + 4].copy_from_slice(&5_u32.to_le_bytes());
        let said = refusal(&bomb);
        assert!(said.contains("example/zeros"), "{said}");
    }

    #[rstest]
    #[case::nothing(b"".to_vec(), "this is no ZIP that can be read")]
    #[case::text(b"<?php // no ZIP".to_vec(), "this is no ZIP that can be read")]
    #[case::root_is_here(zipped(&[("./..php", b"<?php")]), "the folder \".\" is no plugin's: lower-case letters and digits, with hyphens between")]
    #[case::root_is_no_slug(zipped(&[("My Plugin/My Plugin.php", b"<?php")]), "the folder \"My Plugin\" is no plugin's: lower-case letters and digits, with hyphens between")]
    #[case::empty(zipped(&[]), "there is no file in it")]
    #[case::no_main_file(zipped(&[("example/x.php", b"<?php")]), "there is no example.php: the main file has the folder's name")]
    fn what_is_no_package_is_refused(#[case] bytes: Vec<u8>, #[case] why: &str) {
        assert_eq!(refusal(&bytes), why);
    }

    #[test]
    fn too_many_entries_are_refused() {
        let names: Vec<_> = (0..=MOST_FILES).map(|nth| format!("example/{nth}")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert_eq!(refusal(&zipped(&files)), "it holds more than 10000 entries");
    }

    #[test]
    fn a_damaged_file_is_refused_by_its_name() {
        let mut bytes = zipped(&[("example/example.php", &b"<?php // a long enough text".repeat(9))]);
        let at = bytes.windows(11).position(|it| it == b"example.php").unwrap() + 14;
        bytes[at] ^= 0xff;
        assert!(refusal(&bytes).starts_with("example/example.php"), "{}", refusal(&bytes));
    }
}
