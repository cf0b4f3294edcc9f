//! Errors that occur when opening and reading a standard library.

use std::io;
use std::path::PathBuf;

use crate::fs::limited::ReadError;

/// The reason why a standard library, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StdlibError {
    /// A path that does not exist.
    #[error("no standard library at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// A folder or zip that contains no standard library.
    #[error(
        "'{}' contains no Python standard library: expected 'encodings/__init__.py' in it, or in a 'Lib' or 'lib/python3.X' folder below it",
        .0.display()
    )]
    NotAStdlib(PathBuf),
    /// A zip of bytecode without sources.
    #[error(
        "'{}' contains compiled modules (.pyc) but no sources: pass a zip of .py files or a Lib folder",
        .0.display()
    )]
    OnlyBytecode(PathBuf),
    /// A file that is not a zip, or a damaged zip.
    #[error("'{}' is not a readable zip: {reason}", path.display())]
    Damaged {
        /// The path of the archive.
        path: PathBuf,
        /// The reason why the zip cannot be read.
        reason: String,
    },
    /// An unsafe entry, such as one that would be unpacked outside its folder.
    #[error("'{}' is refused: its entry '{entry}' {reason}", path.display())]
    UnsafeEntry {
        /// The path of the archive.
        path: PathBuf,
        /// The name of the entry.
        entry: String,
        /// The reason why the entry is unsafe.
        reason: &'static str,
    },
    /// A file or archive that exceeds a size limit.
    #[error("'{label}' is refused: {size} bytes, where at most {limit} are accepted")]
    TooLarge {
        /// The name of the file or entry.
        label: String,
        /// The actual or declared size, in bytes.
        size: u64,
        /// The maximum size, in bytes.
        limit: u64,
    },
    /// A pipe, device or socket where a regular file was expected.
    #[error(
        "'{path}' is refused: it is {kind}, and only regular files are read: copy its contents into one"
    )]
    NotAFile {
        /// The path.
        path: String,
        /// A description of the kind of file.
        kind: &'static str,
    },
    /// An archive with more files than the limit.
    #[error("'{}' is refused: {entries} files, where at most {limit} are accepted", path.display())]
    TooMany {
        /// The path of the archive.
        path: PathBuf,
        /// The number of files in the archive.
        entries: usize,
        /// The maximum number of files.
        limit: usize,
    },
    /// An extra module whose file name is not a module name.
    #[error(
        "'{0}' cannot be added: its name is not a module's, such as '_sysconfigdata__wasi_wasm32-wasi.py'"
    )]
    NotAModule(String),
    /// An extra module whose file does not exist.
    #[error("'{0}' cannot be added: there is no such file")]
    NotFound(String),
    /// An error of the operating system.
    #[error("cannot read '{path}': {source}")]
    Io {
        /// The path of the file or folder.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl StdlibError {
    /// Converts an error that occurred when reading the file at `path`.
    pub(crate) fn of_input(error: ReadError, path: String) -> Self {
        match error {
            ReadError::NotAFile(kind) => Self::NotAFile { path, kind },
            ReadError::TooLarge { size, limit } => Self::TooLarge {
                label: path,
                size: size.0,
                limit: limit.0,
            },
            error => Self::Io {
                path,
                source: error.into(),
            },
        }
    }
}
