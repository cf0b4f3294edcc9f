//! Writes several files in one transaction: all of them, or none.
//!
//! New files are written under temporary names and renamed, so that no file is ever incomplete. The files that they
//! replace are kept until the last rename has succeeded, and restored if one fails.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::bundle_file::{BundleFile, has_contents};
use super::ownership::{OwnershipError, check};
use super::replace::ReplacedFile;
use crate::exit_guard;
use crate::fs::{AtomicFile, remove_stale};

/// How long to wait for another run that writes to the same folder.
const LOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// The new contents of a file, or its deletion.
#[derive(Clone, Debug)]
pub struct FileChange<'a> {
    /// The path of the file.
    pub path: PathBuf,
    /// The new contents; `None` to delete the file.
    pub bytes: Option<&'a [u8]>,
}

/// The reason why files were not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A file could not be written or deleted. All files are unchanged.
    #[error("cannot {operation} '{}': {source}; what was there before is untouched", path.display())]
    Failed {
        /// The operation that failed: `write` or `delete`.
        operation: &'static str,
        /// The path of the file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file could not be written, and an earlier change could not be undone.
    #[error(
        "cannot write '{}': {source}; nor can '{}' be put back as it was: {undo_error}; pack again", path.display(),
        changed.display()
    )]
    HalfWritten {
        /// The path of the file that could not be written.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
        /// The path of the file that could not be restored.
        changed: PathBuf,
        /// The operating system's error from restoring it.
        undo_error: io::Error,
    },
    /// A file that belongs to no bundle would be replaced.
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    /// Another run has been writing to the folder for a minute.
    #[error(
        "another run has been writing to '{}' for {} seconds: wait for it or end it, then try again", .0.display(),
        LOCK_TIMEOUT.as_secs()
    )]
    Locked(PathBuf),
}

impl WriteError {
    /// Returns the exit code: 2 for bad usage, 3 if the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Ownership(_) => 2,
            Self::Failed { .. } | Self::HalfWritten { .. } | Self::Locked(_) => 3,
        }
    }
}

/// The files of a bundle, and the folder that they are written to.
#[derive(Clone, Copy, Debug)]
pub struct BundleOutput<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The file name of the zip without its extension, such as `python313`.
    pub stem: &'a str,
    /// The files.
    pub files: &'a [BundleFile<'a>],
}

/// Writes the files of a bundle, and `others` in any folder. In the bundle's folder, only files that the receipt of an
/// earlier bundle lists are replaced, and those that the new bundle does not have are deleted.
///
/// # Errors
/// When a file to be replaced belongs to no bundle, another run holds the folder's lock, or a file cannot be written.
pub fn write_bundle(bundle: BundleOutput<'_>, others: &[FileChange<'_>]) -> Result<(), WriteError> {
    let BundleOutput {
        folder,
        stem,
        files,
    } = bundle;
    let folders = CreatedFolders::make(folder, others)?;
    // The earlier bundle must not change between the ownership check and the commit.
    let _lock = lock(folder)?;
    for file in files {
        check_not_folder(&folder.join(&file.name))?;
    }
    let stale = check(folder, stem, files)?;
    // Files that only the old receipt lists are deleted before the receipt is replaced, and all new files are written
    // after it. If the run is killed in between, the receipt that is there lists every file, so the next run can
    // replace them. The zip is renamed last, so that what is left does not match the receipt and is not taken for a
    // bundle.
    let mut changes: Vec<FileChange<'_>> = stale
        .into_iter()
        .map(|path| FileChange { path, bytes: None })
        .collect();
    let receipt_name = format!("{stem}.json");
    let (receipt, rest): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.name == receipt_name);
    let written = receipt.into_iter().chain(rest.into_iter().rev());
    changes.extend(written.map(|file| FileChange {
        path: folder.join(&file.name),
        bytes: Some(&file.bytes),
    }));
    commit(others.iter().chain(&changes))?;
    folders.keep();
    Ok(())
}

/// Writes and deletes files in the given order: all of them, or none.
///
/// # Errors
/// When a file cannot be written or deleted.
pub fn write_files(changes: &[FileChange<'_>]) -> Result<(), WriteError> {
    let folders = CreatedFolders::make(Path::new(""), changes)?;
    commit(changes.iter())?;
    folders.keep();
    Ok(())
}

/// Applies the changes. All new files are complete on disk before the first is renamed. A file whose contents do not
/// change is not written, so that its modification time shows build tools that nothing changed.
fn commit<'a>(changes: impl Iterator<Item = &'a FileChange<'a>>) -> Result<(), WriteError> {
    let mut staged_changes = Vec::new();
    for FileChange { path, bytes } in changes {
        let failed = |source| failed("write", path, source);
        check_not_folder(path)?;
        let staged = match bytes {
            Some(bytes) if has_contents(path, bytes) => continue,
            // Only the kind of the error is kept, because its message names the temporary file.
            Some(bytes) => Some(stage(path, bytes).map_err(|error| failed(error.kind().into()))?),
            None => None,
        };
        staged_changes.push((path, staged));
    }
    // An interrupt must not leave only some of the files replaced.
    let _interrupts_deferred = exit_guard::defer_interrupts();
    let mut replaced = Vec::new();
    for (path, staged) in staged_changes {
        let operation = if staged.is_some() { "write" } else { "delete" };
        let result = ReplacedFile::new(path, staged.is_some()).and_then(|file| {
            replaced.push(file);
            staged.map_or(Ok(()), |staged| staged.rename(path))
        });
        if let Err(source) = result {
            return Err(undo(
                replaced,
                failed(operation, path, source.kind().into()),
            ));
        }
    }
    Ok(())
}

fn check_not_folder(path: &Path) -> Result<(), WriteError> {
    if path.is_dir() {
        return Err(failed("write", path, io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// Restores the replaced files, newest first, and returns `error`, or [`WriteError::HalfWritten`] if one cannot be
/// restored.
fn undo(replaced: Vec<ReplacedFile>, error: WriteError) -> WriteError {
    let results = replaced.into_iter().rev().map(ReplacedFile::undo);
    // Collected, so that every file is restored before the first error is reported.
    let results: Vec<_> = results.collect();
    let undo_error = results.into_iter().find_map(Result::err);
    match (error, undo_error) {
        (WriteError::Failed { path, source, .. }, Some((changed, undo_error))) => {
            WriteError::HalfWritten {
                path,
                source,
                changed,
                undo_error,
            }
        }
        (error, _) => error,
    }
}

fn failed(operation: &'static str, path: &Path, source: io::Error) -> WriteError {
    let path = path.to_owned();
    WriteError::Failed {
        operation,
        path,
        source,
    }
}

fn stage(path: &Path, bytes: &[u8]) -> io::Result<AtomicFile> {
    let staged = AtomicFile::new(folder_of(path), &[bytes])?;
    readable_by_all(staged.file())?;
    staged.file().sync_all()?;
    Ok(staged)
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Folders that were created for the files to be written. Dropping it deletes them, if they are empty.
struct CreatedFolders(Vec<PathBuf>);

impl CreatedFolders {
    fn make(bundle: &Path, others: &[FileChange<'_>]) -> Result<Self, WriteError> {
        let mut created = Self(Vec::new());
        let others = others.iter().map(|change| folder_of(&change.path));
        let bundle = Some(bundle).filter(|folder| *folder != Path::new(""));
        for folder in bundle.into_iter().chain(others) {
            let missing: Vec<_> = folder
                .ancestors()
                .take_while(|folder| *folder != Path::new("") && !folder.exists())
                .map(Path::to_owned)
                .collect();
            created.0.extend(missing.into_iter().rev());
            fs::create_dir_all(folder).map_err(|source| failed("write", folder, source))?;
            remove_stale(folder);
        }
        Ok(created)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // An error means that the folder is not empty, because something else created files in it.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Locks `folder`, after waiting for other runs that write to it. `None` if the system cannot lock folders.
///
/// # Errors
/// [`WriteError::Locked`] after [`LOCK_TIMEOUT`].
fn lock(folder: &Path) -> Result<Option<File>, WriteError> {
    let Ok(file) = File::open(folder) else {
        return Ok(None);
    };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_TIMEOUT => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(WriteError::Locked(folder.to_owned())),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Makes a file readable by all users: temporary files are private, but a web server must be able to read bundles.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}
