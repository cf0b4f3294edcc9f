//! `stdlib-pack diff`: compares two bundles.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::error::CliError;
use crate::cli::help_text::DIFF;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Difference, read_snapshot};
use crate::report::{difference_markdown, difference_text};

#[derive(Debug, Args)]
#[command(after_help = DIFF)]
pub(crate) struct DiffArgs {
    /// The old bundle: its folder, zip or receipt, or a lock (LOCK:NAME where it has several)
    pub(crate) old: PathBuf,
    /// The new one
    pub(crate) new: PathBuf,
    /// Output format
    #[arg(long, value_enum, default_value = "terminal")]
    pub(crate) format: DiffFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    /// End with exit code 1 when there is a difference
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// The output format of `diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people at a terminal
    Terminal,
    /// For the comment of a pull request
    Markdown,
    /// For programs
    Json,
}

pub(crate) fn run(args: &DiffArgs) -> Result<ExitCode, CliError> {
    let old = read_snapshot(&args.old)?;
    let new = read_snapshot(&args.new)?;
    let difference = Difference::new(&old, &new);
    let format = if args.json {
        DiffFormat::Json
    } else {
        args.format
    };
    match format {
        DiffFormat::Terminal => outln!("{}", difference_text(&difference).trim_end()),
        DiffFormat::Markdown => outln!("{}", difference_markdown(&difference).trim_end()),
        DiffFormat::Json => print_json(&difference)?,
    }
    Ok(ExitCode::from(u8::from(
        args.exit_code && !difference.is_empty(),
    )))
}
