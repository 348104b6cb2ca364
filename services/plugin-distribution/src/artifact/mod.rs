//! From a plugin's source to the package that sites install.
//!
//! The same source gives the same bytes, whatever the clock, the file system or the machine say: names are sorted, times and modes are
//! fixed, what is not meant for sites stays out. So anyone can build a released package again and compare.

mod built;
mod digest;
mod header;
mod lint;
mod package;
mod readme;
mod renumber;
mod shelf;
mod source;
mod upload;

#[cfg(test)]
pub(crate) use package::tests;

pub use built::{BuildError, Built};
pub use digest::Digests;
pub use header::PluginHeader;
pub use lint::{LintError, lint};
pub use package::build;
pub use readme::Readme;
pub use shelf::{Package, Shelf, ShelfError};
pub use source::{Source, SourceError, is_slug};
pub use upload::UploadError;
