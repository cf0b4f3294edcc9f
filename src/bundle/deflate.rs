//! The zip with deflated entries, for hosts that serve files without content encoding.

use std::io::Cursor;

use rayon::prelude::*;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::zip::{Entry, add_entry, options, sorted_by_path};

/// Rounds of zopfli: more would gain less than a thousandth.
const ROUNDS: i64 = 15;
/// What `zip` calls zopfli: levels above those of deflate itself.
const LEVEL: i64 = 9 + ROUNDS;

/// Puts `entries` into a zip, sorted by path, each deflated by zopfli; `progress` is called with the number of bytes done.
///
/// # Errors
/// When there are more files or bytes than a zip can hold.
pub(super) fn encode_deflate(
    entries: &[Entry],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<u8>, ZipError> {
    let options = options(CompressionMethod::Deflated).compression_level(Some(LEVEL));
    // Each by itself in a zip of its own, on every core.
    let alone = sorted_by_path(entries).into_par_iter().map(|entry| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        add_entry(&mut zip, entry, options)?;
        progress(entry.bytes.len() as u64);
        zip.finish_into_readable()
    });
    let alone: Vec<Result<ZipArchive<_>, ZipError>> = alone.collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for archive in alone {
        zip.raw_copy_file(archive?.by_index_raw(0)?)?;
    }
    Ok(zip.finish()?.into_inner())
}
