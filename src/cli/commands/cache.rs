//! `stdlib-pack cache`: shows or clears the cache.

use std::process::ExitCode;

use clap::Subcommand;

use crate::cache::Cache;
use crate::cli::cache_dir::cache_folder;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show the location and contents of the cache
    Info {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Clear the cache
    Clean,
}

pub(crate) fn run(command: &CacheCommand) -> Result<ExitCode, CliError> {
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
