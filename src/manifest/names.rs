//! Names that scanning treats specially: decorators, and functions that take codecs. `--manifests` cannot replace them,
//! because summaries are cached by their source alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::embedded::{CODEC_FUNCTIONS, DECORATORS};
use crate::types::{ModuleName, VersionRange};
use crate::yaml;

/// An entry of `decorators.yaml`: decorators that do not register what they decorate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoratorEntry {
    /// The kind of definition that the decorators are for.
    pub on: Decorated,
    /// The names of the decorators or functions.
    pub names: Vec<String>,
    /// The modules that define them; `builtins` for those of the language.
    pub modules: Vec<ModuleName>,
    /// The versions that have the decorators.
    #[serde(default)]
    pub versions: VersionRange,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// The kind of definition that a decorator is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decorated {
    /// Functions and methods.
    Functions,
    /// Classes.
    Classes,
}

/// An entry of `codec-functions.yaml`: functions and methods that take the name of a codec.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodecFunctionEntry {
    /// The names of the functions and methods.
    pub names: Vec<String>,
    /// The modules that define them; `builtins` for those of the language.
    pub modules: Vec<ModuleName>,
    /// The positions of the arguments that are codecs, from 0; empty if they are always named.
    #[serde(default)]
    pub arguments: Vec<usize>,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// Returns whether `decorator` is known not to register what it decorates.
pub fn is_non_registering(decorator: &str, on: Decorated) -> bool {
    static NAMES: LazyLock<[BTreeSet<String>; 2]> = LazyLock::new(|| {
        let names = |on: Decorated| {
            let entries = decorator_entries().into_iter();
            let entries = entries.filter(move |entry| entry.on == on);
            entries.flat_map(|entry| entry.names).collect()
        };
        [names(Decorated::Functions), names(Decorated::Classes)]
    });
    let [functions, classes] = &*NAMES;
    let names = match on {
        Decorated::Functions => functions,
        Decorated::Classes => classes,
    };
    names.contains(decorator)
}

/// Returns whether functions and methods with this name take the name of a codec as a positional argument.
pub fn takes_codec(function: &str) -> bool {
    codec_functions().contains_key(function)
}

/// Returns the positions of the arguments that are codecs in calls of functions and methods with this name. If some
/// module that has such a function is called `object`, only the function of that module counts.
pub fn codec_arguments(function: &str, object: Option<&str>) -> impl Iterator<Item = usize> {
    let entries = codec_functions().get(function).into_iter().flatten();
    let is_of = move |entry: &&CodecFunctionEntry| {
        object.is_some_and(|object| entry.modules.iter().any(|name| name.as_str() == object))
    };
    let is_module = entries.clone().any(|entry| is_of(&entry));
    let entries = entries.filter(move |entry| !is_module || is_of(entry));
    // Only methods of values and builtins are called without the name of a module.
    let entries = entries.filter(move |entry| {
        is_module || object.is_none() || entry.modules.iter().all(|name| name.as_str() != "codecs")
    });
    entries.flat_map(|entry| entry.arguments.iter().copied())
}

/// Returns whether a module of the standard library defines a function with this name that takes a codec by position.
pub fn module_takes_codec(module: &str, function: &str) -> bool {
    let mut entries = codec_functions().get(function).into_iter().flatten();
    entries.any(|entry| entry.modules.iter().any(|name| name.as_str() == module))
}

/// The entries of `codec-functions.yaml` by the names of the functions.
fn codec_functions() -> &'static BTreeMap<String, Vec<CodecFunctionEntry>> {
    static ENTRIES: LazyLock<BTreeMap<String, Vec<CodecFunctionEntry>>> = LazyLock::new(|| {
        let mut by_name: BTreeMap<String, Vec<CodecFunctionEntry>> = BTreeMap::new();
        for entry in codec_function_entries() {
            for name in &entry.names {
                by_name.entry(name.clone()).or_default().push(entry.clone());
            }
        }
        by_name
    });
    &ENTRIES
}

/// Returns the entries of `decorators.yaml`.
pub fn decorator_entries() -> Vec<DecoratorEntry> {
    // A test parses the embedded files, so this does not fail.
    yaml::parse(DECORATORS.1).unwrap_or_default()
}

/// Returns the entries of `codec-functions.yaml`.
pub fn codec_function_entries() -> Vec<CodecFunctionEntry> {
    yaml::parse(CODEC_FUNCTIONS.1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_names_can_be_parsed() {
        assert!(is_non_registering("lru_cache", Decorated::Functions));
        assert!(!is_non_registering("lru_cache", Decorated::Classes));
        assert!(is_non_registering("dataclass", Decorated::Classes));
        assert!(takes_codec("getreader"));
        assert!(!takes_codec("read"));
        assert!(codec_arguments("open", None).eq([3, 2]));
        assert!(codec_arguments("open", Some("codecs")).eq([2]));
        assert!(codec_arguments("decode", Some("data")).eq([0]));
        assert!(codec_arguments("decode", Some("codecs")).eq([1]));
        assert!(module_takes_codec("codecs", "decode"));
        assert!(!module_takes_codec("base64", "decode"));
    }
}
