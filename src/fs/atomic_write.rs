//! Atomic writes: temporary files that are renamed into place.
//!
//! A killed run cannot delete its temporary files. Each file is locked while its run is alive, and later runs delete
//! the unlocked ones.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile, TempPath};

use crate::exit_guard;

/// The prefix and suffix of temporary file names. Files with other names are never deleted.
const NAME_AFFIXES: (&str, &str) = (".stdlib-pack-", ".tmp");

/// A completely written temporary file that is not renamed yet. Dropping it deletes it.
#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    _exit_guard: exit_guard::ExitGuard,
}

impl AtomicFile {
    /// Writes `parts`, one after the other, to a temporary file in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be written, or the disk is full.
    pub fn new(folder: &Path, parts: &[&[u8]]) -> io::Result<Self> {
        let mut file = Self::empty(folder)?;
        for part in parts {
            file.file.write_all(part)?;
        }
        Ok(file)
    }

    fn empty(folder: &Path) -> io::Result<Self> {
        loop {
            let file = Builder::new()
                .prefix(NAME_AFFIXES.0)
                .suffix(NAME_AFFIXES.1)
                .tempfile_in(folder)?;
            let exit_guard = exit_guard::guard_file(file.path());
            // An error means that the file system has no locks; `remove_stale` deletes nothing there.
            let _ = file.as_file().lock();
            // Another run may have deleted the file before it was locked.
            if file.path().exists() {
                return Ok(Self {
                    file,
                    _exit_guard: exit_guard,
                });
            }
        }
    }

    /// Returns the file.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Renames the file to `path`, and replaces the file that is there.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn rename(self, path: &Path) -> io::Result<()> {
        self.file.persist(path)?;
        Ok(())
    }
}

/// A file that is being replaced, under a temporary name. Dropping it deletes it.
#[derive(Debug)]
pub struct Backup {
    name: TempPath,
    /// The file, locked so that other runs do not delete it.
    _lock: Option<File>,
}

impl Backup {
    /// Creates a hard link to the file at `path`, so that `path` always exists. Renames the file if that fails.
    ///
    /// # Errors
    /// When the file cannot be renamed either.
    pub fn link(path: &Path) -> io::Result<Self> {
        Self::named(path, |name| fs::hard_link(path, name)).or_else(|_| Self::rename_away(path))
    }

    /// Renames the file at `path`.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn rename_away(path: &Path) -> io::Result<Self> {
        Self::named(path, |name| fs::rename(path, name))
    }

    fn named(path: &Path, create: impl FnMut(&Path) -> io::Result<()>) -> io::Result<Self> {
        // Opening a pipe would block.
        let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        let lock = is_file.then(|| File::open(path).ok()).flatten();
        // An error means that the file system has no locks, or that another process holds the lock. The file is not
        // deleted in either case.
        let _ = lock.as_ref().map(File::try_lock);
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let mut names = Builder::new();
        // `rename` replaces an existing file without an error, so the names are long enough to be unique.
        names
            .prefix(NAME_AFFIXES.0)
            .suffix(NAME_AFFIXES.1)
            .rand_bytes(16);
        let named = names.make_in(folder.unwrap_or(Path::new(".")), create);
        // Only the kind of the error is kept, because its message names the temporary file.
        let named = named.map_err(|error| io::Error::from(error.kind()))?;
        Ok(Self {
            name: named.into_temp_path(),
            _lock: lock,
        })
    }

    /// Renames the file back to `path`, and replaces the file that is there.
    ///
    /// # Errors
    /// When the file cannot be renamed; it then keeps its temporary name.
    pub fn restore(self, path: &Path) -> io::Result<()> {
        match fs::rename(&self.name, path) {
            Ok(()) => Ok(()),
            Err(error) => {
                let _ = self.name.keep();
                Err(error)
            }
        }
    }
}

/// Deletes the temporary files that killed runs left in `folder`.
pub fn remove_stale(folder: &Path) {
    // Errors mean that the folder does not exist, or that this user may not delete its files.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(NAME_AFFIXES.0) && name.ends_with(NAME_AFFIXES.1)) {
            continue;
        }
        let Ok(file) = File::options().write(true).open(entry.path()) else {
            continue;
        };
        // The lock is held until the file is deleted. A run that has just created the file waits for the lock, and then
        // notices that the file is gone.
        if file.try_lock().is_ok() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn remove_stale_deletes_only_unlocked_files() {
        let folder = tempfile::tempdir().unwrap();
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort();
            names
        };
        let locked = AtomicFile::new(folder.path(), &[b"some", b"thing"]).unwrap();
        let [name] = names().try_into().unwrap();
        fs::write(folder.path().join(".stdlib-pack-killed.tmp"), "").unwrap();
        fs::write(folder.path().join("old"), "").unwrap();
        let backup = Backup::rename_away(&folder.path().join("old")).unwrap();
        fs::write(folder.path().join(".stdlib-pack-~settings"), "").unwrap();
        remove_stale(folder.path());
        backup.restore(&folder.path().join("old")).unwrap();
        fs::remove_file(folder.path().join("old")).unwrap();
        assert_eq!(names(), [name, ".stdlib-pack-~settings".into()]);
        locked.rename(&folder.path().join("done")).unwrap();
        assert_eq!(fs::read(folder.path().join("done")).unwrap(), b"something");
    }
}
