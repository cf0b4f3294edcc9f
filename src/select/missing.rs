//! Why modules that a bundle lacks are not there, in words for whoever imports one.

use std::collections::BTreeMap;

use super::broken_requirements::root_cause;
use super::{DroppedBecause, Selection};
use crate::graph::ImportGraph;
use crate::manifest::{Presence, TargetFacts};
use crate::profile::Profile;
use crate::types::ModuleName;

/// The modules that a program may ask for in vain, each with the true reason: what was dropped, but for what the target
/// carries inside itself, and C modules that the target does not have.
pub fn explain_missing_modules(
    selection: &Selection,
    graph: &ImportGraph,
    profile: &Profile,
    target: &TargetFacts,
) -> BTreeMap<ModuleName, String> {
    let dropped = selection.dropped.iter().filter_map(|(name, drop)| {
        let reason = match drop {
            DroppedBecause::Excluded { reason, .. } => {
                format!("excluded by profile {} ({reason})", profile.name)
            }
            DroppedBecause::Unimportable(failure) => {
                let end = root_cause(name, failure.clone(), &graph.unimportable);
                format!("it cannot be imported on {} ({end})", target.name)
            }
            DroppedBecause::NotReached => {
                format!(
                    "nothing that profile {} was packed for needs it",
                    profile.name
                )
            }
            DroppedBecause::Frozen => return None,
        };
        Some((name.clone(), reason))
    });
    let c_modules = target.missing_c_modules().filter_map(|name| {
        let in_bundle = selection.kept.contains_key(name) || selection.dropped.contains_key(name);
        match target.c_module(name.as_str()) {
            Some(Presence::Missing(reason)) if !in_bundle => Some((
                name.clone(),
                format!("{} does not have it ({reason})", target.name),
            )),
            _ => None,
        }
    });
    dropped.chain(c_modules).collect()
}
