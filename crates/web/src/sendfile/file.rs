use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

/// A file in memory that keeps its bytes and its length for as long as there is one who holds it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SealedFile {
    file: Arc<File>,
    length: u64,
}

impl SealedFile {
    pub fn new(bytes: &[u8]) -> io::Result<Self> {
        let mut file = File::from(memfd_create("sealed", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
        file.write_all(bytes)?;
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Ok(Self { file: Arc::new(file), length: bytes.len() as u64 })
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// All of it, copied.
    pub fn read(&self) -> io::Result<Bytes> {
        self.read_at(0, self.length)
    }

    /// So many bytes, or as many as there are.
    pub(crate) fn read_at(&self, at: u64, length: u64) -> io::Result<Bytes> {
        let length = length.min(self.length.saturating_sub(at));
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes.into())
    }
}

impl AsFd for SealedFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_changes_it_any_more() {
        let file = SealedFile::new(b"released").unwrap();
        assert!(file.file.write_at(b"x", 0).is_err());
        assert!(file.file.write_at(b"x", 8).is_err(), "longer");
        assert!(file.file.set_len(7).is_err(), "shorter");
        assert_eq!((file.read().unwrap(), file.length()), (Bytes::from("released"), 8));
    }

    #[test]
    fn there_is_no_more_than_there_is() {
        let file = SealedFile::new(b"released").unwrap();
        assert_eq!(file.read_at(6, 100).unwrap(), "ed");
        assert_eq!(file.read_at(8, 1).unwrap(), "");
        assert_eq!(file.read_at(u64::MAX, u64::MAX).unwrap(), "");
        assert_eq!(SealedFile::new(b"").unwrap().read().unwrap(), "");
    }
}
