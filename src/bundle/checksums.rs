//! Builds the checksum files for `sha256sum -c` and `sha384sum -c`.

use super::BundleFile;
use crate::types::{Sha256, Sha384};

/// The extensions of the checksum files.
pub const CHECKSUM_EXTENSIONS: [&str; 2] = ["sha256", "sha384"];

/// Builds the text of each file of [`CHECKSUM_EXTENSIONS`]: a line with the digest and the name of each of `files`.
pub fn build_checksums(files: &[BundleFile<'_>]) -> [String; 2] {
    let lines = |digest: fn(&[u8]) -> String| {
        let line = |file: &BundleFile<'_>| format!("{}  {}\n", digest(&file.bytes), file.name);
        files.iter().map(line).collect()
    };
    [
        lines(|bytes| Sha256::of(bytes).to_string()),
        lines(|bytes| Sha384::of(bytes).to_string()),
    ]
}
