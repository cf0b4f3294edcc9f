//! Lists the modules with the largest retained sizes, for a bundle that exceeds its budget.

use std::fmt;

use super::SizeAnalysis;
use crate::graph::{DominatorTree, EdgeKind, Origin};
use crate::types::{ByteSize, ModuleName};

/// The maximum number of listed modules.
const MAX_LISTED: usize = 10;

/// A module and its retained size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetainedModule {
    /// The module.
    pub module: ModuleName,
    /// The estimated retained size.
    pub bytes: ByteSize,
    /// The importers with their lines, or the kind of entry point, such as `root`.
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

/// Returns those of `modules` with the largest retained sizes, largest first, without startup modules.
pub(super) fn largest_retained<'a>(
    modules: impl Iterator<Item = &'a ModuleName>,
    sizes: &SizeAnalysis<'_>,
) -> Vec<RetainedModule> {
    let dominators = &sizes.dominator_tree;
    let is_startup_module = |name: &ModuleName| {
        let importers = dominators.external_importers(name);
        importers
            .iter()
            .any(|(_, edge)| edge.kind == EdgeKind::Startup)
    };
    let mut largest: Vec<RetainedModule> = modules
        .filter(|name| sizes.retained_size(name) > ByteSize(0) && !is_startup_module(name))
        .map(|name| RetainedModule {
            module: name.clone(),
            bytes: sizes.retained_size(name),
            importers: describe_importers(dominators, name, |importer, line| {
                format!("{importer}:{line}")
            }),
        })
        .collect();
    largest.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.module.cmp(&b.module)));
    largest.truncate(MAX_LISTED);
    largest
}

/// Describes the importers of a module from outside its dominated set: up to three, and the number of others. `place`
/// tells a line of one.
pub fn describe_importers(
    dominators: &DominatorTree<'_>,
    module: &ModuleName,
    place: impl Fn(&ModuleName, u32) -> String,
) -> String {
    let importers = dominators.external_importers(module);
    let mut places: Vec<String> = importers
        .iter()
        .map(|(importer, edge)| match (&importer.origin, edge.line) {
            (Origin::MetaRoot, _) => edge.kind.as_str().to_owned(),
            (_, 0) => importer.name.to_string(),
            (_, line) => place(&importer.name, line),
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
