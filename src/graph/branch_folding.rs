//! Folds a module's branches with the target's facts: which import sites can run.

use std::collections::BTreeMap;

use super::context::{AnalysisContext, ModuleProvider};
use super::evaluate::{IsMain, evaluate};
use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use crate::scan::{Guard, GuardId, Import, ImportSite, ModuleSummary, SitePlace, TryId};
use crate::types::ModuleName;

/// Whether a site runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Liveness {
    /// It surely runs, when the code around it does.
    pub(super) certain: bool,
    /// A `try` around it survives its failure.
    pub(super) optional: bool,
}

/// One module's summary on the target, given the modules that are known to be unimportable so far.
pub(super) struct ModuleView<'a, S: ModuleProvider> {
    pub(super) context: &'a AnalysisContext<'a, S>,
    pub(super) module: &'a ModuleName,
    pub(super) summary: &'a ModuleSummary,
    pub(super) unimportable: &'a BTreeMap<ModuleName, ImportFailure>,
    /// It is run as the main module.
    pub(super) is_main: bool,
}

impl<'a, S: ModuleProvider> ModuleView<'a, S> {
    /// A module that is imported, not run.
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

    /// Whether the site at `guard` runs; none when it surely does not. `before` limits which
    /// imports of a `try` body count as "earlier": those of the sites before that index.
    pub(super) fn liveness(&self, guard: GuardId, before: usize) -> Option<Liveness> {
        let mut live = Liveness {
            certain: true,
            optional: false,
        };
        let main = match (self.is_main, self.of_app()) {
            (true, _) => IsMain::Yes,
            (false, true) => IsMain::Unknown,
            (false, false) => IsMain::No,
        };
        for (_, guard) in self.summary.guards.chain(guard) {
            match guard {
                Guard::Branch { test, holds } => match evaluate(test, self.context.target, main) {
                    Some(value) if value != *holds => return None,
                    Some(_) => {}
                    None => live.certain = false,
                },
                Guard::Body(attempt) => {
                    if self.fails(*attempt, before) {
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
                } => {
                    if self.fails(*attempt, usize::MAX) {
                        continue;
                    }
                    if *import_errors_only && self.succeeds(*attempt) {
                        return None;
                    }
                    live.certain = false;
                }
                // Somebody may ask.
                Guard::GetattrName(_) => live.certain = false,
                Guard::Else(attempt) => {
                    if self.fails(*attempt, usize::MAX) {
                        return None;
                    }
                }
            }
        }
        Some(live)
    }

    fn of_app(&self) -> bool {
        self.context.app.contains_key(self.module)
    }

    /// Whether the body of the `try` surely meets an import error, at a site before `before`.
    fn fails(&self, attempt: TryId, before: usize) -> bool {
        let sites = self.summary.imports.iter().take(before);
        let mut direct = sites.filter(|site| {
            site.place == SitePlace::Body && matches!(self.summary.guards.get(site.guard), Some((Guard::Body(a), _)) if *a == attempt)
        });
        direct.any(|site| self.is_definitely_missing(site))
    }

    fn is_definitely_missing(&self, site: &ImportSite) -> bool {
        let targets = self.context.targets(self.module, &site.import);
        let mut needed = targets.iter().filter(|(_, needed)| *needed);
        needed.any(|(resolved, _)| match resolved {
            Resolved::Module(name, _) => self.unimportable.contains_key(name),
            Resolved::Unavailable(..) => true,
            // What the app imports and nobody here has, others may provide.
            Resolved::Unknown(_) => !self.of_app(),
            Resolved::BuildDependent(_) => false,
        })
    }

    /// Whether the body of the `try` surely meets no import error. Only the standard library's own
    /// sources are trusted to import nothing but what they show.
    fn succeeds(&self, attempt: TryId) -> bool {
        if self.of_app() {
            return false;
        }
        if self.summary.guards.try_block(attempt).unpredictable {
            return false;
        }
        let inside = |site: &&ImportSite| {
            site.place == SitePlace::Body
                && self
                    .summary
                    .guards
                    .chain(site.guard)
                    .any(|(_, guard)| *guard == Guard::Body(attempt))
        };
        let mut sites = self.summary.imports.iter().filter(inside).peekable();
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
        // What a call imports, and what it does on failure, is not known.
        needed.peek().is_some()
            && needed.all(|(resolved, _)| match resolved {
                // `import a.b` may have been answered by `a` alone.
                Resolved::Module(name, _)
                    if matches!(&site.import, Import::Module(asked) if asked != name.as_str()) =>
                {
                    false
                }
                Resolved::Module(name, Origin::C) => {
                    !names_may_vary(name) && !self.context.possibly_shadowed_c_modules.contains(name)
                }
                // A name that a Python module lacks is an import error too: only `import x` and
                // what the module surely binds could be trusted, so a `from` import is not.
                Resolved::Module(name, _) => {
                    !matches!(site.import, Import::From { .. }) && !self.unimportable.contains_key(name)
                }
                _ => false,
            })
    }
}
