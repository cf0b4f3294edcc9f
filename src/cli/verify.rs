//! `stdlib-pack verify`: import every module of a bundle with nothing else as standard library.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;

use super::args::VerifyArguments;
use super::error::CliError;
use crate::manifest::Manifests;
use crate::verify::{Outcome, ProgramTrial, Provenance, Ran, Request, Trial, Verified, verify};

#[derive(Serialize)]
struct Report<'a> {
    passed: bool,
    #[serde(flatten)]
    verified: &'a Verified,
}

pub(super) fn run(arguments: &VerifyArguments) -> Result<ExitCode, CliError> {
    let mut manifests = match &arguments.manifests {
        Some(folder) => Manifests::with_folder(folder)?,
        None => Manifests::embedded()?,
    };
    if let Some(file) = &arguments.target {
        manifests.add_target_file(file)?;
    }
    let request = Request {
        bundle: arguments.bundle.clone(),
        runtime: arguments.runtime.clone(),
        build_python: arguments.build_python.clone(),
        programs: arguments.app.clone(),
    };
    let verified = verify(&request, &manifests)?;
    let passed = verified.passed();
    if arguments.talk.json {
        let report = Report {
            passed,
            verified: &verified,
        };
        say!(
            "{}",
            serde_json::to_string_pretty(&report).unwrap_or_default()
        );
    } else {
        let quiet = arguments.talk.quiet;
        tell(&verified.modules, quiet, arguments.talk.verbose);
        for program in &verified.programs {
            tell_program(program, quiet);
        }
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

fn tell_program(trial: &ProgramTrial, quiet: bool) {
    let ProgramTrial {
        program,
        expected,
        got,
    } = trial;
    let ended = |ran: &Ran| match ran.exit_code {
        Some(code) => format!("exit code {code}"),
        None => "no end".to_owned(),
    };
    if trial.passed() {
        if !quiet {
            let lines = got.printed.lines().count();
            say!(
                "{program}: the same with only this bundle ({lines} lines, {})",
                ended(got)
            );
        }
    } else if expected.exit_code.is_none() {
        say!(
            "{program}: does not come to an end with the runtime's own library either: {}",
            expected.last_words
        );
    } else {
        say!("{program}: not the same with only this bundle");
        if expected.exit_code != got.exit_code {
            say!(
                "  {} in place of {}: {}",
                ended(got),
                ended(expected),
                got.last_words
            );
        }
        let pairs = expected
            .printed
            .lines()
            .zip(got.printed.lines().chain([""]));
        if let Some((number, (expected, got))) = pairs.enumerate().find(|(_, (a, b))| a != b) {
            say!("  line {}: {got:?} in place of {expected:?}", number + 1);
        }
    }
}
