//! Encodes the Zstandard artifact, which is larger than brotli but decompresses in a fraction of the time.

use std::io::{self, Write};

use zstd::Encoder;

/// The highest level whose window every decoder must support (RFC 8878: 8 MB).
const LEVEL: i32 = 19;
/// The logarithm of that window.
const WINDOW_LOG: u32 = 23;
/// The logarithm of the largest window that a decoder of `dcz` must support: 128 MB (RFC 9842, section 5.2).
const MAX_WINDOW_LOG: u32 = 27;
/// The number of bytes that are compressed between two calls of `progress`.
const CHUNK_BYTES: usize = 64 << 10;

/// Compresses `bytes` with references to `dictionary`, and calls `progress` with the number of bytes of each step.
///
/// # Errors
/// When the encoder fails, which is not known to happen.
pub(super) fn encode_zstd(
    bytes: &[u8],
    dictionary: &[u8],
    progress: &dyn Fn(u64),
) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::with_ref_prefix(Vec::new(), LEVEL, dictionary)?;
    encoder.window_log(window(dictionary.len()))?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    encoder.include_checksum(false)?;
    for step in bytes.chunks(CHUNK_BYTES) {
        encoder.write_all(step)?;
        progress(step.len() as u64);
    }
    encoder.finish()
}

/// Returns the logarithm of the window for a dictionary of `dictionary` bytes. A decoder must support 8 MB, or 1.25
/// times the size of the dictionary if that is more (RFC 9842).
fn window(dictionary: usize) -> u32 {
    let required = dictionary + dictionary / 4;
    (WINDOW_LOG..=MAX_WINDOW_LOG)
        .take_while(|&log| log == WINDOW_LOG || 1 << log <= required)
        .last()
        .unwrap_or(WINDOW_LOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_is_the_largest_that_decoders_must_support() {
        assert_eq!(window(0), 23);
        assert_eq!(window(8 << 20), 23);
        assert_eq!(window(14 << 20), 24);
        assert_eq!(window(1 << 30), 27);
    }
}
