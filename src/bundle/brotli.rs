//! The brotli artifact, which browsers decompress while they download.

use std::io::{self, Read};

use brotli::enc::{BrotliCompressCustomIoCustomDict, BrotliEncoderParams, StandardAlloc};
use brotli::{IoReaderWrapper, IoWriterWrapper};

/// The best there is.
const QUALITY: i32 = 11;
/// The largest window that browsers accept (RFC 7932): 16 MB.
const WINDOW_LOG: i32 = 24;
/// How much is compressed between two calls of `progress`.
const CHUNK_BYTES: usize = 64 << 10;

/// The longest dictionary, in bytes: the encoder sees what is in its window.
pub(super) const MAX_DICTIONARY_BYTES: usize = (1 << WINDOW_LOG) - 16;

/// Compresses `bytes`, which may refer to those of `dictionary`; `progress` is called with the number of bytes done. The same bytes on
/// every machine.
///
/// # Errors
/// Never, as far as is known: the encoder's interface can fail.
pub(super) fn encode_brotli(
    bytes: &[u8],
    dictionary: &[u8],
    progress: &dyn Fn(u64),
) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW_LOG,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    BrotliCompressCustomIoCustomDict(
        &mut IoReaderWrapper(&mut Counted { bytes, progress }),
        &mut IoWriterWrapper(&mut out),
        &mut vec![0; CHUNK_BYTES],
        &mut vec![0; CHUNK_BYTES],
        &params,
        StandardAlloc::default(),
        &mut |_, _, _, _| (),
        dictionary,
        io::ErrorKind::UnexpectedEof.into(),
    )?;
    Ok(out)
}

/// About what share `bytes` have of a compressed bundle: their size when they are compressed quickly and alone.
pub fn estimate_compressed_size(bytes: &[u8]) -> u64 {
    let params = BrotliEncoderParams {
        quality: 5,
        lgwin: WINDOW_LOG,
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    let done = brotli::BrotliCompress(&mut &*bytes, &mut out, &params);
    done.map_or(bytes.len(), |_| out.len()) as u64
}

/// Bytes that say how many of them were read.
struct Counted<'a> {
    bytes: &'a [u8],
    progress: &'a dyn Fn(u64),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}
