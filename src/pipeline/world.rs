//! All that closures are taken over, put together from what was opened.

use std::collections::{BTreeMap, HashMap};

use super::codecs::check_codecs;
use super::scanned::ScannedStdlib;
use super::{Opened, PackError};
use crate::graph::{Codecs, World, doubted, names};
use crate::manifest::{HiddenImport, TargetFacts};
use crate::scan::{ModuleSummary, codec_aliases};
use crate::stdlib::Kind;
use crate::types::ModuleName;

/// Does `work` in the world of this library, app and target.
pub(super) fn in_world<T>(
    opened: &Opened,
    target: &TargetFacts,
    app: &BTreeMap<ModuleName, (Kind, ModuleSummary)>,
    work: impl FnOnce(&World<'_, ScannedStdlib<'_>>) -> Result<T, PackError>,
) -> Result<T, PackError> {
    let Opened {
        profile,
        manifests,
        stdlib,
        python,
        cache,
        ..
    } = opened;
    let scanned = ScannedStdlib::new(stdlib, python, cache);
    let mut hidden: HashMap<&ModuleName, Vec<&HiddenImport>> = HashMap::new();
    for edge in manifests.hidden(target.version) {
        hidden.entry(&edge.from).or_default().push(edge);
    }
    let excluded = |name: &ModuleName| {
        let exclusion = profile.excluded(name);
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
    let settled = manifests.settled(target.version);
    let is_root = |word: &String| profile.roots.names(word);
    let settled = settled.filter(|entry| {
        let words = &entry.unless_named;
        !names(app, words) && !words.iter().any(is_root)
    });
    work(&World {
        groups: profile.robustness.iter().copied().collect(),
        called_members: manifests.called_members(),
        settled: settled.collect(),
        held_functions: manifests.held_functions(),
        codecs,
        wanted_codecs: wanted_codecs.collect(),
        doubted: doubted(app, target),
        stdlib: &scanned,
        app,
        target,
        hidden,
        excluded: &excluded,
    })
}
