//! `stdlib-pack verify`: import every module of a bundle with nothing else as standard library.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;

use super::args::VerifyArguments;
use super::error::CliError;
use crate::manifest::Manifests;
use crate::verify::{Outcome, Provenance, Request, Trial, verify};

#[derive(Serialize)]
struct Report<'a> {
    passed: bool,
    modules: &'a [Trial],
}

pub(super) fn run(arguments: &VerifyArguments) -> Result<ExitCode, CliError> {
    let manifests = match &arguments.manifests {
        Some(folder) => Manifests::with_folder(folder)?,
        None => Manifests::embedded()?,
    };
    let request = Request {
        bundle: arguments.bundle.clone(),
        build_python: arguments.build_python.clone(),
    };
    let trials = verify(&request, &manifests)?;
    let passed = trials.iter().all(|trial| trial.outcome.is_good());
    if arguments.talk.json {
        let report = Report {
            passed,
            modules: &trials,
        };
        say!(
            "{}",
            serde_json::to_string_pretty(&report).unwrap_or_default()
        );
    } else {
        let quiet = arguments.talk.quiet;
        tell(&trials, quiet, arguments.talk.verbose);
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn tell(trials: &[Trial], quiet: bool, verbose: bool) {
    let mut origins: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bad = 0;
    for Trial {
        module,
        reason,
        outcome,
    } in trials
    {
        let origin = match outcome {
            Outcome::Imported(Provenance::Bundle) => "from the bundle",
            Outcome::Imported(Provenance::BuiltIn) => "built in",
            Outcome::Imported(Provenance::Frozen) => "frozen",
            Outcome::Imported(Provenance::Extension) => "extension modules",
            Outcome::Imported(Provenance::Elsewhere(path)) => {
                bad += 1;
                say!("{module} ({reason}): not from the bundle but from {path}");
                continue;
            }
            Outcome::Failed(error) => {
                bad += 1;
                say!("{module} ({reason}): {error}");
                continue;
            }
        };
        *origins.entry(origin).or_default() += 1;
        if verbose {
            say!("{module} ({reason}): {origin}");
        }
    }
    if quiet {
        return;
    }
    let origins: Vec<String> = origins
        .iter()
        .map(|(origin, count)| format!("{count} {origin}"))
        .collect();
    let good = trials.len() - bad;
    say!(
        "{good} of {} modules import with only this bundle: {}",
        trials.len(),
        origins.join(", ")
    );
}
