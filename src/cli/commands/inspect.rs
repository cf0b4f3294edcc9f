//! `stdlib-pack inspect`: inspects any standard library zip.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use super::importability::{Candidate, ImportabilityReport, check_candidate};
use super::target::find_target;
use super::unpack::{has_packed_name, read_packed};
use crate::bundle::BundleFiles;
use crate::cli::args::{InputArgs, is_quiet};
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::project::bundle_path;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::exit_guard;
use crate::manifest::Manifests;
use crate::pipeline::PackError;
use crate::stdlib::{ArchiveContents, Stdlib};
use crate::types::{ByteSize, ModuleName, Version};

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The zip: Pyodide's python_stdlib.zip, CPython's python3XX.zip, a bundle or its folder, its app.zip, or a
    /// packed form
    #[arg(add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) zip: PathBuf,
    /// Where it runs [default: a bundle's own target; else pyodide where Pyodide's own modules are in
    /// it, or emscripten-browser]
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(complete::targets))]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The number of largest modules to list.
const MAX_LISTED: usize = 10;

/// The output of `inspect --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct InspectReport {
    python: Option<Version>,
    target: String,
    payload: &'static str,
    modules: BTreeMap<ModuleName, ByteSize>,
    data_files: usize,
    /// The number of stubs for missing modules.
    stubs: usize,
    packed: ByteSize,
    unpacked: ByteSize,
    /// The number of entries that are compressed inside the zip.
    deflated_entries: usize,
    /// Whether the zip contains timestamps, so that a rebuild has other bytes.
    has_timestamps: bool,
    #[serde(flatten)]
    importability: Option<ImportabilityReport>,
    /// The reason why the modules were not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_reason: Option<String>,
}

pub(crate) fn run(mut args: InspectArgs) -> Result<ExitCode, CliError> {
    args.zip = bundle_path(&args.zip);
    let manifests = Manifests::embedded()?;
    let (mut receipt_version, mut is_app_zip) = (None, false);
    if let Ok(bundle) = BundleFiles::open(&args.zip) {
        receipt_version = Some(bundle.receipt.python);
        let zip = bundle.zip_of(&args.zip).to_owned();
        is_app_zip = bundle.app_zip.as_ref() == Some(&zip);
        args.zip = zip;
        let is_known = manifests.target(&bundle.receipt.target).is_some();
        let bundle_target = is_known.then_some(bundle.receipt.target);
        args.target = args.target.or(bundle_target);
    }
    let scratch = tempfile::tempdir().map_err(|error| CliError::Environment(error.to_string()))?;
    let _registration = exit_guard::guard_file(scratch.path());
    if has_packed_name(&args.zip) {
        let unpacked = scratch.path().join("unpacked.zip");
        fs::write(&unpacked, read_packed(&args.zip)?)
            .map_err(|error| CliError::Environment(error.to_string()))?;
        args.zip = unpacked;
    }
    let args = &args;
    let contents = ArchiveContents::read(&args.zip).map_err(PackError::from)?;
    if contents.modules.is_empty() {
        return Err(CliError::Usage(format!(
            "'{}' holds no Python modules",
            args.zip.display()
        )));
    }
    let sources_version = || Stdlib::open(&args.zip, &manifests).ok()?.version();
    let magic_version = contents
        .magic
        .and_then(|magic| manifests.version_of_magic(magic));
    let python = magic_version.or(receipt_version).or_else(sources_version);
    let is_pyodide = contents
        .modules
        .keys()
        .any(|name| name.as_str() == "_pyodide");
    let target = args.target.clone().unwrap_or_else(|| {
        if is_pyodide {
            "pyodide"
        } else {
            "emscripten-browser"
        }
        .to_owned()
    });
    find_target(&target, &manifests)?;
    let candidate = Candidate {
        zip: &args.zip,
        inputs: &args.inputs,
        json: args.json,
        contents: &contents,
        python,
        target: &target,
    };
    let (importability, skipped_reason) = if is_app_zip {
        let reason = "they need the bundle's library: 'stdlib-pack verify' imports them";
        (None, Some(reason.to_owned()))
    } else {
        match check_candidate(&candidate) {
            Ok(importability) => (Some(importability), None),
            Err(error) => (None, Some(summarize_error(&error))),
        }
    };
    let report = InspectReport {
        python,
        target,
        payload: match (contents.sources, contents.bytecode) {
            (_, 0) => "source",
            (0, _) => "bytecode",
            _ => "both",
        },
        data_files: contents.data,
        stubs: contents.stubs,
        packed: contents.packed,
        unpacked: contents.unpacked,
        deflated_entries: contents.deflated_entries,
        has_timestamps: contents.has_timestamps,
        modules: contents.modules,
        importability,
        skipped_reason,
    };
    if args.json {
        print_json(&report)?;
    } else if !is_quiet() {
        print_report(&report);
    }
    let importability = report.importability.as_ref();
    let all_importable = importability.is_none_or(ImportabilityReport::all_importable);
    Ok(ExitCode::from(u8::from(!all_importable)))
}

/// Returns the message of the first diagnostic of an error.
fn summarize_error(error: &CliError) -> String {
    let first = error.diagnostics().into_iter().next();
    first.map_or_else(|| error.to_string(), |first| first.message)
}

fn print_report(report: &InspectReport) {
    let python = report
        .python
        .map_or("an unknown Python".to_owned(), |version| {
            format!("Python {version}")
        });
    let modules = report.modules.len();
    outln!(
        "{modules} modules of {python} as {}, {} data files: {} bytes, {} unpacked",
        report.payload,
        report.data_files,
        report.packed,
        report.unpacked
    );
    if report.stubs > 0 {
        outln!("{} stubs for missing modules", report.stubs);
    }
    if report.deflated_entries > 0 {
        let count = report.deflated_entries;
        outln!(
            "{count} entries are compressed inside the zip, which keeps brotli from compressing it well"
        );
    }
    if report.has_timestamps {
        outln!("it contains timestamps: a rebuild has other bytes");
    }
    let mut largest: Vec<_> = report.modules.iter().collect();
    largest.sort_by_key(|(name, bytes)| (std::cmp::Reverse(**bytes), *name));
    outln!("\nlargest:");
    for (name, bytes) in largest.into_iter().take(MAX_LISTED) {
        outln!("  {:>10}  {name}", bytes.to_string());
    }
    if let Some(importability) = &report.importability {
        print_importability(importability, &report.target);
    }
    if let Some(reason) = &report.skipped_reason {
        outln!("\nmodules were not checked: {}", escape::line(reason));
    }
}

fn print_importability(report: &ImportabilityReport, target: &str) {
    let ImportabilityReport {
        unimportable,
        unrecognized,
        missing_at_startup,
        repacked,
    } = report;
    if !missing_at_startup.is_empty() {
        let names = join_names(missing_at_startup);
        outln!("\nthe interpreter cannot start with it on {target}: missing {names}");
    }
    if unimportable.is_empty() {
        let subject = if unrecognized.is_empty() {
            "every module"
        } else {
            "every module of Python's library"
        };
        outln!("\n{subject} can be imported with only this bundle on {target}");
    } else {
        let count = unimportable.len();
        outln!("\ncannot be imported with only this bundle on {target} ({count}):");
    }
    for (name, why) in unimportable {
        outln!("  {name}: {}", escape::line(why));
    }
    if !unrecognized.is_empty() {
        let names = join_names(unrecognized);
        outln!("\nnot in Python's library, not checked: {names}");
    }
    if let Some(repacked) = repacked {
        outln!(
            "\nrepacked by stdlib-pack ({} modules, docstrings stripped): about {} bytes compressed, instead of {}",
            repacked.modules,
            repacked.repacked,
            repacked.current
        );
    }
}

fn join_names(modules: &[ModuleName]) -> String {
    let names: Vec<&str> = modules.iter().map(ModuleName::as_str).collect();
    names.join(", ")
}
