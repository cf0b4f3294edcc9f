//! Encodes the zip with deflated entries, for hosts that serve files without content encoding.

use std::io;
use std::num::NonZeroU64;

use libdeflater::{CompressionLvl, Compressor, crc32};
use rayon::prelude::*;
use zopfli::{BlockType, DeflateEncoder};

use super::zip::{Entry, sorted_by_path};

/// The signature of the header before the data of an entry (APPNOTE.TXT 4.3.7).
const LOCAL_HEADER: u32 = 0x0403_4b50;
/// The signature of an entry of the central directory (4.3.12).
const CENTRAL_HEADER: u32 = 0x0201_4b50;
/// The signature of the end of the central directory (4.3.16).
const END: u32 = 0x0605_4b50;
/// The version that is needed to extract deflated entries and folders: 2.0.
const VERSION: u16 = 20;
/// The version, as made on Unix.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// The flag that names are in UTF-8.
const UTF_8: u16 = 1 << 11;
/// 1980-01-01.
const DATE: u16 = 1 << 5 | 1;
/// The permissions of a file and of a folder on Unix, with the attribute of folders on DOS.
const ATTRIBUTES: [u32; 2] = [0o100_644 << 16, 0o040_755 << 16 | 0x10];

/// The number of zopfli iterations; more would save less than 0.1%.
const ITERATIONS: u64 = 15;

/// What deflates entries. Both give the same bytes on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deflater {
    /// libdeflate, at its highest level.
    Libdeflate,
    /// zopfli, which is a little smaller and much slower.
    Zopfli,
}

/// An entry and its deflated contents.
struct Deflated<'a> {
    path: &'a str,
    size: u32,
    crc: u32,
    /// The contents, unless they are stored because deflating would not make them smaller.
    smaller: Option<Vec<u8>>,
    stored: &'a [u8],
}

/// Builds a zip of `entries`, sorted by path and deflated by `deflater`, and calls `progress` with the size in bytes of
/// each entry.
///
/// # Errors
/// When there are more files or bytes than a zip can contain.
pub(super) fn encode_deflate(
    entries: &[Entry],
    deflater: Deflater,
    progress: &(dyn Fn(u64) + Sync),
) -> io::Result<Vec<u8>> {
    // A compressor of libdeflate is large, so each thread has one.
    let compressor = || Compressor::new(CompressionLvl::best());
    let entries = sorted_by_path(entries).into_par_iter();
    let entries = entries.map_init(compressor, |compressor, entry| {
        let deflated = match deflater {
            Deflater::Libdeflate => libdeflate(compressor, &entry.bytes)?,
            Deflater::Zopfli => zopfli(&entry.bytes)?,
        };
        progress(entry.bytes.len() as u64);
        Ok(Deflated {
            path: &entry.path,
            size: to_u32(entry.bytes.len())?,
            crc: crc32(&entry.bytes),
            smaller: (deflated.len() < entry.bytes.len()).then_some(deflated),
            stored: &entry.bytes,
        })
    });
    write_zip(&entries.collect::<io::Result<Vec<_>>>()?)
}

fn libdeflate(compressor: &mut Compressor, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut deflated = vec![0; compressor.deflate_compress_bound(bytes.len())];
    let length = compressor.deflate_compress(bytes, &mut deflated);
    deflated.truncate(length.map_err(io::Error::other)?);
    Ok(deflated)
}

fn zopfli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let options = zopfli::Options {
        iteration_count: NonZeroU64::new(ITERATIONS).unwrap_or(NonZeroU64::MIN),
        ..zopfli::Options::default()
    };
    let mut encoder = DeflateEncoder::new(options, BlockType::Dynamic, Vec::new());
    io::Write::write_all(&mut encoder, bytes)?;
    encoder.finish()
}

/// Writes a zip whose metadata is that of the bundle's zip.
fn write_zip(entries: &[Deflated<'_>]) -> io::Result<Vec<u8>> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = to_u32(zip.len())?;
        let data = entry.smaller.as_deref().unwrap_or(entry.stored);
        let flags = if entry.path.is_ascii() { 0 } else { UTF_8 };
        let method = if entry.smaller.is_some() { 8 } else { 0 };
        let mut shared = Vec::new();
        for value in [VERSION, flags, method, 0, DATE] {
            shared.extend(value.to_le_bytes());
        }
        for value in [entry.crc, to_u32(data.len())?, entry.size] {
            shared.extend(value.to_le_bytes());
        }
        // No extra field.
        for value in [to_u16(entry.path.len())?, 0] {
            shared.extend(value.to_le_bytes());
        }
        zip.extend(LOCAL_HEADER.to_le_bytes());
        zip.extend(&shared);
        zip.extend(entry.path.as_bytes());
        zip.extend(data);
        directory.extend(CENTRAL_HEADER.to_le_bytes());
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(shared);
        // No comment, the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(ATTRIBUTES[usize::from(entry.path.ends_with('/'))].to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.path.as_bytes());
    }
    let count = to_u16(entries.len())?;
    let offset = to_u32(zip.len())?;
    let size = to_u32(directory.len())?;
    zip.extend(directory);
    zip.extend(END.to_le_bytes());
    for value in [0, 0, count, count] {
        zip.extend(value.to_le_bytes());
    }
    for value in [size, offset] {
        zip.extend(value.to_le_bytes());
    }
    // No comment.
    zip.extend([0; 2]);
    Ok(zip)
}

fn to_u32(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| too_large())
}

fn to_u16(number: usize) -> io::Result<u16> {
    u16::try_from(number).map_err(|_| too_large())
}

fn too_large() -> io::Error {
    io::Error::other("more files or bytes than a zip can contain")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Cursor, Read as _};

    use zip::{CompressionMethod, ZipArchive};

    use super::*;
    use crate::bundle::zip::build_zip;

    fn entries() -> Vec<Entry> {
        let entry = |path: &str, bytes: &[u8]| Entry {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
        };
        vec![
            entry("é.py", b"x"),
            entry("b/", b""),
            entry("a.pyc", &b"print(1)\n".repeat(50)),
            entry("empty.py", b""),
        ]
    }

    #[test]
    fn entries_are_deflated_where_that_is_smaller() {
        for deflater in [Deflater::Libdeflate, Deflater::Zopfli] {
            let zip = encode_deflate(&entries(), deflater, &|_| ()).unwrap();
            let stored = build_zip(&entries()).unwrap();
            let [mut zip, mut stored] =
                [zip, stored].map(|zip| ZipArchive::new(Cursor::new(zip)).unwrap());
            assert_eq!(zip.len(), 4);
            for index in 0..zip.len() {
                let mut bytes = Vec::new();
                let mut entry = zip.by_index(index).unwrap();
                entry.read_to_end(&mut bytes).unwrap();
                let mut expected = Vec::new();
                let mut like = stored.by_index(index).unwrap();
                like.read_to_end(&mut expected).unwrap();
                assert_eq!(bytes, expected);
                let name = entry.name().unwrap().into_owned();
                assert_eq!(name, like.name().unwrap());
                assert_eq!(entry.unix_mode(), like.unix_mode());
                assert_eq!(entry.last_modified(), like.last_modified());
                let is_deflated = entry.compression() == CompressionMethod::Deflated;
                assert_eq!(is_deflated, name == "a.pyc");
            }
        }
    }
}
