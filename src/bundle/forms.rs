//! The compressed forms of a bundle, by what profiles call them.

use std::io;

use clap::ValueEnum;

use super::deflate::deflated;
use super::zip::Entry;
use super::{brotli, zstd};
use crate::profile::Compression;

/// Ending of the delta in the content coding `dcb`.
pub const FORM_OF_DCB: &str = "zip.dcb";
/// Ending of the delta in the content coding `dcz`.
pub const FORM_OF_DCZ: &str = "zip.dcz";

/// Ending of a form's file, after the bundle's name and a dot.
pub fn ending(compression: Compression) -> &'static str {
    match compression {
        Compression::Brotli => "zip.br",
        Compression::Zstd => "zip.zst",
        Compression::Deflate => "deflated.zip",
    }
}

/// Endings of all forms that there are.
pub fn endings() -> Vec<&'static str> {
    let wholes = Compression::value_variants()
        .iter()
        .map(|kind| ending(*kind));
    wholes.chain([FORM_OF_DCB, FORM_OF_DCZ]).collect()
}

/// Makes a form of `zip`, which holds `entries`; `progress` hears how many bytes are done.
///
/// # Errors
/// When an encoder fails.
pub fn form(
    compression: Compression,
    zip: &[u8],
    entries: &[Entry],
    progress: &(dyn Fn(u64) + Sync),
) -> io::Result<Vec<u8>> {
    match compression {
        Compression::Brotli => brotli::brotli(zip, &[], progress),
        Compression::Zstd => zstd::zstd(zip, &[], progress),
        Compression::Deflate => Ok(deflated(entries.to_vec(), progress)?),
    }
}
