//! `stdlib-pack pack`: make a bundle.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use super::args::{PackArguments, WhatArguments};
use super::cache::cache_folder;
use super::diagnostics::{show_diagnostic, warn};
use super::error::CliError;
use super::progress::Bars;
use crate::bundle::{OutputFile, write};
use crate::compile::Cache;
use crate::graph::Reason;
use crate::pipeline::{Bundle, Plan, Request, Stage, Stages, make, plan};
use crate::profile::{Optimize, Overrides, Payload, load};
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
    let request = request(&arguments.what, cache)?;
    let mut stages = Stages::default();
    let plan = plan(&request, &mut stages)?;
    let loud = !arguments.talk.quiet;
    if loud {
        plan.diagnostics.iter().for_each(show_diagnostic);
        warnings(&plan).iter().for_each(|warning| warn(warning));
    }
    let bars = Bars::new(loud && !arguments.talk.json);
    let bundle = make(&plan, &request.cache, request.workers, &bars, &mut stages)?;
    let out = out_folder(arguments.out.as_deref(), &plan);
    let outputs = stages.time(Stage::Write, || write_files(&out, &bundle))?;
    if arguments.talk.verbose {
        explain(&plan);
    }
    let summary = Summary {
        profile: plan.profile.name.clone(),
        python: plan.target.version,
        target: plan.target.name.clone(),
        totals: bundle.totals,
        outputs,
        cached: bundle.cached,
        seconds: stages,
        warnings: said(&plan),
    };
    if arguments.talk.json {
        say!(
            "{}",
            serde_json::to_string_pretty(&summary).unwrap_or_default()
        );
    } else if loud {
        say!("{}", summary.to_text().trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// What the flags ask for.
pub(super) fn request(what: &WhatArguments, cache: Cache) -> Result<Request, CliError> {
    let name = what.profile.as_deref().unwrap_or_default();
    let mut profile = load(name).map_err(CliError::Profile)?;
    let overrides = Overrides {
        roots: what.root.clone(),
        exclude: what.exclude.clone(),
        closure: what.closure,
        payload: what.payload,
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
        apps: what.app.clone(),
        manifests: what.manifests.clone(),
        cache,
        workers: what.jobs.map_or(cores, usize::from),
    })
}

fn out_folder(flag: Option<&Path>, plan: &Plan) -> PathBuf {
    let said = flag
        .map(Path::to_owned)
        .or_else(|| plan.profile.out.as_ref().map(PathBuf::from));
    said.unwrap_or_else(|| PathBuf::from(OUT))
}

fn warnings(plan: &Plan) -> Vec<String> {
    let mut warnings = plan.warnings.clone();
    if plan.profile.payload == Payload::Source && !plan.profile.strip.is_empty() {
        warnings.push("'strip' is for bytecode: sources are packed as they are".to_owned());
    }
    for (name, (module, line)) in &plan.graph.foreign {
        let path = plan
            .app_paths
            .get(module)
            .map_or_else(|| module.to_string(), Clone::clone);
        warnings.push(format!(
            "'{name}' is not of the standard library, others provide it: {path}:{line}"
        ));
    }
    warnings
}

/// All warnings, those on the profile with their place.
fn said(plan: &Plan) -> Vec<String> {
    let on_profile = plan
        .diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.source, d.message));
    on_profile.chain(warnings(plan)).collect()
}

/// Writes the files, the receipt last: it tells of the others.
fn write_files(out: &Path, bundle: &Bundle) -> Result<Vec<SummaryOutput>, CliError> {
    let name = |ending: &str| format!("{}.{ending}", bundle.stem);
    let mut files = vec![OutputFile {
        name: name("zip"),
        bytes: &bundle.zip,
    }];
    if let Some(brotli) = &bundle.brotli {
        files.push(OutputFile {
            name: name("zip.br"),
            bytes: brotli,
        });
    }
    files.push(OutputFile {
        name: name("json"),
        bytes: bundle.receipt.as_bytes(),
    });
    write(out, &files).map_err(crate::pipeline::PackError::from)?;
    if bundle.brotli.is_none() {
        // What an earlier run left would be served in place of the new zip.
        let _ = std::fs::remove_file(out.join(name("zip.br")));
    }
    let output = |file: &OutputFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(file.bytes),
        sha256: Sha256::of(file.bytes),
    };
    Ok(files.iter().map(output).collect())
}

/// One line for each kept module: why it is there.
fn explain(plan: &Plan) {
    for (name, kept) in &plan.selection.kept {
        let by = kept
            .by
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let place = if kept.line > 0 {
            format!("{by}:{}", kept.line)
        } else {
            by
        };
        let why = match &kept.reason {
            Reason::StartUp => "read when the interpreter starts".to_owned(),
            Reason::Root => "root".to_owned(),
            Reason::App => "app".to_owned(),
            Reason::Eager => format!("imported by {place}"),
            Reason::Optional => format!("imported by {place}, which could do without"),
            Reason::Parent => format!("package of {place}"),
            Reason::Lazy(function) => format!("imported by {place} in {function}()"),
            Reason::Hidden(evidence) => format!("imported by {place} unseen: {evidence}"),
        };
        let _ = writeln!(anstream::stderr(), "{name}: {why}");
    }
}
