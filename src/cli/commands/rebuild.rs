//! `stdlib-pack verify --rebuild`: builds a bundle again from its receipt and compares every byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{AppInput, BundleFiles, Receipt, SideFiles, delta_extensions};
use crate::cli::args::{InputArgs, is_quiet};
use crate::cli::build_bundle::{BuiltBundle, build_bundle};
use crate::cli::error::CliError;
use crate::cli::output::bundle_files;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Difference, Snapshot};
use crate::diagnostic::Sourced;
use crate::escape;
use crate::fs::limited;
use crate::pipeline::PackRequest;
use crate::profile::{Overrides, StartTier, Tiers, load_merged};
use crate::report::difference_text;
use crate::verify::VerifyError;

/// A bundle to rebuild, with the locations of its inputs, which the receipt does not contain.
pub(super) struct Rebuild<'a> {
    pub(super) bundle: &'a Path,
    pub(super) apps: &'a [PathBuf],
    pub(super) dependencies: &'a [PathBuf],
    pub(super) inputs: &'a InputArgs,
    pub(super) target: Option<&'a Path>,
    pub(super) delta_from: Option<&'a Path>,
    pub(super) start_recorded: Option<&'a Path>,
    pub(super) json: bool,
}

/// The result of a rebuild.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RebuildReport {
    passed: bool,
    /// Whether each file is identical, by name.
    files: BTreeMap<String, bool>,
    /// The differences between the receipts.
    difference: Difference,
}

impl Rebuild<'_> {
    pub(super) fn run(&self) -> Result<ExitCode, CliError> {
        let BundleFiles { receipt, zip, .. } =
            BundleFiles::open(self.bundle).map_err(VerifyError::from)?;
        let label = zip.with_extension("json").display().to_string();
        let built = build_bundle(&self.request(&receipt, &label)?, self.json)?;
        let report = compare_files(receipt, &zip, &built)?;
        if self.json {
            print_json(&report)?;
        } else {
            print_rebuild(&report, is_quiet());
        }
        Ok(ExitCode::from(u8::from(!report.passed)))
    }

    /// Builds the request that the receipt describes. It uses no cache, whose entries could come from the build to
    /// check.
    fn request(&self, receipt: &Receipt, label: &str) -> Result<PackRequest, CliError> {
        let has = |extension: &str| receipt.outputs.keys().any(|name| name.ends_with(extension));
        if delta_extensions().into_iter().any(has) && self.delta_from.is_none() {
            return Err(CliError::Usage(
                "the bundle has .dcb and .dcz: pass the zip that they were made from with --delta-from"
                    .to_owned(),
            ));
        }
        let inputs = &receipt.inputs;
        check_count("app", &inputs.app, self.apps)?;
        check_count("dependency", &inputs.dependencies, self.dependencies)?;
        let mut profile = load_merged(&receipt.profile, label).map_err(CliError::Diagnostics)?;
        check_recording(profile.tiers.as_ref(), self.start_recorded)?;
        let target = self.target.map(|file| file.to_string_lossy().into_owned());
        let extra_modules = self.inputs.extra_module.iter();
        let overrides = Overrides {
            target: target.map(|file| Sourced::of_flag("--target", file.clone(), file)),
            start_recorded: self.start_recorded.map(Path::to_owned),
            extra_modules: extra_modules
                .map(|file| Sourced::of_flag("--extra-module", file.display(), file.clone()))
                .collect(),
            ..Overrides::default()
        };
        let errors = overrides.apply(&mut profile);
        if !errors.is_empty() {
            return Err(CliError::Diagnostics(errors));
        }
        profile.include_needed(!self.apps.is_empty());
        let mut request = PackRequest::new(profile).with_inputs(self.inputs.paths());
        request.apps = self.apps.to_vec();
        request.dependencies = self.dependencies.to_vec();
        request.delta_from = self.delta_from.map(Path::to_owned);
        request.side_files = SideFiles::of(receipt);
        Ok(request)
    }
}

/// Checks that a recording was passed if the bundle was built with one.
fn check_recording(tiers: Option<&Tiers>, passed: Option<&Path>) -> Result<(), CliError> {
    match (tiers.map(|tiers| &tiers.start), passed) {
        (Some(StartTier::Recorded(file)), None) => Err(CliError::Usage(format!(
            "the bundle was built with the recording {}: pass it with --start-recorded",
            file.display()
        ))),
        (Some(StartTier::ImportTime) | None, Some(_)) => Err(CliError::Usage(
            "the bundle was built without --start-recorded: leave it out".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Checks that as many paths were passed with a flag as the bundle was built with.
fn check_count(flag: &str, inputs: &[AppInput], paths: &[PathBuf]) -> Result<(), CliError> {
    if inputs.len() == paths.len() {
        return Ok(());
    }
    let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
    Err(CliError::Usage(match names[..] {
        [] => format!("the bundle was built without --{flag}: leave it out"),
        [name] => format!("the bundle was built with {name}: pass it with --{flag}"),
        _ => format!(
            "the bundle was built with {} paths: pass each with --{flag}: {}",
            names.len(),
            names.join(", ")
        ),
    }))
}

/// Compares every file of the existing bundle with the rebuilt one.
fn compare_files(
    receipt: Receipt,
    zip: &Path,
    built: &BuiltBundle,
) -> Result<RebuildReport, CliError> {
    let is_same = |name: &str, bytes: &[u8]| {
        let existing = limited::read(&zip.with_file_name(name), limited::MAX_BUNDLE);
        existing.is_ok_and(|existing| existing == bytes)
    };
    let rebuilt = bundle_files(&built.bundle)?.into_iter();
    // A file that the receipt lists and the rebuild lacks counts as different.
    let missing = receipt.outputs.keys().map(|name| (name.clone(), false));
    let mut files: BTreeMap<String, bool> = missing.collect();
    files.extend(rebuilt.map(|file| {
        let same = is_same(&file.name, &file.bytes);
        (file.name, same)
    }));
    let difference = Difference::new(&Snapshot::from(receipt), &built.snapshot());
    Ok(RebuildReport {
        passed: files.values().all(|same| *same),
        files,
        difference,
    })
}

fn print_rebuild(report: &RebuildReport, quiet: bool) {
    if report.passed {
        if !quiet {
            let files = report.files.len();
            outln!("rebuilt: all {files} files are identical");
        }
        return;
    }
    for (name, same) in &report.files {
        let state = if *same { "identical" } else { "different" };
        outln!("{}: {state}", escape::line(name));
    }
    if !report.difference.is_empty() {
        outln!("{}", difference_text(&report.difference).trim_end());
    }
}
