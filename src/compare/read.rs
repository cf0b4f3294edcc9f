//! Reads a snapshot from a bundle on disk or from a lock.

use std::ffi::OsStr;
use std::path::Path;

use super::{Lock, LockError, Snapshot};
use crate::bundle::{BundleError, read_receipt_at};

/// The reason why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The bundle cannot be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The lock has no bundles.
    #[error("'{0}' has no bundles")]
    Empty(String),
    /// The lock has several bundles and none was named, or it does not have the named one.
    #[error("'{lock}' has the bundles {names}: name one, as in {lock}:{first}")]
    AmbiguousBundle {
        /// The path of the lock.
        lock: String,
        /// The names of its bundles.
        names: String,
        /// The name of the first bundle.
        first: String,
    },
}

/// Reads the snapshot at `path`: the folder, zip or receipt of a bundle, a lock of one bundle, or `LOCK:NAME`.
///
/// # Errors
/// When the bundle or lock cannot be read, or the lock's bundle is not clear.
pub fn read_snapshot(path: &Path) -> Result<Snapshot, SnapshotError> {
    let text = path.to_string_lossy();
    let (lock, name) = match text.rsplit_once(':') {
        Some((lock, name)) if is_lock(Path::new(lock)) => (Path::new(lock), Some(name)),
        _ if is_lock(path) => (path, None),
        _ => return Ok(read_receipt_at(path)?.0.into()),
    };
    let mut bundles = Lock::read(lock)?.bundles;
    let snapshot = match name {
        Some(name) => bundles.remove(name),
        None if bundles.len() == 1 => bundles.pop_first().map(|(_, bundle)| bundle),
        None => None,
    };
    snapshot.ok_or_else(|| {
        if bundles.is_empty() && name.is_none() {
            return SnapshotError::Empty(lock.display().to_string());
        }
        let names: Vec<String> = bundles.into_keys().collect();
        SnapshotError::AmbiguousBundle {
            lock: lock.display().to_string(),
            first: names.first().cloned().unwrap_or_default(),
            names: names.join(", "),
        }
    })
}

/// Reads two whole locks; `None` unless both paths are locks, and one of them does not have exactly one bundle.
///
/// # Errors
/// When a lock cannot be read.
pub fn read_locks(old: &Path, new: &Path) -> Result<Option<(Lock, Lock)>, LockError> {
    if !(is_lock(old) && is_lock(new)) {
        return Ok(None);
    }
    let (old, new) = (Lock::read(old)?, Lock::read(new)?);
    let is_pair = old.bundles.len() == 1 && new.bundles.len() == 1;
    Ok((!is_pair).then_some((old, new)))
}

/// Returns whether `path` is a lock: it ends in `.lock`, or it is a file without the extension of a bundle's file.
fn is_lock(path: &Path) -> bool {
    match path.extension().and_then(OsStr::to_str) {
        Some("lock") => true,
        Some("zip" | "json" | "br" | "zst" | "dcb" | "dcz") => false,
        _ => path.is_file(),
    }
}
