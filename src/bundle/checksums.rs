//! Digests in the form that `sha256sum -c` and `sha384sum -c` read.

use std::borrow::Cow;

use crate::types::{Sha256, Sha384};

/// Endings of the files that hold them.
pub const CHECKSUMS: [&str; 2] = ["sha256", "sha384"];

/// The lines of [`CHECKSUMS`]: a digest and a name for each file.
pub fn checksums(files: &[(String, Cow<'_, [u8]>)]) -> [String; 2] {
    let lines = |digest: fn(&[u8]) -> String| {
        let lines = files.iter();
        lines
            .map(|(name, bytes)| format!("{}  {name}\n", digest(bytes)))
            .collect()
    };
    [
        lines(|bytes| Sha256::of(bytes).to_string()),
        lines(|bytes| Sha384::of(bytes).to_string()),
    ]
}
