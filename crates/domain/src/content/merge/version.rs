use std::collections::HashMap;

use super::blocks::split;
use super::key::key;

/// A text in blocks.
#[derive(Debug, Default)]
pub struct Version<'a> {
    pub html: &'a str,
    pub blocks: Vec<&'a str>,
    /// A number for each block.
    pub keys: Vec<u32>,
}

/// The same number for the same key.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, u32>);

impl<'a> Version<'a> {
    pub fn of(html: &'a str, numbers: &mut Numbers) -> Self {
        let blocks = split(html);
        let keys = blocks.iter().map(|block| numbers.of(block)).collect();
        Self { html, blocks, keys }
    }
}

impl Numbers {
    pub fn of(&mut self, block: &str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(key(block)).or_insert(next)
    }
}
