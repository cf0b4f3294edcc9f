//! A file of a bundle that is to be written.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

/// A file to write.
#[derive(Clone, Debug)]
pub struct BundleFile<'a> {
    /// The name in the output folder.
    pub name: String,
    /// The contents.
    pub bytes: Cow<'a, [u8]>,
}

/// Returns whether `path` is a regular file with the contents `bytes`.
pub(super) fn has_contents(path: &Path, bytes: &[u8]) -> bool {
    let has_size =
        |metadata: fs::Metadata| metadata.is_file() && metadata.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(has_size)
        && fs::read(path).is_ok_and(|contents| contents == bytes)
}
