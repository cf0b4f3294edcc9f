//! Encodes the brotli artifact, which browsers decompress while they download it.

use std::io::{self, Read, Write};

use brotli::enc::{BrotliCompressCustomIoCustomDict, BrotliEncoderParams, StandardAlloc};
use brotli::{CompressorWriter, IoReaderWrapper, IoWriterWrapper};

use crate::types::ByteSize;

/// The highest compression quality.
const QUALITY: i32 = 11;
/// The quality for sizes that are only shown.
const QUICK_QUALITY: i32 = 9;
/// The logarithm of the largest window that browsers accept (RFC 7932): 16 MB.
const WINDOW_LOG: i32 = 24;
/// The number of bytes that are compressed between two calls of `progress`.
const CHUNK_BYTES: usize = 64 << 10;

/// The maximum size of a dictionary in bytes: the encoder can only refer to what is in its window.
pub(super) const MAX_DICTIONARY_BYTES: usize = (1 << WINDOW_LOG) - 16;

/// Compresses `bytes` with references to `dictionary`, and calls `progress` with the number of bytes of each step. The
/// output is the same on every machine.
///
/// # Errors
/// When the encoder fails, which is not known to happen.
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
        &mut IoReaderWrapper(&mut ProgressReader { bytes, progress }),
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

/// Compresses `segments`, which follow each other, each in blocks of its own, and calls `progress` with the number of
/// bytes of each segment.
///
/// # Errors
/// When the encoder fails, which is not known to happen.
pub(super) fn encode_segments(segments: &[Vec<u8>], progress: &dyn Fn(u64)) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW_LOG,
        size_hint: segments.iter().map(Vec::len).sum(),
        ..BrotliEncoderParams::default()
    };
    let mut writer = CompressorWriter::with_params(Vec::new(), CHUNK_BYTES, &params);
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            writer.flush()?;
        }
        writer.write_all(segment)?;
        progress(segment.len() as u64);
    }
    Ok(writer.into_inner())
}

/// Estimates the size of `bytes` in a compressed bundle: compresses them by themselves, at a fast quality.
pub fn estimate_compressed_size(bytes: &[u8]) -> u64 {
    size_at(5, bytes)
}

/// Returns about the size that `bytes` have with brotli: up to a tenth above that of the artifact, in a small part of the
/// time.
pub fn quick_brotli_size(bytes: &[u8]) -> ByteSize {
    ByteSize(size_at(QUICK_QUALITY, bytes))
}

fn size_at(quality: i32, bytes: &[u8]) -> u64 {
    let params = BrotliEncoderParams {
        quality,
        lgwin: WINDOW_LOG,
        ..BrotliEncoderParams::default()
    };
    let mut out = Vec::new();
    let result = brotli::BrotliCompress(&mut &*bytes, &mut out, &params);
    result.map_or(bytes.len(), |_| out.len()) as u64
}

/// A reader that reports the number of bytes read.
struct ProgressReader<'a> {
    bytes: &'a [u8],
    progress: &'a dyn Fn(u64),
}

impl Read for ProgressReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}
