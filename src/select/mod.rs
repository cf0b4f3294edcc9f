//! The answer: every module of the standard library kept or dropped, each with its reason.

mod missing;
mod problems;
mod seeds;

use std::collections::BTreeMap;

pub use missing::missing;
pub use problems::{Problem, explain_failure, problems};
pub use seeds::seeds;

use crate::graph::{Failure, ImportGraph, Origin, Reason};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile};
use crate::stdlib::{Kind, Stdlib};
use crate::types::ModuleName;

/// Every module of the standard library, kept or dropped.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// In the bundle, by name.
    pub kept: BTreeMap<ModuleName, Kept>,
    /// Not in the bundle, by name.
    pub dropped: BTreeMap<ModuleName, Drop>,
}

/// A module in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its file in the standard library; a folder for a namespace package.
    pub path: String,
    /// Module, package or namespace package.
    pub kind: Kind,
    /// Why it is needed.
    pub reason: Reason,
    /// Who needs it: none for what the user or the interpreter asks for.
    pub by: Option<ModuleName>,
    /// Line in the source of who needs it, from 1; 0 where no line says it.
    pub line: u32,
}

/// Why a module is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drop {
    /// The profile or the command line rules it out, with this reason.
    Excluded {
        /// The pattern that holds it.
        pattern: String,
        /// Why, in the words of who wrote the pattern.
        reason: String,
    },
    /// It cannot be imported on the target.
    Broken(Failure),
    /// The target carries it inside itself.
    Frozen,
    /// Nothing that is kept imports it.
    NotReached,
}

/// Sorts the standard library by what the graph reached.
pub fn select(
    graph: &ImportGraph,
    stdlib: &Stdlib,
    profile: &Profile,
    target: &TargetFacts,
) -> Selection {
    let frozen = |name| profile.frozen == Frozen::Drop && target.frozen.contains(name);
    let mut selection = Selection::default();
    for (name, module) in stdlib.modules() {
        let in_stdlib = graph
            .node(name)
            .is_some_and(|i| graph.graph[i].origin == Origin::Stdlib);
        let reached = graph.reached_by(name).filter(|_| in_stdlib);
        if reached.is_some() && frozen(name) {
            selection.dropped.insert(name.clone(), Drop::Frozen);
        } else if let Some(step) = reached {
            let by = (step.importer.origin != Origin::Start).then(|| step.importer.name.clone());
            let kept = Kept {
                path: module.path.clone(),
                kind: module.kind,
                reason: step.edge.reason.clone(),
                by,
                line: step.edge.line,
            };
            selection.kept.insert(name.clone(), kept);
        } else {
            let drop = if let Some(exclusion) = profile.excluded(name) {
                Drop::Excluded {
                    pattern: exclusion.modules.to_string(),
                    reason: exclusion.reason.clone(),
                }
            } else if let Some(failure) = graph.broken.get(name) {
                Drop::Broken(failure.clone())
            } else {
                Drop::NotReached
            };
            selection.dropped.insert(name.clone(), drop);
        }
    }
    selection
}
