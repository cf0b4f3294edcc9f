//! Finds what data files of an app name: the objects in a pickle, and the codecs that texts declare.

use super::codecs::declared_codecs;
use super::pickled::pickled_objects;
use crate::types::ObjectReference;

/// A kind of data file that may name modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFileKind {
    /// A pickle, which names the objects that it imports.
    Pickle,
    /// A text, which may declare its codec.
    Text,
    /// A catalog of messages, which declares its codec. Programs name its folder and domain, and not the file.
    Catalog,
}

/// What a data file names.
#[derive(Debug, Default)]
pub struct NamedInDataFile {
    /// The objects that it imports.
    pub objects: Vec<ObjectReference>,
    /// The codecs.
    pub codecs: Vec<String>,
}

impl DataFileKind {
    /// Returns the kind of a file by its extension, or `None` if it names nothing.
    pub fn of(file: &str) -> Option<Self> {
        let (_, extension) = file.rsplit_once('.')?;
        match extension {
            "pkl" | "pickle" => Some(Self::Pickle),
            "eml" | "htm" | "html" | "svg" | "xhtml" | "xml" => Some(Self::Text),
            "mo" | "po" => Some(Self::Catalog),
            _ => None,
        }
    }

    /// Returns what a file of this kind names.
    pub fn names_in(self, content: &[u8]) -> NamedInDataFile {
        match self {
            Self::Pickle => NamedInDataFile {
                objects: pickled_objects(content),
                codecs: Vec::new(),
            },
            Self::Text | Self::Catalog => {
                let text = String::from_utf8_lossy(content);
                NamedInDataFile {
                    objects: Vec::new(),
                    codecs: declared_codecs(&text).map(str::to_owned).collect(),
                }
            }
        }
    }
}

/// Returns whether a string is the path of a file that may name modules.
pub(super) fn is_data_file(text: &str) -> bool {
    text.len() < 200 && !text.contains(char::is_whitespace) && DataFileKind::of(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_declare_codecs() {
        for text in [
            "<meta charset=\"koi8-r\">",
            "<?xml version='1.0' encoding='koi8-r'?>",
            "Content-Type: text/plain; charset=koi8-r\n",
        ] {
            let named = DataFileKind::Text.names_in(text.as_bytes());
            assert_eq!(named.codecs, ["koi8-r"], "{text}");
        }
    }

    #[test]
    fn is_data_file_looks_at_the_extension() {
        assert!(is_data_file("data/model.pkl"));
        assert!(!is_data_file("model.pkl is missing"));
        assert!(!is_data_file("model.bin"));
        assert!(!is_data_file("pkl"));
    }
}
