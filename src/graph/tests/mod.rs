//! Tests of the graph on small libraries. Each test has its library in a few lines of Python.

#![allow(clippy::unwrap_used, clippy::panic)]

mod annotations;
mod callbacks;
mod conditions;
mod dependencies;
mod hidden;
mod import_time;
mod lazy_imports;
mod properties;
mod reachable;
mod strings;
mod try_blocks;
mod unimportable;
mod why;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::LazyLock;

use super::{
    AnalysisContext, CodecAliases, EdgeKind, EntryPoint, ImportFailure, ImportGraph,
    ModuleProvider, Origin, build_graph,
};
use crate::dependency::EntryPointGroups;
use crate::diagnostic::Provenance;
use crate::manifest::{
    CAttributeReads, DeferredCallback, HiddenImport, Manifests, NativePlatform, RedundantImport,
    RuntimeFeature, TargetFacts,
};
use crate::profile::{Closure, Exclusion, Exclusions, Pattern};
use crate::scan::{ModuleSummary, ScanError, Scanned, SourceOrigin, scan};
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, Version};
use crate::yaml;

/// A standard library of a few modules, an app with its dependencies, and a target.
struct Fixture {
    stdlib: Modules,
    dependencies: Modules,
    entry_points: EntryPointGroups,
    app: BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    target: TargetFacts,
    hidden: Vec<HiddenImport>,
    c_attribute_reads: Vec<CAttributeReads>,
    deferred_callbacks: Vec<DeferredCallback>,
    redundant: Vec<RedundantImport>,
    runtime_features: BTreeSet<RuntimeFeature>,
    aliases: BTreeMap<String, String>,
    requested_codecs: Vec<String>,
    excluded: BTreeMap<String, String>,
}

/// Modules with their summaries; `None` for a namespace package.
#[derive(Default)]
struct Modules {
    modules: BTreeMap<ModuleName, (ModuleKind, Option<Result<ModuleSummary, ScanError>>)>,
    prepared: RefCell<BTreeSet<ModuleName>>,
}

impl ModuleProvider for Modules {
    type Error = Infallible;
    fn prepare(&self, names: &[ModuleName]) -> Result<(), Infallible> {
        self.prepared.borrow_mut().extend(names.iter().cloned());
        Ok(())
    }
    fn kind(&self, name: &str) -> Option<ModuleKind> {
        self.modules.get(name).map(|(kind, _)| *kind)
    }
    fn starting_with(&self, stem: &str) -> Vec<String> {
        let names = self.modules.keys().map(ToString::to_string);
        names.filter(|name| name.starts_with(stem)).collect()
    }
    fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>> {
        let (_, summary) = self.modules.get(name)?;
        if !self.prepared.borrow().contains(name) {
            return None;
        }
        summary.as_ref().map(Result::as_ref)
    }
}

impl Modules {
    /// Creates modules from their sources. A module that contains others is a package, and a package that is not
    /// listed is a namespace package.
    fn of(sources: &[(&str, &str)], origin: SourceOrigin) -> Self {
        let mut modules = BTreeMap::new();
        for (module, source) in sources {
            let module = name(module);
            for package in module.ancestors() {
                modules
                    .entry(package)
                    .or_insert((ModuleKind::Namespace, None));
            }
            let kind = kind(sources, &module);
            modules.insert(module, (kind, Some(summary(source, origin))));
        }
        let prepared = RefCell::default();
        Self { modules, prepared }
    }
}

impl Fixture {
    /// Creates a library of these modules on CPython 3.13 in a browser, where `math` is present, `grp` is missing and
    /// `zlib` is build-dependent.
    fn new(stdlib: &[(&str, &str)]) -> Self {
        Self {
            stdlib: Modules::of(stdlib, SourceOrigin::Library),
            dependencies: Modules::default(),
            entry_points: EntryPointGroups::default(),
            app: BTreeMap::new(),
            target: target("emscripten-browser", 13),
            hidden: Vec::new(),
            c_attribute_reads: Vec::new(),
            deferred_callbacks: Vec::new(),
            redundant: Vec::new(),
            runtime_features: BTreeSet::new(),
            aliases: BTreeMap::new(),
            requested_codecs: Vec::new(),
            excluded: BTreeMap::new(),
        }
    }

    /// Adds an app.
    fn app(mut self, modules: &[(&str, &str)]) -> Self {
        for (module, source) in modules {
            let module = name(module);
            let kind = kind(modules, &module);
            self.app
                .insert(module, (kind, summary(source, SourceOrigin::App).unwrap()));
        }
        self
    }

    /// Adds dependencies.
    fn dependencies(mut self, modules: &[(&str, &str)]) -> Self {
        self.dependencies = Modules::of(modules, SourceOrigin::Dependency);
        self
    }

    /// Adds the entry points of a dependency, in the format of `entry_points.txt`.
    fn entry_points(mut self, text: &str) -> Self {
        self.entry_points.add(&dedent(text));
        self
    }

    /// Sets the target and the version 3.`minor`.
    fn on_target(mut self, name: &str, minor: u16) -> Self {
        self.target = target(name, minor);
        self
    }

    /// Sets the hidden imports, in the format of `hidden-imports.yaml`.
    fn hidden(mut self, entries: &str) -> Self {
        self.hidden = yaml::parse(entries).unwrap();
        self
    }

    /// Sets the C attribute reads, in the format of `c-attribute-reads.yaml`.
    fn c_attribute_reads(mut self, entries: &str) -> Self {
        self.c_attribute_reads = yaml::parse(entries).unwrap();
        self
    }

    /// Sets the deferred callbacks, in the format of `deferred-callbacks.yaml`.
    fn deferred_callbacks(mut self, entries: &str) -> Self {
        self.deferred_callbacks = yaml::parse(entries).unwrap();
        self
    }

    /// Sets the redundant imports, in the format of `redundant-imports.yaml`.
    fn redundant(mut self, entries: &str) -> Self {
        self.redundant = yaml::parse(entries).unwrap();
        self
    }

    /// Excludes a module, for a reason.
    fn without(mut self, module: &str, reason: &str) -> Self {
        self.excluded.insert(module.to_owned(), reason.to_owned());
        self
    }

    /// Returns the graph that is reached from `roots` and from the app.
    fn close(&self, closure: Closure, roots: &[&str]) -> ImportGraph {
        let entry_point = |module, kind, all_functions_live| EntryPoint {
            module,
            kind,
            all_functions_live,
            called_functions: Vec::new(),
        };
        let roots = roots
            .iter()
            .map(|root| entry_point(name(root), EdgeKind::Root, false));
        let app = self.app.keys().cloned();
        let app = app.map(|module| entry_point(module, EdgeKind::App, true));
        self.close_from(closure, &roots.chain(app).collect::<Vec<_>>())
    }

    fn close_from(&self, closure: Closure, entry_points: &[EntryPoint]) -> ImportGraph {
        self.close_with(closure, entry_points, &BTreeMap::new())
    }

    /// Does the same if some modules are already known to be unimportable.
    fn close_with(
        &self,
        closure: Closure,
        entry_points: &[EntryPoint],
        known: &BTreeMap<ModuleName, ImportFailure>,
    ) -> ImportGraph {
        let exclusions = self.excluded.iter();
        let exclusions = exclusions.map(|(name, reason)| exclusion(name, reason));
        let exclusions = Exclusions::new(exclusions.collect()).unwrap();
        let mut hidden: HashMap<&ModuleName, Vec<&HiddenImport>> = HashMap::new();
        for entry in &self.hidden {
            hidden.entry(&entry.from).or_default().push(entry);
        }
        let context = AnalysisContext {
            stdlib: &self.stdlib,
            dependencies: &self.dependencies,
            entry_points: &self.entry_points,
            app: &self.app,
            target: &self.target,
            hidden_imports: hidden,
            runtime_features: self.runtime_features.clone(),
            c_attribute_reads: &self.c_attribute_reads,
            deferred_callbacks: &self.deferred_callbacks,
            redundant_imports: self.redundant.iter().collect(),
            codecs: CodecAliases::new(self.aliases.clone()),
            requested_codecs: self.requested_codecs.clone(),
            possibly_shadowed_c_modules: crate::graph::find_possibly_shadowed_c_modules(
                &self.app,
                &self.target,
            ),
            exclusions: &exclusions,
        };
        let Ok(graph) = build_graph(&context, entry_points, closure, known);
        graph
    }

    /// Returns the names of the Python modules in the closure `reachable`.
    fn reachable(&self, roots: &[&str]) -> Vec<String> {
        names(&self.close(Closure::Reachable, roots))
    }

    /// Returns the reason for which `module` is kept, or `None` if it is not.
    fn reason(&self, roots: &[&str], module: &str) -> Option<&'static str> {
        let graph = self.close(Closure::Reachable, roots);
        let link = graph.reached_by(&name(module))?;
        Some(link.edge.kind.as_str())
    }
}

fn exclusion(name: &str, reason: &str) -> Exclusion {
    Exclusion {
        pattern: Pattern::new(name).unwrap(),
        reason: reason.to_owned(),
        unless_needed: false,
        provenance: Provenance::Flag("--exclude".to_owned()),
    }
}

/// Returns the modules of a library that are in the closure `reachable` of these roots.
fn reached(stdlib: &[(&str, &str)], roots: &[&str]) -> Vec<String> {
    Fixture::new(stdlib).reachable(roots)
}

/// Returns the names of the Python modules in a graph, sorted.
fn names(graph: &ImportGraph) -> Vec<String> {
    graph
        .modules()
        .filter(|node| node.origin != Origin::C)
        .map(|node| node.name.to_string())
        .collect()
}

fn name(text: &str) -> ModuleName {
    ModuleName::new(text).unwrap()
}

fn kind(modules: &[(&str, &str)], module: &ModuleName) -> ModuleKind {
    let is_submodule =
        |(other, _): &(&str, &str)| name(other).ancestors().any(|package| package == *module);
    if modules.iter().any(is_submodule) {
        ModuleKind::Package
    } else {
        ModuleKind::Module
    }
}

fn summary(source: &str, origin: SourceOrigin) -> Result<ModuleSummary, ScanError> {
    match scan(dedent(source).into_bytes(), origin) {
        Scanned::Summary(summary) => Ok(*summary),
        Scanned::Rejected(error) => Err(error),
    }
}

/// Removes the common indentation from a text that starts with a line break.
fn dedent(text: &str) -> String {
    let Some(block) = text.strip_prefix('\n') else {
        return text.to_owned();
    };
    let depth = |line: &str| line.len() - line.trim_start().len();
    let lines = block.lines().filter(|line| !line.trim().is_empty());
    let common = lines.map(depth).min().unwrap_or(0);
    let cut = |line: &str| format!("{}\n", line.get(common..).unwrap_or(""));
    block.lines().map(cut).collect()
}

fn target(target_name: &str, minor: u16) -> TargetFacts {
    static MANIFESTS: LazyLock<Manifests> = LazyLock::new(|| Manifests::embedded().unwrap());
    let version = Version { major: 3, minor };
    let native = NativePlatform {
        sys_platform: "linux".to_owned(),
        os_name: "posix".to_owned(),
        c_modules: BTreeSet::from(["math", "sys"].map(name)),
        sysconfigdata: "_linux_x86_64-linux-gnu".to_owned(),
    };
    TargetFacts::new(
        MANIFESTS.target(target_name).unwrap(),
        version,
        &MANIFESTS,
        &native,
    )
    .unwrap()
}
