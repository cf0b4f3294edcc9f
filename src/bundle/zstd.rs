//! The Zstandard artifact: larger than brotli, decompressed in a fraction of the time.

use std::io::{self, Write};

use zstd::Encoder;

/// The best level that needs no window larger than every decoder has to offer (RFC 8878, 8 MB).
const LEVEL: i32 = 19;
/// Logarithm of that window.
const WINDOW_LOG: u32 = 23;
/// The largest window that a decoder of `dcz` has to offer: 128 MB (RFC 9842, section 5.2).
const MAX_WINDOW_LOG: u32 = 27;
/// How much is compressed between two calls of `progress`.
const CHUNK_BYTES: usize = 64 << 10;

/// Compresses `bytes`, which may refer to those of `dictionary`; `progress` is called with the number of bytes done.
///
/// # Errors
/// Never, as far as is known: the encoder's interface can fail.
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

/// A decoder has to offer 8 MB, or 1.25 times the dictionary's length where that is more (RFC 9842).
fn window(dictionary: usize) -> u32 {
    let offered = dictionary + dictionary / 4;
    (WINDOW_LOG..=MAX_WINDOW_LOG)
        .take_while(|&log| log == WINDOW_LOG || 1 << log <= offered)
        .last()
        .unwrap_or(WINDOW_LOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_what_decoders_have_to_offer() {
        assert_eq!(window(0), 23);
        assert_eq!(window(8 << 20), 23);
        assert_eq!(window(14 << 20), 24);
        assert_eq!(window(1 << 30), 27);
    }
}
