//! Reachability analysis: finds the modules that can be imported at run time, and the functions that can be called.
//!
//! A worklist over scopes, which uses names in place of types like rapid type analysis. The closures differ in which
//! scopes are live at the start:
//!
//! - `import-time`: module bodies, and all scopes of the app. Names are not followed.
//! - `reachable`: the same, and the public API of the roots. Names are followed.
//! - `everything`: all scopes of all loaded modules.
//!
//! The sets of modules, scopes, classes and names only grow, so the analysis terminates, and the order of the work does
//! not matter. `docs/src/closure.md` explains why the result is complete.

mod callbacks;
mod codec_refs;
mod implicit_imports;
mod joined_names;
mod lazy_imports;
mod liveness;
mod name_resolution;
mod public_api;
mod receivers;
mod requests;
mod results;
mod string_refs;
mod worklist;

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use petgraph::graph::NodeIndex;

use self::worklist::{LoadedModule, ModuleId, NameUse, UseKind, WorkItem, Worklist};
use super::branch_folding::ModuleView;
use super::builder::GraphBuilder;
use super::context::{AnalysisContext, EntryPoint, ModuleProvider, RUNPY};
use super::import_failure::ImportFailure;
use super::resolve::{Origin, Resolved};
use super::{Edge, EdgeKind, ImportGraph};
use crate::manifest::DeferredCallback;
use crate::profile::Closure;
use crate::scan::{Import, ScopeId, SourceOrigin};
use crate::types::ModuleName;

/// The state of the reachability analysis.
pub(super) struct Reachability<'a, S: ModuleProvider> {
    context: &'a AnalysisContext<'a, S>,
    closure: Closure,
    unimportable: &'a BTreeMap<ModuleName, ImportFailure>,
    builder: GraphBuilder,
    worklist: Worklist<'a>,
    /// Reached modules that are not scanned yet.
    frontier: Vec<(NodeIndex, ModuleName)>,
    /// The deferred callbacks by the names through which they are reached.
    callbacks_by_name: HashMap<&'a str, Vec<&'a DeferredCallback>>,
    /// What depends on builtins, by the name of the builtin.
    builtins: HashMap<&'a str, Vec<&'a str>>,
    /// The last parts of the names of all modules.
    last_parts: HashSet<String>,
}

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    pub(super) fn new(
        context: &'a AnalysisContext<'a, S>,
        unimportable: &'a BTreeMap<ModuleName, ImportFailure>,
        closure: Closure,
    ) -> Self {
        Self {
            context,
            closure,
            unimportable,
            builder: GraphBuilder::new(),
            worklist: Worklist::default(),
            frontier: Vec::new(),
            callbacks_by_name: callbacks::callbacks_by_name(context.deferred_callbacks),
            builtins: callbacks::dependent_on_builtins(context),
            last_parts: context.last_parts().collect(),
        }
    }

    pub(super) fn run(mut self, entry_points: &'a [EntryPoint]) -> Result<ImportGraph, S::Error> {
        let meta_root = self.builder.meta_root();
        self.add_c_attribute_reads(None);
        for entry_point in entry_points {
            self.add_entry_point(meta_root, entry_point);
        }
        self.follow_hidden_imports_of(meta_root, &ModuleName::builtins());
        let context = self.context;
        for codec in &context.requested_codecs {
            self.follow_codec(meta_root, codec);
        }
        loop {
            while let Some(item) = self.worklist.items.pop() {
                self.process(item);
            }
            if self.frontier.is_empty() {
                if self.activate_receiver_names() {
                    continue;
                }
                return Ok(self.finish());
            }
            let frontier = std::mem::take(&mut self.frontier);
            let names: Vec<ModuleName> = frontier.iter().map(|(_, name)| name.clone()).collect();
            self.context.prepare(&names)?;
            for (node, name) in frontier {
                self.visit_module(node, &name);
            }
        }
    }

    fn add_entry_point(&mut self, meta_root: NodeIndex, entry_point: &'a EntryPoint) {
        let EntryPoint {
            module,
            kind,
            all_functions_live,
            called_functions,
        } = entry_point;
        match kind {
            EdgeKind::Root => _ = self.worklist.roots.insert(module.to_string()),
            EdgeKind::RunModule => {
                self.worklist.run_modules.insert(module.clone(), false);
            }
            EdgeKind::EntryPoint => {}
            _ if !called_functions.is_empty() => {}
            _ if self.follows_names() || *all_functions_live => {
                self.worklist.fully_live_modules.insert(module.to_string());
            }
            _ => {}
        }
        let edge = Edge {
            kind: kind.clone(),
            line: 0,
        };
        self.add_import(meta_root, &self.context.resolve(module.as_str()), edge);
        if self.follows_names() {
            for function in called_functions {
                if let Some((name, attributes)) = function.split_first() {
                    self.resolve_in_source(module.as_str(), name, attributes, UseKind::Used);
                }
            }
        }
    }

    fn finish(self) -> ImportGraph {
        // Unless names are followed, it is unknown which functions are called, and any of them may read annotations.
        let only_live = self.follows_names();
        let context = self.context;
        let origin = |name: &ModuleName| {
            if context.app.contains_key(name) {
                SourceOrigin::App
            } else if context.is_dependency(name) {
                SourceOrigin::Dependency
            } else {
                SourceOrigin::Library
            }
        };
        let annotation_readers = self.worklist.annotation_readers(only_live, origin);
        ImportGraph {
            live_functions: self.worklist.live_functions(),
            liveness: self.worklist.liveness_reasons(&annotation_readers),
            annotation_readers,
            opened_sources: self.worklist.opened_sources,
            named_sources: self.worklist.named_sources,
            run_modules: self.worklist.run_modules.into_keys().collect(),
            ..self.builder.finish(self.unimportable.clone())
        }
    }

    /// Returns whether names in live scopes make other scopes live.
    fn follows_names(&self) -> bool {
        self.closure != Closure::ImportTime
    }

    fn process(&mut self, item: WorkItem<'a>) {
        match item {
            WorkItem::Scope(module, scope) => self.visit_scope(module, scope),
            WorkItem::Class(module, class, kind) => self.visit_class(module, class, kind),
            WorkItem::Base(module, base) => {
                self.follow_chain(module, ScopeId::BODY, base, UseKind::Subclassed);
            }
            WorkItem::Site(module, index) => self.follow_site(module, index),
            WorkItem::Use(module, scope, chain) => {
                self.worklist.current = Some((module, scope));
                self.follow_use(module, scope, chain);
                self.worklist.current = None;
            }
            WorkItem::Name(
                module,
                NameUse {
                    name,
                    attributes: rest,
                    kind,
                    by,
                },
            ) => {
                self.worklist.current = by;
                self.resolve_attribute(module, name, rest, kind);
                self.worklist.current = None;
            }
            WorkItem::Method(module, scope) => self.worklist.mark_live(module, scope, None),
        }
    }

    // ---- loading modules ----------------------------------------------------------------------

    /// Adds an import to the graph. If the module is new, follows its packages and hidden imports, and adds it to the
    /// frontier.
    fn add_import(&mut self, from: NodeIndex, to: &Resolved, edge: Edge) {
        let Some((node, true)) = self.builder.add_import(from, to, edge, self.unimportable) else {
            return;
        };
        let name = self.builder.node(node).name.clone();
        if let Some(parent) = name.parent() {
            let edge = Edge {
                kind: EdgeKind::Parent,
                line: 0,
            };
            self.add_import(node, &self.context.resolve(parent.as_str()), edge);
        }
        self.follow_hidden_imports_of(node, &name);
        self.add_c_attribute_reads(Some(&name));
        if self.builder.node(node).origin == Origin::C {
            if self.worklist.roots.contains(name.as_str()) {
                self.mark_c_module_live(&name);
            }
        } else {
            self.frontier.push((node, name));
        }
    }

    /// Adds a scanned module to the worklist, marks its body live, and follows the names that waited for it.
    fn visit_module(&mut self, node: NodeIndex, name: &ModuleName) {
        let Some(Ok(summary)) = self.context.summary(name) else {
            return;
        };
        let has_callbacks = callbacks::has_callbacks(self.context.deferred_callbacks, name);
        let is_of_program = !self.context.is_stdlib(name);
        let worklist = &mut self.worklist;
        let module = worklist.add_module(node, name.clone(), summary, is_of_program, has_callbacks);
        self.follow_named_modules(node, name, summary);
        self.activate_callbacks_of_module(module);
        self.follow_early_requests(module);
        self.mark_body_live(module);
        if self.worklist.run_modules.contains_key(name) {
            self.run_as_main(module);
        }
        if self.follows_names() && self.worklist.roots.contains(name.as_str()) {
            self.mark_public_api_live(module);
        }
        self.follow_waiting_imports(name, summary);
        let extensions = self.worklist.named_by_extensions.get(name).cloned();
        for strings in extensions.into_iter().flatten() {
            self.expose_to_extension(module, strings);
        }
        for name_use in self.worklist.take_pending_uses(name) {
            self.worklist.items.push(WorkItem::Name(module, name_use));
        }
        if self.worklist.escaped_modules.contains_key(name) {
            self.expose_members(module);
        } else if name
            .parent()
            .is_some_and(|package| self.worklist.escaped_modules.contains_key(&package))
        {
            // `package.submodule` can be read from a package that is passed around.
            self.mark_escaped(name.as_str());
        }
    }

    /// Marks the body of a module live, and the scopes that may run without being named.
    fn mark_body_live(&mut self, module: ModuleId) {
        self.worklist
            .items
            .push(WorkItem::Scope(module, ScopeId::BODY));
        let LoadedModule { name, summary, .. } = self.worklist.module(module);
        let is_app = self.context.app.contains_key(name);
        let is_fully_live = self.worklist.fully_live_modules.contains(name.as_str());
        let all_live = match self.closure {
            Closure::ImportTime => is_app || is_fully_live,
            Closure::Reachable => is_app || summary.opaque,
            Closure::Everything => true,
        };
        let summary = *summary;
        if !all_live && !self.follows_names() {
            return;
        }
        for (index, scope) in summary.scopes.iter().enumerate().skip(1) {
            let id = ScopeId(u32::try_from(index).unwrap_or(u32::MAX));
            let is_function = scope.class.is_none();
            let is_getattr = is_function && scope.name == "__getattr__";
            if all_live || is_getattr || scope.may_be_registered || (is_function && is_fully_live) {
                self.worklist.items.push(WorkItem::Scope(module, id));
            }
        }
        for class in self.worklist.classes_of(module) {
            // The class statement runs with the body, and calls `__init_subclass__` of the bases.
            let bases = summary.class(class).bases.iter();
            self.worklist
                .items
                .extend(bases.map(|base| WorkItem::Base(module, base)));
            if all_live || is_fully_live || summary.class(class).may_be_registered {
                self.worklist
                    .items
                    .push(WorkItem::Class(module, class, UseKind::Used));
            }
        }
    }

    /// Marks the body of a loaded module live as `__main__`, in addition to the imported module.
    fn run_as_main(&mut self, module: ModuleId) {
        let name = self.worklist.module(module).name.clone();
        if self.worklist.run_modules.insert(name, true) != Some(true) {
            let main = self.worklist.add_main(module);
            self.mark_body_live(main);
        }
    }

    /// Adds the import of a module that another interpreter runs as `__main__`, and that of `runpy`, which runs it.
    fn run_module(&mut self, from: NodeIndex, module: &Resolved, edge: Edge) {
        let Some(Resolved::Module(name, origin)) = self.context.main_of(module) else {
            return;
        };
        let runner = Edge {
            kind: EdgeKind::through_runpy(),
            line: edge.line,
        };
        self.add_import(from, &self.context.resolve(RUNPY), runner);
        if let Resolved::Module(runner, _) = self.context.resolve(RUNPY) {
            self.mark_all_live(&runner);
        }
        self.worklist
            .run_modules
            .entry(name.clone())
            .or_insert(false);
        if let Some(loaded) = self.worklist.loaded(name.as_str()) {
            self.run_as_main(loaded);
        }
        self.add_import(from, &Resolved::Module(name, origin), edge);
    }

    /// Follows an import site of a live scope.
    fn follow_site(&mut self, module: ModuleId, index: usize) {
        let loaded = self.worklist.module(module);
        let (name, summary, node) = (loaded.name.clone(), loaded.summary, loaded.node);
        let is_main = loaded.is_main;
        let site = &summary.imports[index];
        let view = ModuleView {
            context: self.context,
            module: &name,
            summary,
            unimportable: self.unimportable,
            is_main,
        };
        let Some(live) = view.site_liveness(site.guard, index) else {
            return;
        };
        if self.waits_for_request(module, site.guard, &WorkItem::Site(module, index)) {
            return;
        }
        if let Import::From { names, .. } = &site.import {
            names.iter().for_each(|name| self.reference_name(name));
            self.request_imported_names(module, index, names);
            self.read_lazy_names_of(module, index, names);
        }
        let edge = Edge {
            kind: EdgeKind::of_import(summary, site, self.context.is_lazy(site), live),
            line: site.line,
        };
        for (target, _) in self.context.targets(&name, &site.import) {
            if summary.is_in_string(site) && matches!(target, Resolved::Unknown(_)) {
                continue;
            }
            self.add_import(node, &target, edge.clone());
            if let Import::RunModule(_) = &site.import {
                self.run_module(node, &target, edge.clone());
            }
            if let (Import::Dynamic(_) | Import::Computed { .. }, Resolved::Module(target, _)) =
                (&site.import, &target)
            {
                self.mark_escaped(target.as_str());
            }
        }
    }
}
