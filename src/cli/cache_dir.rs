//! The location of the cache.

use std::env;
use std::path::PathBuf;

use super::error::CliError;
use crate::cache::Cache;

/// The user's cache; a disabled one where there is no folder for it.
pub(crate) fn open_cache() -> Cache {
    cache_folder().map_or_else(|_| Cache::none(), Cache::in_folder)
}

/// `STDLIB_PACK_CACHE`, or `stdlib-pack` in the user's cache folder.
pub(crate) fn cache_folder() -> Result<PathBuf, CliError> {
    if let Some(folder) = env::var_os("STDLIB_PACK_CACHE").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let user = user_cache().ok_or_else(|| {
        CliError::Environment(
            "no cache folder: set STDLIB_PACK_CACHE, or pass --no-cache".to_owned(),
        )
    })?;
    Ok(user.join("stdlib-pack"))
}

/// Where the system keeps a user's caches (XDG Base Directory Specification, and its like elsewhere).
fn user_cache() -> Option<PathBuf> {
    let named = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let in_home = |folder| env::home_dir().map(|home| home.join(folder));
    if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        in_home("Library/Caches")
    } else {
        named("XDG_CACHE_HOME").or_else(|| in_home(".cache"))
    }
}
