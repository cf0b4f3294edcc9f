//! `stdlib-pack verify --rebuild`: make a bundle again, and compare.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use schemars::JsonSchema;
use serde::Serialize;

use super::error::CliError;
use super::json::print_json;
use super::made::{Made, make};
use super::output::files_of;
use super::request::available_cores;
use super::verify::VerifyArguments;
use crate::bundle::{BundleFiles, Companions, Receipt, endings};
use crate::compare::{Difference, Snapshot};
use crate::compile::Cache;
use crate::escape;
use crate::input;
use crate::pipeline::Request;
use crate::profile::{Overrides, load_merged};
use crate::report::difference_text;
use crate::verify::VerifyError;

/// What came of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Rebuilt {
    passed: bool,
    /// The files, and whether each is the same.
    files: BTreeMap<String, bool>,
    /// What the receipts tell of the difference.
    difference: Difference,
}

pub(super) fn run(arguments: &VerifyArguments) -> Result<ExitCode, CliError> {
    let BundleFiles { receipt, zip } =
        BundleFiles::open(&arguments.bundle).map_err(VerifyError::from)?;
    let place = zip.with_extension("json").display().to_string();
    // Nothing remembered is used: it could be what made the bundle.
    let made = make(&request(arguments, &receipt, &place)?, &arguments.talk)?;
    let rebuilt = compare(receipt, &zip, &made)?;
    if arguments.talk.json {
        print_json(&rebuilt)?;
    } else {
        tell(&rebuilt, arguments.talk.quiet);
    }
    Ok(ExitCode::from(u8::from(!rebuilt.passed)))
}

fn request(
    arguments: &VerifyArguments,
    receipt: &Receipt,
    place: &str,
) -> Result<Request, CliError> {
    let again = &arguments.again;
    let dictionaries = endings().into_iter();
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
        extra_modules: again.add.clone(),
        ..Overrides::default()
    };
    let mistakes = overrides.apply(&mut profile);
    if !mistakes.is_empty() {
        return Err(CliError::Profile(mistakes));
    }
    Ok(Request {
        profile,
        stdlib: again.stdlib.clone(),
        build_python: arguments.build_python.clone(),
        cpython_build: again.cpython_build.clone(),
        apps: arguments.app.clone(),
        manifests: arguments.manifests.clone(),
        delta_from: again.delta_from.clone(),
        companions: Companions::of(receipt),
        cache: Cache::none(),
        workers: available_cores(),
    })
}

/// Compares every file of the bundle that lies there with what was made.
fn compare(receipt: Receipt, zip: &Path, made: &Made) -> Result<Rebuilt, CliError> {
    let is_same = |name: &str, bytes: &[u8]| {
        let there = input::read(&zip.with_file_name(name), input::MAX_BUNDLE);
        there.is_ok_and(|there| there == bytes)
    };
    let rebuilt = files_of(&made.bundle)?.into_iter();
    // What the receipt tells of and is not made again is not the same.
    let old = receipt.outputs.keys().map(|name| (name.clone(), false));
    let mut files: BTreeMap<String, bool> = old.collect();
    files.extend(rebuilt.map(|file| {
        let same = is_same(&file.name, &file.bytes);
        (file.name, same)
    }));
    let difference = Difference::new(&Snapshot::from(receipt), &made.snapshot()?);
    Ok(Rebuilt {
        passed: files.values().all(|same| *same),
        files,
        difference,
    })
}

fn tell(rebuilt: &Rebuilt, quiet: bool) {
    if rebuilt.passed {
        if !quiet {
            let files = rebuilt.files.len();
            say!("made again: all {files} files are the same, byte for byte");
        }
        return;
    }
    for (name, same) in &rebuilt.files {
        let said = if *same { "the same" } else { "not the same" };
        say!("{}: {said}", escape::line(name));
    }
    if !rebuilt.difference.is_empty() {
        say!("{}", difference_text(&rebuilt.difference).trim_end());
    }
}
