//! Patterns on module names.

use std::fmt;

use globset::{Glob, GlobBuilder, GlobMatcher};
use serde::Serialize;

use crate::types::ModuleName;

/// A pattern on module names: `*` stands for part of one name, `**` for any number of names,
/// `[ab]` and `{a,b}` for choices. A pattern that holds a package holds what is in it.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// None for a plain name, as most are, and there can be hundreds of them.
    matcher: Option<GlobMatcher>,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern holds nothing".to_owned());
        }
        if text.contains(['/', '\\']) {
            return Err("module names are separated by dots, not slashes".to_owned());
        }
        let is_pattern = text.contains(['*', '?', '[', '{']);
        // Dots become slashes, so that the glob library's rules for folders are those of packages.
        let glob: Glob = GlobBuilder::new(&text.replace('.', "/"))
            .literal_separator(true)
            .build()
            .map_err(|error| error.kind().to_string())?;
        Ok(Self {
            text: text.to_owned(),
            matcher: is_pattern.then(|| glob.compile_matcher()),
        })
    }

    /// Whether it holds `module` itself or a package around it.
    pub fn holds(&self, module: &ModuleName) -> bool {
        self.holds_itself(module)
            || module
                .ancestors()
                .any(|package| self.holds_itself(&package))
    }

    fn holds_itself(&self, module: &ModuleName) -> bool {
        match &self.matcher {
            Some(matcher) => matcher.is_match(module.as_str().replace('.', "/")),
            None => module.as_str() == self.text,
        }
    }

    /// The one module it names, if it is no pattern but a name.
    pub fn plain_name(&self) -> Option<&str> {
        self.matcher.is_none().then_some(&self.text)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_patterns_hold() {
        let holds = |pattern: &str, name: &str| {
            Pattern::new(pattern)
                .unwrap()
                .holds(&ModuleName::new(name).unwrap())
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
        assert!(Pattern::new("a/b").is_err());
        assert!(Pattern::new("[").is_err());
    }
}
