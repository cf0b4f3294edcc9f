//! Why an app cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::limited;
use crate::stdlib::StdlibError;
use crate::types::ByteSize;

/// The reason why an app cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// A path that does not exist.
    #[error("there is no app at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// An app without Python files.
    #[error("'{}' holds no Python", .0.display())]
    Empty(PathBuf),
    /// A zip that unpacks its packages when it starts, as those of shiv and pex do.
    #[error("'{}' unpacks the packages in '{folder}' when it starts: unzip it, and give that folder with --dependency, and a script that starts your program with --app", path.display())]
    Unpacks {
        /// The path of the zip.
        path: PathBuf,
        /// The folder.
        folder: &'static str,
    },
    /// An app all of whose files are excluded.
    #[error("'{}' has no file that is part of a program: all are tests, documentation, build files, or excluded by --app-exclude; with '--app-exclude none', all files of a project count", .0.display())]
    AllExcluded(PathBuf),
    /// A file of another kind.
    #[error("'{}' is neither a Python file, a notebook, a page, a script, a folder, a wheel nor a zip", .0.display())]
    NotPython(PathBuf),
    /// A notebook, page or script that cannot be read as such.
    #[error("'{}' cannot be read: {reason}", path.display())]
    Document {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A notebook, page or script all of whose Python is invalid.
    #[error("no Python in '{}' is valid: {first}", path.display())]
    InvalidPython {
        /// The path of the file.
        path: PathBuf,
        /// The first error, with its place.
        first: String,
    },
    /// An error of the operating system.
    #[error("cannot read '{}': {source}", path.display())]
    Io {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// An app with more files than the limit.
    #[error("'{}' is refused: it has more than {limit} Python files: name the folder of your own code in it", app.display())]
    TooMany {
        /// The path of the app.
        app: PathBuf,
        /// The maximum number of files.
        limit: usize,
    },
    /// An app with more code than the limit.
    #[error("'{}' is refused: its Python files have more than {limit} bytes: name the folder of your own code in it", app.display())]
    TooLarge {
        /// The path of the app.
        app: PathBuf,
        /// The maximum total size of the files.
        limit: ByteSize,
    },
    /// A damaged or unsafe wheel or zip, or a file that exceeds a limit.
    #[error(transparent)]
    Archive(#[from] StdlibError),
}

/// Returns the error for a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: limited::ReadError) -> AppError {
    AppError::Io {
        path: path.to_owned(),
        source: error.into(),
    }
}
