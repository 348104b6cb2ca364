use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::Digests;

/// Released packages on disk, the ones asked for in memory. A package is known by its SHA-256 and never changes.
#[derive(Clone)]
pub struct Shelf {
    directory: Arc<PathBuf>,
    hot: Arc<Mutex<HashMap<String, Bytes>>>,
}

/// Packages kept in memory; beyond that the memory is emptied and filled anew by what is asked for.
const HOT: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    #[error("can't read or write {0}")]
    Io(PathBuf, #[source] io::Error),
    #[error("{0} is not what was released: its SHA-256 is {1}")]
    Tampered(PathBuf, String),
}

impl Shelf {
    pub fn new(directory: &Path) -> Self {
        Self { directory: Arc::new(directory.to_owned()), hot: Arc::default() }
    }

    /// Puts a package on the shelf, whole and on disk, or not at all. Returns its path below the directory.
    pub fn put(&self, slug: &str, version: &str, package: &[u8]) -> Result<String, ShelfError> {
        let sha256 = Digests::of(package).sha256;
        let name = format!("{slug}/{slug}-{version}-{}.zip", &sha256[..12]);
        let path = self.directory.join(&name);
        write_whole(&path, package).map_err(|error| ShelfError::Io(path, error))?;
        Ok(name)
    }

    /// The package's bytes, checked against their digest when they come from disk.
    pub async fn get(&self, name: &str, sha256: &str) -> Result<Bytes, ShelfError> {
        if let Some(bytes) = self.hot.lock().unwrap_or_else(PoisonError::into_inner).get(sha256) {
            return Ok(bytes.clone());
        }
        let path = self.directory.join(name);
        let bytes = tokio::fs::read(&path).await.map_err(|error| ShelfError::Io(path.clone(), error))?;
        let found = Digests::of(&bytes).sha256;
        if found != sha256 {
            return Err(ShelfError::Tampered(path, found));
        }
        let bytes = Bytes::from(bytes);
        let mut hot = self.hot.lock().unwrap_or_else(PoisonError::into_inner);
        if hot.len() >= HOT {
            hot.clear();
        }
        hot.insert(sha256.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = std::fs::File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    std::fs::File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{Shelf, ShelfError};
    use crate::artifact::Digests;

    #[tokio::test]
    async fn gives_back_what_was_put_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(place.path());
        let name = shelf.put("example", "1.0.0", b"package").unwrap();
        let sha256 = Digests::of(b"package").sha256;
        assert_eq!(shelf.get(&name, &sha256).await.unwrap(), "package");
        std::fs::write(place.path().join(&name), "tampered").unwrap();
        assert_eq!(shelf.get(&name, &sha256).await.unwrap(), "package", "still in memory");
        let cold = Shelf::new(place.path());
        assert!(matches!(cold.get(&name, &sha256).await, Err(ShelfError::Tampered(..))));
    }
}
