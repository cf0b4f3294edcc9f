//! `stdlib-pack diff`: compares two bundles, or all bundles of two locks.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::cli::args::is_quiet;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::help_text::DIFF;
use crate::cli::project::{Project, bundle_path};
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Changed, Difference, LOCK_FILE, LockDifference, read_locks, read_snapshot};
use crate::report::{
    difference_html, difference_markdown, difference_text, lock_difference_html,
    lock_difference_markdown, lock_difference_text,
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
    /// A page of its own, which loads nothing
    Html,
    /// For programs
    Json,
}

pub(crate) fn run(args: &DiffArgs) -> Result<ExitCode, CliError> {
    let (old, new) = match &args.new {
        Some(new) => (bundle_path(&args.old), bundle_path(new)),
        None => locked_and_built(&args.old)?,
    };
    let names = Changed {
        old: old.display().to_string(),
        new: new.display().to_string(),
    };
    let differs = if let Some((old, new)) = read_locks(&old, &new)? {
        let difference = LockDifference::new(&old, &new);
        match args.format() {
            DiffFormat::Json => print_json(&difference)?,
            DiffFormat::Markdown => print(&lock_difference_markdown(&difference)),
            DiffFormat::Html => print(&lock_difference_html(&difference, &names)),
            DiffFormat::Terminal if is_quiet() => {}
            DiffFormat::Terminal => print(&lock_difference_text(&difference)),
        }
        !difference.is_empty()
    } else {
        let difference = Difference::new(&read_snapshot(&old)?, &read_snapshot(&new)?);
        match args.format() {
            DiffFormat::Json => print_json(&difference)?,
            DiffFormat::Markdown => print(&difference_markdown(&difference)),
            DiffFormat::Html => print(&difference_html(&difference, &names)),
            DiffFormat::Terminal if is_quiet() => {}
            DiffFormat::Terminal => print(&difference_text(&difference)),
        }
        !difference.is_empty()
    };
    Ok(ExitCode::from(u8::from(args.exit_code && differs)))
}

impl DiffArgs {
    fn format(&self) -> DiffFormat {
        if self.json {
            DiffFormat::Json
        } else {
            self.format
        }
    }
}

fn print(text: &str) {
    outln!("{}", text.trim_end());
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
