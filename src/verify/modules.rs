//! Imports each module of a bundle in the sandbox.

use std::collections::BTreeMap;
use std::time::Duration;

use super::contents::content_differences;
use super::sandbox::{LibraryUnderTest, Sandbox};
use super::{ModuleResult, Outcome, VerifyError};
use crate::bundle::BundleFiles;
use crate::escape;
use crate::runtime::ProcessOutput;
use crate::types::ModuleName;

const IMPORTER: &str = include_str!("importer.py");

/// Longest that one module may take to import, or the runtime to start.
const MODULE_TIMEOUT: Duration = Duration::from_mins(1);

/// Imports every module that the receipt promises, and the roots.
pub(super) fn import_modules(
    place: &Sandbox,
    bundle: &BundleFiles,
) -> Result<Vec<ModuleResult>, VerifyError> {
    let promise = &bundle.receipt;
    let mut modules: BTreeMap<ModuleName, String> = promise
        .kept
        .iter()
        .map(|(name, kept)| (name.clone(), kept.because.as_str().to_owned()))
        .collect();
    for root in promise.roots() {
        modules.entry(root).or_insert_with(|| "root".to_owned());
    }
    let mut trials = Vec::new();
    for (module, difference) in content_differences(bundle)? {
        let reason = modules.remove(&module);
        trials.push(ModuleResult {
            module,
            reason: reason.unwrap_or_else(|| "not in the receipt".to_owned()),
            outcome: Outcome::Differs(difference),
        });
    }
    let mut left: Vec<(ModuleName, String)> = modules.into_iter().collect();
    // When the interpreter ends early, the rest is tried in a new one: a module that takes a fresh
    // interpreter down is one that fails.
    while !left.is_empty() {
        let attempts = left.iter();
        let attempts =
            attempts.map(|(name, _)| format!("attempt({})\n", escape::python(name.as_str())));
        let program = IMPORTER.to_owned() + &attempts.collect::<String>();
        let heard = place.run(&program, LibraryUnderTest::Bundle, None, MODULE_TIMEOUT)?;
        let outcomes = outcomes(&heard, place, left.len());
        for ((module, reason), outcome) in left.drain(..outcomes.len()).zip(outcomes) {
            trials.push(ModuleResult {
                module,
                reason,
                outcome,
            });
        }
    }
    trials.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(trials)
}

/// One outcome or more, at most `tried`. When the interpreter ended before its first module was imported, the outcome is of
/// that module; when it did not start at all, there is one for each module.
fn outcomes(heard: &ProcessOutput, place: &Sandbox, tried: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for answer in &heard.answers {
        let mut words = answer.iter().map(String::as_str);
        let (kind, rest) = (words.next(), words.nth(1).unwrap_or_default());
        match kind {
            Some("good") => outcomes.push(Outcome::Imported(place.provenance(rest))),
            Some("bad") => outcomes.push(Outcome::Failed(rest.to_owned())),
            _ => {}
        }
    }
    outcomes.truncate(tried);
    if outcomes.is_empty() {
        let said = heard.stderr_tail();
        let began = !heard.answers.is_empty();
        let ended = match (began, heard.hung) {
            (_, true) => "it did not come to an end",
            (true, false) => "the interpreter ended",
            (false, false) => "the interpreter did not start",
        };
        let failed = Outcome::Failed(format!("{ended}: {said}"));
        outcomes.resize(if began { 1 } else { tried }, failed);
    }
    outcomes
}
