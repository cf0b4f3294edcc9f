//! Which modules of the app anything imports on the target.

use std::collections::{BTreeMap, BTreeSet};

use super::branch_folding::ModuleView;
use super::context::{AnalysisContext, ModuleProvider};
use super::failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use crate::types::ModuleName;

/// The modules of the app that code which can run imports, beginning with the modules that `is_entry` holds for.
pub fn imported_app_modules<S: ModuleProvider>(
    world: &AnalysisContext<'_, S>,
    broken: &BTreeMap<ModuleName, ImportFailure>,
    is_entry: impl Fn(&ModuleName) -> bool,
) -> BTreeSet<ModuleName> {
    let mut imported = BTreeSet::new();
    let entries = world.app.keys().filter(|name| is_entry(name));
    let mut open: Vec<ModuleName> = entries.cloned().collect();
    let mut seen: BTreeSet<ModuleName> = open.iter().cloned().collect();
    while let Some(importer) = open.pop() {
        for module in imports(world, &importer, broken) {
            // A package is imported before what is in it.
            let packages = std::iter::successors(Some(module), ModuleName::parent);
            for module in packages.filter(|name| world.app.contains_key(name)) {
                if seen.insert(module.clone()) {
                    open.push(module.clone());
                }
                imported.insert(module);
            }
        }
    }
    imported
}

/// The modules of the app that one of them imports, if its functions are called.
fn imports<S: ModuleProvider>(
    world: &AnalysisContext<'_, S>,
    importer: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Vec<ModuleName> {
    let Some(Ok(summary)) = world.summary(importer) else {
        return Vec::new();
    };
    let folded = ModuleView::of_imported(world, importer, summary, broken);
    let sites = summary.imports.iter().enumerate();
    let running = sites.filter(|(place, site)| folded.liveness(site.guard, *place).is_some());
    let targets = running.flat_map(|(_, site)| world.targets(importer, &site.import));
    let of_app = targets.filter_map(|(target, _)| match target {
        Resolved::Module(name, Origin::App) => Some(name),
        _ => None,
    });
    of_app.collect()
}
