//! The modules with the largest retained sizes, for a bundle that exceeds its budget.

use std::fmt;

use super::{Plan, SizeAnalysis};
use crate::graph::{DominatorTree, EdgeKind, Origin};
use crate::types::{ByteSize, ModuleName};

/// How many modules are listed.
const MAX_LISTED: usize = 10;

/// A module and its retained size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetainedModule {
    /// The module.
    pub module: ModuleName,
    /// Its retained size, estimated.
    pub bytes: ByteSize,
    /// Its importers with their lines, or `root`.
    pub importers: String,
}

impl fmt::Display for RetainedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            module,
            bytes,
            importers,
        } = self;
        write!(
            f,
            "{:>10}  {module}, kept by {importers}",
            bytes.to_string()
        )
    }
}

/// The modules with the largest retained sizes, but for startup modules.
pub(super) fn largest_retained(plan: &Plan, shares: &SizeAnalysis<'_>) -> Vec<RetainedModule> {
    let dominance = &shares.dominator_tree;
    let starts = |name: &ModuleName| {
        let keepers = dominance.external_importers(name);
        keepers
            .iter()
            .any(|(_, edge)| edge.kind == EdgeKind::Startup)
    };
    let kept = plan.selection.kept.keys();
    let mut savings: Vec<RetainedModule> = kept
        .filter(|name| shares.retained_size(name) > ByteSize(0) && !starts(name))
        .map(|name| RetainedModule {
            module: name.clone(),
            bytes: shares.retained_size(name),
            importers: describe_importers(dominance, name),
        })
        .collect();
    savings.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.module.cmp(&b.module)));
    savings.truncate(MAX_LISTED);
    savings
}

/// The importers of a module from outside its dominated set, in a few words.
pub fn describe_importers(dominance: &DominatorTree<'_>, module: &ModuleName) -> String {
    let keepers = dominance.external_importers(module);
    let mut places: Vec<String> = keepers
        .iter()
        .map(|(keeper, edge)| match (&keeper.origin, edge.line) {
            (Origin::MetaRoot, _) => edge.kind.as_str().to_owned(),
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
