//! Replaces a file, reversibly.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::Backup;

/// A file that was replaced or deleted. Dropping it lets go of what was there before.
#[derive(Debug)]
pub(super) struct ReplacedFile {
    path: PathBuf,
    /// None where there was no file.
    old: Option<Backup>,
}

impl ReplacedFile {
    /// Sets what is at `path` apart, for another file to be renamed to it if one `follows`.
    ///
    /// # Errors
    /// When the system does not let us; then all is as it was.
    pub(super) fn new(path: &Path, follows: bool) -> io::Result<Self> {
        let old = match fs::symlink_metadata(path) {
            Err(_) => None,
            Ok(old) if follows && old.is_file() && may_be_linked(path) => Some(Backup::keep(path)?),
            Ok(_) => Some(Backup::take(path)?),
        };
        let path = path.to_owned();
        Ok(Self { path, old })
    }

    /// Makes it as it was before.
    ///
    /// # Errors
    /// The file, and why not.
    pub(super) fn undo(self) -> Result<(), (PathBuf, io::Error)> {
        let undone = match self.old {
            Some(old) => old.restore(&self.path),
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
        };
        undone.map_err(|error| (self.path, error))
    }
}

/// Whether a second name of the file could be taken away again: in a folder with the sticky bit only the owners of
/// the file and of the folder can.
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

    /// The files of a folder with their contents.
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
    fn what_is_undone_is_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for there in [true, false] {
            if there {
                fs::write(&path, "old").unwrap();
            }
            let before = files(folder.path());
            for follows in [true, false] {
                ReplacedFile::new(&path, follows).unwrap().undo().unwrap();
                assert_eq!(files(folder.path()), before);
                let replaced = ReplacedFile::new(&path, follows).unwrap();
                assert_eq!(path.exists(), there && follows);
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
    fn what_is_not_undone_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        drop(ReplacedFile::new(&path, false).unwrap());
        assert!(files(folder.path()).is_empty());
    }
}
