//! Encodes the zip with deflated entries, for hosts that serve files without content encoding.

use std::io::Cursor;

use rayon::prelude::*;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::zip::{Entry, add_entry, options, sorted_by_path};

/// The number of zopfli iterations; more would save less than 0.1%.
const ITERATIONS: i64 = 15;
/// The compression level: the `zip` crate uses zopfli for levels above 9, the maximum of deflate.
const LEVEL: i64 = 9 + ITERATIONS;

/// Builds a zip of `entries`, sorted by path and deflated by zopfli, and calls `progress` with the size in bytes of
/// each entry.
///
/// # Errors
/// When there are more files or bytes than a zip can contain.
pub(super) fn encode_deflate(
    entries: &[Entry],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<u8>, ZipError> {
    let options = options(CompressionMethod::Deflated).compression_level(Some(LEVEL));
    // Zopfli is slow, so each entry is deflated in parallel, in a separate zip.
    let archives = sorted_by_path(entries).into_par_iter().map(|entry| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        add_entry(&mut zip, entry, options)?;
        progress(entry.bytes.len() as u64);
        zip.finish_into_readable()
    });
    let archives: Vec<Result<ZipArchive<_>, ZipError>> = archives.collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for archive in archives {
        zip.raw_copy_file(archive?.by_index_raw(0)?)?;
    }
    Ok(zip.finish()?.into_inner())
}
