//! Names that the scanner knows: decorators, and functions that take codecs. They are built in for good: what was scanned
//! is cached by its source, so they cannot differ from one run to the next.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::embedded::{CODEC_FUNCTIONS, DECORATORS};
use crate::types::{ModuleName, VersionRange};
use crate::yaml;

/// One entry of `decorators.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecoratorEntry {
    /// What they decorate.
    pub on: Decorated,
    /// Their names.
    pub names: Vec<String>,
    /// The modules that define them; `builtins` for those of the language.
    pub modules: Vec<ModuleName>,
    /// The versions that have them.
    #[serde(default)]
    pub versions: VersionRange,
    /// Where this was seen.
    pub evidence: String,
}

/// What a decorator decorates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decorated {
    /// Functions and methods.
    Functions,
    /// Classes.
    Classes,
}

/// One entry of `codec-functions.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodecFunctionEntry {
    /// Their names.
    pub names: Vec<String>,
    /// The modules that define them; `builtins` for those of the language.
    pub modules: Vec<ModuleName>,
    /// Where this was seen.
    pub evidence: String,
}

/// Decorators that do not register what they decorate.
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

/// Whether functions and methods of this name take the name of a codec by position.
pub fn takes_codec(function: &str) -> bool {
    static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let entries = codec_function_entries().into_iter();
        entries.flat_map(|entry| entry.names).collect()
    });
    NAMES.contains(function)
}

/// The entries of `decorators.yaml`.
pub fn decorator_entries() -> Vec<DecoratorEntry> {
    // A test reads what is built in.
    yaml::parse(DECORATORS.1).unwrap_or_default()
}

/// The entries of `codec-functions.yaml`.
pub fn codec_function_entries() -> Vec<CodecFunctionEntry> {
    yaml::parse(CODEC_FUNCTIONS.1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_read() {
        assert!(is_non_registering("lru_cache", Decorated::Functions));
        assert!(!is_non_registering("lru_cache", Decorated::Classes));
        assert!(is_non_registering("dataclass", Decorated::Classes));
        assert!(takes_codec("getreader"));
        assert!(!takes_codec("read"));
    }
}
