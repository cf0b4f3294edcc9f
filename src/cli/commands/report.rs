//! `stdlib-pack report`: write a size report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::args::SelectionArgs;
use crate::cli::build_bundle::build_ignoring_budget;
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::input_files::InputFiles;
use crate::cli::output::{UserFile, write_user_file};
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::pipeline::{PackError, SizeAnalysis, Timings, build_plan, load_inputs};
use crate::report::BundleReport;
use crate::types::ByteSize;

/// Where a page goes when nobody says otherwise.
const DEFAULT_PAGE: &str = "report.html";

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// A page to look at, a summary for people, or all there is for programs
    #[arg(long, value_enum, default_value = "html", help_heading = "Output")]
    pub(crate) format: ReportFormat,
    /// The same as --format json
    #[arg(long, help_heading = "Output", conflicts_with = "format")]
    pub(crate) json: bool,
    /// File that it is written to [default: standard output, and report.html for a page]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
}

/// What `report` writes.
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
    let request = args.selection.request(open_cache())?;
    let mut stages = Timings::default();
    let progress = Progress::of(args.quiet, false);
    let opened = load_inputs(&request, &mut stages)?;
    let manifests = opened.manifests.files().to_vec();
    let mut plan = build_plan(opened, &mut stages)?;
    let (compiled, bundle) = build_ignoring_budget(&request, &mut plan, &progress, &mut stages)?;
    let sizes = SizeAnalysis::of_bundle(&plan, &compiled, &bundle);
    let library = |name: &_| {
        let module = plan.stdlib.modules().get(name);
        let size = module.and_then(|module| plan.stdlib.size(&module.path).ok());
        ByteSize(size.unwrap_or(0))
    };
    let report = BundleReport::new(&plan, &bundle, &sizes, library);
    let format = if args.json {
        ReportFormat::Json
    } else {
        args.format
    };
    let failed = |error: serde_json::Error| PackError::Internal(error.to_string());
    let text = match format {
        ReportFormat::Html => report.to_html().map_err(failed)?,
        ReportFormat::Md => report.to_markdown(),
        ReportFormat::Json => {
            escape::json(&serde_json::to_string_pretty(&report).map_err(failed)?) + "\n"
        }
    };
    let page = (format == ReportFormat::Html).then(|| PathBuf::from(DEFAULT_PAGE));
    match args.out.clone().or(page) {
        Some(file) => {
            if args.out.is_none() {
                reject_foreign_page(&file)?;
            }
            let named = UserFile {
                path: &file,
                bytes: text.clone().into_bytes(),
                is_earlier: BundleReport::is_in,
            };
            write_user_file(
                &named,
                &InputFiles::new(&request, &manifests, &bundle.reads),
            )?;
            // Whoever asks for JSON reads nothing else on standard output.
            if !args.quiet && format != ReportFormat::Json {
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

/// Refuses to write over a page that nobody named and that is no report.
fn reject_foreign_page(page: &Path) -> Result<(), CliError> {
    match fs::read(page) {
        Ok(bytes) if !BundleReport::is_in(&bytes) => Err(CliError::OutputConflict(format!(
            "'{}' exists and is not a report: name another file with --out",
            page.display()
        ))),
        _ => Ok(()),
    }
}
