//! Exclusions: patterns on modules that must not be in the bundle.

use std::collections::HashSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::pattern::{Pattern, PatternSet};
use crate::diagnostic::{Code, Diagnostic, Provenance};
use crate::types::ModuleName;

/// A pattern on modules that must not be in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exclusion {
    /// The pattern on module names.
    #[serde(rename = "modules", serialize_with = "serialize_as_list")]
    #[schemars(with = "Vec<String>")]
    pub pattern: Pattern,
    /// The reason, which messages show.
    pub reason: String,
    /// Whether a program that needs the modules gets them.
    #[serde(rename = "unless-needed", skip_serializing_if = "std::ops::Not::not")]
    pub unless_needed: bool,
    /// The place where the exclusion is written.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// Serializes the pattern as a list, as in `modules: [socket]`.
fn serialize_as_list<S: serde::Serializer>(
    pattern: &Pattern,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    [pattern].serialize(serializer)
}

/// The exclusions of a profile, in the order in which they are written.
#[derive(Clone, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Exclusions {
    entries: Vec<Exclusion>,
    #[serde(skip)]
    patterns: PatternSet,
    /// Whether the modules that the program needs are included although an exclusion with `unless-needed` matches.
    #[serde(skip)]
    includes_needed: bool,
}

/// Omits the automata, which are derived from the entries and have no stable debug output.
impl fmt::Debug for Exclusions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl Exclusions {
    /// Compiles the patterns of all entries to one set.
    ///
    /// # Errors
    /// If the patterns cannot be compiled together.
    pub(crate) fn new(entries: Vec<Exclusion>) -> Result<Self, Box<Diagnostic>> {
        let patterns = entries.iter().map(|exclusion| &exclusion.pattern);
        match PatternSet::new(patterns) {
            Ok(patterns) => Ok(Self {
                entries,
                patterns,
                includes_needed: false,
            }),
            Err((index, message)) => Err(Diagnostic::error(Code::InvalidPattern, message)
                .with_help("write simpler patterns".to_owned())
                .with_provenance(&entries[index].provenance)
                .into()),
        }
    }

    /// Returns these exclusions followed by `more`.
    pub(super) fn with(&self, more: Vec<Exclusion>) -> Result<Self, Box<Diagnostic>> {
        Self::new([self.entries.clone(), more].concat())
    }

    /// Includes the modules that the program needs although an exclusion with `unless-needed` matches.
    pub(super) fn include_needed(&mut self) {
        self.includes_needed = true;
    }

    /// Iterates over all exclusions.
    pub fn iter(&self) -> impl Iterator<Item = &Exclusion> {
        self.entries.iter()
    }

    /// Returns the first exclusion that matches a `module` that something needs, or one of its ancestors.
    pub fn first_match(&self, module: &ModuleName) -> Option<&Exclusion> {
        let holds = |exclusion: &&Exclusion| !(self.includes_needed && exclusion.unless_needed);
        self.matches(module).find(holds)
    }

    /// Returns the first exclusion that matches a `module` that nothing needs, or one of its ancestors.
    pub fn first_match_unneeded(&self, module: &ModuleName) -> Option<&Exclusion> {
        self.matches(module).next()
    }

    fn matches(&self, module: &ModuleName) -> impl Iterator<Item = &Exclusion> {
        let mut indexes: Vec<usize> = self.patterns.matching(module).into_iter().collect();
        indexes.sort_unstable();
        indexes.into_iter().map(|index| &self.entries[index])
    }

    /// Returns the exclusions that match none of `modules`.
    pub fn unmatched<'a>(
        &self,
        modules: impl Iterator<Item = &'a ModuleName>,
    ) -> impl Iterator<Item = &Exclusion> {
        let matched: HashSet<usize> = modules
            .flat_map(|name| self.patterns.matching(name))
            .collect();
        let entries = self.entries.iter().enumerate();
        let unmatched = entries.filter(move |(index, _)| !matched.contains(index));
        unmatched.map(|(_, exclusion)| exclusion)
    }
}
