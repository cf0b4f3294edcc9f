//! `stdlib-pack snippet`: what servers and pages need for a bundle.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::CliError;
use super::json::print_json;
use crate::bundle::BundleFiles;
use crate::report::Snippet;
use crate::types::Sha384;
use crate::verify::VerifyError;

#[derive(Debug, Args)]
pub(super) struct SnippetArguments {
    /// Who it is for
    #[arg(value_enum)]
    pub(super) snippet: Snippet,
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist")]
    pub(super) bundle: PathBuf,
    /// Path of the folder on the server
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub(super) path: String,
    /// Print it as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What is printed as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Told {
    /// What is to be put into the server's configuration, or the page.
    text: String,
}

pub(super) fn run(arguments: &SnippetArguments) -> Result<ExitCode, CliError> {
    let path = arguments.path.trim_matches('/');
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~/".contains(letter);
    if !path.chars().all(plain) {
        return Err(CliError::Usage(format!(
            "'{path}' is no plain path: letters, digits and '-_.~/' mean the same to every server"
        )));
    }
    let path = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let bundle = BundleFiles::open(&arguments.bundle).map_err(VerifyError::from)?;
    let zip = fs::read(&bundle.zip).map_err(|error| CliError::Environment(error.to_string()))?;
    let text = arguments
        .snippet
        .text(bundle.receipt.python, Sha384::of(&zip), &path);
    if arguments.json {
        print_json(&Told { text })?;
    } else {
        say!("{}", text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}
