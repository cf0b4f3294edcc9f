//! The packages that requirements and lock files name.

/// A package that a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LockedPackage {
    /// The normalized name.
    pub(super) name: String,
    /// The version, if the file pins it.
    pub(super) version: Option<String>,
    /// The digests of its files; empty if the file has none.
    pub(super) sha256: Vec<String>,
    /// Whether only some environments need it.
    pub(super) is_conditional: bool,
    /// The extras whose requirements are needed too; `None` if the file lists all packages.
    pub(super) extras: Option<Vec<String>>,
}

/// Normalizes the name of a package like PEP 503.
pub(super) fn normalized_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normalized.is_empty() {
            normalized.push('-');
        }
        normalized.push_str(&part.to_lowercase());
    }
    normalized
}
