//! `stdlib-pack verify --rebuild`: make a bundle again, and compare.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use schemars::JsonSchema;
use serde::Serialize;

use super::build_bundle::{BuiltBundle, build_bundle};
use super::error::CliError;
use super::json::print_json;
use super::output::bundle_files;
use super::resolve_args::available_cores;
use super::verify::VerifyArgs;
use crate::bundle::{BundleFiles, Receipt, SideFiles, artifact_extensions};
use crate::cache::Cache;
use crate::compare::{Difference, Snapshot};
use crate::escape;
use crate::fs::limited;
use crate::pipeline::PackRequest;
use crate::profile::{Overrides, load_merged};
use crate::report::difference_text;
use crate::verify::VerifyError;

/// What came of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct RebuildReport {
    passed: bool,
    /// The files, and whether each is the same.
    files: BTreeMap<String, bool>,
    /// What the receipts tell of the difference.
    difference: Difference,
}

pub(super) fn run(arguments: &VerifyArgs) -> Result<ExitCode, CliError> {
    let BundleFiles { receipt, zip } =
        BundleFiles::open(&arguments.bundle).map_err(VerifyError::from)?;
    let place = zip.with_extension("json").display().to_string();
    // Nothing remembered is used: it could be what made the bundle.
    let made = build_bundle(
        &rebuild_request(arguments, &receipt, &place)?,
        &arguments.verbosity,
    )?;
    let rebuilt = compare_files(receipt, &zip, &made)?;
    if arguments.verbosity.json {
        print_json(&rebuilt)?;
    } else {
        print_rebuild(&rebuilt, arguments.verbosity.quiet);
    }
    Ok(ExitCode::from(u8::from(!rebuilt.passed)))
}

fn rebuild_request(
    arguments: &VerifyArgs,
    receipt: &Receipt,
    place: &str,
) -> Result<PackRequest, CliError> {
    let again = &arguments.again;
    let dictionaries = artifact_extensions().into_iter();
    let needs_old = dictionaries
        .filter(|ending| ending.contains(".dc"))
        .any(|ending| receipt.outputs.keys().any(|name| name.ends_with(ending)));
    if needs_old && again.delta_from.is_none() {
        return Err(CliError::Usage(
            "the bundle has .dcb and .dcz: name the earlier zip that they were made from with --delta-from"
                .to_owned(),
        ));
    }
    let count = receipt.inputs.app.len();
    if count != arguments.app.len() {
        let names: Vec<&str> = receipt.inputs.app.iter().map(|app| &*app.name).collect();
        return Err(CliError::Usage(format!(
            "the bundle was made for {count} apps ({}): name each with --app",
            names.join(", ")
        )));
    }
    let mut profile = load_merged(&receipt.profile, place).map_err(CliError::Profile)?;
    let target = arguments.target.as_ref();
    let overrides = Overrides {
        target: target.map(|file| file.to_string_lossy().into_owned()),
        extra_modules: again.extra_module.clone(),
        ..Overrides::default()
    };
    let mistakes = overrides.apply(&mut profile);
    if !mistakes.is_empty() {
        return Err(CliError::Profile(mistakes));
    }
    Ok(PackRequest {
        profile,
        stdlib: again.stdlib.clone(),
        build_python: arguments.build_python.clone(),
        cpython_build: again.cpython_build.clone(),
        apps: arguments.app.clone(),
        manifests: arguments.manifests.clone(),
        delta_from: again.delta_from.clone(),
        companions: SideFiles::of(receipt),
        cache: Cache::none(),
        workers: available_cores(),
    })
}

/// Compares every file of the bundle that lies there with what was made.
fn compare_files(
    receipt: Receipt,
    zip: &Path,
    made: &BuiltBundle,
) -> Result<RebuildReport, CliError> {
    let is_same = |name: &str, bytes: &[u8]| {
        let there = limited::read(&zip.with_file_name(name), limited::MAX_BUNDLE);
        there.is_ok_and(|there| there == bytes)
    };
    let rebuilt = bundle_files(&made.bundle)?.into_iter();
    // What the receipt tells of and is not made again is not the same.
    let old = receipt.outputs.keys().map(|name| (name.clone(), false));
    let mut files: BTreeMap<String, bool> = old.collect();
    files.extend(rebuilt.map(|file| {
        let same = is_same(&file.name, &file.bytes);
        (file.name, same)
    }));
    let difference = Difference::new(&Snapshot::from(receipt), &made.snapshot()?);
    Ok(RebuildReport {
        passed: files.values().all(|same| *same),
        files,
        difference,
    })
}

fn print_rebuild(rebuilt: &RebuildReport, quiet: bool) {
    if rebuilt.passed {
        if !quiet {
            let files = rebuilt.files.len();
            outln!("made again: all {files} files are the same, byte for byte");
        }
        return;
    }
    for (name, same) in &rebuilt.files {
        let said = if *same { "the same" } else { "not the same" };
        outln!("{}: {said}", escape::line(name));
    }
    if !rebuilt.difference.is_empty() {
        outln!("{}", difference_text(&rebuilt.difference).trim_end());
    }
}
