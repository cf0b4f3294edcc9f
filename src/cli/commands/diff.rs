//! `stdlib-pack diff`: compares two bundles, or all bundles of two locks.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use serde::Serialize;

use crate::cli::args::is_quiet;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::help_text::DIFF;
use crate::cli::project::{Project, bundle_path};
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Difference, LOCK_FILE, LockDifference, read_locks, read_snapshot};
use crate::report::{
    difference_markdown, difference_text, lock_difference_markdown, lock_difference_text,
};

#[derive(Debug, Args)]
#[command(after_help = DIFF)]
pub(crate) struct DiffArgs {
    /// The old bundle: its folder, zip, receipt or name in the project; or a lock, of which LOCK:NAME is one bundle
    #[arg(add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) old: PathBuf,
    /// The new one [default: OLD is a bundle of the project, and is compared with its entry in the lock]
    #[arg(add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) new: Option<PathBuf>,
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
    let (old, new) = match &args.new {
        Some(new) => (bundle_path(&args.old), bundle_path(new)),
        None => locked_and_built(&args.old)?,
    };
    let differs = if let Some((old, new)) = read_locks(&old, &new)? {
        let difference = LockDifference::new(&old, &new);
        print(
            args,
            &difference,
            lock_difference_text,
            lock_difference_markdown,
        )?;
        !difference.is_empty()
    } else {
        let difference = Difference::new(&read_snapshot(&old)?, &read_snapshot(&new)?);
        print(args, &difference, difference_text, difference_markdown)?;
        !difference.is_empty()
    };
    Ok(ExitCode::from(u8::from(args.exit_code && differs)))
}

/// Prints a difference in the format that was asked for.
fn print<D: Serialize>(
    args: &DiffArgs,
    difference: &D,
    text: fn(&D) -> String,
    markdown: fn(&D) -> String,
) -> Result<(), CliError> {
    let format = if args.json {
        DiffFormat::Json
    } else {
        args.format
    };
    match format {
        DiffFormat::Json => print_json(difference)?,
        DiffFormat::Markdown => outln!("{}", markdown(difference).trim_end()),
        DiffFormat::Terminal if is_quiet() => {}
        DiffFormat::Terminal => outln!("{}", text(difference).trim_end()),
    }
    Ok(())
}

/// Returns the entry of a bundle of the project in the lock, and its folder.
fn locked_and_built(name: &Path) -> Result<(PathBuf, PathBuf), CliError> {
    let project = Project::open(None)?;
    let bundle = project.bundle(Some(&name.to_string_lossy()))?;
    let mut entry = OsString::from(project.file.with_file_name(LOCK_FILE));
    entry.push(":");
    entry.push(name);
    Ok((entry.into(), bundle.out.clone()))
}
