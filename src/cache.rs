//! The cache: a content-addressed store of results.
//!
//! The cache never changes an answer: every entry carries a digest of its key and its content, and one that does not
//! match, since it is damaged or was put in the place of another, is thrown away. Entries are written aside and renamed,
//! so that runs at the same time do no harm.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::WalkDir;

use crate::fs::limited;
use crate::fs::{AtomicFile, remove_stale};
use crate::types::{ByteSize, Sha256};

/// Changes whenever entries of older programs must not be read.
const LAYOUT: &str = "v2";
/// Those of older programs, which are cleaned with the others.
const OLDER_LAYOUTS: [&str; 1] = ["v1"];
/// The folder beside the entries in which they are written.
const TEMP_DIR: &str = "tmp";
/// The file by which backup programs know caches, and this program knows its own
/// (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by stdlib-pack.\n";

/// A folder of results; or none, when caching is disabled.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    /// Entries that did not hold what they should.
    discarded: Arc<Mutex<Vec<PathBuf>>>,
}

/// What a cache holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct CacheInfo {
    /// Where it is.
    pub folder: PathBuf,
    /// Number of results.
    pub entries: u64,
    /// Their size.
    pub bytes: ByteSize,
}

impl Cache {
    /// A cache in `folder`, which is made when the first result is kept.
    pub fn in_folder(folder: PathBuf) -> Self {
        remove_stale(&folder.join(LAYOUT).join(TEMP_DIR));
        Self {
            folder: Some(folder),
            discarded: Arc::default(),
        }
    }

    /// A disabled cache.
    pub fn none() -> Self {
        Self {
            folder: None,
            discarded: Arc::default(),
        }
    }

    /// Whether it is enabled: keys of a disabled one are of no use.
    pub fn is_enabled(&self) -> bool {
        self.folder.is_some()
    }

    /// Entries that were thrown away so far, since they did not hold what was kept under their keys.
    pub fn discarded(&self) -> Vec<PathBuf> {
        let discarded = self.discarded.lock();
        discarded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The result kept under `key`.
    pub fn get(&self, key: Sha256) -> Option<Vec<u8>> {
        let path = self.path(key)?;
        let mut entry = limited::read(&path, limited::MAX_CACHE_ENTRY).ok()?;
        let digest = entry.split_off(entry.len().saturating_sub(32));
        if seal(key, &entry).as_bytes() == digest {
            return Some(entry);
        }
        // The next `put` writes it anew.
        let _ = fs::remove_file(&path);
        let mut discarded = self
            .discarded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        discarded.push(path);
        None
    }

    /// Keeps `result` under `key`. A cache that cannot be written stores nothing.
    pub fn put(&self, key: Sha256, result: &[u8]) {
        if let (Some(folder), Some(path)) = (&self.folder, self.path(key)) {
            let _ = write(folder, &path, result, seal(key, result));
        }
    }

    fn path(&self, key: Sha256) -> Option<PathBuf> {
        let name = key.to_string();
        let (first, rest) = name.split_at(2);
        Some(self.folder.as_ref()?.join(LAYOUT).join(first).join(rest))
    }

    /// What the cache contains; none for a disabled one.
    pub fn info(&self) -> Option<CacheInfo> {
        let folder = self.folder.clone()?;
        let files = WalkDir::new(folder.join(LAYOUT)).into_iter();
        let files = files.filter_entry(|entry| entry.file_name() != TEMP_DIR);
        let sizes = files
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.metadata().map_or(0, |found| found.len()));
        let (entries, bytes) = sizes.fold((0, 0), |(count, sum), size| (count + 1, sum + size));
        Some(CacheInfo {
            folder,
            entries,
            bytes: ByteSize(bytes),
        })
    }

    /// Deletes what the cache holds, and nothing else: a folder without the cache's tag stays.
    ///
    /// # Errors
    /// When the system does not let us.
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

/// Binds a result to its key: neither can be exchanged without the other.
fn seal(key: Sha256, result: &[u8]) -> Sha256 {
    Sha256::of_parts([key.as_bytes(), result])
}

/// Writes an entry of the cache in `folder`. Its tag comes first: what has none is never cleaned.
fn write(folder: &Path, path: &Path, result: &[u8], seal: Sha256) -> io::Result<()> {
    let temp_dir = folder.join(LAYOUT).join(TEMP_DIR);
    fs::create_dir_all(&temp_dir)?;
    let tag = folder.join(TAG);
    if !tag.exists() {
        AtomicFile::new(&temp_dir, &[TAG_TEXT.as_bytes()])?.rename(&tag)?;
    }
    let entry = AtomicFile::new(&temp_dir, &[result, seal.as_bytes()])?;
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    entry.rename(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key() -> Sha256 {
        Sha256::of(b"key")
    }

    #[test]
    fn what_is_kept_is_found_until_cleaned() {
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
    fn a_damaged_entry_is_a_miss_and_heals() {
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
    fn an_entry_copied_over_another_is_discarded() {
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
    fn cleaning_touches_no_folder_that_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join(LAYOUT).join("precious");
        fs::create_dir_all(precious.parent().unwrap()).unwrap();
        fs::write(&precious, "x").unwrap();
        Cache::in_folder(folder.path().to_owned()).clean().unwrap();
        assert!(precious.exists());
    }
}
