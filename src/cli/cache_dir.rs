//! The location of the cache.

use std::env;
use std::path::PathBuf;

use super::error::CliError;
use crate::cache::Cache;

/// Opens the user's cache, or a disabled one if there is no cache folder.
pub(crate) fn open_cache() -> Cache {
    cache_folder().map_or_else(|_| Cache::disabled(), Cache::in_folder)
}

/// Returns the folder in `STDLIB_PACK_CACHE`, or else `stdlib-pack` in the user's cache folder.
pub(crate) fn cache_folder() -> Result<PathBuf, CliError> {
    if let Some(folder) = env::var_os("STDLIB_PACK_CACHE").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let parent = user_cache().ok_or_else(|| {
        CliError::Environment(
            "no cache folder: set STDLIB_PACK_CACHE, or pass --no-cache".to_owned(),
        )
    })?;
    Ok(parent.join("stdlib-pack"))
}

/// Returns the user's cache folder (XDG Base Directory Specification, or the platform's convention).
fn user_cache() -> Option<PathBuf> {
    let from_variable = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let in_home = |folder| env::home_dir().map(|home| home.join(folder));
    if cfg!(windows) {
        from_variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        in_home("Library/Caches")
    } else {
        from_variable("XDG_CACHE_HOME").or_else(|| in_home(".cache"))
    }
}
