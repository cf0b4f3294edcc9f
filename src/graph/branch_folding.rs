//! Folds the guards of a module with the target's facts to find the import sites that can run.

use std::collections::BTreeMap;

use super::context::{AnalysisContext, ModuleProvider};
use super::evaluate::{IsMain, evaluate};
use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use crate::scan::{Guard, GuardId, Import, ImportSite, ModuleSummary, SitePlace, TryId};
use crate::types::ModuleName;

/// How certainly a site runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SiteLiveness {
    /// The site certainly runs if the scope around it does.
    pub(super) certain: bool,
    /// An enclosing `try` handles its failure.
    pub(super) optional: bool,
}

/// The summary of a module on the target, given the modules that are known to be unimportable so far.
pub(super) struct ModuleView<'a, S: ModuleProvider> {
    pub(super) context: &'a AnalysisContext<'a, S>,
    pub(super) module: &'a ModuleName,
    pub(super) summary: &'a ModuleSummary,
    pub(super) unimportable: &'a BTreeMap<ModuleName, ImportFailure>,
    /// Whether the module runs as `__main__`.
    pub(super) is_main: bool,
}

/// Returns whether code under a guard of a module that is imported may run.
pub fn may_run<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    module: &ModuleName,
    summary: &ModuleSummary,
    guard: GuardId,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> bool {
    let view = ModuleView::of_imported(context, module, summary, unimportable);
    view.site_liveness(guard, usize::MAX).is_some()
}

impl<'a, S: ModuleProvider> ModuleView<'a, S> {
    /// Creates the view of a module that is imported, not run.
    pub(super) fn of_imported(
        context: &'a AnalysisContext<'a, S>,
        module: &'a ModuleName,
        summary: &'a ModuleSummary,
        unimportable: &'a BTreeMap<ModuleName, ImportFailure>,
    ) -> Self {
        Self {
            context,
            module,
            summary,
            unimportable,
            is_main: false,
        }
    }

    /// Returns how certainly a site under `guard` runs, or `None` if it certainly does not.
    ///
    /// In a `try` body, only the import sites before index `before` can fail before it is reached.
    pub(super) fn site_liveness(&self, guard: GuardId, before: usize) -> Option<SiteLiveness> {
        let mut live = SiteLiveness {
            certain: true,
            optional: false,
        };
        let main = match self.is_main {
            true => IsMain::Yes,
            false if self.context.app.contains_key(self.module) => IsMain::Unknown,
            false => IsMain::No,
        };
        for (_, guard) in self.summary.guards.chain(guard) {
            match guard {
                Guard::Branch { test, holds } => match evaluate(test, self.context.target, main) {
                    Some(value) if value != *holds => return None,
                    Some(_) => {}
                    None => live.certain = false,
                },
                Guard::Body(attempt) => {
                    if self.try_body_must_fail(*attempt, before) {
                        return None;
                    }
                    live.optional |= self
                        .summary
                        .guards
                        .try_block(*attempt)
                        .survives_import_errors;
                }
                Guard::Handler {
                    attempt,
                    import_errors_only,
                    receives_import_errors,
                } => {
                    if *receives_import_errors && self.try_body_must_fail(*attempt, usize::MAX) {
                        continue;
                    }
                    if *import_errors_only && self.try_body_must_succeed(*attempt) {
                        return None;
                    }
                    live.certain = false;
                }
                // The name may be requested.
                Guard::NameReferenced(_) | Guard::AttributeRequested(_) => live.certain = false,
                Guard::Else(attempt) => {
                    if self.try_body_must_fail(*attempt, usize::MAX) {
                        return None;
                    }
                }
            }
        }
        Some(live)
    }

    fn is_stdlib(&self) -> bool {
        self.context.is_stdlib(self.module)
    }

    /// Returns whether an import of the `try` body before index `before` certainly fails.
    fn try_body_must_fail(&self, attempt: TryId, before: usize) -> bool {
        let sites = self.summary.imports.iter().take(before);
        let mut direct_sites = sites.filter(|site| {
            site.place == SitePlace::Body && matches!(self.summary.guards.get(site.guard), Some((Guard::Body(a), _)) if *a == attempt)
        });
        direct_sites.any(|site| self.is_definitely_missing(site))
    }

    fn is_definitely_missing(&self, site: &ImportSite) -> bool {
        let targets = self.context.targets(self.module, &site.import);
        let mut needed = targets.iter().filter(|(_, needed)| *needed);
        needed.any(|(resolved, _)| match resolved {
            Resolved::Module(name, _) => self.unimportable.contains_key(name),
            Resolved::Unavailable(..) => true,
            // The app's environment may provide third-party modules.
            Resolved::Unknown(_) => self.is_stdlib(),
            Resolved::BuildDependent(_) => false,
        })
    }

    /// Returns whether the imports of the `try` body certainly succeed.
    ///
    /// Only the sources of libraries are trusted to import nothing else.
    fn try_body_must_succeed(&self, attempt: TryId) -> bool {
        if self.context.app.contains_key(self.module) {
            return false;
        }
        if self.summary.guards.try_block(attempt).unpredictable {
            return false;
        }
        let is_inside = |site: &&ImportSite| {
            site.place == SitePlace::Body
                && self
                    .summary
                    .guards
                    .chain(site.guard)
                    .any(|(_, guard)| *guard == Guard::Body(attempt))
        };
        let mut sites = self.summary.imports.iter().filter(is_inside).peekable();
        sites.peek().is_some() && sites.all(|site| self.is_definitely_available(site))
    }

    fn is_definitely_available(&self, site: &ImportSite) -> bool {
        let names_may_vary = |module: &ModuleName| match &site.import {
            Import::From { names, .. } => {
                names.iter().any(|name| name != "*")
                    && self
                        .context
                        .target
                        .platform_dependent_exports
                        .contains(module)
            }
            _ => false,
        };
        let targets = self.context.targets(self.module, &site.import);
        let mut needed = targets.iter().filter(|(_, needed)| *needed).peekable();
        // A call has no needed targets: it is unknown what it imports, and what it does on failure.
        needed.peek().is_some()
            && needed.all(|(resolved, _)| match resolved {
                // `import a.b` may have resolved to `a` alone.
                Resolved::Module(name, _)
                    if matches!(&site.import, Import::Module(imported) if imported != name.as_str()) =>
                {
                    false
                }
                Resolved::Module(name, Origin::C) => {
                    !names_may_vary(name) && !self.context.possibly_shadowed_c_modules.contains(name)
                }
                // Its own imports are not known as well as those of the standard library.
                Resolved::Module(_, Origin::Dependency | Origin::App) => false,
                // A `from` import is not certain, because a name that a Python module lacks is an import error too.
                Resolved::Module(name, _) => {
                    !matches!(site.import, Import::From { .. }) && !self.unimportable.contains_key(name)
                }
                _ => false,
            })
    }
}
