//! The packed form of a bundle's zip, from which a decoder rebuilds the zip byte for byte.

use std::io;

use packed::{InstructionSet, Unpacked, pack, unpack};

use super::zip::{Entry, build_zip, sorted_by_path};
use crate::types::Sha256;

/// Packs `zip`, which contains `entries` compiled to `instructions`, in segments that a compressor should treat as
/// separate blocks.
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
    let packed = pack(instructions, &sorted, *Sha256::of(zip).as_bytes(), size);
    let rebuilt = unpack_zip(&packed.segments.concat(), size)?;
    if rebuilt != zip {
        return Err(io::Error::other(
            "the packed form does not decode to the zip",
        ));
    }
    Ok(packed.segments)
}

/// Rebuilds the zip of at most `max_bytes` from its packed form, which is not compressed any more.
///
/// # Errors
/// When the packed form is invalid, or its digest is not that of the zip.
pub fn unpack_zip(packed: &[u8], max_bytes: u32) -> io::Result<Vec<u8>> {
    let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let unpacked = unpack(packed, max_bytes).map_err(|error| invalid(error.to_string()))?;
    let Unpacked {
        digest, entries, ..
    } = unpacked;
    let entries: Vec<Entry> = entries
        .into_iter()
        .map(|(path, bytes)| Entry { path, bytes })
        .collect();
    let zip = build_zip(&entries)?;
    if *Sha256::of(&zip).as_bytes() != digest {
        return Err(invalid(
            "its zip does not have the digest that it names".to_owned(),
        ));
    }
    Ok(zip)
}
