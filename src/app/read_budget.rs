//! Limits for the code of an app, which is kept in memory.

use std::path::Path;

use super::{AppError, unreadable};
use crate::fs::limited::{self, ReadError};
use crate::stdlib::{ArchiveLimits, StdlibError};
use crate::types::ByteSize;

/// The maximum total size of the Python files of an app.
const MAX_BYTES: ByteSize = ByteSize(128 << 20);

/// The maximum number of Python files of an app.
const MAX_FILES: usize = 200_000;

/// The number of bytes that may still be read from an app.
pub(super) struct ReadBudget<'a> {
    app: &'a Path,
    bytes: u64,
}

impl<'a> ReadBudget<'a> {
    /// Creates the full budget of `app`, which errors name.
    pub(super) fn of(app: &'a Path) -> Self {
        let bytes = MAX_BYTES.0;
        Self { app, bytes }
    }

    /// Fails if the app has more files than the limit.
    pub(super) fn count(&self, files: usize) -> Result<(), AppError> {
        if files > MAX_FILES {
            return Err(AppError::TooMany {
                app: self.app.to_owned(),
                limit: MAX_FILES,
            });
        }
        Ok(())
    }

    /// Reads a file of the app, and subtracts its size from the budget.
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

    /// Subtracts the size of a file from the budget, and returns its bytes.
    pub(super) fn spend(&mut self, file: Vec<u8>) -> Result<Vec<u8>, AppError> {
        let remaining = self.bytes.checked_sub(file.len() as u64);
        self.bytes = remaining.ok_or_else(|| AppError::TooLarge {
            app: self.app.to_owned(),
            limit: MAX_BYTES,
        })?;
        Ok(file)
    }
}
