//! The packed form of a bundle's zip, from which a decoder rebuilds the zip byte for byte.

use std::io::{self, Read as _};

use packed::{InstructionSet, Unpacked, pack, unpack};

use super::zip::{Entry, build_zip, sorted_by_path};
use crate::types::Sha256;

/// The JavaScript module that downloads the later tiers of a bundle.
pub const LOADER_MODULE: &str = include_str!("../../npm/stdlib-loader.mjs");

/// The JavaScript module `stdlib-unpack.mjs`, which rebuilds a zip from its packed form.
pub const UNPACK_MODULE: &str = include_str!("../../npm/stdlib-unpack.mjs");

/// Packs `zip`, which contains `entries` compiled to `instructions`, in segments that a compressor should treat as
/// separate blocks. The result is unpacked again, to be sure.
///
/// # Errors
/// When the zip cannot be rebuilt from the result, which is not known to happen.
pub(super) fn pack_entries(
    zip: &[u8],
    entries: &[Entry],
    instructions: &InstructionSet,
) -> io::Result<Vec<Vec<u8>>> {
    let sorted: Vec<packed::Entry<'_>> = sorted_by_path(entries)
        .into_iter()
        .map(|entry| packed::Entry {
            path: &entry.path,
            bytes: &entry.bytes,
        })
        .collect();
    let size = u32::try_from(zip.len()).map_err(io::Error::other)?;
    // Without instructions no module has a model, and all are stored unchanged.
    for instructions in [instructions, &InstructionSet::default()] {
        let packed = pack(instructions, &sorted, Sha256::of(zip).to_array(), size);
        let rebuilt = unpack_zip(&packed.segments.concat(), size);
        if rebuilt.is_ok_and(|rebuilt| rebuilt == zip) {
            return Ok(packed.segments);
        }
    }
    Err(io::Error::other(
        "the packed form does not decode to the zip",
    ))
}

/// Rebuilds the zip of at most `max_bytes` from its packed form, which is not compressed any more.
///
/// # Errors
/// When the packed form is invalid, or its digest is not that of the zip.
pub fn unpack_zip(packed: &[u8], max_bytes: u32) -> io::Result<Vec<u8>> {
    let unpacked = unpack(packed, max_bytes).map_err(|error| invalid(error.to_string()))?;
    let Unpacked {
        digest, entries, ..
    } = unpacked;
    let entries: Vec<Entry> = entries
        .into_iter()
        .map(|(path, bytes)| Entry { path, bytes })
        .collect();
    let zip = build_zip(&entries)?;
    if Sha256::of(&zip).to_array() != digest {
        return Err(invalid(
            "its zip does not have the digest that it names".to_owned(),
        ));
    }
    Ok(zip)
}

/// The magic number of Zstandard frames (RFC 8878).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Decompresses a packed form of at most `max_bytes`: brotli, Zstandard, or not compressed.
///
/// # Errors
/// When it is none of these, or larger.
pub fn decompress_packed(bytes: Vec<u8>, max_bytes: u32) -> io::Result<Vec<u8>> {
    if bytes.starts_with(packed::MAGIC) {
        return Ok(bytes);
    }
    let mut packed = Vec::new();
    let limit = u64::from(max_bytes);
    if bytes.starts_with(&ZSTD_MAGIC) {
        let decoder = ::zstd::Decoder::new(&*bytes)?;
        decoder.take(limit + 1).read_to_end(&mut packed)?;
    } else {
        let decoder = ::brotli::Decompressor::new(&*bytes, 1 << 16);
        decoder.take(limit + 1).read_to_end(&mut packed)?;
    }
    if packed.len() as u64 > limit {
        return Err(invalid(format!("it has more than {limit} bytes")));
    }
    Ok(packed)
}

/// Returns the paths of the modules that a packed artifact carries unchanged, because the packed form has no model for
/// them.
///
/// # Errors
/// When the artifact cannot be decompressed, or is invalid.
pub fn raw_modules(artifact: &[u8], max_bytes: u32) -> io::Result<Vec<String>> {
    let packed = decompress_packed(artifact.to_vec(), max_bytes)?;
    packed::raw_modules(&packed).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
