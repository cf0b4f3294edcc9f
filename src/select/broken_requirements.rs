//! What a selection would break: a bundle that cannot work is refused.

use std::collections::BTreeMap;

use crate::graph::{
    AnalysisContext, EdgeKind, EntryPoint, ImportError, ImportFailure, ImportGraph, ModuleProvider,
    Resolved, app_import_failure,
};
use crate::profile::{OnUnimportable, Profile, Roots};
use crate::types::ModuleName;

/// A reason not to make the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRequirement {
    /// Who needs what cannot be had.
    pub module: ModuleName,
    /// Why it was asked for.
    pub required_as: EdgeKind,
    /// From it to what is missing: module, line of the import (0 where no line says it), and in the
    /// end what is wrong.
    pub chain: Vec<(ModuleName, u32)>,
    /// What is wrong at the end of the chain.
    pub cause: String,
}

/// Everything that would be broken: roots, start-up modules and app modules that cannot be imported
/// on the target; and, with `on-unimportable: error`, whatever else was reached and is broken. Modules of the app count that
/// `runs` holds for.
pub fn find_broken_requirements<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
    entry_points: &[EntryPoint],
    profile: &Profile,
    runs: &dyn Fn(&ModuleName) -> bool,
) -> Vec<BrokenRequirement> {
    // Without roots or app, everything is asked for and whatever works is taken.
    let whole_stdlib = matches!(profile.roots, Roots::Default);
    let mut found = Vec::new();
    for entry_point in entry_points {
        // An app can be started in another way than by the module that runs others.
        if entry_point.kind == EdgeKind::through_runpy() && profile.run_modules.is_empty() {
            continue;
        }
        let lenient = whole_stdlib && entry_point.kind == EdgeKind::Root;
        let is_hidden = context.app.contains_key(&entry_point.module)
            && context.stdlib.kind(entry_point.module.as_str()).is_some();
        if entry_point.kind == EdgeKind::Root && is_hidden && !lenient {
            found.push(BrokenRequirement {
                module: entry_point.module.clone(),
                required_as: entry_point.kind.clone(),
                chain: Vec::new(),
                cause: "a module of the app has its name and hides it: rename that, or leave the root out".to_owned(),
            });
            continue;
        }
        let failure = if entry_point.kind == EdgeKind::App {
            let failure = app_import_failure(context, &entry_point.module, &graph.unimportable);
            failure.filter(|_| runs(&entry_point.module))
        } else {
            graph
                .unimportable
                .get(&entry_point.module)
                .filter(|_| !lenient)
                .cloned()
        };
        if let Some(failure) = failure {
            found.push(broken_requirement(
                &entry_point.module,
                &entry_point.kind,
                failure,
                &graph.unimportable,
            ));
        } else if let Resolved::Unavailable(module, end) =
            context.resolve(entry_point.module.as_str())
            && !lenient
        {
            found.push(BrokenRequirement {
                module,
                required_as: entry_point.kind.clone(),
                chain: Vec::new(),
                cause: end,
            });
        }
    }
    if profile.on_unimportable == OnUnimportable::Error {
        for (module, failure) in &graph.unimportable {
            if !found.iter().any(|problem| problem.module == *module) {
                found.push(broken_requirement(
                    module,
                    &EdgeKind::Optional,
                    failure.clone(),
                    &graph.unimportable,
                ));
            }
        }
    }
    found
}

/// Why a module cannot be imported, in one line: `ssl:98 → _ssl is not there: …`.
pub fn explain_failure(
    module: &ModuleName,
    failure: ImportFailure,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> String {
    let (chain, end) = failure_chain(module, failure, broken);
    let mut links: Vec<String> = chain
        .iter()
        .map(|(name, line)| {
            if *line > 0 {
                format!("{name}:{line}")
            } else {
                name.to_string()
            }
        })
        .collect();
    links.push(end);
    links.join(" → ")
}

/// What is wrong at the end of the way from a module to what it lacks.
pub(super) fn root_cause(
    module: &ModuleName,
    failure: ImportFailure,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> String {
    failure_chain(module, failure, broken).1
}

/// Follows a failure to its end.
fn broken_requirement(
    module: &ModuleName,
    asked: &EdgeKind,
    failure: ImportFailure,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> BrokenRequirement {
    let (chain, end) = failure_chain(module, failure, broken);
    BrokenRequirement {
        module: module.clone(),
        required_as: asked.clone(),
        chain,
        cause: end,
    }
}

/// From `module` to what is missing, and what is wrong there.
fn failure_chain(
    module: &ModuleName,
    failure: ImportFailure,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> (Vec<(ModuleName, u32)>, String) {
    let mut chain = vec![(module.clone(), failure.line)];
    let mut failure = failure;
    loop {
        let end = match failure.error {
            ImportError::Unimportable(next) => match broken.get(&next) {
                // Each module broke because of one that was broken before: there is no loop.
                Some(deeper) if chain.len() <= broken.len() => {
                    chain.push((next, deeper.line));
                    failure = deeper.clone();
                    continue;
                }
                _ => format!("{next} cannot be imported"),
            },
            ImportError::Unavailable(name, reason) => format!("{name} is not there: {reason}"),
            ImportError::Unknown(name) => {
                format!("{name} is in no Python of this version and platform")
            }
            ImportError::Known(reason) => reason,
            ImportError::Raises => "it raises an error there on this target".to_owned(),
            ImportError::DoesNotCompile(reason) => format!("it does not compile: {reason}"),
        };
        return (chain, end);
    }
}
