//! Packing and unpacking, end to end.
#![allow(clippy::unwrap_used)]

mod damaged;
mod entries;
mod modules;

use crate::testing::{Version, instruction_set};
use crate::{Entry, Packed, pack, raw_modules, unpack};

fn entries(files: &[(String, Vec<u8>)]) -> Vec<Entry<'_>> {
    let files = files.iter();
    files.map(|(path, bytes)| Entry { path, bytes }).collect()
}

fn pack_files(version: Version, files: &[(String, Vec<u8>)]) -> Packed {
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let set = instruction_set(version);
    let size = u32::try_from(size).unwrap();
    pack(&set, &entries(files), [9; 32], size)
}

/// Packs files, checks that they are unpacked again, and returns the paths of those stored unchanged.
fn round_trip_files(version: Version, files: &[(String, Vec<u8>)]) -> Vec<String> {
    let packed = pack_files(version, files);
    let whole = packed.segments.concat();
    let unpacked = unpack(&whole, u32::MAX).unwrap();
    assert!(unpacked.entries == files, "{version:?}: {files:?}");
    assert_eq!(unpacked.digest, [9; 32]);
    assert_eq!(raw_modules(&whole).unwrap(), packed.raw_modules);
    packed.raw_modules
}
