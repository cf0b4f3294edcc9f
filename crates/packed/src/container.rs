//! The layout of a packed file: a header, a table of streams, and the streams.

use crate::error::{PackedError, Problem};
use crate::lines::LineMode;
use crate::stream::id;

/// The first bytes of every packed file: a magic number and the version of the format.
pub const MAGIC: &[u8; 5] = b"SPKD\x01";

/// The size of a SHA-256 digest.
pub(crate) const DIGEST_BYTES: usize = 32;

/// The size of the header of a `.pyc` file (PEP 552).
pub(crate) const PYC_HEADER_BYTES: usize = 16;

/// A file of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The path. That of a folder ends with a slash.
    pub path: &'a str,
    /// The content.
    pub bytes: &'a [u8],
}

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// Unchanged.
    Raw,
    /// As a module.
    Module {
        mode: LineMode,
        /// Its code objects have another file name than [`expected_filename`].
        has_own_filename: bool,
        /// Its header is not that of the file.
        has_own_header: bool,
    },
}

impl EntryKind {
    pub(crate) fn to_number(self) -> u32 {
        match self {
            Self::Raw => 0,
            Self::Module {
                mode,
                has_own_filename,
                has_own_header,
            } => {
                let mode = match mode {
                    LineMode::Definitions => 0,
                    LineMode::Lines => 1,
                    LineMode::Tables => 2,
                };
                1 + mode + 3 * u32::from(has_own_filename) + 6 * u32::from(has_own_header)
            }
        }
    }

    pub(crate) fn from_number(number: u32) -> Result<Self, PackedError> {
        let Some(module) = number.checked_sub(1) else {
            return Ok(Self::Raw);
        };
        if module >= 12 {
            return Err(PackedError::damaged("unknown kind of entry"));
        }
        Ok(Self::Module {
            mode: LineMode::ALL[module as usize % 3],
            has_own_filename: module / 3 % 2 == 1,
            has_own_header: module / 6 == 1,
        })
    }
}

/// Returns the usual file name of the code objects of a module, from its path without `.pyc`.
pub(crate) fn expected_filename(stem: &str) -> Vec<u8> {
    [stem.as_bytes(), b".py"].concat()
}

/// The header of a packed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileHeader<'a> {
    /// The SHA-256 digest of the zip.
    pub(crate) digest: &'a [u8; DIGEST_BYTES],
    /// The size of the zip.
    pub(crate) size: u32,
    /// The header that most `.pyc` files have.
    pub(crate) pyc_header: &'a [u8; PYC_HEADER_BYTES],
}

impl FileHeader<'_> {
    /// Writes the header, and the ids and lengths of the streams that follow in this order.
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

/// Reads the header of a packed file, and returns it and the streams by id.
pub(crate) fn open(packed: &[u8]) -> Result<(FileHeader<'_>, Vec<&[u8]>), PackedError> {
    let mut rest = packed
        .strip_prefix(MAGIC.as_slice())
        .ok_or(Problem::NotPacked)?;
    let header = FileHeader {
        digest: take_array(&mut rest)?,
        size: u32::from_le_bytes(*take_array(&mut rest)?),
        pyc_header: take_array(&mut rest)?,
    };
    let mut lengths = Vec::new();
    for _ in 0..read_leb128(&mut rest)? {
        lengths.push((read_leb128(&mut rest)?, read_leb128(&mut rest)?));
    }
    let mut streams = vec![&[][..]; usize::from(id::END)];
    for (stream, length) in lengths {
        let bytes = rest.split_off(..length).ok_or(Problem::Truncated)?;
        let slot = streams.get_mut(stream).filter(|slot| slot.is_empty());
        *slot.ok_or(PackedError::damaged("unknown or repeated stream"))? = bytes;
    }
    if rest.is_empty() {
        Ok((header, streams))
    } else {
        Err(Problem::Trailing.into())
    }
}

fn take_array<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N], PackedError> {
    let (array, rest) = bytes.split_first_chunk().ok_or(Problem::Truncated)?;
    *bytes = rest;
    Ok(array)
}

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
        let byte = *bytes.split_off_first().ok_or(Problem::Truncated)?;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(PackedError::damaged("number out of range"))
}
