//! Patterns on module names.

use std::collections::HashMap;
use std::fmt;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Serialize;

use crate::types::ModuleName;

/// Longest accepted pattern, in bytes.
const MAX_PATTERN_CHARS: usize = 1024;

/// How deep braces may be nested. The compiler of patterns cannot do a hundred.
const MAX_NESTING: usize = 4;

/// How many wildcards and choices a pattern may have. Each makes the automaton larger than a letter does.
const MAX_WILDCARDS: usize = 32;

/// How many bytes of patterns become one automaton: beyond it, its compiler refuses them.
const MAX_AUTOMATON_BYTES: usize = 16 << 10;

/// Why a text is not a pattern on module names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

/// A pattern on module names: `*` stands for part of one name, `**` for any number of names,
/// `[ab]` and `{a,b}` for choices. A pattern that holds a package holds what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// As most are, and there can be hundreds of them.
    is_plain: bool,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
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

    /// The one module it names, if it is no pattern but a name.
    pub fn plain_name(&self) -> Option<&str> {
        self.is_plain.then_some(&self.text)
    }

    /// As it was written.
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

/// Dots become slashes, so that the glob library's rules for folders are those of packages.
fn glob(text: &str) -> Result<Glob, PatternError> {
    let glob = GlobBuilder::new(&text.replace('.', "/"))
        .literal_separator(true)
        .build();
    glob.map_err(|error| PatternError(error.kind().to_string()))
}

/// How deep braces are open at most.
fn nesting(text: &str) -> usize {
    let mut open = 0_usize;
    let depths = text.bytes().map(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open
    });
    depths.max().unwrap_or(0)
}

/// Many patterns, asked at once.
#[derive(Clone, Debug, Default)]
pub(super) struct PatternSet {
    /// Places of the plain names.
    names: HashMap<String, Vec<usize>>,
    automata: Vec<CompiledPattern>,
}

#[derive(Clone, Debug)]
struct CompiledPattern {
    globs: GlobSet,
    /// Places of its patterns.
    places: Vec<usize>,
}

impl PatternSet {
    /// The set of `patterns`, each called by its place from 0.
    ///
    /// # Errors
    /// The place of a pattern that cannot be compiled with those before it, and why.
    pub(super) fn new<'a>(
        patterns: impl IntoIterator<Item = &'a Pattern>,
    ) -> Result<Self, (usize, String)> {
        let mut set = Self::default();
        let (mut globs, mut places, mut bytes) = (GlobSetBuilder::new(), Vec::new(), 0);
        for (place, pattern) in patterns.into_iter().enumerate() {
            if pattern.is_plain {
                let places = set.names.entry(pattern.text.clone());
                places.or_default().push(place);
                continue;
            }
            if bytes + pattern.text.len() > MAX_AUTOMATON_BYTES {
                set.compile(&globs, std::mem::take(&mut places))?;
                (globs, bytes) = (GlobSetBuilder::new(), 0);
            }
            globs.add(glob(&pattern.text).map_err(|error| (place, error.to_string()))?);
            places.push(place);
            bytes += pattern.text.len();
        }
        set.compile(&globs, places)?;
        Ok(set)
    }

    fn compile(
        &mut self,
        globs: &GlobSetBuilder,
        places: Vec<usize>,
    ) -> Result<(), (usize, String)> {
        if let Some(last) = places.last() {
            let globs = globs
                .build()
                .map_err(|error| (*last, error.kind().to_string()))?;
            self.automata.push(CompiledPattern { globs, places });
        }
        Ok(())
    }

    /// Places of the patterns that hold `module` itself or a package around it, in no order.
    pub(super) fn matching(&self, module: &ModuleName) -> Vec<usize> {
        let mut found = Vec::new();
        let mut matching = Vec::new();
        for name in module.ancestors().chain([module.clone()]) {
            let name = name.as_str();
            found.extend(self.names.get(name).into_iter().flatten());
            if self.automata.is_empty() {
                continue;
            }
            let path = name.replace('.', "/");
            for automaton in &self.automata {
                automaton.globs.matches_into(&path, &mut matching);
                found.extend(matching.iter().map(|&glob| automaton.places[glob]));
            }
        }
        found
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_patterns_hold() {
        let holds = |pattern: &str, name: &str| {
            let set = PatternSet::new([&Pattern::new(pattern).unwrap()]).unwrap();
            !set.matching(&ModuleName::new(name).unwrap()).is_empty()
        };
        assert!(holds("test", "test"));
        assert!(holds("test", "test.support.os_helper"));
        assert!(!holds("test", "testing"));
        assert!(!holds("test", "ctypes.test"));
        assert!(holds("*.test", "ctypes.test.test_random"));
        assert!(!holds("*.test", "test"));
        assert!(holds("**.tests", "a.b.tests"));
        assert!(holds("encodings.{cp,mac}_*", "encodings.mac_roman"));
        assert!(holds("**", "anything.at.all"));
    }

    #[test]
    fn patterns_that_no_compiler_could_take() {
        let wrong = |text: String| Pattern::new(&text).unwrap_err();
        let braces = "{".repeat(126) + "a" + &"}".repeat(126);
        assert!(wrong(braces).to_string().contains("126 wildcards"));
        assert!(
            wrong("{".repeat(5) + "a" + &"}".repeat(5))
                .to_string()
                .contains("more than 4 deep")
        );
        assert!(
            wrong("?".repeat(1_000_000))
                .to_string()
                .contains("1000000 bytes")
        );
        assert!(!wrong("}".to_owned()).to_string().is_empty());
    }

    /// Whatever is accepted one by one is accepted together.
    #[test]
    fn the_largest_patterns_that_are_accepted() {
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
