//! `stdlib-pack cache`: shows or clears the cache.

use std::process::ExitCode;

use clap::Subcommand;

use crate::cache::Cache;
use crate::cli::cache_dir::cache_folder;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::types::Sha256;

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show the location and contents of the cache
    Info {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a key for the caches of CI: it changes when nothing in the cache can be used any more
    Key,
    /// Clear the cache
    Clean,
}

pub(crate) fn run(command: &CacheCommand) -> Result<ExitCode, CliError> {
    if let CacheCommand::Key = command {
        outln!("{}", cache_key());
        return Ok(ExitCode::SUCCESS);
    }
    let cache = Cache::in_folder(cache_folder()?);
    match command {
        CacheCommand::Key => {}
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

/// Returns a key that two programs share if one finds what the other stored. It has the digests of the parts of the
/// program that the keys of all entries have.
fn cache_key() -> String {
    let parts = [
        env!("STDLIB_PACK_SCAN"),
        env!("STDLIB_PACK_COMPILE"),
        env!("STDLIB_PACK_BUNDLE"),
        env!("STDLIB_PACK_PIPELINE"),
    ];
    let digest = Sha256::of_parts(parts.map(str::as_bytes)).to_string();
    format!(
        "stdlib-pack-{}-{}",
        env!("CARGO_PKG_VERSION"),
        &digest[..16]
    )
}
