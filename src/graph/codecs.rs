//! Resolves codec names to modules, like `encodings.search_function`.

use std::collections::BTreeMap;

/// The codec aliases in the `encodings/aliases.py` of the library that is packed.
#[derive(Clone, Debug, Default)]
pub struct CodecAliases {
    aliases: BTreeMap<String, String>,
}

impl CodecAliases {
    /// Creates a resolver with these aliases.
    pub fn new(aliases: BTreeMap<String, String>) -> Self {
        Self { aliases }
    }

    /// Returns the names by which codecs can be looked up, other than those of their modules.
    pub fn aliases(&self) -> impl Iterator<Item = &str> + Clone {
        self.aliases.keys().map(String::as_str)
    }

    /// Returns the modules that a look-up of `name` tries to import. They may not exist.
    pub fn modules(&self, name: &str) -> Vec<String> {
        let name = normalize(name);
        let alias = self
            .aliases
            .get(&name)
            .or_else(|| self.aliases.get(&name.replace('.', "_")));
        let candidates = alias.into_iter().chain([&name]);
        candidates
            .filter(|name| !name.is_empty() && !name.contains('.'))
            .map(|name| format!("encodings.{name}"))
            .collect()
    }
}

/// Normalizes a codec name like `encodings.normalize_encoding`, in the lower case that the registry passes on: runs of
/// characters other than letters, digits and dots become one underscore.
fn normalize(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.to_lowercase().chars() {
        if c.is_alphanumeric() || c == '.' {
            if gap && !normalized.is_empty() {
                normalized.push('_');
            }
            normalized.push(c);
            gap = false;
        } else {
            gap = true;
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codec_names_resolve_to_modules() {
        let alias = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let aliases = [alias("latin", "latin_1"), alias("iso8859_15", "iso8859_15")];
        let codecs = CodecAliases::new(BTreeMap::from(aliases));
        assert_eq!(
            codecs.modules("Latin"),
            ["encodings.latin_1", "encodings.latin"]
        );
        assert_eq!(
            codecs.modules("ISO8859-15"),
            ["encodings.iso8859_15", "encodings.iso8859_15"]
        );
        assert_eq!(codecs.modules("utf-16-le"), ["encodings.utf_16_le"]);
        assert!(codecs.modules("..").is_empty());
    }
}
