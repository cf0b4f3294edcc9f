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
/// Its parts may not be identifiers: CPython generates `_sysconfigdata__linux_x86_64-linux-gnu`, which only
/// `__import__` can import. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleName(Arc<str>);

/// The reason why a text is not a module name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A name with an empty part.
    #[error("'{0}' is not a module name: a part of it is empty")]
    EmptyPart(String),
    /// A name with whitespace, a slash, a backslash or a control character.
    #[error("'{name}' is not a module name: it holds {character:?}")]
    Character {
        /// The name.
        name: String,
        /// The first invalid character.
        character: char,
    },
    /// A name that exceeds the maximum length, given its length in bytes.
    #[error("a module name of {0} bytes is too long")]
    TooLong(usize),
}

/// The maximum length of a name, in bytes. File names in a zip have at most 65,535 bytes.
const MAX_NAME_BYTES: usize = 4096;

impl ModuleName {
    /// Creates a module name from a dotted name.
    ///
    /// # Errors
    /// If a part is empty, a character is invalid, or the name is too long.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.len() > MAX_NAME_BYTES {
            return Err(NameError::TooLong(name.len()));
        }
        if name.split('.').any(str::is_empty) {
            return Err(NameError::EmptyPart(name.to_owned()));
        }
        let is_forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '/' || c == '\\';
        if let Some(character) = name.chars().find(|&c| is_forbidden(c)) {
            return Err(NameError::Character {
                name: name.to_owned(),
                character,
            });
        }
        Ok(Self(name.into()))
    }

    /// Returns the name of the module `builtins`, which is always available.
    pub fn builtins() -> Self {
        Self("builtins".into())
    }

    /// Returns the name of the meta root, which no module has.
    pub fn meta_root() -> Self {
        Self("<start>".into())
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the parent package: `xml.etree` for `xml.etree.ElementTree`.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('.')?;
        Some(Self(parent.into()))
    }

    /// Iterates over the packages that contain the module, innermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// Returns the first part: `xml` for `xml.etree.ElementTree`.
    pub fn top_level(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }

    /// Returns the last part: `ElementTree` for `xml.etree.ElementTree`.
    pub fn last_part(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    /// Returns the name of the submodule `part` of this package.
    ///
    /// # Errors
    /// If `part` is not a valid part of a module name.
    pub fn child(&self, part: &str) -> Result<Self, NameError> {
        Self::new(&format!("{self}.{part}"))
    }
}

/// Returns `name` or, if it is taken, a similar name that no import statement can refer to.
pub fn unused_name<T>(name: &ModuleName, taken: &BTreeMap<ModuleName, T>) -> ModuleName {
    let numbered = (2..).map_while(|n| ModuleName::new(&format!("{name}~{n}")).ok());
    std::iter::once(name.clone())
        .chain(numbered)
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
    fn name_splits_into_parts() {
        let name = ModuleName::new("xml.etree.ElementTree").unwrap();
        assert_eq!(name.top_level(), "xml");
        assert_eq!(name.last_part(), "ElementTree");
        let ancestors: Vec<String> = name.ancestors().map(String::from).collect();
        assert_eq!(ancestors, ["xml.etree", "xml"]);
    }

    #[test]
    fn new_accepts_generated_names_and_rejects_paths() {
        assert!(ModuleName::new("_sysconfigdata__linux_x86_64-linux-gnu").is_ok());
        for invalid in ["", ".", "a..b", ".a", "a.", "a/b", "a\\b", "a b", "a\n"] {
            assert!(ModuleName::new(invalid).is_err(), "{invalid:?}");
        }
    }
}
