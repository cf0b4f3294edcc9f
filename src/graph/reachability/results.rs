//! What the finished worklist tells of functions: which may read annotations, and why functions are live.

use std::collections::{BTreeMap, BTreeSet};

use super::worklist::{ModuleId, Worklist};
use crate::graph::annotations::annotation_reading_scopes;
use crate::graph::{Function, LivenessReason};
use crate::scan::{ScopeId, SitePlace, SourceOrigin};
use crate::types::ModuleName;

impl Worklist<'_> {
    /// Returns the functions that may be called.
    pub(super) fn live_functions(&self) -> BTreeSet<Function> {
        let live = self.live_scopes.iter();
        let functions = live.filter(|(_, scope)| *scope != ScopeId::BODY);
        functions.map(|function| self.name(*function)).collect()
    }

    /// Returns the functions that may read the annotations of functions; only live ones if `only_live` is set.
    pub(super) fn annotation_readers(
        &self,
        only_live: bool,
        origin: impl Fn(&ModuleName) -> SourceOrigin,
    ) -> BTreeSet<Function> {
        let readers = self.ids().flat_map(|module| {
            let loaded = self.module(module);
            let readers = annotation_reading_scopes(loaded.summary, origin(&loaded.name));
            readers.map(move |scope| (module, scope))
        });
        let live = readers.filter(|reader| !only_live || self.live_scopes.contains(reader));
        live.map(|reader| self.name(reader)).collect()
    }

    /// Returns why functions are live: those that import or are in `readers`, and those that make them live.
    pub(super) fn liveness_reasons(
        &self,
        readers: &BTreeSet<Function>,
    ) -> BTreeMap<Function, LivenessReason> {
        let mut reasons = BTreeMap::new();
        // In the order of loading, so that the same one of several reasons is always chosen.
        let sorted: BTreeSet<_> = self.live_scopes.iter().copied().collect();
        for (module, scope) in sorted {
            let imports = &self.module(module).summary.imports;
            if imports
                .iter()
                .any(|site| site.place == SitePlace::Function(scope))
                || readers.contains(&self.name((module, scope)))
            {
                self.add_liveness_chain((module, scope), &mut reasons);
            }
        }
        reasons
    }

    fn add_liveness_chain(
        &self,
        function: (ModuleId, ScopeId),
        reasons: &mut BTreeMap<Function, LivenessReason>,
    ) {
        let mut next = Some(function);
        while let Some(function) =
            next.filter(|function| !reasons.contains_key(&self.name(*function)))
        {
            let cause = self.causes.get(&function);
            next = cause.and_then(|cause| cause.by);
            let by = next.map(|by| self.name(by));
            let attribute = cause.and_then(|cause| cause.attribute).map(str::to_owned);
            reasons.insert(self.name(function), LivenessReason { by, attribute });
        }
    }

    fn name(&self, (module, scope): (ModuleId, ScopeId)) -> Function {
        let loaded = self.module(module);
        (
            loaded.name.clone(),
            loaded.summary.scope(scope).name.clone(),
        )
    }
}
