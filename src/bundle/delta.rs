//! Deltas for clients that have an earlier bundle: compression dictionary transport (RFC 9842).

use std::io;

use super::brotli::{MAX_DICTIONARY_BYTES, encode_brotli};
use super::zstd::encode_zstd;
use crate::types::Sha256;

/// What `dcb` streams begin with (RFC 9842, section 4).
const DCB: [u8; 4] = [0xff, 0x44, 0x43, 0x42];
/// What `dcz` streams begin with: a skippable frame of 32 bytes (RFC 9842, section 5).
const DCZ: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];

/// `zip` in the content coding `dcb`, for clients that have `old`. An `old` that does not fit into brotli's window is
/// not made use of.
pub(super) fn encode_dcb(zip: &[u8], old: &[u8], progress: &dyn Fn(u64)) -> io::Result<Vec<u8>> {
    let fits = old.len() <= MAX_DICTIONARY_BYTES;
    let packed = encode_brotli(zip, if fits { old } else { &[] }, progress)?;
    Ok([&DCB[..], Sha256::of(old).as_bytes(), &packed].concat())
}

/// `zip` in the content coding `dcz`, for clients that have `old`.
pub(super) fn encode_dcz(zip: &[u8], old: &[u8], progress: &dyn Fn(u64)) -> io::Result<Vec<u8>> {
    let packed = encode_zstd(zip, old, progress)?;
    Ok([&DCZ[..], Sha256::of(old).as_bytes(), &packed].concat())
}

/// The value of the `Available-Dictionary` header by which a client says that it has `old`: a byte sequence of RFC 8941.
pub fn available_dictionary(old: Sha256) -> String {
    format!(":{}:", old.base64())
}
