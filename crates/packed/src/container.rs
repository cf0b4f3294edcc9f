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
    let mut streams = vec![None; usize::from(id::END)];
    for (stream, length) in lengths {
        let bytes = rest.split_off(..length).ok_or(Problem::Truncated)?;
        let slot = streams.get_mut(stream).filter(|slot| slot.is_none());
        *slot.ok_or(PackedError::damaged("unknown or repeated stream"))? = Some(bytes);
    }
    if !rest.is_empty() {
        return Err(Problem::Trailing.into());
    }
    let streams = streams.into_iter().map(Option::unwrap_or_default);
    Ok((header, streams.collect()))
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

/// Reads a number of at most 32 bits.
fn read_leb128(bytes: &mut &[u8]) -> Result<usize, PackedError> {
    const TOO_LARGE: PackedError = PackedError::damaged("number out of range");
    let mut number = 0_u64;
    for shift in (0..32).step_by(7) {
        let byte = *bytes.split_off_first().ok_or(Problem::Truncated)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let number = u32::try_from(number).map_err(|_| TOO_LARGE)?;
            return Ok(number as usize);
        }
    }
    Err(TOO_LARGE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Returns a file with a table of streams, and bytes after it.
    fn file(table: &[(usize, usize)], rest: &[u8]) -> Vec<u8> {
        let header = FileHeader {
            digest: &[7; DIGEST_BYTES],
            size: 1000,
            pyc_header: &[8; PYC_HEADER_BYTES],
        };
        let mut file = header.write(&[]);
        file.pop();
        write_leb128(&mut file, table.len());
        for (stream, length) in table {
            write_leb128(&mut file, *stream);
            write_leb128(&mut file, *length);
        }
        file.extend(rest);
        file
    }

    fn error(file: &[u8]) -> String {
        open(file).unwrap_err().to_string()
    }

    #[test]
    fn files_start_with_the_header_and_the_table() {
        let file = file(&[(1, 2), (300, 1)], b"abc");
        let (header, streams) = open(&file).unwrap();
        assert_eq!((header.digest, header.size), (&[7; 32], 1000));
        assert_eq!(header.pyc_header, &[8; 16]);
        assert_eq!(streams.len(), usize::from(id::END));
        assert_eq!(
            (streams[0], streams[1], streams[300]),
            (&b""[..], &b"ab"[..], &b"c"[..])
        );
        assert_eq!(file[57..], [2, 1, 2, 0xac, 2, 1, b'a', b'b', b'c']);
    }

    #[test]
    fn truncated_files_are_refused() {
        let file = file(&[(1, 2), (300, 1)], b"abc");
        for length in 0..MAGIC.len() {
            assert_eq!(error(&file[..length]), "not a packed file of version 1");
        }
        for length in MAGIC.len()..file.len() {
            assert_eq!(error(&file[..length]), "truncated file", "{length} bytes");
        }
    }

    #[test]
    fn bytes_after_the_last_stream_are_refused() {
        let message = "unexpected data at the end of the file";
        assert_eq!(error(&file(&[(1, 2)], b"abc")), message);
        assert_eq!(error(&file(&[], b"a")), message);
        assert!(open(&file(&[], b"")).is_ok());
    }

    #[test]
    fn other_versions_are_refused() {
        let mut file = file(&[], b"");
        file[4] = 2;
        assert_eq!(error(&file), "not a packed file of version 1");
        assert_eq!(error(b"PK\x03\x04"), "not a packed file of version 1");
    }

    #[test]
    fn unknown_and_repeated_streams_are_refused() {
        let message = "damaged file: unknown or repeated stream";
        let last = usize::from(id::END) - 1;
        assert!(open(&file(&[(last, 1)], b"a")).is_ok());
        assert_eq!(error(&file(&[(last + 1, 1)], b"a")), message);
        assert_eq!(error(&file(&[(3, 1), (3, 1)], b"aa")), message);
        assert_eq!(error(&file(&[(3, 0), (3, 1)], b"a")), message);
    }

    #[test]
    fn numbers_of_the_table_have_at_most_five_bytes_and_32_bits() {
        let mut five = file(&[], b"");
        five.splice(57.., [0x80, 0x80, 0x80, 0x80, 0]);
        assert!(open(&five).is_ok());
        let message = "damaged file: number out of range";
        five.splice(57.., [0x80, 0x80, 0x80, 0x80, 0x80, 0]);
        assert_eq!(error(&five), message);
        five.splice(57.., [0x80, 0x80, 0x80, 0x80, 0x10]);
        assert_eq!(error(&five), message);
    }

    #[test]
    fn kinds_of_entries_round_trip() {
        for number in 0..13 {
            assert_eq!(EntryKind::from_number(number).unwrap().to_number(), number);
        }
        let own_header = EntryKind::Module {
            mode: LineMode::Lines,
            has_own_filename: false,
            has_own_header: true,
        };
        assert_eq!(own_header.to_number(), 1 + 1 + 6);
        assert!(EntryKind::from_number(13).is_err());
    }
}
