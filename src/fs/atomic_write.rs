//! Atomic writes: temporary files that are renamed into place.
//!
//! A run that is killed cannot take its own away. They are locked as long as their run lives: the next
//! run deletes those that are not.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile, TempPath};

use crate::exit_guard;

/// What their names begin and end with; nothing else is ever deleted.
const NAME: (&str, &str) = (".stdlib-pack-", ".tmp");

/// A whole file that has no name yet. Dropping it deletes it.
#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    _registration: exit_guard::ExitGuard,
}

impl AtomicFile {
    /// Writes `parts`, one after the other, to a file in `folder`.
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
                .prefix(NAME.0)
                .suffix(NAME.1)
                .tempfile_in(folder)?;
            let registration = exit_guard::guard_file(file.path());
            // An error means a file system without locks, on which nothing is deleted either.
            let _ = file.as_file().lock();
            // In the moment before it was locked, another run may have deleted it.
            if file.path().exists() {
                return Ok(Self {
                    file,
                    _registration: registration,
                });
            }
        }
    }

    /// The file itself.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives it its name, in place of what had it before.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn rename(self, path: &Path) -> io::Result<()> {
        self.file.persist(path)?;
        Ok(())
    }
}

/// The content of a file that is being replaced, under a name of its own. Dropping it deletes it.
#[derive(Debug)]
pub struct Backup {
    name: TempPath,
    /// The file, locked against the sweeping of other runs.
    _lock: Option<File>,
}

impl Backup {
    /// Gives the file at `path` a second name, so that there is no moment without it; where the system knows none,
    /// another name.
    ///
    /// # Errors
    /// When the file cannot be renamed either.
    pub fn keep(path: &Path) -> io::Result<Self> {
        Self::named(path, |name| fs::hard_link(path, name)).or_else(|_| Self::take(path))
    }

    /// Gives the file at `path` another name.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn take(path: &Path) -> io::Result<Self> {
        Self::named(path, |name| fs::rename(path, name))
    }

    fn named(path: &Path, name_it: impl FnMut(&Path) -> io::Result<()>) -> io::Result<Self> {
        // A pipe would be waited for.
        let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        let lock = is_file.then(|| File::open(path).ok()).flatten();
        // An error means that nobody else can lock it either, or a file system without locks.
        let _ = lock.as_ref().map(File::try_lock);
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let mut names = Builder::new();
        // A name that is taken is no error for `rename`: there are enough that it does not happen.
        names.prefix(NAME.0).suffix(NAME.1).rand_bytes(16);
        let named = names.make_in(folder.unwrap_or(Path::new(".")), name_it);
        // The error of a temporary file names it, which is of no use to anybody.
        let named = named.map_err(|error| io::Error::from(error.kind()))?;
        Ok(Self {
            name: named.into_temp_path(),
            _lock: lock,
        })
    }

    /// Gives the file its name back, in place of what has it now.
    ///
    /// # Errors
    /// When the system does not let us; the file then stays where it is.
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

/// Deletes what runs that were killed left in `folder`.
pub fn remove_stale(folder: &Path) {
    // Errors mean that there is nothing, or that it is not ours to delete.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(NAME.0) && name.ends_with(NAME.1)) {
            continue;
        }
        let Ok(file) = File::options().write(true).open(entry.path()) else {
            continue;
        };
        // Ours until it is deleted: a run that has just made it waits, and then sees that it is gone.
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
    fn what_nobody_writes_any_more_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort();
            names
        };
        let living = AtomicFile::new(folder.path(), &[b"some", b"thing"]).unwrap();
        let [name] = names().try_into().unwrap();
        fs::write(folder.path().join(".stdlib-pack-killed.tmp"), "").unwrap();
        fs::write(folder.path().join("old"), "").unwrap();
        let backup = Backup::take(&folder.path().join("old")).unwrap();
        fs::write(folder.path().join(".stdlib-pack-~settings"), "").unwrap();
        remove_stale(folder.path());
        backup.restore(&folder.path().join("old")).unwrap();
        fs::remove_file(folder.path().join("old")).unwrap();
        assert_eq!(names(), [name, ".stdlib-pack-~settings".into()]);
        living.rename(&folder.path().join("done")).unwrap();
        assert_eq!(fs::read(folder.path().join("done")).unwrap(), b"something");
    }
}
