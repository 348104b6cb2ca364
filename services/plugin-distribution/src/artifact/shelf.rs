//! Released packages in the store, and the ones asked for in memory.
//!
//! A package is known by its SHA-256 and never changes. It is read as a whole and compared with its digest before the first byte of it goes
//! out. What is small is then in memory and given out from there; of what is large only the store's tag is remembered, and the store
//! gives its bytes for as long as it still has that tag.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use web::SealedFile;

use super::Digests;
use crate::settings::ArtifactsSettings;

mod memory;
mod place;

use memory::Memory;

/// Cheap to clone.
#[derive(Clone)]
pub struct Shelf(Arc<Inner>);

struct Inner {
    store: Box<dyn ObjectStore>,
    runtime: Handle,
    memory: Memory,
    /// Packages too large for the memory: by SHA-256, the tag under which the store had the right bytes.
    checked: Mutex<HashMap<String, String>>,
    /// One package is fetched at a time: those who want the same find it in memory then.
    fetching: tokio::sync::Mutex<()>,
    patience: Duration,
}

/// A package that is what was released.
#[derive(Clone)]
pub enum Package {
    Memory(SealedFile),
    Stored(Stored),
}

#[derive(Clone)]
pub struct Stored {
    shelf: Shelf,
    path: Path,
    tag: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    #[error("artifacts: {0}")]
    Settings(String),
    #[error("the store of packages does not answer in time")]
    TooSlow,
    #[error("the store of packages can't be read or written")]
    Away(#[source] object_store::Error),
    #[error("there is no memory for a package")]
    NoMemory(#[source] std::io::Error),
    #[error("{0} is not there")]
    Missing(Path),
    #[error("{path} is not what was released: {found}")]
    Damaged { path: Path, found: String },
}

/// Pieces of a stored package on their way.
const AHEAD: usize = 4;
/// For a package to be put or removed: less than the database lets the transaction wait in which that is done.
const PUTTING: Duration = Duration::from_secs(10);

impl Shelf {
    /// The store's connections live on the runtime this is called on.
    pub fn new(settings: &ArtifactsSettings) -> Result<Self, ShelfError> {
        Ok(Self(Arc::new(Inner {
            store: place::open(settings)?,
            runtime: Handle::current(),
            memory: Memory::new(settings.memory_bytes),
            checked: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
            patience: settings.patience,
        })))
    }

    /// Puts a package on the shelf, whole and durable, or not at all. Returns its name there.
    pub async fn put(&self, slug: &str, version: &str, package: Bytes) -> Result<String, ShelfError> {
        let sha256 = Digests::of(&package).sha256;
        let name = format!("{slug}/{slug}-{version}-{}.zip", &sha256[..12]);
        let (shelf, path) = (self.clone(), Path::from(name.as_str()));
        let put = async move {
            shelf.0.store.put(&path, PutPayload::from(package)).await.map_err(ShelfError::Away)
        };
        tokio::time::timeout(PUTTING, self.on_the_runtime(put)).await.map_err(|_| ShelfError::TooSlow)??;
        Ok(name)
    }

    /// Takes a package from the shelf for good. Nobody may need it any more; that it is gone already is no fault.
    pub async fn remove(&self, name: &str) -> Result<(), ShelfError> {
        let (shelf, path) = (self.clone(), Path::from(name));
        let remove = async move {
            match shelf.0.store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(ShelfError::Away(error)),
            }
        };
        tokio::time::timeout(PUTTING, self.on_the_runtime(remove)).await.map_err(|_| ShelfError::TooSlow)?
    }

    /// The whole package of this name, digest and size, checked.
    pub async fn read(&self, name: &str, sha256: &str, size: u64) -> Result<Bytes, ShelfError> {
        let stored = match self.open(name, sha256, size).await? {
            Package::Memory(file) => return file.read().map_err(ShelfError::NoMemory),
            Package::Stored(stored) => stored,
        };
        let (mut pieces, mut whole) = (stored.read(0..size).await?, BytesMut::new());
        while let Some(piece) = pieces.recv().await {
            whole.extend_from_slice(&piece?);
        }
        check(&stored.path, sha256, Sha256::digest(&whole).as_slice())?;
        Ok(whole.freeze())
    }

    /// The package of this name, digest and size, checked.
    pub async fn open(&self, name: &str, sha256: &str, size: u64) -> Result<Package, ShelfError> {
        if let Some(file) = self.0.memory.get(sha256) {
            return Ok(Package::Memory(file));
        }
        let (shelf, path, sha256) = (self.clone(), Path::from(name), sha256.to_owned());
        let fetch = async move { shelf.fetch(path, sha256, size).await };
        tokio::time::timeout(self.0.patience, self.on_the_runtime(fetch))
            .await
            .map_err(|_| ShelfError::TooSlow)?
    }

    async fn fetch(&self, path: Path, sha256: String, size: u64) -> Result<Package, ShelfError> {
        let _one_at_a_time = self.0.fetching.lock().await;
        if let Some(file) = self.0.memory.get(&sha256) {
            return Ok(Package::Memory(file));
        }
        let known = self.checked().get(&sha256).cloned();
        if let Some(tag) = known {
            // The store compares the tag again when the bytes are asked for.
            return Ok(Package::Stored(Stored { shelf: self.clone(), path, tag: Some(tag) }));
        }
        let found = self.get(&path, GetOptions::default()).await?;
        if found.meta.size != size {
            let found = format!("it has {} bytes", found.meta.size);
            return Err(ShelfError::Damaged { path, found });
        }
        if self.0.memory.takes(size) {
            let bytes = found.bytes().await.map_err(|error| read_error(error, &path))?;
            check(&path, &sha256, Sha256::digest(&bytes).as_slice())?;
            let file = SealedFile::new(&bytes).map_err(ShelfError::NoMemory)?;
            self.0.memory.keep(sha256, file.clone());
            return Ok(Package::Memory(file));
        }
        let tag = found.meta.e_tag.clone();
        check(&path, &sha256, &digest(found, &path).await?)?;
        if let Some(tag) = &tag {
            self.checked().insert(sha256, tag.clone());
        }
        Ok(Package::Stored(Stored { shelf: self.clone(), path, tag }))
    }

    async fn get(&self, path: &Path, options: GetOptions) -> Result<GetResult, ShelfError> {
        self.0.store.get_opts(path, options).await.map_err(|error| read_error(error, path))
    }

    /// Requests come and go on short-lived runtimes; the store's connections must not.
    async fn on_the_runtime<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ShelfError>> + Send + 'static,
    ) -> Result<T, ShelfError> {
        self.0.runtime.spawn(work).await.map_err(|_| ShelfError::TooSlow)?
    }

    fn checked(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.0.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stored {
    /// The bytes of this range, in order. If the store has other bytes by now, the error is the first thing that comes.
    pub async fn read(
        &self,
        range: Range<u64>,
    ) -> Result<mpsc::Receiver<Result<Bytes, ShelfError>>, ShelfError> {
        let this = self.clone();
        let options = GetOptions {
            if_match: self.tag.clone(),
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let begin = async move { Ok((this.shelf.get(&this.path, options).await?, this.path)) };
        let begun = tokio::time::timeout(self.shelf.0.patience, self.shelf.on_the_runtime(begin)).await;
        let (found, path) = match begun.map_err(|_| ShelfError::TooSlow)? {
            Err(ShelfError::Damaged { path, found }) => {
                self.shelf.checked().retain(|_, tag| Some(&*tag) != self.tag.as_ref());
                return Err(ShelfError::Damaged { path, found });
            }
            begun => begun?,
        };
        let (sender, receiver) = mpsc::channel(AHEAD);
        self.shelf.0.runtime.spawn(async move {
            let mut pieces = found.into_stream();
            while let Some(piece) = pieces.next().await {
                // Nobody listens any more: the client went away.
                if sender.send(piece.map_err(|error| read_error(error, &path))).await.is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }
}

async fn digest(found: GetResult, path: &Path) -> Result<Vec<u8>, ShelfError> {
    let mut digest = Sha256::new();
    let mut pieces = found.into_stream();
    while let Some(piece) = pieces.next().await {
        digest.update(piece.map_err(|error| read_error(error, path))?);
    }
    Ok(digest.finalize().to_vec())
}

fn check(path: &Path, expected: &str, digest: &[u8]) -> Result<(), ShelfError> {
    let found = hex::encode(digest);
    if found == expected {
        return Ok(());
    }
    Err(ShelfError::Damaged { path: path.clone(), found: format!("its SHA-256 is {found}") })
}

fn read_error(error: object_store::Error, path: &Path) -> ShelfError {
    match error {
        object_store::Error::NotFound { .. } => ShelfError::Missing(path.clone()),
        object_store::Error::Precondition { .. } => ShelfError::Damaged {
            path: path.clone(),
            found: "it was replaced since it was checked".to_owned(),
        },
        error => ShelfError::Away(error),
    }
}

#[cfg(test)]
mod tests;
