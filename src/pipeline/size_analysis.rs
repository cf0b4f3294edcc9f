//! Size analysis: estimated shallow and retained sizes of modules in a compressed bundle.

use std::collections::BTreeMap;

use super::{Bundle, CompiledEntries, Plan};
use crate::bundle::{Entry, entry_path, estimate_compressed_size};
use crate::graph::DominatorTree;
use crate::types::{ByteSize, ModuleName};

/// The sizes of modules in a compressed bundle. The shallow size is estimated: a module's share when every module is
/// compressed quickly by itself.
pub struct SizeAnalysis<'a> {
    shallow_size: BTreeMap<&'a ModuleName, u64>,
    retained_size: BTreeMap<&'a ModuleName, u64>,
    /// Which modules are only reachable through which.
    pub dominator_tree: DominatorTree<'a>,
}

impl<'a> SizeAnalysis<'a> {
    /// Analyses an artifact of `size` bytes made of `entries`.
    pub fn new(plan: &'a Plan, entries: &[Entry], size: ByteSize) -> Self {
        let by_path: BTreeMap<&str, &[u8]> = entries
            .iter()
            .map(|entry| (entry.path.as_str(), &entry.bytes[..]))
            .collect();
        let alone = plan.selection.kept.iter().filter_map(|(name, kept)| {
            let bytes = by_path.get(&*entry_path(&kept.path, plan.profile.payload))?;
            Some((name, estimate_compressed_size(bytes)))
        });
        let alone: BTreeMap<&ModuleName, u64> = alone.collect();
        let all: u64 = alone.values().sum::<u64>().max(1);
        let shallow_size: BTreeMap<&ModuleName, u64> = alone
            .into_iter()
            .map(|(name, alone)| (name, alone * size.0 / all))
            .collect();
        let dominator_tree = plan.graph.dominator_tree();
        let retained_size =
            dominator_tree.retained_sizes(|name| shallow_size.get(name).copied().unwrap_or(0));
        Self {
            shallow_size,
            retained_size,
            dominator_tree,
        }
    }

    /// Analyses a bundle's `.zip.br`, or its zip where there is none.
    pub fn of_bundle(plan: &'a Plan, compiled: &CompiledEntries, bundle: &Bundle) -> Self {
        let size = bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip));
        Self::new(plan, &compiled.entries, size)
    }

    /// The shallow size of a module: its own bytes.
    pub fn shallow_size(&self, module: &ModuleName) -> ByteSize {
        ByteSize(self.shallow_size.get(module).copied().unwrap_or(0))
    }

    /// The retained size of a module: its own bytes, and those of the modules only reachable through it.
    pub fn retained_size(&self, module: &ModuleName) -> ByteSize {
        ByteSize(self.retained_size.get(module).copied().unwrap_or(0))
    }
}
