//! `stdlib-pack diff`: what is different between two bundles.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::error::CliError;
use super::help_text::DIFF_EXAMPLES;
use super::json::print_json;
use crate::compare::{Difference, read_snapshot};
use crate::report::{difference_markdown, difference_text};

#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(super) struct DiffArgs {
    /// The old bundle: its folder, zip or receipt, or a lock (LOCK:NAME where it has several)
    pub(super) old: PathBuf,
    /// The new one
    pub(super) new: PathBuf,
    /// How it is told
    #[arg(long, value_enum, default_value = "terminal")]
    pub(super) format: DiffFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    /// End with exit code 1 when there is a difference
    #[arg(long)]
    pub(super) exit_code: bool,
}

/// How differences are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people at a terminal
    Terminal,
    /// For the comment of a pull request
    Markdown,
    /// For programs
    Json,
}

pub(super) fn run(arguments: &DiffArgs) -> Result<ExitCode, CliError> {
    let old = read_snapshot(&arguments.old)?;
    let new = read_snapshot(&arguments.new)?;
    let difference = Difference::new(&old, &new);
    let format = if arguments.json {
        DiffFormat::Json
    } else {
        arguments.format
    };
    match format {
        DiffFormat::Terminal => outln!("{}", difference_text(&difference).trim_end()),
        DiffFormat::Markdown => outln!("{}", difference_markdown(&difference).trim_end()),
        DiffFormat::Json => print_json(&difference)?,
    }
    Ok(ExitCode::from(u8::from(
        arguments.exit_code && !difference.is_empty(),
    )))
}
