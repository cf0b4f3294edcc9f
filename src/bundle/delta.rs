//! Upgrades for clients that have the bundle of before: compression dictionary transport (RFC 9842).

use std::io;

use super::brotli::{LONGEST_DICTIONARY, brotli};
use super::zstd::zstd;
use crate::types::Sha256;

/// What `dcb` streams begin with (RFC 9842, section 4).
const DCB: [u8; 4] = [0xff, 0x44, 0x43, 0x42];
/// What `dcz` streams begin with: a skippable frame of 32 bytes (RFC 9842, section 5).
const DCZ: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];

/// The zip in the two content codings for clients that have `old`.
#[derive(Clone, Debug)]
pub struct Delta {
    /// Content coding `dcb`.
    pub brotli: Vec<u8>,
    /// Content coding `dcz`.
    pub zstd: Vec<u8>,
}

/// Compresses `zip` with `old`, the zip that the client has, as the dictionary; `progress` hears of the bytes done,
/// those of `zip` twice.
///
/// # Errors
/// When an encoder fails.
pub fn delta(zip: &[u8], old: &[u8], progress: &(dyn Fn(u64) + Sync)) -> io::Result<Delta> {
    let digest = Sha256::of(old);
    // What is beyond the window would not be seen, and then the window's place would be wrong.
    let seen = if old.len() <= LONGEST_DICTIONARY {
        old
    } else {
        &[]
    };
    let (brotli, zstd) = rayon::join(|| brotli(zip, seen, progress), || zstd(zip, old, progress));
    Ok(Delta {
        brotli: [&DCB[..], digest.as_bytes(), &brotli?].concat(),
        zstd: [&DCZ[..], digest.as_bytes(), &zstd?].concat(),
    })
}

/// The value of the `Available-Dictionary` header by which a client says that it has `old`: a byte sequence of RFC 8941.
pub fn available_dictionary(old: Sha256) -> String {
    format!(":{}:", old.base64())
}
