//! Arguments for output files.

use std::path::PathBuf;

use clap::Args;

use super::Choice;
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::cli::cache_dir::cache_folder;
use crate::cli::error::CliError;
use crate::profile::Compression;
use crate::types::ByteSize;

/// The output files and their locations.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Folder that the bundle is written to
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactArgs,
    /// Fail with exit code 1 and write nothing if the bundle lacks a module, codec or data file that this recording has
    /// ('stdlib-pack record' writes one; repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) check_against: Vec<PathBuf>,
    /// Also write why each module is not in the bundle, as JSON for Python 3.15's
    /// 'configure --with-missing-stdlib-config'
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) missing_stdlib_config: Option<PathBuf>,
    /// Also write a copy of the Pyodide that compiles, with the bundle as its python_stdlib.zip, for pages and tools that
    /// load Pyodide from a folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) drop_in: Option<PathBuf>,
    /// Also write a software bill of materials (CycloneDX 1.6 JSON)
    #[arg(long, help_heading = "Supply chain")]
    pub(crate) sbom: bool,
    /// Also write digests for 'sha256sum -c' and 'sha384sum -c'
    #[arg(long, help_heading = "Supply chain")]
    pub(crate) checksums: bool,
}

impl OutputArgs {
    /// Returns which side files to write.
    pub(crate) fn side_files(&self) -> SideFiles {
        SideFiles {
            sbom: self.sbom,
            checksums: self.checksums,
        }
    }
}

/// The artifacts of a bundle, and the cache that they are read from.
#[derive(Debug, Args)]
pub(crate) struct ArtifactArgs {
    /// Compressed artifacts beside the zip, overriding the profile (comma-separated)
    #[arg(
        long,
        value_name = "ENCODING",
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(crate) compress: Option<Vec<Choice<Compression>>>,
    /// Largest accepted size, overriding the profile: of the .zip.packed.br, the .zip.br or the zip, the first
    /// that there is: 300KB
    #[arg(long, value_name = "SIZE", help_heading = "Output", value_parser = parse_byte_size)]
    pub(crate) budget: Option<ByteSize>,
    /// Also write .dcb and .dcz, deltas for clients that have this earlier zip (compression dictionary
    /// transport, RFC 9842)
    #[arg(long, value_name = "ZIP", help_heading = "Output")]
    pub(crate) delta_from: Option<PathBuf>,
    /// Do not read or write the cache
    #[arg(long, help_heading = "Output")]
    pub(crate) no_cache: bool,
}

impl ArtifactArgs {
    /// Opens the cache, or a disabled one for `--no-cache`.
    pub(crate) fn cache(&self) -> Result<Cache, CliError> {
        if self.no_cache {
            return Ok(Cache::disabled());
        }
        Ok(Cache::in_folder(cache_folder()?))
    }
}

fn parse_byte_size(text: &str) -> Result<ByteSize, String> {
    ByteSize::try_from(text.to_owned()).map_err(|error| error.to_string())
}
