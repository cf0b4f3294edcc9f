//! `stdlib-pack snippet`: what servers and pages need for a bundle.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::CliError;
use super::json::print_json;
use crate::bundle::{BundleFiles, Receipt};
use crate::report::{Served, Snippet};
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
    if !path.chars().all(plain) || path.split('/').any(|part| part == "..") {
        return Err(CliError::Usage(format!(
            "'{path}' is no plain path: letters, digits and '-_.~/' mean the same to every server"
        )));
    }
    let path = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let BundleFiles { receipt, zip } =
        BundleFiles::open(&arguments.bundle).map_err(VerifyError::from)?;
    let snippet = arguments.snippet;
    let served = served(snippet, &receipt)?;
    // Browsers compare digests with what they have unpacked.
    let seen = match served {
        Served::Brotli | Served::Zip => zip,
        Served::Deflated => zip.with_extension(served.ending()),
    };
    let seen = fs::read(seen).map_err(|error| CliError::Environment(error.to_string()))?;
    let text = snippet.text(receipt.python, served, Sha384::of(&seen), &path);
    if arguments.json {
        print_json(&Told { text })?;
    } else {
        say!("{}", text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// The best form of the bundle for this snippet.
fn served(snippet: Snippet, receipt: &Receipt) -> Result<Served, CliError> {
    let forms = snippet.forms();
    let has = |served: &&Served| {
        let endings = receipt
            .outputs
            .keys()
            .filter_map(|name| name.split_once('.'));
        endings
            .into_iter()
            .any(|(_, ending)| ending == served.ending())
    };
    forms.iter().find(has).copied().ok_or_else(|| {
        let wanted = forms[0];
        let flag = wanted.flag().unwrap_or_default();
        CliError::Usage(format!(
            "it is for a .{}, which the bundle does not have: pack with --compress {flag}",
            wanted.ending()
        ))
    })
}
