//! Estimates the shallow and retained sizes of modules in a compressed bundle.

use std::collections::BTreeMap;

use super::artifacts::find_artifact;
use super::{Bundle, CompiledEntries, Plan};
use crate::bundle::{APP_STEM, Entry, entry_path, estimate_compressed_size};
use crate::graph::DominatorTree;
use crate::profile::Compression;
use crate::types::{ByteSize, ModuleName};

/// The estimated sizes of modules in a compressed bundle. For the shallow sizes, each module is compressed quickly by
/// itself, and the size of the artifact is divided in proportion to the results.
pub struct SizeAnalysis<'a> {
    shallow_size: BTreeMap<&'a ModuleName, u64>,
    retained_size: BTreeMap<&'a ModuleName, u64>,
    /// The dominator tree of the import graph: the modules that are only reachable through others.
    pub dominator_tree: DominatorTree<'a>,
}

impl<'a> SizeAnalysis<'a> {
    /// Analyses an artifact of `size` bytes that contains `entries`. `modules` are the paths of the sources of the modules
    /// in it.
    pub fn new(
        plan: &'a Plan,
        modules: &[(&'a ModuleName, &str)],
        entries: &[Entry],
        size: ByteSize,
    ) -> Self {
        let by_path: BTreeMap<&str, &[u8]> = entries
            .iter()
            .map(|entry| (entry.path.as_str(), &entry.bytes[..]))
            .collect();
        let estimates = modules.iter().filter_map(|(name, path)| {
            let bytes = by_path.get(&*entry_path(path, plan.profile.payload))?;
            Some((*name, estimate_compressed_size(bytes)))
        });
        let estimates: BTreeMap<&ModuleName, u64> = estimates.collect();
        let total: u64 = estimates.values().sum::<u64>().max(1);
        let shallow_size: BTreeMap<&ModuleName, u64> = estimates
            .into_iter()
            .map(|(name, estimate)| (name, estimate * size.0 / total))
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

    /// Analyses the `.zip.br` of a bundle, or its zip if there is no `.zip.br`; with tiers, those of all tiers together.
    pub fn of_bundle(plan: &'a Plan, compiled: &CompiledEntries, bundle: &Bundle) -> Self {
        let first = bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip));
        let further = bundle
            .further
            .iter()
            .filter(|further| further.stem != APP_STEM);
        let further = further.map(|further| {
            let brotli = further.compressed_size(Compression::Brotli);
            brotli.unwrap_or(ByteSize::of(&further.zip))
        });
        let size = std::iter::once(first).chain(further).sum();
        let modules = plan.selection.kept.iter();
        let modules: Vec<_> = modules.map(|(name, kept)| (name, &*kept.path)).collect();
        Self::new(plan, &modules, &compiled.entries, size)
    }

    /// Analyses the `.zip.br` of `app.zip`, or the zip if there is none. `None` without `app.zip`.
    pub fn of_app_zip(plan: &'a Plan, compiled: &CompiledEntries, bundle: &Bundle) -> Option<Self> {
        let app = bundle.further_zip(APP_STEM)?;
        let modules = plan.app_zip.as_ref()?.modules.iter();
        let modules: Vec<_> = modules
            .map(|(name, module)| (name, &*module.path))
            .collect();
        let brotli = find_artifact(&app.artifacts, Compression::Brotli);
        let size = ByteSize::of(brotli.unwrap_or(&app.zip));
        Some(Self::new(plan, &modules, &compiled.app_entries(), size))
    }

    /// Returns the shallow size of a module: its estimated share by itself.
    pub fn shallow_size(&self, module: &ModuleName) -> ByteSize {
        ByteSize(self.shallow_size.get(module).copied().unwrap_or(0))
    }

    /// Returns the retained size of a module: its shallow size, and those of all modules only reachable through it.
    pub fn retained_size(&self, module: &ModuleName) -> ByteSize {
        ByteSize(self.retained_size.get(module).copied().unwrap_or(0))
    }
}
