//! Resolves codec names to modules, as `encodings.search_function` does.

use std::collections::BTreeMap;

/// Names of codecs, from the `encodings/aliases.py` of the library that is packed.
#[derive(Clone, Debug, Default)]
pub struct Codecs {
    aliases: BTreeMap<String, String>,
}

impl Codecs {
    /// Codecs with these aliases.
    pub fn new(aliases: BTreeMap<String, String>) -> Self {
        Self { aliases }
    }

    /// The names by which codecs can be looked up, other than those of their modules.
    pub fn aliases(&self) -> impl Iterator<Item = &str> + Clone {
        self.aliases.keys().map(String::as_str)
    }

    /// The modules that a look-up of `name` tries, if they are there.
    pub fn modules(&self, name: &str) -> Vec<String> {
        let name = normalise(name);
        let alias = self
            .aliases
            .get(&name)
            .or_else(|| self.aliases.get(&name.replace('.', "_")));
        let tried = alias.into_iter().chain([&name]);
        tried
            .filter(|name| !name.is_empty() && !name.contains('.'))
            .map(|name| format!("encodings.{name}"))
            .collect()
    }
}

/// `encodings.normalize_encoding`, of the lower-case name that the registry passes on: runs of
/// characters other than letters, digits and dots become one underscore.
fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.to_lowercase().chars() {
        if c.is_alphanumeric() || c == '.' {
            if gap && !normal.is_empty() {
                normal.push('_');
            }
            normal.push(c);
            gap = false;
        } else {
            gap = true;
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_codecs() {
        let alias = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let aliases = [alias("latin", "latin_1"), alias("iso8859_15", "iso8859_15")];
        let codecs = Codecs::new(BTreeMap::from(aliases));
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
