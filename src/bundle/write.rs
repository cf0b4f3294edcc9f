//! Files written aside and renamed, so that there is never half of one.

use std::borrow::Cow;
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use crate::aside::{Aside, sweep};

/// A file to write.
#[derive(Clone, Debug)]
pub struct OutputFile<'a> {
    /// Its name in the output folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} '{}': {source}; what was there before is untouched", path.display())]
pub struct WriteError {
    /// What was tried: `write` or `delete`.
    what: &'static str,
    /// The file or folder.
    path: PathBuf,
    /// What the system said.
    source: io::Error,
}

/// Writes `files` into `folder`, which is made if need be. Every file is complete on disk before
/// the first is renamed into place; then they are renamed in the order given. A file that holds those
/// very bytes is left alone, and keeps its time: build tools see that nothing changed. Files with the names in `old` are
/// deleted.
///
/// # Errors
/// When the folder cannot be written, or the disk is full.
pub fn write(folder: &Path, files: &[OutputFile<'_>], old: &[String]) -> Result<(), WriteError> {
    let failed = |path: PathBuf| {
        let what = "write";
        move |source| WriteError { what, path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder.to_owned()))?;
    sweep(folder);
    let mut ready = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        if path.is_dir() {
            return Err(failed(path)(io::ErrorKind::IsADirectory.into()));
        }
        if holds(&path, &file.bytes) {
            continue;
        }
        let aside = aside(folder, &file.bytes)
            .map_err(|error| without_path(&error))
            .map_err(failed(path.clone()))?;
        ready.push((path, aside));
    }
    // Before the rest, since a run may be killed in between: the new receipt does not tell of them.
    delete(folder, old)?;
    for (path, aside) in ready {
        aside.rename(&path).map_err(failed(path))?;
    }
    // And after it: another run may have written one.
    delete(folder, old)
}

fn delete(folder: &Path, names: &[String]) -> Result<(), WriteError> {
    for path in names.iter().map(|name| folder.join(name)) {
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                let what = "delete";
                return Err(WriteError { what, path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    let is_file = |found: fs::Metadata| found.is_file() && found.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(is_file) && fs::read(path).is_ok_and(|now| now == bytes)
}

/// The path in an error of a temporary file is of no use to anybody.
fn without_path(error: &io::Error) -> io::Error {
    error.kind().into()
}

fn aside(folder: &Path, bytes: &[u8]) -> io::Result<Aside> {
    let aside = Aside::new(folder, &[bytes])?;
    readable_by_all(aside.file())?;
    aside.file().sync_all()?;
    Ok(aside)
}

/// Temporary files are private to their user; what is served to browsers must not be.
#[cfg(unix)]
fn readable_by_all(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::File) -> io::Result<()> {
    Ok(())
}
