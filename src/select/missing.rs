//! Why modules that a bundle lacks are not there, in words for whoever imports one.

use std::collections::BTreeMap;

use super::problems::end_of;
use super::{Drop, Selection};
use crate::graph::ImportGraph;
use crate::manifest::{Presence, TargetFacts};
use crate::profile::Profile;
use crate::types::ModuleName;

/// The modules that a program may ask for in vain, each with the true reason: what was dropped, but for what the target
/// carries inside itself, and C modules that the target does not have.
pub fn missing(
    selection: &Selection,
    graph: &ImportGraph,
    profile: &Profile,
    target: &TargetFacts,
) -> BTreeMap<ModuleName, String> {
    let dropped = selection.dropped.iter().filter_map(|(name, drop)| {
        let reason = match drop {
            Drop::Excluded { reason, .. } => {
                format!("excluded by profile {} ({reason})", profile.name)
            }
            Drop::Broken(failure) => {
                let end = end_of(name, failure.clone(), &graph.broken);
                format!("it cannot be imported on {} ({end})", target.name)
            }
            Drop::NotReached => {
                format!(
                    "nothing that profile {} was packed for needs it",
                    profile.name
                )
            }
            Drop::Frozen => return None,
        };
        Some((name.clone(), reason))
    });
    let c_modules = target.missing().filter_map(|name| {
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
