//! Finds the parts of kept modules that are removed, because nothing in the bundle needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Inputs;
use crate::profile::Strip;
use crate::select::Selection;
use crate::strip::Unneeded;
use crate::types::ModuleName;

/// The start of the name of the module that the build of a target generates for `sysconfig`.
const SYSCONFIGDATA: &str = "_sysconfigdata_";

/// Returns what only does something with modules that the bundle lacks, or has in a later tier, and the variables of the
/// build that nothing names. `sources` are those of the kept modules, `packages` those of what is reached of dependencies.
pub(super) fn find_unneeded(
    inputs: &Inputs,
    selection: &Selection,
    sources: &BTreeMap<ModuleName, Arc<[u8]>>,
    packages: impl Iterator<Item = Arc<[u8]>>,
) -> BTreeMap<ModuleName, Unneeded> {
    let mut parts = parts_for_missing_modules(inputs, selection);
    let kept = selection.kept.keys();
    let data: Vec<&ModuleName> = kept.filter(|name| has_build_variables(name)).collect();
    if data.is_empty() || !inputs.profile.strip.contains(&Strip::BuildVariables) {
        return parts;
    }
    let packages: Vec<Arc<[u8]>> = packages.collect();
    let library = sources
        .iter()
        .filter(|(name, _)| !has_build_variables(name));
    let library = library.map(|(_, source)| &**source);
    let program = inputs.apps.iter().flat_map(|app| app.modules.values());
    let texts = library.chain(packages.iter().map(|source| &**source));
    let named = words(texts.chain(program.map(|file| &*file.source)));
    for name in data {
        let of_module = parts.entry(name.clone()).or_default();
        of_module.build_variables = Some(named.clone());
    }
    parts
}

fn has_build_variables(module: &ModuleName) -> bool {
    module.as_str().starts_with(SYSCONFIGDATA)
}

fn parts_for_missing_modules(
    inputs: &Inputs,
    selection: &Selection,
) -> BTreeMap<ModuleName, Unneeded> {
    let Inputs {
        manifests, target, ..
    } = inputs;
    let kept = &selection.kept;
    let mut parts: BTreeMap<ModuleName, Unneeded> = BTreeMap::new();
    for entry in manifests.redundant_imports(target.version, &target.sys_platform) {
        let (Some(function), Some(from)) = (&entry.unneeded_function, kept.get(&entry.from)) else {
            continue;
        };
        let is_there = |name: &ModuleName| kept.get(name).is_some_and(|to| to.tier <= from.tier);
        let lacking: Vec<_> = entry.to.iter().filter(|name| !is_there(name)).collect();
        if !lacking.is_empty() {
            let of_module = parts.entry(entry.from.clone()).or_default();
            of_module.functions.insert(function.clone());
            let imports = lacking.into_iter().map(ToString::to_string);
            of_module.imports.extend(imports);
        }
    }
    parts
}

/// Returns the words in sources. `sysconfig.get_config_var("EXT_SUFFIX")` and `"lib/{platlibdir}"` contain the names of
/// variables as words.
fn words<'a>(sources: impl IntoIterator<Item = &'a [u8]>) -> BTreeSet<String> {
    let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut words = BTreeSet::new();
    for source in sources {
        for word in source.split(|byte| !is_in_word(byte)) {
            let word = std::str::from_utf8(word).unwrap_or_default();
            if !word.is_empty() && !words.contains(word) {
                words.insert(word.to_owned());
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_names_and_texts() {
        let source = "get_config_var('EXT_SUFFIX'), f'lib/{platlibdir}-é'".as_bytes();
        let found: Vec<String> = words([source, b"EXT_SUFFIX"]).into_iter().collect();
        assert_eq!(
            found,
            ["EXT_SUFFIX", "f", "get_config_var", "lib", "platlibdir"]
        );
    }
}
