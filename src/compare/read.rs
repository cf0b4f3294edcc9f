//! Reads the snapshot of a bundle on disk, or of a lock.

use std::ffi::OsStr;
use std::path::Path;

use super::{Lock, LockError, Snapshot};
use crate::bundle::{BundleError, read_receipt_at};

/// What has no snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// No lock, or a bad one.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// No bundle, or a bad one.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A lock of nothing.
    #[error("'{0}' has no bundles")]
    Empty(String),
    /// A lock with several bundles, of which none was named.
    #[error("'{lock}' has the bundles {names}: name one, as in {lock}:{first}")]
    Which {
        /// The lock.
        lock: String,
        /// What it has.
        names: String,
        /// The first.
        first: String,
    },
}

/// The snapshot of what is at `path`: the folder, zip or receipt of a bundle, a lock of one bundle, or `LOCK:NAME`.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn read_snapshot(path: &Path) -> Result<Snapshot, SnapshotError> {
    let text = path.to_string_lossy();
    let (lock, name) = match text.rsplit_once(':') {
        Some((lock, name)) if is_lock(Path::new(lock)) => (Path::new(lock), Some(name)),
        _ if is_lock(path) => (path, None),
        _ => return Ok(read_receipt_at(path)?.0.into()),
    };
    let mut bundles = Lock::read(lock)?.bundles;
    let found = match name {
        Some(name) => bundles.remove(name),
        None if bundles.len() == 1 => bundles.pop_first().map(|(_, bundle)| bundle),
        None => None,
    };
    found.ok_or_else(|| {
        if bundles.is_empty() && name.is_none() {
            return SnapshotError::Empty(lock.display().to_string());
        }
        let names: Vec<String> = bundles.into_keys().collect();
        SnapshotError::Which {
            lock: lock.display().to_string(),
            first: names.first().cloned().unwrap_or_default(),
            names: names.join(", "),
        }
    })
}

/// By its name; or a file that is no file of a bundle.
fn is_lock(path: &Path) -> bool {
    match path.extension().and_then(OsStr::to_str) {
        Some("lock") => true,
        Some("zip" | "json" | "br") => false,
        _ => path.is_file(),
    }
}
