use std::path::Path;

use bytes::Bytes;

use super::{Digests, LintError, Source, SourceError, build, lint};

/// A package, and the source it is made of.
pub struct Built {
    pub source: Source,
    pub package: Bytes,
    pub digests: Digests,
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Lint(#[from] LintError),
}

impl Built {
    /// Checks the source and builds it: seconds of work for the processor, and for PHP.
    pub fn of_source(source: Source, php: &Path) -> Result<Self, BuildError> {
        lint(&source, php)?;
        let package = Bytes::from(build(&source)?);
        Ok(Self { digests: Digests::of(&package), source, package })
    }

    /// Looks into a package that was built here before; its bytes stay as they are.
    pub fn of_package(package: Bytes) -> Result<Self, BuildError> {
        let source = Source::unpack(&package)?;
        Ok(Self { digests: Digests::of(&package), source, package })
    }

    /// In bytes, as rows and statements have it.
    pub fn size(&self) -> i64 {
        i64::try_from(self.package.len()).unwrap_or(i64::MAX)
    }
}
