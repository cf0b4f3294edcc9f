//! Writes several files in one transaction: all of them, or none.
//!
//! New files are written beside their places and renamed, so that there is never half of one. The files that they
//! replace stay until the last rename has succeeded, and are put back when one fails.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::bundle_file::{BundleFile, holds};
use super::ownership::{OwnershipError, check};
use super::replace::ReplacedFile;
use crate::exit_guard;
use crate::fs::{AtomicFile, remove_stale};

/// How long another run may write to the same folder before this one gives up.
const LOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// What becomes of a file.
#[derive(Clone, Debug)]
pub struct FileChange<'a> {
    /// The file.
    pub path: PathBuf,
    /// Its new bytes; none when it is deleted.
    pub bytes: Option<&'a [u8]>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The system does not let us.
    #[error("cannot {what} '{}': {source}; what was there before is untouched", path.display())]
    Failed {
        /// What was tried: `write` or `delete`.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system does not let us, and does not take back what it let us do before.
    #[error(
        "cannot write '{}': {source}; nor can '{}' be put back as it was: {undoing}; pack again", path.display(),
        changed.display()
    )]
    HalfWritten {
        /// The file that could not be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// A file that was changed before.
        changed: PathBuf,
        /// What the system said when it was to be put back.
        undoing: io::Error,
    },
    /// Somebody else's file would be replaced.
    #[error(transparent)]
    Ownership(#[from] OwnershipError),
    /// Another run does not come to an end.
    #[error(
        "another run has been writing to '{}' for {} seconds: wait for it or end it, then try again", .0.display(),
        LOCK_TIMEOUT.as_secs()
    )]
    Locked(PathBuf),
}

impl WriteError {
    /// 2: bad usage; 3: the environment failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Ownership(_) => 2,
            Self::Failed { .. } | Self::HalfWritten { .. } | Self::Locked(_) => 3,
        }
    }
}

/// A bundle's files, for the folder they are written to.
#[derive(Clone, Copy, Debug)]
pub struct BundleOutput<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The bundle's name: what its files are called up to their endings.
    pub stem: &'a str,
    /// The files.
    pub files: &'a [BundleFile<'a>],
}

/// Writes a bundle and `others`, files that belong to it wherever they lie. Of what is in the bundle's folder, only
/// files that an earlier bundle's receipt names are replaced, and those that the new one does not have are deleted.
///
/// # Errors
/// When a file would be replaced that no receipt names, a folder cannot be written, or the disk is full.
pub fn write_bundle(bundle: BundleOutput<'_>, others: &[FileChange<'_>]) -> Result<(), WriteError> {
    let BundleOutput {
        folder,
        stem,
        files,
    } = bundle;
    let folders = CreatedFolders::make(folder, others)?;
    // Which files are an earlier bundle's must not change before they are replaced.
    let _lock = lock(folder)?;
    for file in files {
        is_no_folder(&folder.join(&file.name))?;
    }
    let unwanted = check(folder, stem, files)?;
    // What is deleted is named by the old receipt and not by the new one. What is written after the receipt is named
    // by it. So a run that is killed leaves no file that the next run would take for a foreign one; and it leaves no
    // bundle, since the zip, which comes last, is not the receipt's.
    let mut changes: Vec<FileChange<'_>> = unwanted
        .into_iter()
        .map(|path| FileChange { path, bytes: None })
        .collect();
    let receipt = format!("{stem}.json");
    let (first, rest): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.name == receipt);
    let written = first.into_iter().chain(rest.into_iter().rev());
    changes.extend(written.map(|file| FileChange {
        path: folder.join(&file.name),
        bytes: Some(&file.bytes),
    }));
    commit(others.iter().chain(&changes))?;
    folders.keep();
    Ok(())
}

/// Writes and deletes files in the order given: all of them, or none.
///
/// # Errors
/// When a folder cannot be written, or the disk is full.
pub fn write_files(changes: &[FileChange<'_>]) -> Result<(), WriteError> {
    let folders = CreatedFolders::make(Path::new(""), changes)?;
    commit(changes.iter())?;
    folders.keep();
    Ok(())
}

/// Every file is complete on disk before the first is renamed into place. A file that holds those very bytes is left
/// alone, and keeps its time: build tools see that nothing changed.
fn commit<'a>(changes: impl Iterator<Item = &'a FileChange<'a>>) -> Result<(), WriteError> {
    let mut ready = Vec::new();
    for FileChange { path, bytes } in changes {
        let failed = |source| failed("write", path, source);
        is_no_folder(path)?;
        let staged = match bytes {
            Some(bytes) if holds(path, bytes) => continue,
            // The path in an error of a temporary file is of no use to anybody.
            Some(bytes) => Some(stage(path, bytes).map_err(|error| failed(error.kind().into()))?),
            None => None,
        };
        ready.push((path, staged));
    }
    // An interrupt waits until all is done or undone.
    let _whole = exit_guard::defer_interrupts();
    let mut replaced = Vec::new();
    for (path, staged) in ready {
        let what = if staged.is_some() { "write" } else { "delete" };
        let done = ReplacedFile::new(path, staged.is_some()).and_then(|old| {
            replaced.push(old);
            staged.map_or(Ok(()), |staged| staged.rename(path))
        });
        if let Err(source) = done {
            return Err(undo(replaced, failed(what, path, source.kind().into())));
        }
    }
    Ok(())
}

fn is_no_folder(path: &Path) -> Result<(), WriteError> {
    if path.is_dir() {
        return Err(failed("write", path, io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// Puts back what was replaced.
fn undo(replaced: Vec<ReplacedFile>, error: WriteError) -> WriteError {
    let undone = replaced.into_iter().rev().map(ReplacedFile::undo);
    let undone: Vec<_> = undone.collect();
    let not_undone = undone.into_iter().find_map(Result::err);
    match (error, not_undone) {
        (WriteError::Failed { path, source, .. }, Some((changed, undoing))) => {
            WriteError::HalfWritten {
                path,
                source,
                changed,
                undoing,
            }
        }
        (error, _) => error,
    }
}

fn failed(what: &'static str, path: &Path, source: io::Error) -> WriteError {
    let path = path.to_owned();
    WriteError::Failed { what, path, source }
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

/// Folders that were made for files to be written; dropping it deletes them again.
struct CreatedFolders(Vec<PathBuf>);

impl CreatedFolders {
    fn make(bundle: &Path, others: &[FileChange<'_>]) -> Result<Self, WriteError> {
        let mut made = Self(Vec::new());
        let others = others.iter().map(|change| folder_of(&change.path));
        let bundle = Some(bundle).filter(|folder| *folder != Path::new(""));
        for folder in bundle.into_iter().chain(others) {
            let missing: Vec<_> = folder
                .ancestors()
                .take_while(|folder| *folder != Path::new("") && !folder.exists())
                .map(Path::to_owned)
                .collect();
            made.0.extend(missing.into_iter().rev());
            fs::create_dir_all(folder).map_err(|source| failed("write", folder, source))?;
            remove_stale(folder);
        }
        Ok(made)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // An error means that something else was put into it.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Waits until no other run writes to `folder`. None where the system has no locks for folders.
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

/// Temporary files are private to their user; what is served to browsers must not be.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}
