//! Builds the analysis context, which holds everything that the import graph depends on.

use std::collections::{BTreeMap, HashMap};

use super::codecs::requested_codecs;
use super::module_provider::{ScannedDependencies, ScannedStdlib};
use super::{Inputs, PackError};
use crate::graph::{
    AnalysisContext, CodecAliases, app_references_any, find_possibly_shadowed_c_modules,
};
use crate::manifest::{HiddenImport, TargetFacts};
use crate::scan::{ModuleSummary, codec_aliases};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// Builds the analysis context for a library, an app with its dependencies and a target.
///
/// # Errors
/// When the library's codec aliases cannot be read, or the profile requests a codec that is unknown or excluded.
pub(super) fn analysis_context<'a>(
    inputs: &'a Inputs,
    target: &'a TargetFacts,
    app: &'a BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    dependencies: &'a ScannedDependencies<'a>,
) -> Result<AnalysisContext<'a, ScannedStdlib<'a>>, PackError> {
    let Inputs {
        profile,
        manifests,
        stdlib,
        python,
        cache,
        ..
    } = inputs;
    let mut hidden_imports: HashMap<&ModuleName, Vec<&HiddenImport>> = HashMap::new();
    for entry in manifests.hidden_imports(target.version) {
        hidden_imports.entry(&entry.from).or_default().push(entry);
    }
    let codecs = read_codecs(stdlib)?;
    let groups = manifests.codec_groups();
    let requested_codecs = requested_codecs(profile, groups, &codecs, stdlib, target.version)
        .map_err(PackError::Profile)?;
    let is_root = |name: &String| profile.roots.contains(name);
    let redundant = manifests.redundant_imports(target.version, &target.sys_platform);
    let redundant = redundant.filter(|entry| {
        let names = &entry.unless_referenced;
        let is_requested = |feature| profile.runtime_features.contains(feature);
        !entry.runtime_feature.as_ref().is_some_and(is_requested)
            && !app_references_any(app, names)
            && !names.iter().any(is_root)
    });
    Ok(AnalysisContext {
        stdlib: ScannedStdlib::new(stdlib, python, cache),
        dependencies,
        entry_points: inputs.dependencies.entry_points(),
        app,
        target,
        hidden_imports,
        runtime_features: profile.runtime_features.iter().copied().collect(),
        c_attribute_reads: manifests.c_attribute_reads(),
        deferred_callbacks: manifests.deferred_callbacks(),
        redundant_imports: redundant.collect(),
        codecs,
        requested_codecs,
        possibly_shadowed_c_modules: find_possibly_shadowed_c_modules(app, target),
        exclusions: &profile.exclude,
    })
}

/// Reads the codec aliases from the library's `encodings/aliases.py`.
fn read_codecs(stdlib: &Stdlib) -> Result<CodecAliases, PackError> {
    let Some(module) = stdlib.get("encodings.aliases") else {
        return Ok(CodecAliases::default());
    };
    let source = stdlib.read(&module.path)?;
    Ok(CodecAliases::new(codec_aliases(&source)))
}
