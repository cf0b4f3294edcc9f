//! Imports each module of a bundle in the sandbox.

use std::collections::BTreeMap;
use std::time::Duration;

use super::contents::content_differences;
use super::sandbox::{LibraryUnderTest, Sandbox};
use super::{ImportedFrom, ModuleResult, Outcome, VerifyError};
use crate::bundle::BundleFiles;
use crate::escape;
use crate::runtime::{ProcessOutput, View};
use crate::types::{ModuleName, Sha256, Tier};

const IMPORTER: &str = include_str!("importer.py");

/// The maximum time for importing one module, or for starting the runtime.
const MODULE_TIMEOUT: Duration = Duration::from_mins(1);

/// The number of modules of each further tier that are imported first by an interpreter of their own.
const FIRST_IMPORTS: usize = 3;

/// Imports every module that the receipt lists, and the roots. Modules that differ from the receipt are not imported.
pub(super) fn import_modules(
    sandbox: &Sandbox,
    bundle: &BundleFiles,
) -> Result<Vec<ModuleResult>, VerifyError> {
    let receipt = &bundle.receipt;
    let mut modules: BTreeMap<ModuleName, String> = receipt
        .kept
        .iter()
        .map(|(name, kept)| (name.clone(), kept.because.as_str().to_owned()))
        .collect();
    for root in receipt.roots() {
        modules.entry(root).or_insert_with(|| "root".to_owned());
    }
    let mut differences = BTreeMap::new();
    for zip in std::iter::once(&bundle.zip).chain(&bundle.further_tiers) {
        let kept = |name: &ModuleName| receipt.kept.get(name);
        differences.extend(content_differences(zip, kept, |_| false)?);
    }
    let mut results = take_differing(&mut modules, differences);
    let mut modules: Vec<(ModuleName, String)> = modules.into_iter().collect();
    // In an order that is not that of the tiers nor of the packages, and the same each time.
    modules.sort_by_key(|(name, _)| Sha256::of(name.as_str().as_bytes()));
    let imports = Imports::default();
    let mut imported = imports.run(sandbox, LibraryUnderTest::Bundle, modules)?;
    let tier_of = |name: &ModuleName| receipt.kept.get(name).and_then(|kept| kept.tier);
    imports.retry_alone(sandbox, &mut imported, tier_of)?;
    fail_without_tiers(sandbox, &mut imported, tier_of)?;
    // The program needs none of these, and some need what only a page or a terminal has.
    let is_of_rest = |result: &ModuleResult| tier_of(&result.module) == Some(Tier::Rest);
    results.extend(imports.retry_failed(sandbox, imported, is_of_rest)?);
    results.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(results)
}

/// Removes the modules that differ from the receipt from `modules`, which have their reasons, and returns their results.
pub(super) fn take_differing(
    modules: &mut BTreeMap<ModuleName, String>,
    differences: BTreeMap<ModuleName, String>,
) -> Vec<ModuleResult> {
    let result = |(module, difference)| {
        let reason = modules.remove(&module);
        ModuleResult {
            module,
            reason: reason.unwrap_or_else(|| "not in the receipt".to_owned()),
            outcome: Outcome::Differs(difference),
        }
    };
    differences.into_iter().map(result).collect()
}

/// How modules are imported.
#[derive(Default)]
pub(super) struct Imports {
    /// Python code that runs before the imports.
    pub(super) setup: String,
    /// What the program sees.
    pub(super) view: View,
}

impl Imports {
    /// Imports modules one after the other. If the interpreter ends early, a new one imports the remaining modules. A
    /// module that ends a new interpreter fails.
    pub(super) fn run(
        &self,
        sandbox: &Sandbox,
        library: LibraryUnderTest,
        mut remaining: Vec<(ModuleName, String)>,
    ) -> Result<Vec<ModuleResult>, VerifyError> {
        let mut results = Vec::new();
        while !remaining.is_empty() {
            let attempts = remaining.iter();
            let attempts =
                attempts.map(|(name, _)| format!("attempt({})\n", escape::python(name.as_str())));
            let program = format!("{IMPORTER}{}{}", self.setup, attempts.collect::<String>());
            let output = sandbox.run(&program, library, &self.view, MODULE_TIMEOUT)?;
            let outcomes = outcomes(&output, sandbox, remaining.len());
            for ((module, reason), outcome) in remaining.drain(..outcomes.len()).zip(outcomes) {
                results.push(ModuleResult {
                    module,
                    reason,
                    outcome,
                });
            }
        }
        Ok(results)
    }
}

impl Imports {
    /// Imports some modules of each further tier again, each as the first import of an interpreter. Those that cannot be
    /// imported so have failed.
    fn retry_alone(
        &self,
        sandbox: &Sandbox,
        results: &mut [ModuleResult],
        tier_of: impl Fn(&ModuleName) -> Option<Tier>,
    ) -> Result<(), VerifyError> {
        for tier in Tier::FURTHER {
            let of_tier = results.iter_mut().filter(|result| {
                result.outcome == Outcome::Imported(ImportedFrom::Bundle)
                    && tier_of(&result.module) == Some(tier)
            });
            for result in of_tier.take(FIRST_IMPORTS) {
                let module = vec![(result.module.clone(), result.reason.clone())];
                let alone = self.run(sandbox, LibraryUnderTest::Bundle, module)?;
                if let Some(Outcome::Failed(error)) =
                    alone.into_iter().next().map(|one| one.outcome)
                {
                    let error = format!("as the first import of an interpreter: {error}");
                    result.outcome = Outcome::Failed(error);
                }
            }
        }
        Ok(())
    }

    /// Imports failed modules again with the runtime's own library, if they `may_fail`. Those that fail in the same way
    /// have passed.
    pub(super) fn retry_failed(
        &self,
        sandbox: &Sandbox,
        mut results: Vec<ModuleResult>,
        may_fail: impl Fn(&ModuleResult) -> bool,
    ) -> Result<Vec<ModuleResult>, VerifyError> {
        let has_failed = |result: &&ModuleResult| matches!(result.outcome, Outcome::Failed(_));
        let failed = results.iter().filter(has_failed);
        let failed = failed.filter(|result| may_fail(result));
        let failed = failed.map(|result| (result.module.clone(), result.reason.clone()));
        let again = self.run(sandbox, LibraryUnderTest::Own, failed.collect())?;
        for again in again {
            let same = results.iter_mut().find(|result| {
                (&result.module, &result.outcome) == (&again.module, &again.outcome)
            });
            if let (Some(result), Outcome::Failed(error)) = (same, again.outcome) {
                result.outcome = Outcome::FailsAnyway(error);
            }
        }
        Ok(results)
    }
}

/// Imports a module of each further tier while the zip of the tier is missing, as after a failed download, and again once
/// it is there. The module has failed unless the first import raises an `ImportError` and the second one succeeds.
fn fail_without_tiers(
    sandbox: &Sandbox,
    results: &mut [ModuleResult],
    tier_of: impl Fn(&ModuleName) -> Option<Tier>,
) -> Result<(), VerifyError> {
    for tier in Tier::FURTHER {
        let Some(zip) = sandbox.zip_of(tier) else {
            continue;
        };
        let zip = escape::python(&zip.to_string_lossy());
        let mut of_tier = results.iter_mut().filter(|result| {
            result.outcome == Outcome::Imported(ImportedFrom::Bundle)
                && tier_of(&result.module) == Some(tier)
        });
        let Some(result) = of_tier.next() else {
            continue;
        };
        let name = escape::python(result.module.as_str());
        let program = format!("{IMPORTER}attempt_without({zip}, {name})\n");
        let library = LibraryUnderTest::Bundle;
        let output = sandbox.run(&program, library, &View::default(), MODULE_TIMEOUT)?;
        let failure = match &outcomes(&output, sandbox, 2)[..] {
            [Outcome::Failed(error), again] if error.starts_with("ImportError: ") => match again {
                Outcome::Failed(error) => format!("after {zip} was missing: {error}"),
                _ => continue,
            },
            [Outcome::Failed(error), ..] => format!("while {zip} is missing: {error}"),
            _ => format!("it is imported while {zip} is missing"),
        };
        result.outcome = Outcome::Failed(failure);
    }
    Ok(())
}

/// Returns between one and `attempted` outcomes. If the interpreter ended before the first import succeeded, that
/// module has failed. If it did not start at all, all modules have failed.
fn outcomes(output: &ProcessOutput, sandbox: &Sandbox, attempted: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for answer in &output.answers {
        let mut fields = answer.iter().map(String::as_str);
        let (kind, value) = (fields.next(), fields.nth(1).unwrap_or_default());
        match kind {
            Some("good") => outcomes.push(Outcome::Imported(sandbox.imported_from(value))),
            Some("bad") => outcomes.push(Outcome::Failed(value.to_owned())),
            _ => {}
        }
    }
    outcomes.truncate(attempted);
    if outcomes.is_empty() {
        let message = output.stderr_tail();
        let started = !output.answers.is_empty();
        let reason = match (started, output.timed_out) {
            (_, true) => "it did not come to an end",
            (true, false) => "the interpreter ended",
            (false, false) => "the interpreter did not start",
        };
        let failure = Outcome::Failed(format!("{reason}: {message}"));
        outcomes.resize(if started { 1 } else { attempted }, failure);
    }
    outcomes
}
