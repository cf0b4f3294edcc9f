//! Names that scanning treats specially: decorators, and functions that take codecs. `--manifests` cannot replace them,
//! because summaries are cached by their source alone.

use std::collections::BTreeSet;
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
    /// The names of the decorators or functions.
    pub names: Vec<String>,
    /// The modules that define them; `builtins` for those of the language.
    pub modules: Vec<ModuleName>,
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
    static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let entries = codec_function_entries().into_iter();
        entries.flat_map(|entry| entry.names).collect()
    });
    NAMES.contains(function)
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
    }
}
