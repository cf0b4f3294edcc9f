//! `stdlib-pack pack`: builds a bundle.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::lock::check_locked;
use crate::cache::Cache;
use crate::cli::args::{OutputArgs, SelectionArgs, is_quiet, is_verbose};
use crate::cli::build_bundle::{build_bundle, show_other_bundles};
use crate::cli::error::CliError;
use crate::cli::hermetic;
use crate::cli::output::{Destinations, out_folder};
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::LOCK_FILE;
use crate::pipeline::Stage;

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Print the outcome as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Fail with exit code 1 unless the bundle is exactly what the lock says ('stdlib-pack lock' writes one)
    #[arg(long, help_heading = "Supply chain")]
    pub(crate) locked: bool,
    /// Lock file
    #[arg(long, value_name = "FILE", help_heading = "Supply chain", default_value = LOCK_FILE, requires = "locked")]
    pub(crate) lock: PathBuf,
    /// Hermetic build: require --stdlib, --build-python and --out, ignore PATH and the cache (for Bazel,
    /// Nix and the like)
    #[arg(long, help_heading = "Supply chain", requires_all = ["stdlib", "build_python", "out"])]
    pub(crate) hermetic: bool,
    /// Also write the files that the bundle was built from, as a Make rule (Ninja reads it too)
    #[arg(long, value_name = "FILE", help_heading = "Supply chain")]
    pub(crate) depfile: Option<PathBuf>,
}

pub(crate) fn run(args: &PackArgs) -> Result<ExitCode, CliError> {
    let PackArgs {
        selection,
        output,
        json,
        ..
    } = args;
    if args.hermetic {
        hermetic::check(&selection.inputs)?;
    }
    let cache = if args.hermetic {
        Cache::disabled()
    } else {
        output.artifacts.cache()?
    };
    let mut request = selection.request_with(&output.artifacts, cache)?;
    request.side_files = output.side_files();
    request.check_against.clone_from(&output.check_against);
    let mut built = build_bundle(&request, *json)?;
    let mut inputs = built.inputs.clone();
    if args.locked {
        check_locked(&built, &args.lock, *json)?;
        inputs = inputs.with_dependency(&args.lock);
    }
    let drop_in = output.drop_in.as_deref();
    let drop_in = drop_in.map(|folder| built.drop_in(folder)).transpose()?;
    let destinations = Destinations {
        out: &out_folder(output.out.as_deref(), built.out.as_deref()),
        missing_stdlib_config: output.missing_stdlib_config.as_deref(),
        depfile: args.depfile.as_deref(),
        drop_in,
    };
    let bundle = &built.bundle;
    let write = || destinations.write(bundle, &inputs);
    let outputs = built.timings.time(Stage::Write, write)?;
    show_other_bundles(destinations.out, &built.bundle);
    if is_verbose() {
        built.show_reasons();
    }
    let summary = built.summary(outputs);
    if *json {
        print_json(&summary)?;
    } else if !is_quiet() {
        outln!("{}", summary.to_text().trim_end());
    }
    Ok(ExitCode::SUCCESS)
}
