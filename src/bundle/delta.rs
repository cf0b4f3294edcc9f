//! Encodes deltas for clients that have an earlier zip: compression dictionary transport (RFC 9842).

use std::io;

use super::brotli::{MAX_DICTIONARY_BYTES, encode_brotli};
use super::zstd::encode_zstd;
use crate::types::Sha256;

/// The magic number of `dcb` streams (RFC 9842, section 4).
const DCB_MAGIC: [u8; 4] = [0xff, 0x44, 0x43, 0x42];
/// The magic number of `dcz` streams: the header of a skippable frame of 32 bytes (RFC 9842, section 5).
const DCZ_MAGIC: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];

/// Encodes `zip` in the content coding `dcb`, for clients that have `old`. An `old` that does not fit into brotli's
/// window is ignored.
pub(super) fn encode_dcb(zip: &[u8], old: &[u8], progress: &dyn Fn(u64)) -> io::Result<Vec<u8>> {
    let fits = old.len() <= MAX_DICTIONARY_BYTES;
    let compressed = encode_brotli(zip, if fits { old } else { &[] }, progress)?;
    Ok([&DCB_MAGIC[..], Sha256::of(old).as_bytes(), &compressed].concat())
}

/// Encodes `zip` in the content coding `dcz`, for clients that have `old`.
pub(super) fn encode_dcz(zip: &[u8], old: &[u8], progress: &dyn Fn(u64)) -> io::Result<Vec<u8>> {
    let compressed = encode_zstd(zip, old, progress)?;
    Ok([&DCZ_MAGIC[..], Sha256::of(old).as_bytes(), &compressed].concat())
}

/// Returns the value of the `Available-Dictionary` header of a client that has `old`: a byte sequence (RFC 8941).
pub fn available_dictionary(old: Sha256) -> String {
    format!(":{}:", old.base64())
}
