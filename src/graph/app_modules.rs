//! Which modules of the app are imported on the target.

use std::collections::{BTreeMap, BTreeSet};

use super::branch_folding::ModuleView;
use super::context::{AnalysisContext, ModuleProvider};
use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use crate::types::ModuleName;

/// The modules of the app that code which can run imports, beginning with the modules that `is_entry` holds for.
pub fn imported_app_modules<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    broken: &BTreeMap<ModuleName, ImportFailure>,
    is_entry: impl Fn(&ModuleName) -> bool,
) -> BTreeSet<ModuleName> {
    let mut imported = BTreeSet::new();
    let entries = context.app.keys().filter(|name| is_entry(name));
    let mut open: Vec<ModuleName> = entries.cloned().collect();
    let mut seen: BTreeSet<ModuleName> = open.iter().cloned().collect();
    while let Some(importer) = open.pop() {
        for module in imports(context, &importer, broken) {
            // A package is imported before what is in it.
            let packages = std::iter::successors(Some(module), ModuleName::parent);
            for module in packages.filter(|name| context.app.contains_key(name)) {
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
    context: &AnalysisContext<'_, S>,
    importer: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Vec<ModuleName> {
    let Some(Ok(summary)) = context.summary(importer) else {
        return Vec::new();
    };
    let view = ModuleView::of_imported(context, importer, summary, broken);
    let sites = summary.imports.iter().enumerate();
    let running = sites.filter(|(place, site)| view.liveness(site.guard, *place).is_some());
    let targets = running.flat_map(|(_, site)| context.targets(importer, &site.import));
    let of_app = targets.filter_map(|(target, _)| match target {
        Resolved::Module(name, Origin::App) => Some(name),
        _ => None,
    });
    of_app.collect()
}
