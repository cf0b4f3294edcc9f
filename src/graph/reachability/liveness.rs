//! Marks scopes and classes live, and follows what they reference.

use super::worklist::{ModuleId, NameUse, UseKind, WorkItem};
use super::{Reachability, Resolved};

use crate::graph::branch_folding::ModuleView;
use crate::graph::context::ModuleProvider;
use crate::scan::{Binding, ClassId, GuardId, LookupKind, NameChain, ScopeId, SitePlace};
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// A scope is live: its imports are followed, and what it reads.
    pub(super) fn visit_scope(&mut self, module: ModuleId, id: ScopeId) {
        if self.is_deferred(module, id) || !self.worklist.live_scopes.insert((module, id)) {
            return;
        }
        self.worklist.current = Some((module, id));
        self.activate_callbacks_of(module, id);
        let summary = self.worklist.module(module).summary;
        let name = &self.worklist.module(module).name;
        let is_fully_live = self.context.app.contains_key(name)
            || self.worklist.fully_live_modules.contains(name.as_str());
        for (place, site) in summary.imports.iter().enumerate() {
            let own = match site.place {
                SitePlace::Function(function) => function == id,
                SitePlace::Body => id == ScopeId::BODY,
                // Its name is most likely used, though not while the module is imported.
                SitePlace::LazyStatement => {
                    id == ScopeId::BODY && (self.follows_names() || is_fully_live)
                }
            };
            if own {
                self.follow_site(module, place);
            }
        }
        if self.follows_names() {
            self.follow_names(module, id);
        }
        self.worklist.current = None;
    }

    /// Follows everything that a live scope reads.
    fn follow_names(&mut self, module: ModuleId, id: ScopeId) {
        let summary = self.worklist.module(module).summary;
        let scope = summary.scope(id);
        for reading in &scope.uses {
            self.follow_use(module, id, reading);
        }
        for (guard, member) in &scope.attribute_names {
            if self.can_hold(module, *guard) {
                self.access_attribute(member);
            }
        }
        for (guard, name) in &scope.stores {
            if self.can_hold(module, *guard) {
                self.worklist.add_attribute_name(name);
            }
        }
        for prefix in &scope.prefixes {
            self.worklist.add_prefix(prefix);
        }
        for suffix in &scope.suffixes {
            self.worklist.add_suffix(suffix);
        }
        let name = self.worklist.module(module).name.clone();
        let node = self.worklist.module(module).node;
        for codec in &scope.codecs {
            self.follow_codec(node, codec);
        }
        if self.context.app.contains_key(&name) {
            let computes = summary
                .dynamic_imports
                .iter()
                .any(|c| c.kind == LookupKind::Module);
            if computes || self.worklist.dynamic_importers.contains(&module) {
                self.follow_module_strings(module, id);
            }
            for text in &scope.strings {
                self.follow_codec(node, text);
                self.follow_object_string(node, text);
            }
        }
    }

    /// A class is used: so are its bases, the classes in it, and those of its methods that may be
    /// called. Of a public class, that is every method without an underscore; of one that is only
    /// subclassed, what a class statement calls.
    pub(super) fn visit_class(&mut self, module: ModuleId, id: ClassId, kind: UseKind) {
        match self.worklist.live_classes.get(&(module, id)) {
            Some(known) if *known >= kind => return,
            _ => self.worklist.live_classes.insert((module, id), kind),
        };
        let loaded = self.worklist.module(module);
        let summary = loaded.summary;
        let all = summary.opaque || self.context.app.contains_key(&loaded.name);
        let class = summary.class(id);
        for base in &class.bases {
            self.follow_chain(module, ScopeId::BODY, base, kind);
        }
        if kind == UseKind::Subclassed {
            let hooks = class.methods.iter().filter(|&&method| {
                let name = &summary.scope(method).name;
                name.ends_with(".__init_subclass__")
            });
            hooks.for_each(|&hook| self.worklist.mark_live(module, hook, None));
            return;
        }
        for inner in &class.classes {
            self.worklist
                .items
                .push(WorkItem::Class(module, *inner, kind));
        }
        for &method in &class.methods {
            let scope = summary.scope(method);
            let name = scope.name.rsplit('.').next().unwrap_or(&scope.name);
            let promised = kind == UseKind::Exported && !name.starts_with('_');
            if all || promised || scope.may_be_registered || self.worklist.may_be_accessed(name) {
                self.worklist.mark_live(module, method, None);
            } else {
                self.worklist
                    .wait_for_attribute(name, WorkItem::Method(module, method));
            }
        }
    }

    /// Follows a name that a live scope reads.
    pub(super) fn follow_use(&mut self, module: ModuleId, scope: ScopeId, reading: &'a NameChain) {
        if !self.can_hold(module, reading.guard) {
            return;
        }
        if let Some(names) = self.unrequested_names(module, reading.guard) {
            return self
                .worklist
                .wait_for_name(names, &WorkItem::Use(module, scope, reading));
        }
        self.follow_chain(module, scope, reading, UseKind::Used);
    }

    /// Whether code under that condition can run on the target.
    fn can_hold(&mut self, module: ModuleId, guard: GuardId) -> bool {
        if guard == GuardId::ALWAYS {
            return true;
        }
        if let Some(known) = self.worklist.guard_results.get(&(module, guard)) {
            return *known;
        }
        let loaded = self.worklist.module(module);
        let view = ModuleView {
            context: self.context,
            module: &loaded.name,
            summary: loaded.summary,
            unimportable: self.unimportable,
            is_main: loaded.is_main,
        };
        // Where in a `try` body it stands is not known: it may be before what fails.
        let can = view.liveness(guard, 0).is_some();
        self.worklist.guard_results.insert((module, guard), can);
        can
    }

    /// Somebody reads an attribute of a value whose type is not known.
    pub(super) fn access_attribute(&mut self, name: &'a str) {
        self.reference_name(name);
        self.worklist.add_attribute_name(name);
    }

    /// Somebody mentions a name.
    pub(super) fn reference_name(&mut self, name: &'a str) {
        for (node, hidden) in self.worklist.add_name(name) {
            self.follow_hidden_import(node, hidden);
        }
    }

    /// C code may call any function of a module, and make objects of its classes.
    pub(super) fn mark_all_live(&mut self, name: &ModuleName) {
        if !self.follows_names() || !self.worklist.fully_live_modules.insert(name.to_string()) {
            return;
        }
        let Some(module) = self.worklist.loaded(name.as_str()) else {
            return;
        };
        let scopes = &self.worklist.module(module).summary.scopes;
        for (place, scope) in scopes.iter().enumerate().skip(1) {
            if scope.class.is_none() {
                let id = ScopeId(u32::try_from(place).unwrap_or(u32::MAX));
                self.worklist.items.push(WorkItem::Scope(module, id));
            }
        }
        for class in self.worklist.classes_of(module) {
            self.worklist
                .items
                .push(WorkItem::Class(module, class, UseKind::Used));
        }
    }

    /// A module is passed around as a value: its functions are members of it.
    pub(super) fn mark_escaped(&mut self, name: &str) {
        if !self.follows_names() {
            return;
        }
        let Resolved::Module(name, _) = self.context.resolve(name) else {
            return;
        };
        if self.worklist.escaped_modules.contains_key(&name) {
            return;
        }
        let by = self.worklist.current;
        self.worklist.escaped_modules.insert(name.clone(), by);
        for submodule in self.worklist.submodules(&name) {
            self.mark_escaped(submodule.as_str());
        }
        if let Some(module) = self.worklist.loaded(name.as_str()) {
            self.expose_members(module);
        }
    }

    /// The functions and classes of a module that is passed around are live when their names are
    /// read of some value.
    pub(super) fn expose_members(&mut self, module: ModuleId) {
        let summary = self.worklist.module(module).summary;
        let by = self
            .worklist
            .escaped_modules
            .get(&self.worklist.module(module).name)
            .copied()
            .flatten();
        // What it imports is its own business: nobody reads `os` of a module that is handed around.
        let is_import = |bindings: &Vec<Binding>| {
            bindings
                .iter()
                .all(|binding| matches!(binding, Binding::Module(_)))
        };
        let own = summary
            .bindings
            .iter()
            .filter(|(_, bindings)| !is_import(bindings));
        for (name, _) in own {
            let reading = NameUse {
                name,
                attributes: &[],
                kind: UseKind::Used,
                by,
            };
            let job = WorkItem::Name(module, reading);
            if self.worklist.may_be_accessed(name) {
                self.worklist.items.push(job);
            } else {
                self.worklist.wait_for_attribute(name, job);
            }
        }
    }
}
