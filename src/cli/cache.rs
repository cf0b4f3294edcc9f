//! `stdlib-pack cache`: look at or empty the cache.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::error::CliError;
use super::json::print_json;
use crate::cache::Cache;

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Where the cache is and what it holds
    Info {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete what it holds
    Clean,
}

pub(super) fn run(command: &CacheCommand) -> Result<ExitCode, CliError> {
    let cache = Cache::in_folder(cache_folder()?);
    match command {
        CacheCommand::Info { json } => {
            let info = cache.info();
            if *json {
                print_json(&info)?;
            } else if let Some(info) = info {
                let folder = info.folder.display();
                outln!("{folder}: {} results, {} bytes", info.entries, info.bytes);
            }
        }
        CacheCommand::Clean => cache
            .clean()
            .map_err(|error| CliError::Environment(format!("cannot empty the cache: {error}")))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The user's cache; where there is no place for one, nothing is remembered.
pub(super) fn open_cache() -> Cache {
    cache_folder().map_or_else(|_| Cache::none(), Cache::in_folder)
}

/// `STDLIB_PACK_CACHE`, or `stdlib-pack` in the user's cache folder.
pub(super) fn cache_folder() -> Result<PathBuf, CliError> {
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
