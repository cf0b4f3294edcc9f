//! The answer: every module of the standard library kept or dropped, each with its reason.

mod broken_requirements;
mod entry_points;
mod missing;

use std::collections::BTreeMap;

pub use broken_requirements::{BrokenRequirement, explain_failure, find_broken_requirements};
pub use entry_points::entry_points;
pub use missing::explain_missing_modules;

use crate::graph::{EdgeKind, ImportFailure, ImportGraph, Origin};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// Every module of the standard library, kept or dropped.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// In the bundle, by name.
    pub kept: BTreeMap<ModuleName, KeptModule>,
    /// Not in the bundle, by name.
    pub dropped: BTreeMap<ModuleName, DroppedBecause>,
}

/// A module in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptModule {
    /// Its file in the standard library; a folder for a namespace package.
    pub path: String,
    /// Module, package or namespace package.
    pub kind: ModuleKind,
    /// Why it is needed.
    pub reason: EdgeKind,
    /// Who needs it: none for what the user or the interpreter asks for.
    pub importer: Option<ModuleName>,
    /// Line in the source of who needs it, from 1; 0 where no line says it.
    pub line: u32,
}

/// Why a module is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DroppedBecause {
    /// The profile or the command line rules it out, with this reason.
    Excluded {
        /// The pattern that holds it.
        pattern: String,
        /// Why, in the words of who wrote the pattern.
        reason: String,
    },
    /// It cannot be imported on the target.
    Unimportable(ImportFailure),
    /// The target carries it inside itself.
    Frozen,
    /// Nothing that is kept imports it.
    NotReached,
}

/// Sorts the standard library by what the graph reached.
pub fn select_modules(
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
            selection
                .dropped
                .insert(name.clone(), DroppedBecause::Frozen);
        } else if let Some(step) = reached {
            let by = (step.importer.origin != Origin::MetaRoot).then(|| step.importer.name.clone());
            let kept = KeptModule {
                path: module.path.clone(),
                kind: module.kind,
                reason: step.edge.kind.clone(),
                importer: by,
                line: step.edge.line,
            };
            selection.kept.insert(name.clone(), kept);
        } else {
            let drop = if let Some(exclusion) = profile.exclusion_of(name) {
                DroppedBecause::Excluded {
                    pattern: exclusion.pattern.to_string(),
                    reason: exclusion.reason.clone(),
                }
            } else if let Some(failure) = graph.unimportable.get(name) {
                DroppedBecause::Unimportable(failure.clone())
            } else {
                DroppedBecause::NotReached
            };
            selection.dropped.insert(name.clone(), drop);
        }
    }
    selection
}
