//! What to leave out of a bundle that is too large.

use std::collections::BTreeMap;
use std::fmt;

use super::Plan;
use super::receipt::packed_path;
use crate::bundle::{Entry, quick_size};
use crate::graph::{Dominance, Origin, Reason};
use crate::types::{ByteSize, ModuleName};

/// How many modules are told of.
const MOST: usize = 10;

/// A module that a bundle would be smaller without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// The module.
    pub module: ModuleName,
    /// About how many bytes would go with it: its own, and those of what only it leads to.
    pub bytes: ByteSize,
    /// What keeps it: the importers with their lines, or `root`.
    pub kept_by: String,
}

impl fmt::Display for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            module,
            bytes,
            kept_by,
        } = self;
        write!(f, "{:>10}  {module}, kept by {kept_by}", bytes.to_string())
    }
}

/// The modules that would save most of a form of `size` bytes. A module's own part of it is estimated: its share
/// when every module is compressed quickly by itself. What the interpreter starts with is not told of.
pub(super) fn savings(plan: &Plan, entries: &[Entry], size: u64) -> Vec<Saving> {
    let by_path: BTreeMap<&str, &[u8]> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), &entry.bytes[..]))
        .collect();
    let alone = plan.selection.kept.iter().filter_map(|(name, kept)| {
        let bytes = by_path.get(&*packed_path(kept, plan.profile.payload))?;
        Some((name, quick_size(bytes)))
    });
    let alone: BTreeMap<&ModuleName, u64> = alone.collect();
    let all: u64 = alone.values().sum::<u64>().max(1);
    let own = |name: &ModuleName| alone.get(name).map_or(0, |alone| alone * size / all);
    let dominance = plan.graph.dominance();
    let starts = |name: &ModuleName| {
        let keepers = dominance.keepers(name);
        keepers
            .iter()
            .any(|(_, edge)| edge.reason == Reason::StartUp)
    };
    let retained = dominance.retained(own).into_iter();
    let mut savings: Vec<Saving> = retained
        .filter(|(name, bytes)| *bytes > 0 && alone.contains_key(*name) && !starts(name))
        .map(|(name, bytes)| Saving {
            module: name.clone(),
            bytes: ByteSize(bytes),
            kept_by: kept_by(&dominance, name),
        })
        .collect();
    savings.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.module.cmp(&b.module)));
    savings.truncate(MOST);
    savings
}

fn kept_by(dominance: &Dominance<'_>, module: &ModuleName) -> String {
    let keepers = dominance.keepers(module);
    let mut places: Vec<String> = keepers
        .iter()
        .map(|(keeper, edge)| match (&keeper.origin, edge.line) {
            (Origin::Start, _) => edge.reason.word().to_owned(),
            (_, 0) => keeper.name.to_string(),
            (_, line) => format!("{}:{line}", keeper.name),
        })
        .collect();
    let more = places.len().saturating_sub(3);
    places.truncate(3);
    let mut text = places.join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}
