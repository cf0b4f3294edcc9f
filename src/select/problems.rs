//! What a selection would break: a bundle that cannot work is refused.

use std::collections::BTreeMap;

use crate::graph::{
    Cause, Failure, ImportGraph, Modules, Reason, Resolved, Seed, World, app_failure,
};
use crate::profile::{OnBroken, Profile, Roots};
use crate::types::ModuleName;

/// A reason not to make the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Who needs what cannot be had.
    pub module: ModuleName,
    /// Why it was asked for.
    pub asked: Reason,
    /// From it to what is missing: module, line of the import (0 where no line says it), and in the
    /// end what is wrong.
    pub chain: Vec<(ModuleName, u32)>,
    /// What is wrong at the end of the chain.
    pub end: String,
}

/// Everything that would be broken: roots, start-up modules and app modules that cannot be imported
/// on the target; and, with `on-broken: error`, whatever else was reached and is broken. Modules of the app count that
/// `runs` holds for.
pub fn problems<S: Modules>(
    world: &World<'_, S>,
    graph: &ImportGraph,
    seeds: &[Seed],
    profile: &Profile,
    runs: &dyn Fn(&ModuleName) -> bool,
) -> Vec<Problem> {
    // Without roots or app, everything is asked for and whatever works is taken.
    let whole_stdlib = matches!(profile.roots, Roots::Unsaid);
    let mut found = Vec::new();
    for seed in seeds {
        // An app can be started in another way than by the module that runs others.
        if seed.reason == Reason::runner() && profile.run.is_empty() {
            continue;
        }
        let lenient = whole_stdlib && seed.reason == Reason::Root;
        let is_hidden = world.app.contains_key(&seed.module)
            && world.stdlib.kind(seed.module.as_str()).is_some();
        if seed.reason == Reason::Root && is_hidden && !lenient {
            found.push(Problem {
                module: seed.module.clone(),
                asked: seed.reason.clone(),
                chain: Vec::new(),
                end: "a module of the app has its name and hides it: rename that, or leave the root out".to_owned(),
            });
            continue;
        }
        let failure = if seed.reason == Reason::App {
            let failure = app_failure(world, &seed.module, &graph.broken);
            failure.filter(|_| runs(&seed.module))
        } else {
            graph.broken.get(&seed.module).filter(|_| !lenient).cloned()
        };
        if let Some(failure) = failure {
            found.push(problem(&seed.module, &seed.reason, failure, &graph.broken));
        } else if let Resolved::Unavailable(module, end) = world.resolve(seed.module.as_str())
            && !lenient
        {
            found.push(Problem {
                module,
                asked: seed.reason.clone(),
                chain: Vec::new(),
                end,
            });
        }
    }
    if profile.on_broken == OnBroken::Error {
        for (module, failure) in &graph.broken {
            if !found.iter().any(|problem| problem.module == *module) {
                found.push(problem(
                    module,
                    &Reason::Optional,
                    failure.clone(),
                    &graph.broken,
                ));
            }
        }
    }
    found
}

/// Why a module cannot be imported, in one line: `ssl:98 → _ssl is not there: …`.
pub fn explain_failure(
    module: &ModuleName,
    failure: Failure,
    broken: &BTreeMap<ModuleName, Failure>,
) -> String {
    let (chain, end) = chain(module, failure, broken);
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
pub(super) fn end_of(
    module: &ModuleName,
    failure: Failure,
    broken: &BTreeMap<ModuleName, Failure>,
) -> String {
    chain(module, failure, broken).1
}

/// Follows a failure to its end.
fn problem(
    module: &ModuleName,
    asked: &Reason,
    failure: Failure,
    broken: &BTreeMap<ModuleName, Failure>,
) -> Problem {
    let (chain, end) = chain(module, failure, broken);
    Problem {
        module: module.clone(),
        asked: asked.clone(),
        chain,
        end,
    }
}

/// From `module` to what is missing, and what is wrong there.
fn chain(
    module: &ModuleName,
    failure: Failure,
    broken: &BTreeMap<ModuleName, Failure>,
) -> (Vec<(ModuleName, u32)>, String) {
    let mut chain = vec![(module.clone(), failure.line)];
    let mut failure = failure;
    loop {
        let end = match failure.cause {
            Cause::Broken(next) => match broken.get(&next) {
                // Each module broke because of one that was broken before: there is no loop.
                Some(deeper) if chain.len() <= broken.len() => {
                    chain.push((next, deeper.line));
                    failure = deeper.clone();
                    continue;
                }
                _ => format!("{next} cannot be imported"),
            },
            Cause::Unavailable(name, reason) => format!("{name} is not there: {reason}"),
            Cause::Unknown(name) => format!("{name} is in no Python of this version and platform"),
            Cause::Known(reason) => reason,
            Cause::Raises => "it raises an error there on this target".to_owned(),
            Cause::DoesNotCompile(reason) => format!("it does not compile: {reason}"),
        };
        return (chain, end);
    }
}
