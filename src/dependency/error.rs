//! Why a dependency cannot be read.

use std::path::PathBuf;

use crate::stdlib::StdlibError;

/// The reason why a dependency cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DependencyError {
    /// A path that does not exist.
    #[error("there is no dependency at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// A path without Python modules.
    #[error("'{}' holds no Python modules: name a wheel, a folder of wheels, a zip, a package or a folder of packages such as site-packages", .0.display())]
    Empty(PathBuf),
    /// A requirements or lock file that cannot be read, or that the folder of wheels does not fit.
    #[error("cannot use '{}': {reason}", file.display())]
    LockFile {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A folder with more files than the limit.
    #[error("'{}' is refused: it has more than {limit} files", path.display())]
    TooMany {
        /// The path of the folder.
        path: PathBuf,
        /// The maximum number of files.
        limit: usize,
    },
    /// A file that cannot be read, or a damaged or unsafe wheel or zip.
    #[error(transparent)]
    Unreadable(#[from] StdlibError),
}
