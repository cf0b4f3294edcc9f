//! All that closures are taken over, put together from what was opened.

use std::collections::{BTreeMap, HashMap};

use super::codecs::check_codecs;
use super::module_provider::ScannedStdlib;
use super::{Inputs, PackError};
use crate::graph::{AnalysisContext, Codecs, app_references_any, find_possibly_shadowed_c_modules};
use crate::manifest::{HiddenImport, TargetFacts};
use crate::scan::{ModuleSummary, codec_aliases};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// Does `work` in the world of this library, app and target.
pub(super) fn in_world<T>(
    opened: &Inputs,
    target: &TargetFacts,
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    work: impl FnOnce(&AnalysisContext<'_, ScannedStdlib<'_>>) -> Result<T, PackError>,
) -> Result<T, PackError> {
    let Inputs {
        profile,
        manifests,
        stdlib,
        python,
        cache,
        ..
    } = opened;
    let scanned = ScannedStdlib::new(stdlib, python, cache);
    let mut hidden: HashMap<&ModuleName, Vec<&HiddenImport>> = HashMap::new();
    for edge in manifests.hidden_imports(target.version) {
        hidden.entry(&edge.from).or_default().push(edge);
    }
    let excluded = |name: &ModuleName| {
        let exclusion = profile.exclusion_of(name);
        exclusion.map(|exclusion| exclusion.reason.clone())
    };
    let aliases = stdlib.get("encodings.aliases");
    let aliases = aliases
        .map(|module| stdlib.read(&module.path))
        .transpose()?;
    let aliases = aliases.map(|source| codec_aliases(&source));
    let codecs = Codecs::new(aliases.unwrap_or_default());
    let mistakes = check_codecs(profile, &codecs, stdlib, target.version);
    if !mistakes.is_empty() {
        return Err(PackError::Profile(mistakes));
    }
    let wanted_codecs = profile.codecs.iter().map(|codec| codec.name.clone());
    let redundant = manifests.redundant_imports(target.version);
    let is_root = |word: &String| profile.roots.contains(word);
    let redundant = redundant.filter(|entry| {
        let words = &entry.unless_referenced;
        !app_references_any(app, words) && !words.iter().any(is_root)
    });
    work(&AnalysisContext {
        runtime_features: profile.runtime_features.iter().copied().collect(),
        c_attribute_reads: manifests.c_attribute_reads(),
        redundant_imports: redundant.collect(),
        deferred_callbacks: manifests.deferred_callbacks(),
        codecs,
        requested_codecs: wanted_codecs.collect(),
        possibly_shadowed_c_modules: find_possibly_shadowed_c_modules(app, target),
        stdlib: &scanned,
        app,
        target,
        hidden_imports: hidden,
        excluded: &excluded,
    })
}
