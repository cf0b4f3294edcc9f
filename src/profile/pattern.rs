//! Glob patterns on module names.

use std::collections::HashMap;
use std::fmt;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Serialize;

use crate::types::ModuleName;

/// The maximum length of a pattern, in bytes.
const MAX_PATTERN_CHARS: usize = 1024;

/// The maximum nesting depth of braces. The glob compiler fails at a depth of a hundred.
const MAX_NESTING: usize = 4;

/// The maximum number of wildcards and choices in a pattern. Each adds more states to the automaton than a letter.
const MAX_WILDCARDS: usize = 32;

/// The maximum total length of the patterns in one automaton, in bytes. The glob compiler rejects much larger sets.
const MAX_AUTOMATON_BYTES: usize = 16 << 10;

/// The reason why a text is not a valid pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

/// A pattern on module names: `*` matches a part of one name, `**` any number of names, `[ab]` and `{a,b}` match
/// choices. A pattern that matches a package also matches everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// Whether the pattern is a plain name. Most are, and a profile can have hundreds.
    is_plain: bool,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// If the pattern is invalid or exceeds a limit.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError("an empty pattern matches nothing".to_owned()));
        }
        if text.contains(['/', '\\']) {
            return Err(PatternError(
                "module names are separated by dots, not slashes".to_owned(),
            ));
        }
        if text.len() > MAX_PATTERN_CHARS {
            return Err(PatternError(format!(
                "a pattern of {} bytes exceeds the limit of {MAX_PATTERN_CHARS}: split it",
                text.len()
            )));
        }
        let wildcards = text.matches(['*', '?', '[', '{', ',']).count();
        if wildcards > MAX_WILDCARDS {
            return Err(PatternError(format!(
                "a pattern with {wildcards} wildcards and choices exceeds the limit of {MAX_WILDCARDS}: split it"
            )));
        }
        if nesting(text) > MAX_NESTING {
            return Err(PatternError(format!(
                "braces in braces, more than {MAX_NESTING} deep: write several patterns"
            )));
        }
        glob(text)?;
        Ok(Self {
            text: text.to_owned(),
            is_plain: !text.contains(['*', '?', '[', '{']),
        })
    }

    /// Returns the name of the module if the pattern has no wildcards or choices.
    pub fn plain_name(&self) -> Option<&str> {
        self.is_plain.then_some(&self.text)
    }

    /// Returns the text of the pattern, as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Compiles a pattern to a glob. Dots become slashes, so that the rules of `globset` for folders apply to packages.
fn glob(text: &str) -> Result<Glob, PatternError> {
    let glob = GlobBuilder::new(&text.replace('.', "/"))
        .literal_separator(true)
        .build();
    glob.map_err(|error| PatternError(error.kind().to_string()))
}

/// Returns the maximum nesting depth of braces.
fn nesting(text: &str) -> usize {
    let mut depth = 0_usize;
    let depths = text.bytes().map(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth
    });
    depths.max().unwrap_or(0)
}

/// A set of patterns that are matched together.
#[derive(Clone, Debug, Default)]
pub(super) struct PatternSet {
    /// The indexes of plain names, by name.
    names: HashMap<String, Vec<usize>>,
    automata: Vec<CompiledPattern>,
}

#[derive(Clone, Debug)]
struct CompiledPattern {
    globs: GlobSet,
    /// The indexes of its patterns in the set.
    indexes: Vec<usize>,
}

impl PatternSet {
    /// Compiles `patterns` to a set. Each pattern is identified by its index.
    ///
    /// # Errors
    /// The index of a pattern that cannot be compiled together with those before it, and the reason.
    pub(super) fn new<'a>(
        patterns: impl IntoIterator<Item = &'a Pattern>,
    ) -> Result<Self, (usize, String)> {
        let mut set = Self::default();
        let (mut globs, mut indexes, mut bytes) = (GlobSetBuilder::new(), Vec::new(), 0);
        for (index, pattern) in patterns.into_iter().enumerate() {
            if pattern.is_plain {
                let indexes = set.names.entry(pattern.text.clone());
                indexes.or_default().push(index);
                continue;
            }
            if bytes + pattern.text.len() > MAX_AUTOMATON_BYTES {
                set.compile(&globs, std::mem::take(&mut indexes))?;
                (globs, bytes) = (GlobSetBuilder::new(), 0);
            }
            globs.add(glob(&pattern.text).map_err(|error| (index, error.to_string()))?);
            indexes.push(index);
            bytes += pattern.text.len();
        }
        set.compile(&globs, indexes)?;
        Ok(set)
    }

    fn compile(
        &mut self,
        globs: &GlobSetBuilder,
        indexes: Vec<usize>,
    ) -> Result<(), (usize, String)> {
        if let Some(last) = indexes.last() {
            let globs = globs
                .build()
                .map_err(|error| (*last, error.kind().to_string()))?;
            self.automata.push(CompiledPattern { globs, indexes });
        }
        Ok(())
    }

    /// Returns the indexes of the patterns that match `module` or one of its ancestors, in no particular order.
    pub(super) fn matching(&self, module: &ModuleName) -> Vec<usize> {
        let mut indexes = Vec::new();
        let mut matching = Vec::new();
        for name in module.ancestors().chain([module.clone()]) {
            let name = name.as_str();
            indexes.extend(self.names.get(name).into_iter().flatten());
            if self.automata.is_empty() {
                continue;
            }
            let path = name.replace('.', "/");
            for automaton in &self.automata {
                automaton.globs.matches_into(&path, &mut matching);
                indexes.extend(matching.iter().map(|&glob| automaton.indexes[glob]));
            }
        }
        indexes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pattern_matches_modules_and_submodules() {
        let matches = |pattern: &str, name: &str| {
            let set = PatternSet::new([&Pattern::new(pattern).unwrap()]).unwrap();
            !set.matching(&ModuleName::new(name).unwrap()).is_empty()
        };
        assert!(matches("test", "test"));
        assert!(matches("test", "test.support.os_helper"));
        assert!(!matches("test", "testing"));
        assert!(!matches("test", "ctypes.test"));
        assert!(matches("*.test", "ctypes.test.test_random"));
        assert!(!matches("*.test", "test"));
        assert!(matches("**.tests", "a.b.tests"));
        assert!(matches("encodings.{cp,mac}_*", "encodings.mac_roman"));
        assert!(matches("**", "anything.at.all"));
    }

    #[test]
    fn oversized_pattern_is_rejected() {
        let error_of = |text: String| Pattern::new(&text).unwrap_err();
        let braces = "{".repeat(126) + "a" + &"}".repeat(126);
        assert!(error_of(braces).to_string().contains("126 wildcards"));
        assert!(
            error_of("{".repeat(5) + "a" + &"}".repeat(5))
                .to_string()
                .contains("more than 4 deep")
        );
        assert!(
            error_of("?".repeat(1_000_000))
                .to_string()
                .contains("1000000 bytes")
        );
        assert!(!error_of("}".to_owned()).to_string().is_empty());
    }

    /// Patterns that are valid one by one must also compile together.
    #[test]
    fn largest_patterns_compile_together() {
        for part in [
            "?",
            "*?",
            "[!a-z]",
            "{a,b}",
            "{a,{b,{c,{d,*}}}}",
            "*.",
            "**.",
            "{,}",
            "é",
        ] {
            let wildcards = part.matches(['*', '?', '[', '{', ',']).count();
            let count = MAX_WILDCARDS
                .checked_div(wildcards)
                .unwrap_or(MAX_PATTERN_CHARS / part.len());
            let pattern = Pattern::new(&part.repeat(count)).unwrap();
            let set = PatternSet::new(vec![&pattern; 100]);
            set.unwrap()
                .matching(&ModuleName::new("xml.etree.ElementTree").unwrap());
        }
    }
}
