//! `stdlib-pack pack`: make a bundle.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use super::args::{PackArguments, WhatArguments};
use super::cache::cache_folder;
use super::diagnostics::show_diagnostic;
use super::error::CliError;
use super::progress::Progress;
use crate::bundle::{OutputFile, available_dictionary, endings, write};
use crate::compile::Cache;
use crate::pipeline::{Bundle, Request, Stage, Stages, open, pack};
use crate::profile::{Optimize, Overrides, Profile, load};
use crate::report::{Summary, SummaryOutput};
use crate::types::{ByteSize, Sha256};

/// Where bundles go when nobody says otherwise.
const OUT: &str = "dist";

pub(super) fn run(arguments: &PackArguments) -> Result<ExitCode, CliError> {
    let cache = if arguments.no_cache {
        Cache::none()
    } else {
        Cache::in_folder(cache_folder()?)
    };
    let request = request(&arguments.what, Some(arguments), cache)?;
    let mut stages = Stages::default();
    let opened = open(&request, &mut stages)?;
    let (name, python, target) = (
        opened.profile.name.clone(),
        opened.target.version,
        opened.target.name.clone(),
    );
    let out = out_folder(arguments.out.as_deref(), &opened.profile);
    let on_profile = opened.diagnostics.clone();
    let talk = &arguments.talk;
    if !talk.quiet {
        on_profile.iter().for_each(show_diagnostic);
    }
    let dictionary = opened.delta_from.as_deref().map(Sha256::of);
    let progress = Progress::new(talk.quiet, talk.json);
    let bundle = pack(&request, opened, &progress, &mut stages)?;
    let outputs = stages.time(Stage::Write, || write_files(&out, &bundle))?;
    if let Some(file) = &arguments.missing_stdlib_config {
        let messages = bundle.missing.iter();
        let messages =
            messages.map(|(name, why)| (name, format!("{name} is not in this bundle: {why}")));
        let messages: BTreeMap<_, _> = messages.collect();
        let text = serde_json::to_string_pretty(&messages).unwrap_or_default() + "\n";
        write_file(file, text.as_bytes())?;
    }
    if talk.verbose {
        for reason in &bundle.reasons {
            let _ = writeln!(anstream::stderr(), "{reason}");
        }
    }
    let on_profile = on_profile
        .iter()
        .map(|said| format!("{}: {}", said.source, said.message));
    let summary = Summary {
        profile: name,
        python,
        target,
        totals: bundle.totals,
        outputs,
        available_dictionary: dictionary.map(available_dictionary),
        cached: bundle.cached,
        seconds: stages,
        warnings: on_profile.chain(bundle.warnings).collect(),
    };
    if talk.json {
        say!(
            "{}",
            serde_json::to_string_pretty(&summary).unwrap_or_default()
        );
    } else if !talk.quiet {
        say!("{}", summary.to_text().trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes one file where the user wants it.
pub(super) fn write_file(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.into_owned();
    write(
        folder.unwrap_or(Path::new(".")),
        &[OutputFile { name, bytes }],
    )
    .map_err(crate::pipeline::PackError::from)?;
    Ok(())
}

/// What the flags ask for; `output` has those about files.
pub(super) fn request(
    what: &WhatArguments,
    output: Option<&PackArguments>,
    cache: Cache,
) -> Result<Request, CliError> {
    let name = what.profile.as_deref().unwrap_or_default();
    let mut profile = load(name).map_err(CliError::Profile)?;
    let overrides = Overrides {
        roots: what.root.clone(),
        run: what.run_module.clone(),
        exclude: what.exclude.clone(),
        add: what.add.clone(),
        target: what.target.clone(),
        closure: what.closure,
        payload: what.payload,
        strip: what.strip.clone(),
        compress: output.and_then(|output| output.compress.clone()),
        budget: output.and_then(|output| output.budget),
        optimize: what
            .optimize
            .and_then(|level| Optimize::try_from(level).ok()),
    };
    let mistakes = overrides.apply(&mut profile);
    if !mistakes.is_empty() {
        return Err(CliError::Profile(mistakes));
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Ok(Request {
        profile,
        stdlib: what.stdlib.clone(),
        build_python: what.build_python.clone(),
        cpython_build: what.cpython_build.clone(),
        delta_from: output.and_then(|output| output.delta_from.clone()),
        apps: what.app.clone(),
        manifests: what.manifests.clone(),
        cache,
        workers: what.jobs.map_or(cores, usize::from),
    })
}

fn out_folder(flag: Option<&Path>, profile: &Profile) -> PathBuf {
    let said = flag
        .map(Path::to_owned)
        .or_else(|| profile.out.as_ref().map(PathBuf::from));
    said.unwrap_or_else(|| PathBuf::from(OUT))
}

/// Writes the files, the receipt last: it tells of the others.
fn write_files(out: &Path, bundle: &Bundle) -> Result<Vec<SummaryOutput>, CliError> {
    let name = |ending: &str| format!("{}.{ending}", bundle.stem);
    let mut files = vec![OutputFile {
        name: name("zip"),
        bytes: &bundle.zip,
    }];
    files.extend(bundle.forms.iter().map(|form| OutputFile {
        name: name(&form.ending),
        bytes: &form.bytes,
    }));
    files.push(OutputFile {
        name: name("json"),
        bytes: bundle.receipt.as_bytes(),
    });
    write(out, &files).map_err(crate::pipeline::PackError::from)?;
    // What an earlier run left would be served in place of the new zip.
    let is_old = |ending: &&str| bundle.forms.iter().all(|form| form.ending != *ending);
    for ending in endings().into_iter().filter(is_old) {
        let old = out.join(name(ending));
        if let Err(error) = std::fs::remove_file(&old)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let old = old.display();
            return Err(CliError::Environment(format!(
                "cannot remove '{old}' of an earlier bundle: {error}"
            )));
        }
    }
    let output = |file: &OutputFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(file.bytes),
        sha256: Sha256::of(file.bytes),
    };
    Ok(files.iter().map(output).collect())
}
