//! A file of a bundle, ready to be written.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

/// A file to write.
#[derive(Clone, Debug)]
pub struct BundleFile<'a> {
    /// Its name in the output folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
}

/// Whether `path` is a file with those very bytes.
pub(super) fn holds(path: &Path, bytes: &[u8]) -> bool {
    let is_file = |now: fs::Metadata| now.is_file() && now.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(is_file) && fs::read(path).is_ok_and(|now| now == bytes)
}
