//! Replaces or deletes a file in a way that can be undone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::Backup;

/// A file that was replaced or deleted. Dropping it deletes the backup of the old file.
#[derive(Debug)]
pub(super) struct ReplacedFile {
    path: PathBuf,
    /// The old file; `None` if there was none.
    backup: Option<Backup>,
}

impl ReplacedFile {
    /// Backs up the file at `path`. If `is_replaced`, the caller renames a new file to `path`, and the old file stays
    /// there until then where possible. Otherwise, the old file is moved away.
    ///
    /// # Errors
    /// When the file cannot be renamed; it is then unchanged.
    pub(super) fn new(path: &Path, is_replaced: bool) -> io::Result<Self> {
        let backup = match fs::symlink_metadata(path) {
            Err(_) => None,
            Ok(old) if is_replaced && old.is_file() && may_be_linked(path) => {
                Some(Backup::link(path)?)
            }
            Ok(_) => Some(Backup::rename_away(path)?),
        };
        let path = path.to_owned();
        Ok(Self { path, backup })
    }

    /// Restores the old file, or deletes the new one if there was none.
    ///
    /// # Errors
    /// The path of the file, and the reason why it cannot be restored.
    pub(super) fn undo(self) -> Result<(), (PathBuf, io::Error)> {
        let result = match self.backup {
            Some(backup) => backup.restore(&self.path),
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
        };
        result.map_err(|error| (self.path, error))
    }
}

/// Returns whether a hard link to the file could be deleted again. In a folder with the sticky bit, only the owners of
/// the file and of the folder can delete it.
#[cfg(unix)]
fn may_be_linked(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    const STICKY: u32 = 0o1000;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = fs::metadata(folder.unwrap_or(Path::new(".")));
    folder.is_ok_and(|folder| folder.mode() & STICKY == 0)
}

#[cfg(not(unix))]
fn may_be_linked(_: &Path) -> bool {
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Returns the names and contents of the files in a folder.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let files = entries.map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(entry.path()).unwrap())
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }

    #[test]
    fn undo_restores_the_old_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for exists in [true, false] {
            if exists {
                fs::write(&path, "old").unwrap();
            }
            let before = files(folder.path());
            for is_replaced in [true, false] {
                ReplacedFile::new(&path, is_replaced)
                    .unwrap()
                    .undo()
                    .unwrap();
                assert_eq!(files(folder.path()), before);
                let replaced = ReplacedFile::new(&path, is_replaced).unwrap();
                assert_eq!(path.exists(), exists && is_replaced);
                let new = folder.path().join("new");
                fs::write(&new, "new").unwrap();
                fs::rename(new, &path).unwrap();
                replaced.undo().unwrap();
                assert_eq!(files(folder.path()), before);
            }
            let _ = fs::remove_file(&path);
        }
    }

    #[test]
    fn drop_deletes_the_backup() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        drop(ReplacedFile::new(&path, false).unwrap());
        assert!(files(folder.path()).is_empty());
    }
}
