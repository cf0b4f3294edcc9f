//! Which modules cannot be imported on the target, derived from their imports.

use std::collections::BTreeMap;

use super::branch_folding::ModuleView;
use super::context::{AnalysisContext, ModuleProvider};
use super::import_failure::{ImportError, ImportFailure, UnavailableBecause};
use super::resolve::Resolved;
use crate::manifest::{SYSCONFIGDATA, Trigger};
use crate::scan::{Guard, ImportSite, ModuleSummary, SitePlace};
use crate::types::ModuleName;

/// Which of `modules` cannot be imported on the target, and why.
///
/// # Errors
/// When a source cannot be read.
pub fn unimportable_modules<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    modules: &[ModuleName],
) -> Result<BTreeMap<ModuleName, ImportFailure>, S::Error> {
    context.stdlib.prepare(modules)?;
    let mut broken = BTreeMap::new();
    mark_unimportable(context, modules, &mut broken);
    Ok(broken)
}

/// Adds those of `modules` that cannot be imported to `unimportable`, until there are no more.
pub(super) fn mark_unimportable<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    modules: &[ModuleName],
    broken: &mut BTreeMap<ModuleName, ImportFailure>,
) {
    loop {
        let before = broken.len();
        for module in modules {
            if broken.contains_key(module) || context.app.contains_key(module) {
                continue;
            }
            if let Some(failure) = import_failure(context, module, broken) {
                broken.insert(module.clone(), failure);
            }
        }
        if broken.len() == before {
            return;
        }
    }
}

/// Why `module` cannot be imported, given the modules that are known to be unimportable so far.
pub(super) fn import_failure<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<ImportFailure> {
    if let Some(parent) = module.parent()
        && broken.contains_key(&parent)
    {
        return Some(ImportFailure {
            line: 0,
            error: ImportError::Unimportable(parent),
        });
    }
    if let Some(reason) = context.target.import_failures.get(module) {
        return Some(ImportFailure {
            line: 0,
            error: ImportError::Known(reason.clone()),
        });
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
    let view = ModuleView::of_imported(context, module, summary, broken);
    failing_import(&view, summary)
        .or_else(|| failing_raise(&view, summary))
        .or_else(|| without_build_data(context, module))
}

/// `sysconfig` reads a module that only the target's own build writes. Whoever asks it while being
/// imported cannot be imported without that module.
fn without_build_data<S: ModuleProvider>(
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
        let there = |name: &String| matches!(context.resolve(name), Resolved::Module(..));
        let names = context.expand_pattern(name);
        (!names.iter().any(there)).then(|| names.into_iter().next())
    })?;
    let name = data.and_then(|name| ModuleName::new(&name).ok());
    let name = name.or_else(|| ModuleName::new("_sysconfigdata_").ok())?;
    Some(ImportFailure {
        line: 0,
        error: ImportError::Unavailable(name, UnavailableBecause::NotProvided),
    })
}

/// Why a module of the app cannot be imported. Modules that neither the standard library nor the app
/// has are not held against it: others provide them.
pub fn app_import_failure<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<ImportFailure> {
    let summary = context.summary(module)?.ok()?;
    let view = ModuleView::of_imported(context, module, summary, broken);
    failing_import(&view, summary)
}

/// What a module of the app imports in its functions and will not get, with the line; imports in a `try` that
/// survives their failure do not count.
pub fn lazy_import_failures<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Vec<ImportFailure> {
    let Some(Ok(summary)) = context.summary(module) else {
        return Vec::new();
    };
    let view = ModuleView::of_imported(context, module, summary, broken);
    let sites = summary.imports.iter().enumerate();
    let in_functions = sites.filter(|(place, site)| {
        let live = view.liveness(site.guard, *place);
        site.place != SitePlace::Body && live.is_some_and(|live| !live.optional)
    });
    in_functions
        .filter_map(|(_, site)| site_failure(&view, site))
        .collect()
}

fn failing_import<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    summary: &ModuleSummary,
) -> Option<ImportFailure> {
    let sites = summary.imports.iter().enumerate();
    let mut surely_needed = sites.filter(|(place, site)| {
        let live = view.liveness(site.guard, *place);
        site.place == SitePlace::Body && live.is_some_and(|live| live.certain && !live.optional)
    });
    surely_needed.find_map(|(_, site)| site_failure(view, site))
}

/// Why what stands at `site` cannot be imported, if it cannot.
fn site_failure<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    site: &ImportSite,
) -> Option<ImportFailure> {
    let of_app = view.context.app.contains_key(view.module);
    let targets = view.context.targets(view.module, &site.import);
    targets.into_iter().find_map(|(resolved, needed)| {
        let cause = match resolved {
            Resolved::Module(name, _) if needed && view.unimportable.contains_key(&name) => {
                ImportError::Unimportable(name)
            }
            Resolved::Unavailable(name, reason) if needed => ImportError::Unavailable(name, reason),
            Resolved::Unknown(name) if needed && !of_app => ImportError::Unknown(name),
            _ => return None,
        };
        Some(ImportFailure {
            line: site.line,
            error: cause,
        })
    })
}

fn failing_raise<S: ModuleProvider>(
    view: &ModuleView<'_, S>,
    summary: &ModuleSummary,
) -> Option<ImportFailure> {
    // Inside the body of a `try`, any error may be one that a handler waits for.
    let caught = |guard| {
        summary
            .guards
            .chain(guard)
            .any(|(_, guard)| matches!(guard, Guard::Body(_)))
    };
    let surely = |guard| {
        view.liveness(guard, usize::MAX)
            .is_some_and(|live| live.certain)
    };
    let site = summary
        .raises
        .iter()
        .find(|site| !caught(site.guard) && surely(site.guard))?;
    Some(ImportFailure {
        line: site.line,
        error: ImportError::Raises,
    })
}
