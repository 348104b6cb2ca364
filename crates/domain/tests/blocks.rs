//! What articles become as blocks. The plugin's `BrowserTest` hands the same snapshots to WordPress' editor.

use std::path::Path;
use std::{fs, io};

use domain::wordpress::to_blocks;

/// By name.
fn articles() -> io::Result<Vec<(String, String)>> {
    let mut articles = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blocks"))? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_string_lossy().strip_suffix(".html") {
            articles.push((name.to_owned(), fs::read_to_string(entry.path())?));
        }
    }
    articles.sort();
    Ok(articles)
}

#[test]
fn articles_become_blocks() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("blocks");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, html) in articles().unwrap() {
            insta::assert_snapshot!(name, to_blocks(&html));
        }
    });
}

#[test]
fn blocks_stay_as_they_are() {
    for (name, html) in articles().unwrap() {
        let blocks = to_blocks(&html);
        assert_eq!(to_blocks(&blocks), blocks, "{name}");
    }
}
