//! Checksum files for `sha256sum -c` and `sha384sum -c`.

use super::BundleFile;
use crate::types::{Sha256, Sha384};

/// Endings of the files that hold them.
pub const CHECKSUM_EXTENSIONS: [&str; 2] = ["sha256", "sha384"];

/// The lines of [`CHECKSUMS`]: a digest and a name for each file.
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
