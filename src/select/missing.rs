//! Determines the modules that a program may import although they are missing.

use std::collections::BTreeMap;

use super::Selection;
use crate::explain::DroppedBecause;
use crate::manifest::{Presence, TargetFacts};
use crate::types::ModuleName;

/// Returns the missing modules with the reasons: the dropped modules, except for frozen ones, and the C modules that
/// the target does not have.
pub fn missing_modules(
    selection: &Selection,
    target: &TargetFacts,
) -> BTreeMap<ModuleName, DroppedBecause> {
    let dropped = selection.dropped.iter();
    let dropped = dropped.filter(|(_, because)| !matches!(because, DroppedBecause::Frozen { .. }));
    let dropped = dropped.map(|(name, because)| (name.clone(), because.clone()));
    let c_modules = target.missing_c_modules().filter_map(|name| {
        let in_library = selection.kept.contains_key(name) || selection.dropped.contains_key(name);
        match target.c_module(name.as_str()) {
            Some(Presence::Missing(reason)) if !in_library => Some((
                name.clone(),
                DroppedBecause::NotOnTarget {
                    target: target.name.clone(),
                    reason: reason.clone(),
                },
            )),
            _ => None,
        }
    });
    dropped.chain(c_modules).collect()
}
