use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use web::SealedFile;

/// Packages by SHA-256, up to so many bytes; whoever was asked for longest ago makes room.
pub struct Memory {
    most_bytes: u64,
    clock: AtomicU64,
    packages: RwLock<HashMap<String, Kept>>,
}

struct Kept {
    package: SealedFile,
    asked_at: AtomicU64,
}

impl Memory {
    pub fn new(most_bytes: u64) -> Self {
        Self { most_bytes, clock: AtomicU64::new(0), packages: RwLock::default() }
    }

    /// A package that would push out most others has no place here.
    pub fn takes(&self, size: u64) -> bool {
        size <= self.most_bytes / 2
    }

    pub fn get(&self, sha256: &str) -> Option<SealedFile> {
        let packages = self.packages.read().unwrap_or_else(PoisonError::into_inner);
        let kept = packages.get(sha256)?;
        kept.asked_at.store(self.tick(), Ordering::Relaxed);
        Some(kept.package.clone())
    }

    pub fn keep(&self, sha256: String, package: SealedFile) {
        let mut packages = self.packages.write().unwrap_or_else(PoisonError::into_inner);
        let kept = Kept { package, asked_at: AtomicU64::new(self.tick()) };
        packages.insert(sha256, kept);
        while packages.values().map(|it| it.package.length()).sum::<u64>() > self.most_bytes {
            let oldest = packages.iter().min_by_key(|(_, it)| it.asked_at.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(sha256, _)| sha256.clone()) else { break };
            packages.remove(&oldest);
        }
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(bytes: &[u8]) -> SealedFile {
        SealedFile::new(bytes).unwrap()
    }

    #[test]
    fn the_one_asked_for_longest_ago_makes_room() {
        let memory = Memory::new(10);
        for name in ["a", "b"] {
            memory.keep(name.to_owned(), package(name.repeat(4).as_bytes()));
        }
        assert_eq!(memory.get("a").unwrap().read().unwrap(), "aaaa");
        memory.keep("c".to_owned(), package(b"cccc"));
        let there = ["a", "b", "c"].map(|name| memory.get(name).is_some());
        assert_eq!(there, [true, false, true]);
    }

    #[test]
    fn what_is_large_stays_out() {
        let memory = Memory::new(10);
        assert!(memory.takes(5) && !memory.takes(6));
        memory.keep("large".to_owned(), package(&[0; 11]));
        assert!(memory.get("large").is_none());
    }
}
