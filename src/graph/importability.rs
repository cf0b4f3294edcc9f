//! Determines which modules cannot be imported on the target, from their imports.

use std::collections::BTreeMap;

use super::branch_folding::ModuleView;
use super::context::{AnalysisContext, ModuleProvider};
use super::import_failure::{ImportError, ImportFailure, UnavailableBecause};
use super::resolve::Resolved;
use crate::manifest::{SYSCONFIGDATA, Trigger};
use crate::scan::{Guard, ImportSite, ModuleSummary};
use crate::types::ModuleName;

/// Returns those of `modules` that cannot be imported on the target, each with the reason.
///
/// # Errors
/// If a source cannot be read.
pub fn unimportable_modules<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    modules: &[ModuleName],
) -> Result<BTreeMap<ModuleName, ImportFailure>, S::Error> {
    context.stdlib.prepare(modules)?;
    let mut unimportable = BTreeMap::new();
    mark_unimportable(context, modules, &mut unimportable);
    Ok(unimportable)
}

/// Returns the modules that the facts of the target declare unimportable.
pub(super) fn declared_failures<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
) -> BTreeMap<ModuleName, ImportFailure> {
    let declared = context.target.import_failures.iter();
    let declared = declared.filter(|(module, _)| !context.app.contains_key(*module));
    let declared = declared.map(|(module, reason)| (module.clone(), ImportFailure::known(reason)));
    declared.collect()
}

/// Adds those of `modules` that cannot be imported to `unimportable`, until there are no more.
pub(super) fn mark_unimportable<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    modules: &[ModuleName],
    unimportable: &mut BTreeMap<ModuleName, ImportFailure>,
) {
    loop {
        let before = unimportable.len();
        for module in modules {
            if unimportable.contains_key(module) || context.app.contains_key(module) {
                continue;
            }
            if let Some(failure) = import_failure(context, module, unimportable) {
                unimportable.insert(module.clone(), failure);
            }
        }
        if unimportable.len() == before {
            return;
        }
    }
}

/// Returns why `module` cannot be imported, given the modules that are known to be unimportable so far.
pub(super) fn import_failure<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<ImportFailure> {
    if let Some(parent) = module.parent()
        && unimportable.contains_key(&parent)
    {
        return Some(ImportFailure {
            line: 0,
            error: ImportError::Unimportable(parent),
        });
    }
    if let Some(reason) = context.target.import_failures.get(module) {
        return Some(ImportFailure::known(reason));
    }
    let summary = match context.summary(module)? {
        Ok(summary) => summary,
        Err(error) => {
            return Some(ImportFailure {
                line: 0,
                error: ImportError::DoesNotCompile(error.to_string()),
            });
        }
    };
    let view = ModuleView::of_imported(context, module, summary, unimportable);
    failing_import(&view, summary)
        .or_else(|| failing_raise(&view, summary))
        .or_else(|| missing_build_data(context, module))
}

/// Returns the failure of a module that needs `_sysconfigdata_*` at import time, if that is not available.
///
/// `sysconfig` reads this module, which only the build of the target writes.
fn missing_build_data<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
) -> Option<ImportFailure> {
    let hidden = context.hidden_imports.get(module)?.iter();
    let mut at_import = hidden.filter(|hidden| hidden.trigger == Trigger::Import);
    let data = at_import.find_map(|hidden| {
        let name = hidden
            .to
            .iter()
            .find(|name| name.as_str() == SYSCONFIGDATA)?;
        let is_available = |name: &String| matches!(context.resolve(name), Resolved::Module(..));
        let names = context.expand_pattern(name);
        (!names.iter().any(is_available)).then(|| names.into_iter().next())
    })?;
    let name = data.and_then(|name| ModuleName::new(&name).ok());
    let name = name.or_else(|| ModuleName::new("_sysconfigdata_").ok())?;
    Some(ImportFailure {
        line: 0,
        error: ImportError::Unavailable(name, UnavailableBecause::NotProvided),
    })
}

/// Returns why a module of the app cannot be imported. Unknown modules do not count, because the app's environment
/// provides them.
pub fn app_import_failure<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<ImportFailure> {
    let summary = context.summary(module)?.ok()?;
    let view = ModuleView::of_imported(context, module, summary, unimportable);
    failing_import(&view, summary)
}

/// Returns the failing imports in the functions of an app module, except those in a `try` that handles the failure.
pub fn lazy_import_failures<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> Vec<ImportFailure> {
    let Some(Ok(summary)) = context.summary(module) else {
        return Vec::new();
    };
    let view = ModuleView::of_imported(context, module, summary, unimportable);
    let sites = summary.imports.iter().enumerate();
    let lazy_sites = sites.filter(|(index, site)| {
        let live = view.site_liveness(site.guard, *index);
        !context.runs_at_import(site) && live.is_some_and(|live| !live.optional)
    });
    lazy_sites
        .filter_map(|(_, site)| site_failure(&view, site))
        .collect()
}

fn failing_import<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    summary: &ModuleSummary,
) -> Option<ImportFailure> {
    let sites = summary.imports.iter().enumerate();
    let mut needed_sites = sites.filter(|(index, site)| {
        let live = view.site_liveness(site.guard, *index);
        view.context.runs_at_import(site) && live.is_some_and(|live| live.certain && !live.optional)
    });
    needed_sites.find_map(|(_, site)| site_failure(view, site))
}

/// Returns why the import at `site` fails, if it does.
fn site_failure<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    site: &ImportSite,
) -> Option<ImportFailure> {
    let is_stdlib = view.context.is_stdlib(view.module);
    let targets = view.context.targets(view.module, &site.import);
    targets.into_iter().find_map(|(resolved, needed)| {
        let error = match resolved {
            Resolved::Module(name, _) if needed && view.unimportable.contains_key(&name) => {
                ImportError::Unimportable(name)
            }
            Resolved::Unavailable(name, reason) if needed => ImportError::Unavailable(name, reason),
            Resolved::Unknown(name) if needed && is_stdlib => ImportError::Unknown(name),
            _ => return None,
        };
        Some(ImportFailure {
            line: site.line,
            error,
        })
    })
}

fn failing_raise<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    summary: &ModuleSummary,
) -> Option<ImportFailure> {
    // Inside the body of a `try`, a handler may catch any error.
    let is_in_try = |guard| {
        summary
            .guards
            .chain(guard)
            .any(|(_, guard)| matches!(guard, Guard::Body(_)))
    };
    let is_certain = |guard| {
        view.site_liveness(guard, usize::MAX)
            .is_some_and(|live| live.certain)
    };
    let site = summary
        .raises
        .iter()
        .find(|site| !is_in_try(site.guard) && is_certain(site.guard))?;
    Some(ImportFailure {
        line: site.line,
        error: ImportError::Raises,
    })
}
