//! Errors of opening and reading a standard library.

use std::io;
use std::path::PathBuf;

use crate::fs::limited::ReadError;

/// Why there is no usable standard library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StdlibError {
    /// Nothing there.
    #[error("no standard library at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// A folder without Python's library in it.
    #[error(
        "'{}' contains no Python standard library: expected 'encodings/__init__.py' in it, or in a 'Lib' or 'lib/python3.X' folder below it",
        .0.display()
    )]
    NotAStdlib(PathBuf),
    /// A zip without sources.
    #[error(
        "'{}' contains compiled modules (.pyc) but no sources: pass a zip of .py files or a Lib folder",
        .0.display()
    )]
    OnlyBytecode(PathBuf),
    /// Not a zip, or a damaged one.
    #[error("'{}' is not a readable zip: {reason}", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What the reader met.
        reason: String,
    },
    /// An entry name that would leave the folder it is unpacked in.
    #[error("'{}' is refused: its entry '{entry}' {reason}", path.display())]
    UnsafeEntry {
        /// The archive.
        path: PathBuf,
        /// The entry's name.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file or archive larger than any standard library.
    #[error("'{what}' is refused: {size} bytes, where at most {limit} are accepted")]
    TooLarge {
        /// The file or entry.
        what: String,
        /// What it holds, or claims to.
        size: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// A pipe, a device or a socket, where a file was expected.
    #[error(
        "'{path}' is refused: it is {kind}, and only regular files are read: copy its contents into one"
    )]
    NotAFile {
        /// What was to be read.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// More files in an archive than in any standard library.
    #[error("'{}' is refused: {entries} files, where at most {limit} are accepted", path.display())]
    TooMany {
        /// The archive.
        path: PathBuf,
        /// How many it holds.
        entries: usize,
        /// The most that are accepted.
        limit: usize,
    },
    /// A file that was to be put in and is no module.
    #[error(
        "'{0}' cannot be added: its name is not a module's, such as '_sysconfigdata__wasi_wasm32-wasi.py'"
    )]
    NotAModule(String),
    /// A file that was to be put in and is not there.
    #[error("'{0}' cannot be added: there is no such file")]
    NotThere(String),
    /// The system would not let us read.
    #[error("cannot read '{path}': {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StdlibError {
    /// What is wrong with the file at `path`.
    pub(crate) fn of_input(error: ReadError, path: String) -> Self {
        match error {
            ReadError::NotAFile(kind) => Self::NotAFile { path, kind },
            ReadError::TooLarge { size, limit } => Self::TooLarge {
                what: path,
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
