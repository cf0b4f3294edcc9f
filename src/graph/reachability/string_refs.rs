//! Follows strings that name modules, or objects in modules.

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

use super::worklist::{ModuleId, NameUse, UseKind, WorkItem};
use super::{Edge, EdgeKind, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::{ExtensionModuleStrings, Identifier, Import, ModuleSummary, NameChain, ScopeId};
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Records that a module uses a function that imports by a name that it receives or computes. The strings of a
    /// module of the app or of a dependency may be such names.
    pub(super) fn record_dynamic_import(&mut self, by: ModuleId) {
        let name = self.worklist.module(by).name.clone();
        if self.context.is_stdlib(&name) || !self.worklist.dynamic_importers.insert(by) {
            return;
        }
        for scope in self.live_scopes_of(by) {
            self.follow_module_strings(by, scope);
        }
        if self.context.is_dependency(&name) {
            self.follow_all_dotted_strings();
        }
    }

    /// Records that a method of a dependency imports by a name that it receives. It is unknown where it is called, so that
    /// each string of the app may be such a name.
    pub(super) fn record_importing_method(&mut self) {
        if std::mem::replace(&mut self.worklist.methods_import_dynamically, true) {
            return;
        }
        for module in self.worklist.ids() {
            let name = &self.worklist.module(module).name;
            if self.context.app.contains_key(name) {
                for scope in self.live_scopes_of(module) {
                    self.follow_module_strings(module, scope);
                }
            }
        }
    }

    /// Follows the dotted strings of all dependencies, which one of them may import.
    fn follow_all_dotted_strings(&mut self) {
        if std::mem::replace(&mut self.worklist.dependencies_import_dynamically, true) {
            return;
        }
        for module in self.worklist.ids() {
            if self
                .context
                .is_dependency(&self.worklist.module(module).name)
            {
                for scope in self.live_scopes_of(module) {
                    self.follow_dotted_strings(module, scope);
                }
            }
        }
    }

    pub(super) fn live_scopes_of(&self, module: ModuleId) -> Vec<ScopeId> {
        let count = self.worklist.module(module).summary.scopes.len();
        let scopes = (0..count).filter_map(|scope| u32::try_from(scope).ok());
        let scopes = scopes.map(ScopeId);
        let live = scopes.filter(|scope| self.worklist.live_scopes.contains(&(module, *scope)));
        live.collect()
    }

    /// Follows the modules in the package of a module of a dependency, which imports by a computed name. Its tests and
    /// its `__main__` modules are not among them: programs that import those name them.
    pub(super) fn follow_own_package(&mut self, module: ModuleId) {
        let context = self.context;
        let loaded = self.worklist.module(module);
        let (node, name) = (loaded.node, loaded.name.clone());
        let Some(package) = context.package_of(&name) else {
            return;
        };
        let stem = format!("{package}.");
        let mut names = context.dependencies.starting_with(&stem);
        if !is_test(name.as_str()) {
            names.retain(|name| !is_test(name));
        }
        for name in names {
            let kind = EdgeKind::Implicit(format!("in '{package}', which imports computed names"));
            self.add_import(node, &context.resolve(&name), Edge { kind, line: 0 });
            self.mark_escaped(&name);
        }
    }

    /// Follows the modules of a dependency whose source files a scope opens: `join(dirname(__file__), "worker.py")`. If it
    /// only names such a file, that may be a template.
    pub(super) fn follow_opened_sources(&mut self, module: ModuleId, scope: ScopeId) {
        let context = self.context;
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        let scope = summary.scope(scope);
        let reads_file = |used: &NameChain| used.chain.iter().any(|name| name == "__file__");
        let Some(package) = context.package_of(&loaded.name) else {
            return;
        };
        let opens_files = scope.uses.iter().any(reads_file);
        for text in &scope.strings {
            let Some(stem) = text.strip_suffix(".py") else {
                continue;
            };
            let Ok(opened) = package.child(stem) else {
                continue;
            };
            if !opens_files && context.is_dependency(&opened) && !stem.starts_with("__") {
                self.worklist.named_sources.insert(opened);
            } else if opens_files && context.is_dependency(&opened) {
                let kind = EdgeKind::Implicit(format!("its file is opened as '{text}'"));
                let resolved = context.resolve(opened.as_str());
                self.add_import(node, &resolved, Edge { kind, line: 0 });
                self.mark_escaped(opened.as_str());
                self.worklist
                    .run_modules
                    .entry(opened.clone())
                    .or_insert(false);
                if let Some(loaded) = self.worklist.loaded(opened.as_str()) {
                    self.run_as_main(loaded);
                }
                self.worklist.opened_sources.insert(opened);
            }
        }
    }

    /// Follows the entry points of a group that a string names.
    pub(super) fn follow_entry_points(&mut self, node: NodeIndex, group: &str) {
        let context = self.context;
        for object in context.entry_points.group(group) {
            let kind = EdgeKind::Implicit(format!("an entry point of the group '{group}'"));
            let module = context.resolve(object.module.as_str());
            self.add_import(node, &module, Edge { kind, line: 0 });
            match object.attributes.split_first() {
                Some((name, rest)) => {
                    self.resolve_in_source(object.module.as_str(), name, rest, UseKind::Used);
                    // Plugins are objects whose methods the loader calls by names of its own.
                    self.mark_escaped(object.module.as_str());
                }
                None => self.mark_escaped(object.module.as_str()),
            }
        }
    }

    /// Follows the modules that an extension module names. Those of their functions and classes that it names as well
    /// are live.
    pub(super) fn follow_named_modules(
        &mut self,
        node: NodeIndex,
        extension: &ModuleName,
        summary: &'a ModuleSummary,
    ) {
        let Some(strings) = &summary.extension else {
            return;
        };
        self.worklist.add_extension(strings);
        for module in &summary.named_modules {
            let kind = EdgeKind::Implicit(format!("named in the extension module '{extension}'"));
            let resolved = self.context.resolve(module);
            self.add_import(node, &resolved, Edge { kind, line: 0 });
            if let Resolved::Module(module, _) = resolved {
                let names = &mut self.worklist.named_by_extensions;
                names.entry(module.clone()).or_default().push(strings);
                if let Some(module) = self.worklist.loaded(module.as_str()) {
                    self.expose_to_extension(module, strings);
                }
            }
        }
    }

    /// Marks the functions and classes of a module live that an extension module names.
    pub(super) fn expose_to_extension(
        &mut self,
        module: ModuleId,
        strings: &ExtensionModuleStrings,
    ) {
        if !self.follows_names() {
            return;
        }
        let names = self.worklist.module(module).summary.bindings.keys();
        for name in names.filter(|name| strings.mentions(name)) {
            let name_use = NameUse {
                name,
                attributes: &[],
                kind: UseKind::Used,
                by: None,
            };
            self.worklist.items.push(WorkItem::Name(module, name_use));
        }
    }

    /// Follows the strings of a scope that are names of modules. Those of a dependency may be relative to a package
    /// around the module, and those of the app to a package that the module imports: `f"{package.__name__}.plugin"`.
    pub(super) fn follow_module_strings(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        let is_dependency = self.context.is_dependency(&loaded.name);
        let packages: Vec<ModuleName> = if is_dependency {
            let package = self.context.package_of(&loaded.name);
            std::iter::successors(package, ModuleName::parent).collect()
        } else {
            Vec::new()
        };
        let imports = summary.imports.iter().map(|site| &site.import);
        let imported: BTreeSet<&str> = imports.filter_map(Import::absolute_name).collect();
        let scope = summary.scope(scope);
        let names = scope.attribute_names.iter().map(|(_, name)| name);
        for name in names.chain(&scope.strings) {
            if self.is_python_module(name) {
                self.follow_module_string(node, name);
            }
            let relative = name.trim_start_matches('.');
            if is_dependency {
                self.record_name_part(node, relative);
            }
            if !is_dependency && name.starts_with('.') {
                let names = imported.iter().map(|package| format!("{package}{name}"));
                let names: Vec<String> = names.filter(|name| self.is_python_module(name)).collect();
                names
                    .iter()
                    .for_each(|name| self.follow_module_string(node, name));
            }
            if !self.may_be_module(relative) {
                continue;
            }
            for package in &packages {
                let absolute = format!("{package}.{relative}");
                if self.is_python_module(&absolute) {
                    self.follow_module_string(node, &absolute);
                }
            }
        }
        for stem in scope.prefixes.iter().filter(|stem| stem.ends_with('.')) {
            let relative = stem.trim_start_matches('.');
            self.follow_stem(node, stem, &scope.suffixes);
            for package in &packages {
                self.follow_stem(node, &format!("{package}.{relative}"), &scope.suffixes);
            }
        }
    }

    /// Runs the modules that strings of a scope name, and those that its module imports, because one of them may be that
    /// which another interpreter runs.
    pub(super) fn run_named_modules(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        let imports = summary.imports.iter().map(|site| &site.import);
        let imported: BTreeSet<&str> = imports.filter_map(Import::absolute_name).collect();
        let scope = summary.scope(scope);
        let names = scope.attribute_names.iter().map(|(_, name)| &**name);
        let strings = scope.strings.iter().map(|name| &**name);
        for name in names.chain(strings).chain(imported) {
            if self.is_python_module(name) {
                let edge = Edge {
                    kind: EdgeKind::Implicit(format!("named by the string '{name}'")),
                    line: 0,
                };
                self.run_module(node, &self.context.resolve(name), edge);
            }
        }
    }

    /// Follows the dotted strings of a scope of a dependency that name modules of dependencies, or objects in them, or that
    /// begin such names.
    pub(super) fn follow_dotted_strings(&mut self, module: ModuleId, scope: ScopeId) {
        let context = self.context;
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        let is_named = |text: &str| {
            let parts = text.match_indices(['.', ':']).map(|(end, _)| &text[..end]);
            let names = parts
                .chain([text])
                .filter_map(|part| ModuleName::new(part).ok());
            names.into_iter().any(|name| context.is_dependency(&name))
        };
        let scope = summary.scope(scope);
        for text in &scope.strings {
            if text.contains('.') && is_named(text) {
                self.follow_object_string(node, text);
            }
        }
        let stems = scope.prefixes.iter();
        for stem in stems.filter(|stem| stem.ends_with('.') && is_named(stem)) {
            self.follow_stem(node, stem, &scope.suffixes);
        }
    }

    /// Follows the modules whose names begin with `stem`, which a computed part and one of `suffixes` may follow.
    fn follow_stem(&mut self, node: NodeIndex, stem: &str, suffixes: &BTreeSet<Identifier>) {
        let suffixes: Vec<&str> = suffixes.iter().map(|suffix| &**suffix).collect();
        let mut names = self.context.computed_names(stem, &suffixes);
        names.retain(|name| !is_test(name));
        for name in names {
            self.follow_module_string(node, &name);
        }
    }

    /// Follows a string that is the name of a module, in a module that imports by computed names.
    pub(super) fn follow_module_string(&mut self, node: NodeIndex, name: &str) {
        let kind = EdgeKind::Implicit(format!("named by the string '{name}'"));
        self.add_import(node, &self.context.resolve(name), Edge { kind, line: 0 });
        self.mark_escaped(name);
        self.record_named_package(name);
    }

    /// Follows a string like `logging.handlers.MemoryHandler`, which the code that receives it may resolve.
    pub(super) fn follow_object_string(&mut self, node: NodeIndex, text: &'a str) {
        self.record_named_package(text.split(':').next().unwrap_or(text));
        let mut rest = text;
        // `statistics:mean`, as in entry points
        if let Some((module, object)) = text.split_once(':') {
            let is_name = |part: &str| ModuleName::new(part).is_ok();
            if is_name(object) && self.is_python_module(module) {
                self.follow_module_string(node, module);
            }
            rest = module;
        }
        while let Some((module, last)) = rest.rsplit_once('.') {
            for name in [rest, module] {
                if self.is_python_module(name) {
                    let resolved = self.context.resolve(name);
                    let kind = EdgeKind::Implicit(format!("named by the string '{text}'"));
                    self.add_import(node, &resolved, Edge { kind, line: 0 });
                    self.mark_escaped(name);
                }
            }
            self.access_attribute(last);
            rest = module;
        }
    }
}

/// Returns whether a module is a test, or the `__main__` of a package.
pub(super) fn is_test(module: &str) -> bool {
    let is_test = |part: &str| {
        matches!(part, "test" | "tests" | "testing" | "conftest" | "__main__")
            || part.starts_with("test_")
            || part.ends_with("_test")
            || part.ends_with("_tests")
    };
    module.split('.').any(is_test)
}
