//! Modules that must not be in the bundle.

use std::collections::HashSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::pattern::{Pattern, PatternSet};
use crate::diagnostic::{Code, Diagnostic, Provenance};
use crate::types::ModuleName;

/// Modules that must not be in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exclusion {
    /// Which modules.
    #[serde(rename = "modules", serialize_with = "serialize_as_list")]
    #[schemars(with = "Vec<String>")]
    pub pattern: Pattern,
    /// Why, for people.
    pub reason: String,
    /// Who asked.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// `modules: [socket]`
fn serialize_as_list<S: serde::Serializer>(
    pattern: &Pattern,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    [pattern].serialize(serializer)
}

/// The exclusions of a profile, in their order.
#[derive(Clone, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Exclusions {
    entries: Vec<Exclusion>,
    #[serde(skip)]
    patterns: PatternSet,
}

/// The automata follow from the entries, and are not debugged in one order.
impl fmt::Debug for Exclusions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

impl Exclusions {
    /// Makes one set of all patterns.
    ///
    /// # Errors
    /// When there are more than can be compiled.
    pub(crate) fn new(entries: Vec<Exclusion>) -> Result<Self, Box<Diagnostic>> {
        let patterns = entries.iter().map(|exclusion| &exclusion.pattern);
        match PatternSet::new(patterns) {
            Ok(patterns) => Ok(Self { entries, patterns }),
            Err((place, message)) => Err(Diagnostic::error(Code::InvalidPattern, message)
                .with_help("write simpler patterns".to_owned())
                .at(&entries[place].provenance)
                .into()),
        }
    }

    /// These and more.
    pub(super) fn with(&self, more: Vec<Exclusion>) -> Result<Self, Box<Diagnostic>> {
        Self::new([self.entries.clone(), more].concat())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Exclusion> {
        self.entries.iter()
    }

    /// The first that holds `module` or a package around it.
    pub fn first_match(&self, module: &ModuleName) -> Option<&Exclusion> {
        let first = self.patterns.matching(module).into_iter().min();
        first.map(|place| &self.entries[place])
    }

    /// Those that hold none of `modules`.
    pub fn unmatched<'a>(
        &self,
        modules: impl Iterator<Item = &'a ModuleName>,
    ) -> impl Iterator<Item = &Exclusion> {
        let used: HashSet<usize> = modules
            .flat_map(|name| self.patterns.matching(name))
            .collect();
        let entries = self.entries.iter().enumerate();
        let idle = entries.filter(move |(place, _)| !used.contains(place));
        idle.map(|(_, exclusion)| exclusion)
    }
}
