//! The cache on disk: a store of results by digests of their inputs.
//!
//! The cache never changes a result. Every entry ends with a digest of its key and content, and an entry whose digest
//! does not match is deleted, because it is damaged or was copied over another. Entries are written to temporary files
//! and renamed, so that concurrent runs do not interfere.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::WalkDir;

use crate::fs::limited;
use crate::fs::{AtomicFile, remove_stale};
use crate::types::{ByteSize, Sha256};

/// The folder of the current layout. It changes whenever entries of older versions must not be read.
const LAYOUT: &str = "v2";
/// The folders of older layouts, which `clean` also deletes.
const OLDER_LAYOUTS: [&str; 1] = ["v1"];
/// The folder for temporary files, in that of the layout.
const TEMP_DIR: &str = "tmp";
/// The file that marks a folder as a cache, for backup programs and for `clean` (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by stdlib-pack.\n";

/// The cache in a folder, or a disabled cache.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    /// The paths of the entries that were deleted because their digest did not match.
    discarded: Arc<Mutex<Vec<PathBuf>>>,
}

/// The folder and the size of a cache.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct CacheInfo {
    /// The path of the folder.
    pub folder: PathBuf,
    /// The number of entries.
    pub entries: u64,
    /// The total size of the entries in bytes.
    pub bytes: ByteSize,
}

impl Cache {
    /// Returns the cache in `folder`, which is created when the first result is stored.
    pub fn in_folder(folder: PathBuf) -> Self {
        remove_stale(&folder.join(LAYOUT).join(TEMP_DIR));
        Self {
            folder: Some(folder),
            discarded: Arc::default(),
        }
    }

    /// Returns a disabled cache.
    pub fn disabled() -> Self {
        Self {
            folder: None,
            discarded: Arc::default(),
        }
    }

    /// Returns whether the cache is enabled. Keys for a disabled cache need not be computed.
    pub fn is_enabled(&self) -> bool {
        self.folder.is_some()
    }

    /// Returns the paths of the entries that were deleted so far because their digest did not match.
    pub fn discarded(&self) -> Vec<PathBuf> {
        let discarded = self.discarded.lock();
        discarded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the result for `key`, if it is cached.
    pub fn get(&self, key: Sha256) -> Option<Vec<u8>> {
        let path = self.path(key)?;
        let mut entry = limited::read(&path, limited::MAX_CACHE_ENTRY).ok()?;
        let digest = entry.split_off(entry.len().saturating_sub(32));
        if entry_checksum(key, &entry).as_bytes() == digest {
            return Some(entry);
        }
        // The next `put` writes it again.
        let _ = fs::remove_file(&path);
        let mut discarded = self
            .discarded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        discarded.push(path);
        None
    }

    /// Stores `result` for `key`. Errors are ignored, because the cache is optional.
    pub fn put(&self, key: Sha256, result: &[u8]) {
        if let (Some(folder), Some(path)) = (&self.folder, self.path(key)) {
            let _ = write(folder, &path, result, entry_checksum(key, result));
        }
    }

    fn path(&self, key: Sha256) -> Option<PathBuf> {
        let name = key.to_string();
        let (first, rest) = name.split_at(2);
        Some(self.folder.as_ref()?.join(LAYOUT).join(first).join(rest))
    }

    /// Returns the folder and the size of the cache; `None` if it is disabled.
    pub fn info(&self) -> Option<CacheInfo> {
        let folder = self.folder.clone()?;
        let files = WalkDir::new(folder.join(LAYOUT)).into_iter();
        let files = files.filter_entry(|entry| entry.file_name() != TEMP_DIR);
        let sizes = files
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.metadata().map_or(0, |metadata| metadata.len()));
        let (entries, bytes) = sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size));
        Some(CacheInfo {
            folder,
            entries,
            bytes: ByteSize(bytes),
        })
    }

    /// Deletes the cache's own files in its folder. A folder without the cache's tag is not changed.
    ///
    /// # Errors
    /// When a file cannot be deleted.
    pub fn clean(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        if !folder.join(TAG).exists() {
            return Ok(());
        }
        for layout in OLDER_LAYOUTS.into_iter().chain([LAYOUT]) {
            match fs::remove_dir_all(folder.join(layout)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::remove_file(folder.join(TAG))
    }
}

/// Returns the digest that binds a result to its key, so that an entry is only valid for its own key.
fn entry_checksum(key: Sha256, result: &[u8]) -> Sha256 {
    Sha256::of_parts([key.as_bytes(), result])
}

/// Writes an entry of the cache in `folder`. The tag is written first, because `clean` ignores a folder without it.
fn write(folder: &Path, path: &Path, result: &[u8], checksum: Sha256) -> io::Result<()> {
    let temp_dir = folder.join(LAYOUT).join(TEMP_DIR);
    fs::create_dir_all(&temp_dir)?;
    let tag = folder.join(TAG);
    if !tag.exists() {
        AtomicFile::new(&temp_dir, &[TAG_TEXT.as_bytes()])?.rename(&tag)?;
    }
    let entry = AtomicFile::new(&temp_dir, &[result, checksum.as_bytes()])?;
    readable_by_all(entry.file())?;
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    entry.rename(path)
}

/// Makes an entry readable by all users: temporary files are private, but a cache may be shared.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key() -> Sha256 {
        Sha256::of(b"key")
    }

    #[test]
    fn get_returns_results_until_clean() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().join("cache"));
        assert_eq!(cache.get(key()), None);
        cache.put(key(), b"result");
        assert_eq!(cache.get(key()), Some(b"result".to_vec()));
        assert_eq!(cache.info().unwrap().entries, 1);
        cache.clean().unwrap();
        assert_eq!(cache.get(key()), None);
    }

    #[test]
    fn get_discards_damaged_entries() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().to_owned());
        for damage in [&b"resul!"[..], b"", b"short"] {
            cache.put(key(), b"result");
            let path = cache.path(key()).unwrap();
            fs::write(&path, damage).unwrap();
            assert_eq!(cache.get(key()), None);
        }
        cache.put(key(), b"result");
        assert_eq!(cache.get(key()), Some(b"result".to_vec()));
    }

    #[test]
    fn get_discards_entries_of_other_keys() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(folder.path().to_owned());
        let other = Sha256::of(b"other");
        cache.put(key(), b"result");
        cache.put(other, b"other result");
        let path = cache.path(key()).unwrap();
        fs::copy(cache.path(other).unwrap(), &path).unwrap();
        assert_eq!(cache.get(key()), None);
        assert_eq!(cache.discarded(), std::slice::from_ref(&path));
        assert!(!path.exists());
        assert_eq!(cache.get(other), Some(b"other result".to_vec()));
    }

    #[test]
    fn clean_ignores_folders_without_a_tag() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join(LAYOUT).join("precious");
        fs::create_dir_all(precious.parent().unwrap()).unwrap();
        fs::write(&precious, "x").unwrap();
        Cache::in_folder(folder.path().to_owned()).clean().unwrap();
        assert!(precious.exists());
    }
}
