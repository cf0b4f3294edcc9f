//! Limits on the code of an app, all of which is held in memory.

use std::path::Path;

use super::{AppError, unreadable};
use crate::fs::limited::{self, ReadError};
use crate::stdlib::{ArchiveLimits, StdlibError};
use crate::types::ByteSize;

/// Most bytes that the Python files of an app may have together.
const MAX_BYTES: ByteSize = ByteSize(128 << 20);

/// Most Python files that an app may have.
const MAX_FILES: usize = 200_000;

/// What an app may still have.
pub(super) struct ReadBudget<'a> {
    app: &'a Path,
    bytes: u64,
}

impl<'a> ReadBudget<'a> {
    /// All that `app` may have.
    pub(super) fn of(app: &'a Path) -> Self {
        let bytes = MAX_BYTES.0;
        Self { app, bytes }
    }

    /// Refuses more files than an app may have.
    pub(super) fn count(&self, files: usize) -> Result<(), AppError> {
        if files > MAX_FILES {
            return Err(AppError::TooMany {
                app: self.app.to_owned(),
                limit: MAX_FILES,
            });
        }
        Ok(())
    }

    /// Reads one file of the app.
    pub(super) fn read(&mut self, path: &Path) -> Result<Vec<u8>, AppError> {
        let limit = ByteSize(ArchiveLimits::default().file);
        let bytes = limited::read(path, limit).map_err(|error| match error {
            ReadError::TooLarge { .. } => {
                StdlibError::of_input(error, path.display().to_string()).into()
            }
            error => unreadable(path, error),
        })?;
        self.spend(bytes)
    }

    /// Takes the bytes of a file off what is left.
    pub(super) fn spend(&mut self, file: Vec<u8>) -> Result<Vec<u8>, AppError> {
        let left = self.bytes.checked_sub(file.len() as u64);
        self.bytes = left.ok_or_else(|| AppError::TooLarge {
            app: self.app.to_owned(),
            limit: MAX_BYTES,
        })?;
        Ok(file)
    }
}
