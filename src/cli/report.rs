//! `stdlib-pack report`: all there is to say of a bundle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::args::SelectionArgs;
use super::cache::open_cache;
use super::error::CliError;
use super::inputs::InputFiles;
use super::output::{UserFile, write_user_file};
use super::progress::Progress;
use super::resolve_args::build_request;
use crate::bundle::parse_receipt;
use crate::escape;
use crate::pipeline::{
    Bundle, CompiledEntries, PackError, PackRequest, Plan, SizeAnalysis, Timings, assemble,
    build_plan, compile_plan, load_inputs,
};
use crate::report::BundleReport;
use crate::types::ByteSize;

/// Where a page goes when nobody says otherwise.
const DEFAULT_PAGE: &str = "report.html";

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// A page to look at, a summary for people, or all there is for programs
    #[arg(long, value_enum, default_value = "html", help_heading = "Output")]
    pub(super) format: ReportFormat,
    /// The same as --format json
    #[arg(long, help_heading = "Output", conflicts_with = "format")]
    pub(super) json: bool,
    /// File that it is written to [default: standard output, and report.html for a page]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long, short, help_heading = "Output")]
    pub(super) quiet: bool,
}

/// What `report` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// A page of its own, which loads nothing
    Html,
    /// Markdown
    Md,
    /// JSON
    Json,
}

pub(super) fn run(arguments: &ReportArgs) -> Result<ExitCode, CliError> {
    let request = build_request(&arguments.selection, None, open_cache())?;
    let mut stages = Timings::default();
    let progress = Progress::new(arguments.quiet, false);
    let opened = load_inputs(&request, &mut stages)?;
    let manifests = opened.manifests.files().to_vec();
    let mut plan = build_plan(opened, &mut stages)?;
    let (compiled, bundle) = build_ignoring_budget(&request, &mut plan, &progress, &mut stages)?;
    let receipt = parse_receipt(&bundle.receipt).map_err(PackError::Internal)?;
    let shares = SizeAnalysis::of_bundle(&plan, &compiled, &bundle);
    let library = |name: &_| {
        let module = plan.stdlib.modules().get(name);
        let size = module.and_then(|module| plan.stdlib.size(&module.path).ok());
        ByteSize(size.unwrap_or(0))
    };
    let report = BundleReport::new(&plan, &bundle, receipt, &shares, library);
    let format = if arguments.json {
        ReportFormat::Json
    } else {
        arguments.format
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
    match arguments.out.clone().or(page) {
        Some(file) => {
            if arguments.out.is_none() {
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
            if !arguments.quiet && format != ReportFormat::Json {
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
        Ok(bytes) if !BundleReport::is_in(&bytes) => Err(CliError::Usage(format!(
            "'{}' is there, and is no report: name another file with --out",
            page.display()
        ))),
        _ => Ok(()),
    }
}

/// The bundle of `plan`, to look at: one that is over its budget as well.
pub(super) fn build_ignoring_budget(
    request: &PackRequest,
    plan: &mut Plan,
    progress: &Progress,
    stages: &mut Timings,
) -> Result<(CompiledEntries, Bundle), CliError> {
    let budget = std::mem::take(&mut plan.profile.budget);
    let cache = &request.cache;
    let compiled = compile_plan(plan, cache, request.workers, progress, stages)?;
    let bundle = assemble(plan, &compiled, cache, progress, stages)?;
    plan.profile.budget = budget;
    Ok((compiled, bundle))
}
