use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Source, SourceError};

/// The package as bytes: one folder named as the plugin, in it the files in the order of their names.
pub fn build(source: &Source) -> Result<Vec<u8>, SourceError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        // 1980-01-01, the first day a ZIP can tell.
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (place, bytes) in &source.files {
        zip.start_file(format!("{}/{place}", source.slug), options)?;
        zip.write_all(bytes).map_err(zip::result::ZipError::from)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read};
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::build;
    use crate::artifact::Source;

    const MAIN: &str =
        "<?php\n/*\nPlugin Name: Example\nVersion: 1.0.0\nRequires at least: 5.6\nRequires PHP: 7.4\n*/\n";

    /// A folder with a plugin `example` in it.
    pub fn example() -> TempDir {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("example");
        std::fs::create_dir_all(root.join("inc")).unwrap();
        std::fs::write(root.join("example.php"), MAIN).unwrap();
        std::fs::write(root.join("inc/a.php"), "<?php // a").unwrap();
        std::fs::write(root.join("readme.txt"), "=== Example ===\nTested up to: 6.5\n").unwrap();
        place
    }

    fn names(package: &[u8]) -> Vec<String> {
        let mut zip = zip::ZipArchive::new(Cursor::new(package)).unwrap();
        (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().into_owned()).collect()
    }

    #[test]
    fn the_same_source_at_another_time_and_place_gives_the_same_bytes() {
        let (one, other) = (example(), example());
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        std::fs::File::options()
            .write(true)
            .open(other.path().join("example/inc/a.php"))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        let packages =
            [&one, &other].map(|place| build(&Source::read(&place.path().join("example")).unwrap()).unwrap());
        assert_eq!(packages[0], packages[1]);
        assert_eq!(names(&packages[0]), ["example/example.php", "example/inc/a.php", "example/readme.txt"]);
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_below_one_root(
            files in prop::collection::btree_map("[a-z]{1,8}(/[a-z]{1,8}){0,2}", prop::collection::vec(any::<u8>(), 0..300), 1..12)
        ) {
            let plugin = example();
            let mut source = Source::read(&plugin.path().join("example")).unwrap();
            source.files = files;
            let package = build(&source).unwrap();
            let mut zip = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
            let mut found = BTreeMap::new();
            for at in 0..zip.len() {
                let mut file = zip.by_index(at).unwrap();
                prop_assert!(file.enclosed_name().is_some());
                let name = file.name().unwrap().strip_prefix("example/").expect("one root").to_owned();
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                found.insert(name, bytes);
            }
            prop_assert_eq!(found, source.files);
        }
    }
}
