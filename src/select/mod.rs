//! Selects the modules of the standard library that are kept, and records why the others are dropped.

mod broken_requirements;
mod entry_points;
mod missing;

use std::collections::BTreeMap;

pub use broken_requirements::{
    BrokenRequirement, broken_requirement_diagnostics, find_broken_requirements,
};
pub use entry_points::entry_points;
pub use missing::missing_modules;

use crate::explain::{DroppedBecause, FailureChain, KeptBecause};
use crate::graph::{ChainLink, ImportGraph, Origin};
use crate::manifest::TargetFacts;
use crate::profile::{Frozen, Profile};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ModuleName, Tier};

/// The kept and dropped modules of the standard library.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The modules in the bundle, by name.
    pub kept: BTreeMap<ModuleName, KeptModule>,
    /// The reasons for the modules that are not in the bundle, by name.
    pub dropped: BTreeMap<ModuleName, DroppedBecause>,
}

/// A module in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptModule {
    /// The path of its file in the standard library, or of its folder for a namespace package.
    pub path: String,
    /// The kind: module, package or namespace package.
    pub kind: ModuleKind,
    /// The reason why it is kept.
    pub because: KeptBecause,
    /// The tier that it is in; the first one if the bundle has no tiers.
    pub tier: Tier,
}

/// Keeps the modules of the standard library that the graph reached and the target has not frozen.
pub fn select_modules(
    graph: &ImportGraph,
    stdlib: &Stdlib,
    profile: &Profile,
    target: &TargetFacts,
) -> Selection {
    let is_frozen = |name| profile.frozen == Frozen::Drop && target.frozen.contains(name);
    let mut selection = Selection::default();
    for (name, module) in stdlib.modules() {
        match reached_in_stdlib(graph, name) {
            Some(_) if is_frozen(name) => {
                let target = target.name.clone();
                let because = DroppedBecause::Frozen { target };
                selection.dropped.insert(name.clone(), because);
            }
            Some(link) => {
                let kept = KeptModule {
                    path: module.path.clone(),
                    kind: module.kind,
                    because: KeptBecause::of(&link),
                    tier: Tier::Start,
                };
                selection.kept.insert(name.clone(), kept);
            }
            None => {
                let because = dropped_because(graph, name, profile, target);
                selection.dropped.insert(name.clone(), because);
            }
        }
    }
    selection
}

/// Returns the import that first reached a module of the standard library.
fn reached_in_stdlib<'a>(graph: &'a ImportGraph, name: &ModuleName) -> Option<ChainLink<'a>> {
    let link = graph.reached_by(name)?;
    (link.imported.origin == Origin::Stdlib).then_some(link)
}

fn dropped_because(
    graph: &ImportGraph,
    name: &ModuleName,
    profile: &Profile,
    target: &TargetFacts,
) -> DroppedBecause {
    if let Some(exclusion) = profile.exclusion_of(name) {
        DroppedBecause::Excluded(exclusion.clone())
    } else if let Some(failure) = graph.unimportable.get(name) {
        DroppedBecause::Unimportable {
            chain: FailureChain::new(name, failure, &graph.unimportable),
            target: target.name.clone(),
        }
    } else {
        DroppedBecause::NotReached
    }
}
