//! Finds the modules of the app that are imported on the target.

use std::collections::{BTreeMap, BTreeSet};

use super::branch_folding::ModuleView;
use super::context::{AnalysisContext, ModuleProvider};
use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use crate::types::ModuleName;

/// Returns the modules of the app that are imported by code that can run, starting from those for which `is_entry`
/// returns true.
pub fn imported_app_modules<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
    is_entry: impl Fn(&ModuleName) -> bool,
) -> BTreeSet<ModuleName> {
    let mut imported = BTreeSet::new();
    let entries = context.app.keys().filter(|name| is_entry(name));
    let mut pending: Vec<ModuleName> = entries.cloned().collect();
    let mut seen: BTreeSet<ModuleName> = pending.iter().cloned().collect();
    while let Some(importer) = pending.pop() {
        for module in imports(context, &importer, unimportable) {
            // Importing a module imports its packages first.
            let packages = std::iter::successors(Some(module), ModuleName::parent);
            for module in packages.filter(|name| context.app.contains_key(name)) {
                if seen.insert(module.clone()) {
                    pending.push(module.clone());
                }
                imported.insert(module);
            }
        }
    }
    imported
}

/// Returns the modules of the app that `importer` imports, including the imports in its functions.
fn imports<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    importer: &ModuleName,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> Vec<ModuleName> {
    let Some(Ok(summary)) = context.summary(importer) else {
        return Vec::new();
    };
    let view = ModuleView::of_imported(context, importer, summary, unimportable);
    let sites = summary.imports.iter().enumerate();
    let live_sites = sites.filter(|(index, site)| view.site_liveness(site.guard, *index).is_some());
    let targets = live_sites.flat_map(|(_, site)| context.targets(importer, &site.import));
    let app_modules = targets.filter_map(|(target, _)| match target {
        Resolved::Module(name, Origin::App) => Some(name),
        _ => None,
    });
    app_modules.collect()
}
