//! Reads files with a size limit, and without waiting for pipes and devices.
//!
//! A pipe that nobody writes to would be waited for, and a device read until memory ends.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::types::ByteSize;

/// Largest profile, project, target or manifest in bytes: what people write is a hundredth of it.
pub const MAX_YAML: ByteSize = ByteSize(4 << 20);

/// Largest lock in bytes. A bundle takes up to 100 KB of it.
pub const MAX_LOCK: ByteSize = ByteSize(32 << 20);

/// Largest receipt in bytes. That of a whole standard library has under 300 KB.
pub const MAX_RECEIPT: ByteSize = ByteSize(8 << 20);

/// Largest file of a bundle in bytes. A whole standard library has under 40 MB.
pub const MAX_BUNDLE: ByteSize = ByteSize(128 << 20);

/// Largest zip that a delta is made from, in bytes: as much as a decoder's window (RFC 9842).
pub const MAX_DELTA_BASE: ByteSize = ByteSize(100 << 20);

/// Largest file that a build of CPython or Pyodide wrote, in bytes: a Makefile, `_sysconfigdata_….py`.
pub const MAX_BUILD_FILE: ByteSize = ByteSize(8 << 20);

/// Largest entry of the cache in bytes; compressed artifacts of bundles are stored there.
pub const MAX_CACHE_ENTRY: ByteSize = MAX_BUNDLE;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is no file that ends.
    #[error("it is {0}, and only regular files are read: copy its contents into one")]
    NotAFile(&'static str),
    /// It is larger than files of its kind are.
    #[error("it has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// What it has, or at least.
        size: ByteSize,
        /// The most that is accepted.
        limit: ByteSize,
    },
    /// It is no text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The system would not let us.
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

/// Opens a regular file, without waiting for anybody.
///
/// # Errors
/// When there is none, or it is something else.
pub fn open(path: &Path) -> Result<File, ReadError> {
    // Opening alone has effects on some devices, and sockets cannot be opened.
    demand_file(&fs::metadata(path)?)?;
    let file = without_waiting().open(path)?;
    // In between, something else may have got its name.
    demand_file(&file.metadata()?)?;
    Ok(file)
}

/// The bytes of a regular file that has at most `limit`.
///
/// # Errors
/// When there is none, it is something else, or it is larger.
pub fn read(path: &Path, limit: ByteSize) -> Result<Vec<u8>, ReadError> {
    let file = open(path)?;
    let size = ByteSize(file.metadata()?.len());
    within(size, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size.0).unwrap_or(0));
    // What is being written to may grow, and what the system makes up has no size.
    file.take(limit.0 + 1).read_to_end(&mut bytes)?;
    within(ByteSize::of(&bytes), limit)?;
    Ok(bytes)
}

fn within(size: ByteSize, limit: ByteSize) -> Result<(), ReadError> {
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    Ok(())
}

/// As [`read`], of a file that is text.
///
/// # Errors
/// Also when it is not UTF-8.
pub fn read_text(path: &Path, limit: ByteSize) -> Result<String, ReadError> {
    String::from_utf8(read(path, limit)?).map_err(|_| ReadError::NotText)
}

fn demand_file(found: &Metadata) -> Result<(), ReadError> {
    if found.is_file() {
        return Ok(());
    }
    Err(ReadError::NotAFile(kind(found)))
}

#[cfg(unix)]
fn kind(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
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
fn kind(found: &Metadata) -> &'static str {
    if found.is_dir() {
        "a folder"
    } else {
        "a device"
    }
}

#[cfg(unix)]
fn without_waiting() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

#[cfg(not(unix))]
fn without_waiting() -> OpenOptions {
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

    fn refusal(path: &Path) -> String {
        read(path, LIMIT).unwrap_err().to_string()
    }

    #[test]
    fn files_are_read_up_to_their_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let link = folder.path().join("link");
        symlink(&file, &link).unwrap();
        fs::write(&file, "abc").unwrap();
        assert_eq!(read(&link, LIMIT).unwrap(), b"abc");
        fs::write(&file, "abcd").unwrap();
        assert!(refusal(&link).contains("more than the limit of 3"));
        fs::write(&file, b"\xff").unwrap();
        assert!(matches!(read_text(&file, LIMIT), Err(ReadError::NotText)));
        // It reports no size.
        let status = Path::new("/proc/self/status");
        assert!(!status.exists() || refusal(status).contains("more than the limit of 3"));
    }

    #[test]
    fn what_is_no_file_is_called_by_its_name() {
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
            assert!(refusal(path).starts_with(kind), "{}", refusal(path));
        }
    }
}
