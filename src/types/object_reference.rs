//! References to objects in modules, as in entry points.

use std::fmt;

use compact_str::CompactString;
use serde::{Serialize, Serializer};

use super::ModuleName;

/// An object in a module, `package.module:object.attribute`, or a module.
///
/// The format is that of the Python packaging specifications ("Entry points").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectReference {
    /// The module.
    pub module: ModuleName,
    /// The names that are read from it, one after the other; empty for the module itself.
    pub attributes: Box<[CompactString]>,
}

impl ObjectReference {
    /// Parses a reference. The extras of old files, as in `module:object [extra]`, are ignored.
    ///
    /// Returns `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.split('[').next().unwrap_or(text).trim();
        let (module, attributes) = match text.split_once(':') {
            None => (text, Box::default()),
            Some((module, object)) => {
                let names = object.split('.').map(str::trim);
                (module, names.map(CompactString::new).collect())
            }
        };
        let reference = Self {
            module: ModuleName::new(module.trim()).ok()?,
            attributes,
        };
        let is_name = |name: &CompactString| !name.is_empty() && !name.contains([':', ' ']);
        reference
            .attributes
            .iter()
            .all(is_name)
            .then_some(reference)
    }
}

impl fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.module)?;
        match &*self.attributes {
            [] => Ok(()),
            attributes => write!(f, ":{}", attributes.join(".")),
        }
    }
}

impl Serialize for ObjectReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_a_module_and_attributes() {
        let parsed = |text| ObjectReference::parse(text).map(|reference| reference.to_string());
        for text in ["a", "a.b", "a.b:c", "a.b:c.d"] {
            assert_eq!(parsed(text).as_deref(), Some(text));
        }
        assert_eq!(parsed(" a.b : c [x, y]").as_deref(), Some("a.b:c"));
        for text in ["", "a..b", "a:", "a:b:c", "a:b.", "a b:c"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
