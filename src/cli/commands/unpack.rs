//! `stdlib-pack unpack`: rebuilds a zip from its packed form.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{FileChange, decompress_packed, unpack_zip, write_files};
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::diagnostic::{Code, Diagnostic};
use crate::fs::limited;
use crate::pipeline::PackError;
use crate::stdlib::ArchiveLimits;
use crate::types::{ByteSize, Sha256};

/// The ends of the names of packed files.
const EXTENSIONS: [&str; 3] = [".packed.br", ".packed.zst", ".packed"];

#[derive(Debug, Args)]
pub(crate) struct UnpackArgs {
    /// The packed file: .zip.packed.br, .zip.packed.zst, or either decompressed
    pub(crate) file: PathBuf,
    /// File to write; by default, the name of the packed file without its extension
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The output of `unpack --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnpackReport {
    /// The path of the zip.
    file: String,
    /// Bytes of the zip.
    size: ByteSize,
    /// Digest of the zip.
    sha256: Sha256,
}

pub(crate) fn run(args: &UnpackArgs) -> Result<ExitCode, CliError> {
    let file = args.file.display();
    let out = match &args.out {
        Some(out) => out.clone(),
        None => default_out(&args.file).ok_or_else(|| {
            CliError::Usage(format!(
                "'{file}' does not end with .packed.br or .packed.zst: name the file to write with --out"
            ))
        })?,
    };
    if out.exists() {
        return Err(CliError::OutputConflict(format!(
            "'{}' exists: name another file with --out",
            out.display()
        )));
    }
    let zip = read_packed(&args.file)?;
    let report = UnpackReport {
        file: out.display().to_string(),
        size: ByteSize::of(&zip),
        sha256: Sha256::of(&zip),
    };
    let change = FileChange {
        path: out,
        bytes: Some(&zip),
    };
    write_files(&[change]).map_err(PackError::from)?;
    if args.json {
        print_json(&report)?;
    } else {
        let UnpackReport { file, size, sha256 } = report;
        outln!("{file}  {size} bytes  sha256 {sha256}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the zip in a packed file.
///
/// # Errors
/// If the file cannot be read, is damaged, or is too large.
pub(super) fn read_packed(path: &Path) -> Result<Vec<u8>, CliError> {
    let file = path.display();
    let invalid = |message: String| {
        let diagnostic = Diagnostic::error(Code::InvalidBundle, message);
        CliError::Diagnostics(vec![diagnostic])
    };
    let limits = ArchiveLimits::default();
    let bytes = limited::read(path, ByteSize(limits.packed))
        .map_err(|error| invalid(format!("cannot read '{file}': {error}")))?;
    let max_bytes = u32::try_from(limits.archive).unwrap_or(u32::MAX);
    decompress_packed(bytes, max_bytes)
        .and_then(|packed| unpack_zip(&packed, max_bytes))
        .map_err(|error| invalid(format!("cannot unpack '{file}': {error}")))
}

/// Returns whether the name of a file is that of a packed form.
pub(super) fn has_packed_name(file: &Path) -> bool {
    default_out(file).is_some()
}

/// Returns the path of a packed file without its extension.
fn default_out(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let mut stems = EXTENSIONS
        .iter()
        .filter_map(|extension| name.strip_suffix(extension));
    Some(file.with_file_name(stems.next().filter(|stem| !stem.is_empty())?))
}
