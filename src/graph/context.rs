//! The analysis context: library, app, target, manifests and exclusions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::manifest::{
    CAttributeReads, DeferredCallback, HiddenImport, RedundantImport, RuntimeFeature, TargetFacts,
};
use crate::profile::Exclusions;
use crate::scan::{ModuleSummary, ScanError};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

use super::{Codecs, EdgeKind};

/// A collection of modules whose summaries can be asked for.
pub trait ModuleProvider {
    /// What making summaries can fail with.
    type Error;
    /// Makes the summaries of `names`.
    fn prepare(&self, names: &[ModuleName]) -> Result<(), Self::Error>;
    /// What the module is; none when there is no such module.
    fn kind(&self, name: &str) -> Option<ModuleKind>;
    /// Names of the modules that start so.
    fn starting_with(&self, stem: &str) -> Vec<String>;
    /// The summary of a prepared module; none for a namespace package, and the reason for a module
    /// that cannot be compiled.
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

/// All that a closure depends on.
pub struct AnalysisContext<'a, S: ModuleProvider> {
    /// The standard library.
    pub stdlib: S,
    /// The user's own modules, by name.
    pub app: &'a BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    /// Where it will run.
    pub target: &'a TargetFacts,
    /// Imports that sources do not show, by the module that makes them.
    pub hidden_imports: HashMap<&'a ModuleName, Vec<&'a HiddenImport>>,
    /// The behaviours whose imports count although no name announces them.
    pub runtime_features: BTreeSet<RuntimeFeature>,
    /// Names of members that C code reads of objects.
    pub c_attribute_reads: &'a [CAttributeReads],
    /// Callbacks that are registered at import time and that most programs never call.
    pub deferred_callbacks: &'a [DeferredCallback],
    /// Imports that the target's modules spare.
    pub redundant_imports: Vec<&'a RedundantImport>,
    /// Where codecs are.
    pub codecs: Codecs,
    /// Codecs that the profile asks for.
    pub requested_codecs: Vec<String>,
    /// C modules that the app may hide from those that import them.
    pub possibly_shadowed_c_modules: BTreeSet<ModuleName>,
    /// What the profile rules out.
    pub exclusions: &'a Exclusions,
}

/// The C modules whose names stand in an app as texts: it may put something else in their place, as
/// with `sys.modules["_json"] = None`. Names without an underscore are words like any other.
pub fn find_possibly_shadowed_c_modules(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    target: &TargetFacts,
) -> BTreeSet<ModuleName> {
    let scopes = app.values().flat_map(|(_, summary)| &summary.scopes);
    let texts = scopes.flat_map(|scope| &scope.attribute_names);
    texts
        .filter(|(_, text)| text.starts_with('_') && target.c_module(text).is_some())
        .filter_map(|(_, text)| ModuleName::new(text).ok())
        .collect()
}

/// Whether the app names one of `words`.
pub fn app_references_any(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    words: &[String],
) -> bool {
    let mut summaries = app.values().map(|(_, summary)| summary);
    summaries.any(|summary| words.iter().any(|word| summary.references(word)))
}

/// The module by which `python -m` runs others (`pymain_run_module` in CPython's `Modules/main.c`).
pub const RUNPY: &str = "runpy";

/// A module to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The module.
    pub module: ModuleName,
    /// Why it is one.
    pub kind: EdgeKind,
    /// Its functions' imports count in every closure: it is the app's.
    pub all_functions_live: bool,
    /// The functions of it that are called; when none is named, all of what is neither a root nor
    /// run.
    pub called_functions: &'static [&'static str],
}
