//! Unpacks the files of a bundle.

use crate::container::{
    DIGEST_BYTES, Header, PYC_HEADER_BYTES, TRAILING, entry, expected_filename, open,
};
use crate::decode::Decoder;
use crate::error::PackedError;
use crate::isa::InstructionSet;
use crate::lower::LineMode;
use crate::stream::{Reader, id};
use crate::symbols::read_table;

/// What was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The SHA-256 digest that the file gives for the whole of the entries.
    pub digest: [u8; DIGEST_BYTES],
    /// The size that it gives for it.
    pub size: u32,
    /// Paths and bytes.
    pub entries: Vec<(String, Vec<u8>)>,
}

/// Unpacks a file whose entries have at most `max_bytes` bytes.
///
/// # Errors
/// [`PackedError`] if it is damaged, or larger than that. The caller has to check that the archive of the entries has
/// the digest.
pub fn unpack(packed: &[u8], max_bytes: u32) -> Result<Unpacked, PackedError> {
    let (header, mut streams) = open(packed)?;
    let Header { digest, size, .. } = header;
    if size > max_bytes {
        return Err(PackedError("it is too large"));
    }
    let symbols = read_table(
        std::mem::take(&mut streams[usize::from(id::SYMBOL_OPS)]),
        std::mem::take(&mut streams[usize::from(id::SYMBOL_DETAILS)]),
    )?;
    let mut reader = Reader::new(streams);
    let set = InstructionSet::read(&mut reader)?;
    let mut decoder = Decoder::new(set, symbols, reader);
    let mut entries = Vec::new();
    let mut total = 0;
    while decoder.reader.has(id::ENTRIES) {
        let (path, bytes) = decoder.entry(header.pyc_header)?;
        total += bytes.len();
        if total > size as usize {
            return Err(PackedError("it is larger than it says"));
        }
        if last_path(&entries).is_some_and(|last| last >= &*path) {
            return Err(PackedError("its entries are not in order"));
        }
        entries.push((path, bytes));
    }
    if !decoder.reader.is_empty() {
        return Err(TRAILING);
    }
    let mut unpacked = Unpacked {
        digest: [0; DIGEST_BYTES],
        size,
        entries,
    };
    unpacked.digest.copy_from_slice(digest);
    Ok(unpacked)
}

fn last_path(entries: &[(String, Vec<u8>)]) -> Option<&str> {
    entries.last().map(|(path, _)| &**path)
}

/// Returns the paths of the `.pyc` files that a packed file carries unchanged, because no model fits them.
///
/// # Errors
/// [`PackedError`] if it is damaged.
pub fn raw_modules(packed: &[u8]) -> Result<Vec<String>, PackedError> {
    let (_, streams) = open(packed)?;
    let mut reader = Reader::new(streams);
    let mut paths = Vec::new();
    while reader.has(id::ENTRIES) {
        let kind = reader.number(id::ENTRIES)?;
        let path = String::from_utf8_lossy(reader.until(id::PATHS, 0)?);
        if kind == entry::RAW && path.ends_with(".pyc") {
            paths.push(path.into_owned());
        }
    }
    Ok(paths)
}

impl Decoder<'_> {
    fn entry(&mut self, header: &[u8]) -> Result<(String, Vec<u8>), PackedError> {
        let kind = self.reader.number(id::ENTRIES)?;
        let path = self.reader.until(id::PATHS, 0)?;
        let path = std::str::from_utf8(path).map_err(|_| PackedError("a path"))?;
        if kind == entry::RAW {
            return Ok((path.to_owned(), self.reader.raw()?.to_vec()));
        }
        if kind >= entry::END {
            return Err(PackedError("an entry of an unknown kind"));
        }
        let kind = kind - entry::MODULE;
        let mode = LineMode::ALL[kind as usize % 3];
        let filename = if kind / entry::OWN_FILENAME % 2 == 1 {
            self.strings
                .string(&mut self.reader, id::OTHER_NAMES)?
                .to_vec()
        } else {
            expected_filename(path)
        };
        let header = if kind / entry::OWN_HEADER == 1 {
            self.reader.bytes(id::RAW, PYC_HEADER_BYTES)?
        } else {
            header
        };
        let code = self.module(mode, &filename)?;
        Ok((format!("{path}.pyc"), [header, &code].concat()))
    }
}
