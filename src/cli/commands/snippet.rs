//! `stdlib-pack snippet`: prints server configuration or loader code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::BundleFiles;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::fs::limited;
use crate::profile::Compression;
use crate::report::{ServedEncoding, Snippet, served_extension};
use crate::types::Sha384;
use crate::verify::VerifyError;

#[derive(Debug, Args)]
pub(crate) struct SnippetArgs {
    /// Who it is for
    #[arg(value_enum)]
    pub(crate) snippet: Snippet,
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist")]
    pub(crate) bundle: PathBuf,
    /// Path of the folder on the server
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub(crate) path: String,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The output of `snippet --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SnippetOutput {
    /// The text to insert into the server configuration or the page.
    text: String,
}

pub(crate) fn run(args: &SnippetArgs) -> Result<ExitCode, CliError> {
    let path = args.path.trim_matches('/');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~/".contains(letter);
    if !path.chars().all(is_plain) || path.split('/').any(|part| part == "..") {
        return Err(CliError::Usage(format!(
            "'{path}' is not a plain path: use letters, digits and '-_.~/'"
        )));
    }
    let path = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let bundle = BundleFiles::open(&args.bundle).map_err(VerifyError::from)?;
    let snippet = args.snippet;
    let served = served(snippet, &bundle)?;
    // Browsers check digests after decoding the content encoding, so the digest is that of the decoded file.
    let decoded = match served {
        Some(Compression::Deflate) => bundle.artifact(served_extension(served)),
        _ => None,
    };
    let decoded = limited::read(&decoded.unwrap_or(bundle.zip), limited::MAX_BUNDLE);
    let decoded = decoded.map_err(|error| CliError::Environment(error.to_string()))?;
    let text = snippet.text(bundle.receipt.python, served, Sha384::of(&decoded), &path);
    if args.json {
        print_json(&SnippetOutput { text })?;
    } else {
        outln!("{}", text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the encoding of the best file of the bundle for this snippet.
fn served(snippet: Snippet, bundle: &BundleFiles) -> Result<ServedEncoding, CliError> {
    let encodings = snippet.encodings();
    let is_there = |served: &&ServedEncoding| bundle.artifact(served_extension(**served)).is_some();
    encodings.iter().find(is_there).copied().ok_or_else(|| {
        let preferred = encodings[0];
        let flag = preferred.map_or("", Compression::as_str);
        CliError::Usage(format!(
            "it is for a .{}, which the bundle does not have: pack with --compress {flag}",
            served_extension(preferred)
        ))
    })
}
