//! Requests of attributes: the code in a module's `__getattr__` runs for names that are read from the module.

use super::Reachability;
use super::worklist::{ModuleId, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::profile::Closure;
use crate::scan::{Binding, Guard, GuardId, Identifier, ModuleSummary};
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Returns whether a guard tests for names that nothing requests so far. Then the work item waits for them.
    pub(super) fn waits_for_request(
        &mut self,
        module: ModuleId,
        guard: GuardId,
        item: &WorkItem<'a>,
    ) -> bool {
        if self.closure != Closure::Reachable {
            return false;
        }
        let summary = self.worklist.module(module).summary;
        for (_, guard) in summary.guards.chain(guard) {
            match guard {
                Guard::NameReferenced(names) if !self.is_referenced(names) => {
                    self.worklist.wait_for_name(names, item);
                    return true;
                }
                Guard::AttributeRequested(names) if !self.is_requested(module, names) => {
                    self.wait_for_request(module, names, item);
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    fn is_referenced(&self, names: &[Identifier]) -> bool {
        let mut names = names.iter();
        names.any(|name| self.worklist.referenced_names.contains(name.as_str()))
    }

    fn is_requested(&self, module: ModuleId, names: &[Identifier]) -> bool {
        let module = &self.worklist.module(module).name;
        let worklist = &self.worklist;
        let is_escaped = worklist.escaped_modules.contains_key(module);
        let mut names = names.iter().map(Identifier::as_str);
        worklist.fully_live_modules.contains(module.as_str())
            || names.any(|name| {
                let requests = worklist.requests.get(name);
                requests.is_some_and(|modules| modules.contains(module))
                    || worklist.requests_everywhere.contains(name)
                    || is_escaped && worklist.attribute_names.contains(name)
            })
    }

    fn wait_for_request(&mut self, module: ModuleId, names: &'a [Identifier], item: &WorkItem<'a>) {
        let name = self.worklist.module(module).name.clone();
        if self.worklist.escaped_modules.contains_key(&name) {
            for name in names {
                self.worklist.wait_for_attribute(name, *item);
            }
        }
        let waiting = &mut self.worklist.waiting_for_request;
        waiting.entry(name).or_default().push((names, *item));
    }

    /// Records that an attribute is read from a module.
    pub(super) fn request_attribute(&mut self, module: &str, name: &'a str) {
        let modules = self.worklist.requests.entry(name).or_default();
        if modules.contains(module) {
            return;
        }
        let Ok(module) = ModuleName::new(module) else {
            return;
        };
        modules.insert(module.clone());
        self.activate_requests(&module, name);
        if let Some(loaded) = self.worklist.loaded(module.as_str())
            && has_foreign_getattr(self.worklist.module(loaded).summary)
        {
            self.request_everywhere(name);
        }
    }

    /// Records that an attribute is read from a module whose `__getattr__` may be a function of any other module.
    fn request_everywhere(&mut self, name: &'a str) {
        if self.worklist.requests_everywhere.insert(name) {
            let waiting = self.worklist.waiting_for_request.keys();
            for module in waiting.cloned().collect::<Vec<_>>() {
                self.activate_requests(&module, name);
            }
        }
    }

    /// Follows the requests of a module that were made before it was loaded.
    pub(super) fn follow_early_requests(&mut self, module: ModuleId) {
        let loaded = self.worklist.module(module);
        if !has_foreign_getattr(loaded.summary) {
            return;
        }
        let requests = self.worklist.requests.iter();
        let names = requests.filter(|(_, modules)| modules.contains(&loaded.name));
        for name in names.map(|(name, _)| *name).collect::<Vec<_>>() {
            self.request_everywhere(name);
        }
    }

    /// Records the names of `from module import names`.
    pub(super) fn request_imported_names(
        &mut self,
        module: ModuleId,
        site: usize,
        names: &'a [String],
    ) {
        let Some(source) = self.source_of(module, site) else {
            return;
        };
        for name in names {
            self.request_attribute(&source, name);
        }
        // `*` reads the names in `__all__`.
        if names.iter().any(|name| name == "*")
            && let Ok(source) = ModuleName::new(&source)
            && let Some(Ok(summary)) = self.context.summary(&source)
            && let Some(exports) = &summary.exports
        {
            for name in &exports.names {
                self.request_attribute(source.as_str(), name);
            }
        }
    }

    /// Activates the work items that wait for the request of an attribute of a module.
    fn activate_requests(&mut self, module: &ModuleName, name: &str) {
        let Some(waiting) = self.worklist.waiting_for_request.get_mut(module) else {
            return;
        };
        let is_requested = |names: &[Identifier]| names.iter().any(|other| other == name);
        let requested = waiting.extract_if(.., |(names, _)| is_requested(names));
        let items: Vec<WorkItem<'a>> = requested.map(|(_, item)| item).collect();
        self.worklist.items.extend(items);
    }

    /// Activates all work items that wait for requests of a module.
    pub(super) fn request_all(&mut self, module: &ModuleName) {
        let waiting = self.worklist.waiting_for_request.remove(module);
        let items = waiting.into_iter().flatten().map(|(_, item)| item);
        self.worklist.items.extend(items);
    }

    /// Lets the work items that wait for requests of a module also wait for reads of attributes of unknown values,
    /// because the module is passed around as a value.
    pub(super) fn escape_requests(&mut self, module: &ModuleName) {
        let waiting = self.worklist.waiting_for_request.get(module);
        for (names, item) in waiting.cloned().unwrap_or_default() {
            for name in names {
                if self.worklist.attribute_names.contains(name.as_str()) {
                    self.worklist.items.push(item);
                } else {
                    self.worklist.wait_for_attribute(name, item);
                }
            }
        }
    }
}

/// Returns whether the `__getattr__` of a module may be a function of another module: `__getattr__ = make_getattr(...)`.
fn has_foreign_getattr(summary: &ModuleSummary) -> bool {
    let bindings = summary.bindings.get("__getattr__").into_iter().flatten();
    let mut imported = bindings.filter(|binding| !matches!(binding, Binding::Function(_)));
    summary.assigned.contains("__getattr__") || imported.next().is_some()
}
