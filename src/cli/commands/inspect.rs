//! `stdlib-pack inspect`: inspect any standard library zip.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::importability::{Candidate, ImportabilityReport, check_candidate};
use super::target::find_target;
use crate::bundle::BundleFiles;
use crate::cli::args::InputArgs;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::manifest::Manifests;
use crate::pipeline::PackError;
use crate::stdlib::{ArchiveContents, Stdlib};
use crate::types::{ByteSize, ModuleName, Version};

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The zip: Pyodide's python_stdlib.zip, CPython's python3XX.zip, or a bundle, as its folder too
    pub(crate) zip: PathBuf,
    /// Where it runs [default: a bundle's own target; else pyodide where Pyodide's own modules are in
    /// it, or emscripten-browser]
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How many modules are listed.
const MAX_LISTED: usize = 10;

/// The result, as `--json` prints it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct InspectReport {
    python: Option<Version>,
    target: String,
    payload: &'static str,
    modules: BTreeMap<ModuleName, ByteSize>,
    data_files: usize,
    /// Files that say why a module is not in it.
    stubs: usize,
    packed: ByteSize,
    unpacked: ByteSize,
    /// Files that are compressed inside the zip.
    deflated_entries: usize,
    /// Another build of it has other bytes.
    has_timestamps: bool,
    #[serde(flatten)]
    importability: Option<ImportabilityReport>,
    /// Why the modules were not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_reason: Option<String>,
}

pub(crate) fn run(mut args: InspectArgs) -> Result<ExitCode, CliError> {
    let manifests = Manifests::embedded()?;
    let mut of_receipt = None;
    if let Ok(BundleFiles { receipt, zip }) = BundleFiles::open(&args.zip) {
        of_receipt = Some(receipt.python);
        let is_known = manifests.target(&receipt.target).is_some();
        let of_bundle = is_known.then_some(receipt.target);
        args.target = args.target.or(of_bundle);
        args.zip = zip;
    }
    let args = &args;
    let contents = ArchiveContents::read(&args.zip).map_err(PackError::from)?;
    if contents.modules.is_empty() {
        return Err(CliError::Usage(format!(
            "'{}' holds no Python modules",
            args.zip.display()
        )));
    }
    let sources = || Stdlib::open(&args.zip, &manifests).ok()?.version();
    let of_magic = contents
        .magic
        .and_then(|magic| manifests.version_of_magic(magic));
    let python = of_magic.or(of_receipt).or_else(sources);
    let of_pyodide = contents
        .modules
        .keys()
        .any(|name| name.as_str() == "_pyodide");
    let target = args.target.clone().unwrap_or_else(|| {
        if of_pyodide {
            "pyodide"
        } else {
            "emscripten-browser"
        }
        .to_owned()
    });
    find_target(&target, &manifests)?;
    let judged = Candidate {
        zip: &args.zip,
        inputs: &args.inputs,
        json: args.json,
        contents: &contents,
        python,
        target: &target,
    };
    let (proof, unknown) = match check_candidate(&judged) {
        Ok(proof) => (Some(proof), None),
        Err(error) => (None, Some(summarize_error(&error))),
    };
    let inspected = InspectReport {
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
        importability: proof,
        skipped_reason: unknown,
    };
    if args.json {
        print_json(&inspected)?;
    } else {
        print_report(&inspected);
    }
    let proof = inspected.importability.as_ref();
    let sound = proof.is_none_or(ImportabilityReport::all_importable);
    Ok(ExitCode::from(u8::from(!sound)))
}

/// What an error says first.
fn summarize_error(error: &CliError) -> String {
    let first = error.diagnostics().into_iter().next();
    first.map_or_else(|| error.to_string(), |first| first.message)
}

fn print_report(inspected: &InspectReport) {
    let python = inspected
        .python
        .map_or("an unknown Python".to_owned(), |version| {
            format!("Python {version}")
        });
    let modules = inspected.modules.len();
    outln!(
        "{modules} modules of {python} as {}, {} data files: {} bytes, {} unpacked",
        inspected.payload,
        inspected.data_files,
        inspected.packed,
        inspected.unpacked
    );
    if inspected.stubs > 0 {
        outln!("{} stubs for missing modules", inspected.stubs);
    }
    if inspected.deflated_entries > 0 {
        let count = inspected.deflated_entries;
        outln!(
            "{count} entries are compressed inside the zip, which keeps brotli from compressing it well"
        );
    }
    if inspected.has_timestamps {
        outln!("it contains timestamps: a rebuild has other bytes");
    }
    let mut largest: Vec<_> = inspected.modules.iter().collect();
    largest.sort_by_key(|(name, bytes)| (std::cmp::Reverse(**bytes), *name));
    outln!("\nlargest:");
    for (name, bytes) in largest.into_iter().take(MAX_LISTED) {
        outln!("  {:>10}  {name}", bytes.to_string());
    }
    if let Some(proof) = &inspected.importability {
        print_importability(proof, &inspected.target);
    }
    if let Some(unknown) = &inspected.skipped_reason {
        outln!("\nmodules were not checked: {}", escape::line(unknown));
    }
}

fn print_importability(proof: &ImportabilityReport, target: &str) {
    let ImportabilityReport {
        unimportable: broken,
        unrecognized: unjudged,
        missing_at_startup: needed_to_start,
        repacked: saving,
    } = proof;
    if !needed_to_start.is_empty() {
        let names = join_names(needed_to_start);
        outln!("\nthe interpreter cannot start with it on {target}: missing {names}");
    }
    if broken.is_empty() {
        let whose = if unjudged.is_empty() {
            "every module"
        } else {
            "every module of Python's library"
        };
        outln!("\n{whose} can be imported with only this bundle on {target}");
    } else {
        let count = broken.len();
        outln!("\ncannot be imported with only this bundle on {target} ({count}):");
    }
    for (name, why) in broken {
        outln!("  {name}: {}", escape::line(why));
    }
    if !unjudged.is_empty() {
        let names = join_names(unjudged);
        outln!("\nnot in Python's library, not checked: {names}");
    }
    if let Some(saving) = saving {
        outln!(
            "\nrepacked by stdlib-pack ({} modules, docstrings stripped): {} bytes compressed, instead of {}",
            saving.modules,
            saving.repacked,
            saving.current
        );
    }
}

fn join_names(modules: &[ModuleName]) -> String {
    let names: Vec<&str> = modules.iter().map(ModuleName::as_str).collect();
    names.join(", ")
}
