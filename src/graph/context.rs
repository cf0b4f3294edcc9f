//! The inputs of the analysis: library, app, target, manifests and exclusions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::dependency::EntryPointGroups;
use crate::manifest::{
    CAttributeReads, DeferredCallback, HiddenImport, RedundantImport, RuntimeFeature, TargetFacts,
};
use crate::profile::Exclusions;
use crate::scan::{Identifier, ImportSite, ModuleSummary, ScanError, SitePlace};
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, Version};

use super::{CodecAliases, EdgeKind, ImportGraph, Origin};

/// Provides modules and their summaries.
pub trait ModuleProvider {
    /// The error of a failed scan.
    type Error;
    /// Prepares the summaries of `names`.
    fn prepare(&self, names: &[ModuleName]) -> Result<(), Self::Error>;
    /// Returns the kind of a module, or `None` if it does not exist.
    fn kind(&self, name: &str) -> Option<ModuleKind>;
    /// Returns the names of the modules that start with `stem`.
    fn starting_with(&self, stem: &str) -> Vec<String>;
    /// Returns the summary of a prepared module, `None` for a namespace package, or the reason why a module cannot be
    /// compiled.
    fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>>;
}

impl<P: ModuleProvider> ModuleProvider for &P {
    type Error = P::Error;

    fn prepare(&self, names: &[ModuleName]) -> Result<(), P::Error> {
        (**self).prepare(names)
    }

    fn kind(&self, name: &str) -> Option<ModuleKind> {
        (**self).kind(name)
    }

    fn starting_with(&self, stem: &str) -> Vec<String> {
        (**self).starting_with(stem)
    }

    fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>> {
        (**self).summary(name)
    }
}

/// Everything that a closure depends on.
pub struct AnalysisContext<'a, S: ModuleProvider> {
    /// The standard library.
    pub stdlib: S,
    /// The dependencies of the app.
    pub dependencies: &'a dyn ModuleProvider<Error = S::Error>,
    /// The entry points that the dependencies declare.
    pub entry_points: &'a EntryPointGroups,
    /// The modules of the app, by name.
    pub app: &'a BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    /// The target's facts.
    pub target: &'a TargetFacts,
    /// Hidden imports, by importer.
    pub hidden_imports: HashMap<&'a ModuleName, Vec<&'a HiddenImport>>,
    /// The runtime features whose hidden imports are followed.
    pub runtime_features: BTreeSet<RuntimeFeature>,
    /// Names of attributes that C code reads from objects.
    pub c_attribute_reads: &'a [CAttributeReads],
    /// Callbacks that are registered at import time and that most programs never call.
    pub deferred_callbacks: &'a [DeferredCallback],
    /// Imports that are redundant when certain C modules are present.
    pub redundant_imports: Vec<&'a RedundantImport>,
    /// The aliases of codecs.
    pub codecs: CodecAliases,
    /// Codecs that the profile requests.
    pub requested_codecs: Vec<String>,
    /// C modules that the app may hide from their importers.
    pub possibly_shadowed_c_modules: BTreeSet<ModuleName>,
    /// The exclusions of the profile.
    pub exclusions: &'a Exclusions,
}

/// The first version of Python that reads `__lazy_modules__` (PEP 810).
const LAZY_MODULES_SINCE: Version = Version {
    major: 3,
    minor: 15,
};

impl<S: ModuleProvider> AnalysisContext<'_, S> {
    /// Returns whether an import runs when its name is first read.
    pub(super) fn is_lazy(&self, site: &ImportSite) -> bool {
        match site.place {
            SitePlace::LazyStatement => true,
            SitePlace::ListedAsLazy => self.target.version >= LAZY_MODULES_SINCE,
            SitePlace::Body | SitePlace::Function(_) => false,
        }
    }

    /// Returns whether an import runs while its module is imported.
    pub(super) fn runs_at_import(&self, site: &ImportSite) -> bool {
        !self.is_lazy(site) && !matches!(site.place, SitePlace::Function(_))
    }

    /// Removes the redundant imports that a reached module of a dependency makes necessary, and returns whether there
    /// were any.
    pub fn keep_imports_that_dependencies_need(&mut self, graph: &ImportGraph) -> bool {
        let reached = graph.modules();
        let reached = reached.filter(|node| node.origin == Origin::Dependency);
        let summaries = reached.filter_map(|node| self.dependencies.summary(&node.name)?.ok());
        let summaries: Vec<&ModuleSummary> = summaries.collect();
        let before = self.redundant_imports.len();
        self.redundant_imports.retain(|entry| {
            let is_imported = |word: &String| entry.to.iter().any(|to| to.as_str() == word);
            let words = entry.unless_referenced.iter();
            let mut words =
                words.filter(|word| entry.runtime_feature.is_none() || is_imported(word));
            !words.any(|word| summaries.iter().any(|summary| summary.references(word)))
        });
        self.redundant_imports.len() < before
    }
}

/// Returns the C modules whose names occur as strings in an app, which may replace them, as in
/// `sys.modules["_json"] = None`. Names without a leading underscore are ignored, because they are ordinary words.
pub fn find_possibly_shadowed_c_modules(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    target: &TargetFacts,
) -> BTreeSet<ModuleName> {
    let scopes = app.values().flat_map(|(_, summary)| &summary.scopes);
    let names = scopes.flat_map(|scope| &scope.attribute_names);
    names
        .filter(|(_, name)| name.starts_with('_') && target.c_module(name).is_some())
        .filter_map(|(_, name)| ModuleName::new(name).ok())
        .collect()
}

/// Returns whether the app references one of `words`.
pub fn app_references_any(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    words: &[String],
) -> bool {
    let mut summaries = app.values().map(|(_, summary)| summary);
    summaries.any(|summary| words.iter().any(|word| summary.references(word)))
}

/// The module with which `python -m` runs other modules (`pymain_run_module` in CPython's `Modules/main.c`).
pub const RUNPY: &str = "runpy";

/// A module from which the analysis starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The module.
    pub module: ModuleName,
    /// Why it is an entry point.
    pub kind: EdgeKind,
    /// Whether all its functions are live in every closure, as those of the app are.
    pub all_functions_live: bool,
    /// The functions that are called, each with the attributes that are read from it. If empty, all functions are,
    /// unless the module is a root, a run module or where the program starts.
    pub called_functions: Vec<Box<[Identifier]>>,
}
