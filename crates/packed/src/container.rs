//! The layout of a packed file: a header, the table of its streams, and the streams.

use crate::error::PackedError;
use crate::stream::id;

/// The start of every packed file, and its version.
pub const MAGIC: &[u8; 5] = b"SPKD\x01";

/// The number of bytes of a SHA-256 digest.
pub(crate) const DIGEST_BYTES: usize = 32;

/// The number of bytes before the code object in a `.pyc` (PEP 552).
pub(crate) const PYC_HEADER_BYTES: usize = 16;

/// A file of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its path; that of a folder ends with a slash.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// How an entry is stored: unchanged, or as a module with flags.
pub(crate) mod entry {
    pub(crate) const RAW: u32 = 0;
    pub(crate) const MODULE: u32 = 1;
    /// Added for each further line mode.
    pub(crate) const MODE: u32 = 1;
    /// Its code objects have another file name than the path says.
    pub(crate) const OWN_FILENAME: u32 = 3;
    /// Its header is not that of the file.
    pub(crate) const OWN_HEADER: u32 = 6;
    pub(crate) const END: u32 = 13;
}

/// Returns the file name that the code objects of the module at `path` usually have.
pub(crate) fn expected_filename(path: &str) -> Vec<u8> {
    [path.as_bytes(), b".py"].concat()
}

/// The header of a packed file.
pub(crate) struct Header<'a> {
    /// The SHA-256 digest of the archive.
    pub(crate) digest: &'a [u8],
    /// The size of the archive.
    pub(crate) size: u32,
    /// The header of most `.pyc` files.
    pub(crate) pyc_header: &'a [u8],
}

impl Header<'_> {
    /// Writes the header and the table of the streams, which follow in this order with these lengths.
    pub(crate) fn write(&self, streams: &[(u16, usize)]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(self.digest);
        out.extend(self.size.to_le_bytes());
        out.extend(self.pyc_header);
        write_leb128(&mut out, streams.len());
        for (stream, length) in streams {
            write_leb128(&mut out, usize::from(*stream));
            write_leb128(&mut out, *length);
        }
        out
    }
}

/// Reads the header of a file, and finds its streams.
pub(crate) fn open(packed: &[u8]) -> Result<(Header<'_>, Vec<&[u8]>), PackedError> {
    let mut rest = packed;
    if split(&mut rest, MAGIC.len())? != MAGIC {
        return Err(PackedError(
            "it does not start like a packed file of this version",
        ));
    }
    let digest = split(&mut rest, DIGEST_BYTES)?;
    let size = split(&mut rest, 4)?
        .iter()
        .rev()
        .fold(0, |size, byte| size << 8 | u32::from(*byte));
    let pyc_header = split(&mut rest, PYC_HEADER_BYTES)?;
    let mut lengths = Vec::new();
    for _ in 0..read_leb128(&mut rest)? {
        lengths.push((read_leb128(&mut rest)?, read_leb128(&mut rest)?));
    }
    let mut streams = vec![&[][..]; usize::from(id::END)];
    for (stream, length) in lengths {
        let place = streams.get_mut(stream).filter(|place| place.is_empty());
        *place.ok_or(PackedError("it has an unknown stream"))? = split(&mut rest, length)?;
    }
    if !rest.is_empty() {
        return Err(TRAILING);
    }
    let header = Header {
        digest,
        size,
        pyc_header,
    };
    Ok((header, streams))
}

const TRUNCATED: PackedError = PackedError("it is truncated");
pub(crate) const TRAILING: PackedError = PackedError("it goes on after its end");

fn write_leb128(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        #[allow(clippy::cast_possible_truncation)] // seven bits
        out.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    #[allow(clippy::cast_possible_truncation)] // seven bits
    out.push(number as u8);
}

fn read_leb128(bytes: &mut &[u8]) -> Result<usize, PackedError> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(TRUNCATED)?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(PackedError("a number is too large"))
}

fn split<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], PackedError> {
    let (first, rest) = bytes.split_at_checked(length).ok_or(TRUNCATED)?;
    *bytes = rest;
    Ok(first)
}
