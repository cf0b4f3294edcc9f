//! Marks scopes and classes live, and follows what they reference.

use super::worklist::{ModuleId, NameUse, UseKind, WorkItem};
use super::{Reachability, Resolved};

use crate::graph::branch_folding::ModuleView;
use crate::graph::context::ModuleProvider;
use crate::scan::{Binding, ClassId, GuardId, LookupKind, NameChain, Scope, ScopeId};
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Marks a scope live, and follows its imports and the names that it reads.
    pub(super) fn visit_scope(&mut self, module: ModuleId, id: ScopeId) {
        if self.is_deferred(module, id) || !self.worklist.live_scopes.insert((module, id)) {
            return;
        }
        self.worklist.current = Some((module, id));
        self.activate_callbacks_of(module, id);
        for index in self.worklist.module(module).sites_in(id) {
            self.follow_site(module, index);
        }
        if id == ScopeId::BODY {
            let summary = self.worklist.module(module).summary;
            for (index, site) in summary.imports.iter().enumerate() {
                if self.context.runs_at_import(site) {
                    self.follow_site(module, index);
                }
            }
        }
        self.follow_lazy_imports(module, id);
        if self.follows_names() {
            self.follow_names(module, id);
        }
        self.worklist.current = None;
    }

    /// Follows all names, strings and codecs that a live scope reads.
    fn follow_names(&mut self, module: ModuleId, id: ScopeId) {
        let summary = self.worklist.module(module).summary;
        let scope = summary.scope(id);
        for chain in &scope.uses {
            self.follow_use(module, id, chain);
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
        if let Some(class) = scope.class {
            self.worklist.add_receiver_names((module, class), scope);
        }
        let name = self.worklist.module(module).name.clone();
        let node = self.worklist.module(module).node;
        for codec in &scope.codecs {
            self.follow_codec(node, codec);
        }
        for text in &scope.strings {
            self.follow_entry_points(node, text);
        }
        if scope.reflection.names_codecs {
            self.follow_codec_strings(module, id);
        }
        if self.context.is_dependency(&name) {
            self.follow_indirect_codecs(module, id);
            if reads_own_globals(scope) {
                self.mark_escaped(name.as_str());
            }
            self.follow_opened_sources(module, id);
            if scope.reflection.imports_dynamically && scope.class.is_some() {
                self.record_importing_method();
            }
            if scope.reflection.imports_dynamically || reads_path(scope) {
                self.follow_own_package(module);
            }
            if scope.reflection.imports_dynamically
                || self.worklist.dynamic_importers.contains(&module)
            {
                self.record_dynamic_import(module);
                self.follow_module_strings(module, id);
                if reads_path(scope) {
                    self.record_listing();
                }
            }
            if self.worklist.dependencies_import_dynamically {
                self.follow_dotted_strings(module, id);
            }
        }
        if self.context.app.contains_key(&name) {
            let looks_up = |kind| {
                let mut lookups = summary.dynamic_lookups.iter();
                lookups.any(|lookup| lookup.kind == kind)
            };
            let imports_dynamically = looks_up(LookupKind::Module);
            if looks_up(LookupKind::RunModule) {
                self.run_named_modules(module, id);
            }
            if imports_dynamically
                || self.worklist.methods_import_dynamically
                || self.worklist.dynamic_importers.contains(&module)
            {
                self.follow_module_strings(module, id);
            }
            for text in &scope.strings {
                self.follow_codec(node, text);
                self.follow_object_string(node, text);
            }
            // `"logging.handlers." + name`
            for stem in scope
                .prefixes
                .iter()
                .filter_map(|text| text.strip_suffix('.'))
            {
                if self.is_python_module(stem) {
                    self.follow_module_string(node, stem);
                }
            }
        }
    }

    /// Marks a class live, with its bases, its nested classes and those of its methods that may be called.
    ///
    /// Of an exported class, all methods without a leading underscore may be called. Of one that is only subclassed,
    /// only `__init_subclass__` may be, by the class statement.
    pub(super) fn visit_class(&mut self, module: ModuleId, id: ClassId, kind: UseKind) {
        match self.worklist.live_classes.get(&(module, id)) {
            Some(known) if *known >= kind => return,
            _ => self.worklist.live_classes.insert((module, id), kind),
        };
        let loaded = self.worklist.module(module);
        let summary = loaded.summary;
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
        for nested in &class.classes {
            self.worklist
                .items
                .push(WorkItem::Class(module, *nested, kind));
        }
        self.visit_methods(module, id, kind);
    }

    /// Marks those methods of a class live that may be called, and lets the others wait for a use of their name.
    fn visit_methods(&mut self, module: ModuleId, id: ClassId, kind: UseKind) {
        let loaded = self.worklist.module(module);
        let summary = loaded.summary;
        let is_fully_live = summary.opaque || self.context.app.contains_key(&loaded.name);
        for &method in &summary.class(id).methods {
            if is_fully_live || self.is_method_live(summary.scope(method), kind) {
                self.worklist.mark_live(module, method, None);
            } else {
                let name = method_name(summary.scope(method));
                self.worklist
                    .wait_for_attribute(name, WorkItem::Method(module, method));
            }
        }
    }

    /// Returns whether a method may be called by what is live so far.
    fn is_method_live(&self, method: &Scope, kind: UseKind) -> bool {
        let name = method_name(method);
        let is_public = kind == UseKind::Exported && !name.starts_with('_');
        is_public || method.may_be_registered || self.worklist.may_be_accessed(name)
    }

    /// Follows a chain that a live scope reads, or defers it until the name that its guard tests for is referenced.
    pub(super) fn follow_use(&mut self, module: ModuleId, scope: ScopeId, chain: &'a NameChain) {
        if !self.can_hold(module, chain.guard) {
            return;
        }
        if self.waits_for_request(module, chain.guard, &WorkItem::Use(module, scope, chain)) {
            return;
        }
        if let Some(name) = chain.chain.first()
            && self.builtins.contains_key(name.as_str())
            && self
                .worklist
                .module(module)
                .summary
                .may_be_builtin(scope, name)
        {
            self.read_builtin(name);
        }
        self.follow_chain(module, scope, chain, UseKind::Used);
    }

    /// Returns whether code under `guard` can run on the target.
    pub(super) fn can_hold(&mut self, module: ModuleId, guard: GuardId) -> bool {
        if guard == GuardId::ALWAYS {
            return true;
        }
        if let Some(can_hold) = self.worklist.guard_results.get(&(module, guard)) {
            return *can_hold;
        }
        let loaded = self.worklist.module(module);
        let view = ModuleView {
            context: self.context,
            module: &loaded.name,
            summary: loaded.summary,
            unimportable: self.unimportable,
            is_main: loaded.is_main,
        };
        // The position in a `try` body is unknown: the code may come before the import that fails.
        let can_hold = view.site_liveness(guard, 0).is_some();
        self.worklist
            .guard_results
            .insert((module, guard), can_hold);
        can_hold
    }

    /// Records that an attribute is read from a value of unknown type.
    pub(super) fn access_attribute(&mut self, name: &'a str) {
        self.reference_name(name);
        self.worklist.add_attribute_name(name);
    }

    /// Records that a name is referenced, and follows the hidden imports that it triggers.
    pub(super) fn reference_name(&mut self, name: &'a str) {
        self.activate_callbacks_by_name(name);
        // `__builtins__` is the module, or its dictionary.
        if name == "__builtins__" {
            self.escape_builtins();
        }
        for (node, hidden) in self.worklist.add_name(name) {
            self.follow_hidden_import(node, hidden);
        }
    }

    /// Marks all functions and classes of a module live, because C code may call and instantiate them.
    pub(super) fn mark_all_live(&mut self, name: &ModuleName) {
        if !self.follows_names() || !self.worklist.fully_live_modules.insert(name.to_string()) {
            return;
        }
        self.request_all(name);
        let Some(module) = self.worklist.loaded(name.as_str()) else {
            return;
        };
        let scopes = &self.worklist.module(module).summary.scopes;
        for (index, scope) in scopes.iter().enumerate().skip(1) {
            if scope.class.is_none() {
                let id = ScopeId(u32::try_from(index).unwrap_or(u32::MAX));
                self.worklist.items.push(WorkItem::Scope(module, id));
            }
        }
        for class in self.worklist.classes_of(module) {
            self.worklist
                .items
                .push(WorkItem::Class(module, class, UseKind::Used));
        }
    }

    /// Marks a module as passed around as a value, so that its functions can be read as attributes.
    pub(super) fn mark_escaped(&mut self, name: &str) {
        if !self.follows_names() {
            return;
        }
        if name == "builtins" {
            self.escape_builtins();
        }
        let Resolved::Module(name, _) = self.context.resolve(name) else {
            return;
        };
        if self.worklist.escaped_modules.contains_key(&name) {
            return;
        }
        let by = self.worklist.current;
        self.worklist.escaped_modules.insert(name.clone(), by);
        self.escape_requests(&name);
        for submodule in self.worklist.submodules(&name) {
            self.mark_escaped(submodule.as_str());
        }
        if let Some(module) = self.worklist.loaded(name.as_str()) {
            self.expose_members(module);
        }
    }

    /// Makes the functions and classes of an escaped module live once their names are read from some value.
    pub(super) fn expose_members(&mut self, module: ModuleId) {
        let summary = self.worklist.module(module).summary;
        let by = self
            .worklist
            .escaped_modules
            .get(&self.worklist.module(module).name)
            .copied()
            .flatten();
        // Imported modules do not count: no code reads `os` from a module that is passed around.
        let is_import = |bindings: &Vec<Binding>| {
            bindings
                .iter()
                .all(|binding| matches!(binding, Binding::Module(_)))
        };
        let exposed = summary
            .bindings
            .iter()
            .filter(|(_, bindings)| !is_import(bindings));
        for (name, _) in exposed {
            let name_use = NameUse {
                name,
                attributes: &[],
                kind: UseKind::Used,
                by,
            };
            let item = WorkItem::Name(module, name_use);
            if self.worklist.may_be_accessed(name) {
                self.worklist.items.push(item);
            } else {
                self.worklist.wait_for_attribute(name, item);
            }
        }
    }
}

/// Returns whether a scope may read names of its module by computed names: `globals()[name]`,
/// `getattr(sys.modules[__name__], name)`.
fn reads_own_globals(scope: &Scope) -> bool {
    let reads = |chain: &[&str]| {
        let mut uses = scope.uses.iter();
        uses.any(|used| {
            used.chain
                .iter()
                .map(|name| name.as_str())
                .eq(chain.iter().copied())
        })
    };
    reads(&["globals"]) || reads(&["sys", "modules"]) && reads(&["__name__"])
}

/// Returns whether a scope looks for modules in the folder of a package, such as its own:
/// `pkgutil.iter_modules(__path__)`. `__path__ = extend_path(__path__, __name__)` only declares a namespace package.
fn reads_path(scope: &Scope) -> bool {
    let names = || scope.uses.iter().flat_map(|used| &used.chain);
    let attributes = scope.attribute_names.iter().map(|(_, name)| name);
    names().any(|name| name == "__path__")
        && !names().chain(attributes).any(|name| name == "extend_path")
}

/// Returns the name of a method without that of its class.
fn method_name(method: &Scope) -> &str {
    method.name.rsplit('.').next().unwrap_or(&method.name)
}
