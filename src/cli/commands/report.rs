//! `stdlib-pack report`: writes a size report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::args::{BundleArgs, is_quiet};
use crate::cli::build_bundle::build_ignoring_budget;
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::input_files::InputFiles;
use crate::cli::output::{UserFile, write_user_file};
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::pipeline::{PackError, SizeAnalysis, Timings, build_plan, load_inputs};
use crate::recording::Recording;
use crate::report::BundleReport;
use crate::types::ByteSize;

/// The default output file of an HTML page.
const DEFAULT_PAGE: &str = "report.html";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
    /// Also tell which modules a program was recorded to load, and which of the others are kept why ('stdlib-pack
    /// record' writes recordings; repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) recording: Vec<PathBuf>,
    /// A page to look at, a summary for people, or all there is for programs
    #[arg(long, value_enum, default_value = "html", help_heading = "Output")]
    pub(crate) format: ReportFormat,
    /// The same as --format json
    #[arg(long, help_heading = "Output", conflicts_with = "format")]
    pub(crate) json: bool,
    /// File that it is written to [default: standard output, and report.html for a page]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
}

/// The output format of `report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page of its own, which loads nothing
    Html,
    /// Markdown
    Md,
    /// JSON
    Json,
}

pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, CliError> {
    let recordings = args.recording.iter().map(|file| Recording::read(file));
    let recordings = recordings.collect::<Result<Vec<_>, _>>()?;
    let request = args.bundle.request(open_cache())?;
    let mut timings = Timings::default();
    let progress = Progress::new(false);
    let inputs = progress.during("open", || load_inputs(&request, &mut timings))?;
    let manifests = inputs.manifests.files().to_vec();
    let mut plan = progress.during("scan", || build_plan(inputs, &mut timings))?;
    let (compiled, bundle) = build_ignoring_budget(&request, &mut plan, &progress, &mut timings)?;
    let sizes = SizeAnalysis::of_bundle(&plan, &compiled, &bundle);
    let source_size = |name: &_| {
        let module = plan.stdlib.modules().get(name);
        let size = module.and_then(|module| plan.stdlib.size(&module.path).ok());
        ByteSize(size.unwrap_or(0))
    };
    let report = BundleReport::new(&plan, &bundle, &sizes, &recordings, source_size);
    let format = if args.json {
        ReportFormat::Json
    } else {
        args.format
    };
    let to_error = |error: serde_json::Error| PackError::Internal(error.to_string());
    let text = match format {
        ReportFormat::Html => report.to_html().map_err(to_error)?,
        ReportFormat::Md => report.to_markdown(),
        ReportFormat::Json => {
            escape::json(&serde_json::to_string_pretty(&report).map_err(to_error)?) + "\n"
        }
    };
    let default_file = (format == ReportFormat::Html).then(|| PathBuf::from(DEFAULT_PAGE));
    match args.out.clone().or(default_file) {
        Some(file) => {
            if args.out.is_none() {
                reject_foreign_page(&file)?;
            }
            let user_file = UserFile {
                path: &file,
                bytes: text.clone().into_bytes(),
                is_earlier: BundleReport::is_report,
            };
            let inputs = InputFiles::new(&request, &manifests, &bundle.reads);
            let recordings = args.recording.iter();
            let inputs = recordings.fold(inputs, InputFiles::with_file);
            write_user_file(&user_file, &inputs)?;
            // With JSON, standard output must not contain anything else.
            if !is_quiet() && format != ReportFormat::Json {
                outln!(
                    "{}: {} bytes",
                    file.display(),
                    ByteSize::of(text.as_bytes())
                );
            }
        }
        None => outln!("{}", text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Rejects an existing file at the default path that is not a report.
fn reject_foreign_page(page: &Path) -> Result<(), CliError> {
    match fs::read(page) {
        Ok(bytes) if !BundleReport::is_report(&bytes) => Err(CliError::OutputConflict(format!(
            "'{}' exists and is not a report: name another file with --out",
            page.display()
        ))),
        _ => Ok(()),
    }
}
