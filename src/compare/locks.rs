//! Computes the difference between two whole locks.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Difference, Lock, Snapshot};

/// The difference between an old lock and a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockDifference {
    /// The bundles that are not the same in both, by name.
    pub bundles: BTreeMap<String, BundleChange>,
}

/// What happened to a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "change", content = "difference", rename_all = "kebab-case")]
pub enum BundleChange {
    /// Only the new lock has it.
    Added,
    /// Only the old lock has it.
    Removed,
    /// Both have it.
    Changed(Box<Difference>),
}

impl LockDifference {
    /// Compares all bundles of two locks.
    pub fn new(old: &Lock, new: &Lock) -> Self {
        let names = old.bundles.keys().chain(new.bundles.keys());
        let change = |name: &String| {
            let change = bundle_change(old.bundles.get(name), new.bundles.get(name))?;
            Some((name.clone(), change))
        };
        Self {
            bundles: names.filter_map(change).collect(),
        }
    }

    /// Returns whether the locks are equal.
    pub fn is_empty(&self) -> bool {
        self.bundles.is_empty()
    }
}

/// Compares a bundle of two locks; `None` if it is the same.
fn bundle_change(old: Option<&Snapshot>, new: Option<&Snapshot>) -> Option<BundleChange> {
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(_)) => return Some(BundleChange::Added),
        (Some(_), None) => return Some(BundleChange::Removed),
        (None, None) => return None,
    };
    let difference = Difference::new(old, new);
    (!difference.is_empty()).then(|| BundleChange::Changed(Box::new(difference)))
}
