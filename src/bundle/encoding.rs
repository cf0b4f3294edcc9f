//! The encodings of a bundle's zip: brotli, Zstandard, deflate and the deltas.

use std::io;

use packed::InstructionSet;

use super::deflate::{Deflater, encode_deflate};
use super::delta::{encode_dcb, encode_dcz};
use super::packed::pack_entries;
use super::zip::Entry;
use super::{brotli, zstd};
use crate::profile::Compression;

/// An encoding of a bundle's zip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding<'a> {
    /// A compression format for all clients.
    Whole(Compression),
    /// The content coding `dcb`, for clients that have the given zip.
    Dcb(&'a [u8]),
    /// The content coding `dcz`, for clients that have the given zip.
    Dcz(&'a [u8]),
}

impl Encoding<'_> {
    /// Returns whether this is a packed form, which models the instructions of the build Python.
    pub fn is_packed(self) -> bool {
        matches!(
            self,
            Self::Whole(Compression::Packed | Compression::PackedZstd)
        )
    }

    /// Returns the extension of the artifact, without the leading dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Whole(Compression::Brotli) => "zip.br",
            Self::Whole(Compression::Zstd) => "zip.zst",
            Self::Whole(Compression::Deflate | Compression::Zopfli) => "deflated.zip",
            Self::Whole(Compression::Packed) => "zip.packed.br",
            Self::Whole(Compression::PackedZstd) => "zip.packed.zst",
            Self::Dcb(_) => "zip.dcb",
            Self::Dcz(_) => "zip.dcz",
        }
    }

    /// Returns the name, which no other encoding has.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole(compression) => compression.as_str(),
            Self::Dcb(_) => "dcb",
            Self::Dcz(_) => "dcz",
        }
    }

    /// Returns the zip that clients need to have; empty unless the encoding is a delta.
    pub fn dictionary(&self) -> &[u8] {
        match self {
            Self::Whole(_) => &[],
            Self::Dcb(old) | Self::Dcz(old) => old,
        }
    }

    /// Encodes `zip`, which contains `entries` compiled to `instructions`, and calls `progress` with the number of bytes
    /// of each step.
    ///
    /// # Errors
    /// When an encoder fails.
    pub fn encode(
        self,
        zip: &[u8],
        entries: &[Entry],
        instructions: &InstructionSet,
        progress: &(dyn Fn(u64) + Sync),
    ) -> io::Result<Vec<u8>> {
        match self {
            Self::Whole(Compression::Brotli) => brotli::encode_brotli(zip, &[], progress),
            Self::Whole(Compression::Zstd) => zstd::encode_zstd(zip, &[], progress),
            Self::Whole(Compression::Deflate) => {
                encode_deflate(entries, Deflater::Libdeflate, progress)
            }
            Self::Whole(Compression::Zopfli) => encode_deflate(entries, Deflater::Zopfli, progress),
            Self::Whole(Compression::Packed) => {
                brotli::encode_segments(&pack_entries(zip, entries, instructions)?, progress)
            }
            Self::Whole(Compression::PackedZstd) => {
                let packed = pack_entries(zip, entries, instructions)?.concat();
                zstd::encode_zstd(&packed, &[], progress)
            }
            Self::Dcb(old) => encode_dcb(zip, old, progress),
            Self::Dcz(old) => encode_dcz(zip, old, progress),
        }
    }
}

/// Returns the extensions of the deltas.
pub fn delta_extensions() -> [&'static str; 2] {
    [Encoding::Dcb(&[]), Encoding::Dcz(&[])].map(Encoding::extension)
}

/// Returns the extensions of all possible artifacts.
pub fn artifact_extensions() -> Vec<&'static str> {
    let wholes = Compression::ALL.iter().copied();
    let all = wholes
        .map(Encoding::Whole)
        .chain([Encoding::Dcb(&[]), Encoding::Dcz(&[])]);
    let mut extensions: Vec<&str> = all.map(Encoding::extension).collect();
    // Deflate and zopfli write the same file.
    extensions.dedup();
    extensions
}
