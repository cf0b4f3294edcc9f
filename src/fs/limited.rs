//! Reads regular files with a size limit.
//!
//! Other files are refused: a pipe without a writer would block, and a device could be read until memory runs out.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::types::ByteSize;

/// The maximum size of a profile, project, target or manifest, about a hundred times what people write.
pub const MAX_YAML: ByteSize = ByteSize(4 << 20);

/// The maximum size of a lock. Each bundle takes up to 100 KB of it.
pub const MAX_LOCK: ByteSize = ByteSize(32 << 20);

/// The maximum size of a receipt. That of a whole standard library has less than 300 KB, and one that lists the files of
/// an app a few hundred bytes for each.
pub const MAX_RECEIPT: ByteSize = ByteSize(32 << 20);

/// The maximum size of a file of a bundle. A whole standard library has less than 40 MB.
pub const MAX_BUNDLE: ByteSize = ByteSize(128 << 20);

/// The maximum size of the zip that a delta is made from, which fits into a decoder's window (RFC 9842).
pub const MAX_DELTA_BASE: ByteSize = ByteSize(100 << 20);

/// The maximum size of a file from a build of CPython or Pyodide, such as a `Makefile` or `_sysconfigdata_….py`.
pub const MAX_BUILD_FILE: ByteSize = ByteSize(8 << 20);

/// The maximum size of a cache entry. Whole bundles are cached.
pub const MAX_CACHE_ENTRY: ByteSize = MAX_BUNDLE;

/// The reason why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not a regular file.
    #[error("it is {0}, and only regular files are read: copy its contents into one")]
    NotAFile(&'static str),
    /// It is larger than the limit.
    #[error("it has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size, or a lower bound.
        size: ByteSize,
        /// The maximum size.
        limit: ByteSize,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The operating system's error.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        let kind = match &error {
            ReadError::Io(_) => None,
            ReadError::NotAFile(_) => Some(io::ErrorKind::InvalidInput),
            ReadError::TooLarge { .. } => Some(io::ErrorKind::FileTooLarge),
            ReadError::NotText => Some(io::ErrorKind::InvalidData),
        };
        match (error, kind) {
            (ReadError::Io(error), _) => error,
            (error, kind) => Self::new(kind.unwrap_or(io::ErrorKind::Other), error),
        }
    }
}

/// Opens a regular file, without blocking.
///
/// # Errors
/// When the file cannot be opened, or is not a regular file.
pub fn open(path: &Path) -> Result<File, ReadError> {
    // Checked before opening, because opening some devices has effects, and sockets cannot be opened.
    require_regular_file(&fs::metadata(path)?)?;
    let file = nonblocking_options().open(path)?;
    // Checked again, because the file may have been replaced in between.
    require_regular_file(&file.metadata()?)?;
    Ok(file)
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// When the file cannot be read, is not a regular file, or is larger.
pub fn read(path: &Path, limit: ByteSize) -> Result<Vec<u8>, ReadError> {
    let file = open(path)?;
    let size = ByteSize(file.metadata()?.len());
    check_limit(size, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size.0).unwrap_or(0));
    // A file may grow while it is read, and files in `/proc` report no size.
    file.take(limit.0 + 1).read_to_end(&mut bytes)?;
    check_limit(ByteSize::of(&bytes), limit)?;
    Ok(bytes)
}

/// Reads all of standard input, at most `limit` bytes. It is read once, and later calls return the same.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn standard_input(limit: ByteSize) -> Result<Vec<u8>, ReadError> {
    static INPUT: Mutex<Option<Vec<u8>>> = Mutex::new(None);
    let mut input = INPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = &*input {
        return Ok(bytes.clone());
    }
    let mut bytes = Vec::new();
    io::stdin().take(limit.0 + 1).read_to_end(&mut bytes)?;
    check_limit(ByteSize::of(&bytes), limit)?;
    *input = Some(bytes.clone());
    Ok(bytes)
}

fn check_limit(size: ByteSize, limit: ByteSize) -> Result<(), ReadError> {
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    Ok(())
}

/// Reads a text file, like [`read`].
///
/// # Errors
/// Those of [`read`], and when the file is not UTF-8.
pub fn read_text(path: &Path, limit: ByteSize) -> Result<String, ReadError> {
    String::from_utf8(read(path, limit)?).map_err(|_| ReadError::NotText)
}

fn require_regular_file(metadata: &Metadata) -> Result<(), ReadError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(ReadError::NotAFile(kind(metadata)))
}

#[cfg(unix)]
fn kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() {
        "a folder"
    } else {
        "a device"
    }
}

#[cfg(unix)]
fn nonblocking_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

#[cfg(not(unix))]
fn nonblocking_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    const LIMIT: ByteSize = ByteSize(3);

    fn error_message(path: &Path) -> String {
        read(path, LIMIT).unwrap_err().to_string()
    }

    #[test]
    fn read_accepts_files_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let link = folder.path().join("link");
        symlink(&file, &link).unwrap();
        fs::write(&file, "abc").unwrap();
        assert_eq!(read(&link, LIMIT).unwrap(), b"abc");
        fs::write(&file, "abcd").unwrap();
        assert!(error_message(&link).contains("more than the limit of 3"));
        fs::write(&file, b"\xff").unwrap();
        assert!(matches!(read_text(&file, LIMIT), Err(ReadError::NotText)));
        // Its metadata contains no size.
        let status = Path::new("/proc/self/status");
        assert!(!status.exists() || error_message(status).contains("more than the limit of 3"));
    }

    #[test]
    fn read_names_the_kind_of_other_files() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        for (path, kind) in [
            (folder.path(), "it is a folder"),
            (&pipe, "it is a pipe"),
            (&socket, "it is a socket"),
            (Path::new("/dev/zero"), "it is a device"),
        ] {
            assert!(
                error_message(path).starts_with(kind),
                "{}",
                error_message(path)
            );
        }
    }
}
