//! The brotli form, which browsers unpack while they download.

use std::io::{self, Write};

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;

/// The best there is.
const QUALITY: i32 = 11;
/// The largest window that browsers accept (RFC 7932): 16 MB.
const WINDOW: i32 = 24;
/// How much is compressed between two calls of `progress`.
const STEP: usize = 64 << 10;

/// Names these settings and their encoder, for caches.
pub(crate) const RECIPE: &str = "brotli 9.1 quality 11 window 24 portable-float";

/// Compresses `bytes`; `progress` hears how many are done. The same bytes on every machine.
pub fn brotli(bytes: &[u8], progress: &dyn Fn(usize)) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    let mut compressor = CompressorWriter::with_params(&mut out, STEP, &params);
    for step in bytes.chunks(STEP) {
        compressor.write_all(step)?;
        progress(step.len());
    }
    drop(compressor);
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let bytes: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| n.wrapping_mul(n).to_le_bytes())
            .collect();
        let packed = brotli(&bytes, &|_| ()).unwrap();
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&packed[..], 4096)
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, bytes);
    }
}
