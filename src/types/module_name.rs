//! Dotted module names.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The dotted name of a module or package, such as `xml.etree.ElementTree`.
///
/// Parts need not be identifiers: CPython itself generates
/// `_sysconfigdata__linux_x86_64-linux-gnu`, which only `__import__` can name.
/// Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleName(Arc<str>);

/// Why a text is not a module name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing between two dots, or nothing at all.
    #[error("'{0}' is not a module name: a part of it is empty")]
    EmptyPart(String),
    /// A blank, slash, backslash or control character.
    #[error("'{name}' is not a module name: it holds {character:?}")]
    Character {
        /// The whole text.
        name: String,
        /// The first character that cannot be.
        character: char,
    },
    /// Longer than any path a zip can hold.
    #[error("a module name of {0} bytes is too long")]
    TooLong(usize),
}

/// Longest accepted name, in bytes: file names in a zip end at 65,535.
const MAX_NAME_BYTES: usize = 4096;

impl ModuleName {
    /// Checks and takes a dotted name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.len() > MAX_NAME_BYTES {
            return Err(NameError::TooLong(name.len()));
        }
        if name.split('.').any(str::is_empty) {
            return Err(NameError::EmptyPart(name.to_owned()));
        }
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '/' || c == '\\';
        if let Some(character) = name.chars().find(|&c| forbidden(c)) {
            return Err(NameError::Character {
                name: name.to_owned(),
                character,
            });
        }
        Ok(Self(name.into()))
    }

    /// `builtins`, the module that is always there.
    pub fn builtins() -> Self {
        Self("builtins".into())
    }

    /// A name that no module has, for what stands before all modules.
    pub fn meta_root() -> Self {
        Self("<start>".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The package that holds it: `xml.etree` of `xml.etree.ElementTree`.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('.')?;
        Some(Self(parent.into()))
    }

    /// Its packages, nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// The first part: `xml` of `xml.etree.ElementTree`.
    pub fn top_level(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }

    /// The last part: `ElementTree` of `xml.etree.ElementTree`.
    pub fn last_part(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    /// The name of `part` inside this package.
    pub fn child(&self, part: &str) -> Result<Self, NameError> {
        Self::new(&format!("{self}.{part}"))
    }
}

/// `name`, or, when another file has it already, a name like it that no import can mean.
pub fn unused_name<T>(name: &ModuleName, taken: &BTreeMap<ModuleName, T>) -> ModuleName {
    let others = (2..).map_while(|n| ModuleName::new(&format!("{name}~{n}")).ok());
    std::iter::once(name.clone())
        .chain(others)
        .find(|name| !taken.contains_key(name))
        .unwrap_or_else(|| name.clone())
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ModuleName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModuleName {
    type Err = NameError;
    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl TryFrom<String> for ModuleName {
    type Error = NameError;
    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(&name)
    }
}

impl From<ModuleName> for String {
    fn from(name: ModuleName) -> Self {
        name.0.as_ref().to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_name() {
        let name = ModuleName::new("xml.etree.ElementTree").unwrap();
        assert_eq!(name.top_level(), "xml");
        assert_eq!(name.last_part(), "ElementTree");
        let ancestors: Vec<String> = name.ancestors().map(String::from).collect();
        assert_eq!(ancestors, ["xml.etree", "xml"]);
    }

    #[test]
    fn generated_names_are_names_and_paths_are_not() {
        assert!(ModuleName::new("_sysconfigdata__linux_x86_64-linux-gnu").is_ok());
        for bad in ["", ".", "a..b", ".a", "a.", "a/b", "a\\b", "a b", "a\n"] {
            assert!(ModuleName::new(bad).is_err(), "{bad:?}");
        }
    }
}
