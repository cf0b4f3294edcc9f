//! Unpacks the files of a bundle.

use crate::container::{DIGEST_BYTES, EntryKind, PYC_HEADER_BYTES, expected_filename, open};
use crate::decode::Decoder;
use crate::error::{PackedError, Problem};
use crate::isa::InstructionSet;
use crate::stream::{StreamReader, id};
use crate::symbols::read_table;

/// The content of a packed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The SHA-256 digest that the zip of the entries should have.
    pub digest: [u8; DIGEST_BYTES],
    /// The size that the zip should have.
    pub size: u32,
    /// The paths and contents of the files, in ascending order of the paths.
    pub entries: Vec<(String, Vec<u8>)>,
}

/// Unpacks the packed form of a zip of at most `max_bytes` bytes. The caller has to check that the zip that it makes of
/// the entries has the digest and the size.
///
/// # Errors
/// [`PackedError`] if the file is not a packed one, is damaged, or belongs to a larger zip.
pub fn unpack(packed: &[u8], max_bytes: u32) -> Result<Unpacked, PackedError> {
    let (header, mut streams) = open(packed)?;
    if header.size > max_bytes {
        return Err(Problem::TooLarge(max_bytes).into());
    }
    let symbols = read_table(
        std::mem::take(&mut streams[usize::from(id::SYMBOL_OPS)]),
        std::mem::take(&mut streams[usize::from(id::SYMBOL_DETAILS)]),
    )?;
    let mut reader = StreamReader::new(streams);
    let set = InstructionSet::read(&mut reader)?;
    let mut decoder = Decoder::new(set, symbols, reader);
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    let mut total = 0;
    while decoder.reader.has_more(id::ENTRIES) {
        let (path, bytes) = decoder.entry(header.pyc_header)?;
        total += bytes.len();
        if total > header.size as usize {
            return Err(PackedError::damaged("entries are larger than the zip"));
        }
        if entries.last().is_some_and(|(last, _)| *last >= path) {
            return Err(PackedError::damaged("entries are not sorted by path"));
        }
        entries.push((path, bytes));
    }
    if !decoder.reader.is_empty() {
        return Err(PackedError::damaged("streams are longer than the entries"));
    }
    Ok(Unpacked {
        digest: *header.digest,
        size: header.size,
        entries,
    })
}

/// Returns the paths of the `.pyc` files that a packed file stores unchanged, because no model fits them.
///
/// # Errors
/// [`PackedError`] if the file is not a packed one, or is damaged.
pub fn raw_modules(packed: &[u8]) -> Result<Vec<String>, PackedError> {
    let (_, streams) = open(packed)?;
    let mut reader = StreamReader::new(streams);
    let mut paths = Vec::new();
    while reader.has_more(id::ENTRIES) {
        let kind = EntryKind::from_number(reader.number(id::ENTRIES)?)?;
        let path = String::from_utf8_lossy(reader.until(id::PATHS, 0)?);
        if kind == EntryKind::Raw && path.ends_with(".pyc") {
            paths.push(path.into_owned());
        }
    }
    Ok(paths)
}

impl Decoder<'_> {
    /// Reads an entry, and returns its path and content. `pyc_header` is the header of modules without their own.
    fn entry(
        &mut self,
        pyc_header: &[u8; PYC_HEADER_BYTES],
    ) -> Result<(String, Vec<u8>), PackedError> {
        let kind = EntryKind::from_number(self.reader.number(id::ENTRIES)?)?;
        let path = self.reader.until(id::PATHS, 0)?;
        let path = std::str::from_utf8(path)
            .map_err(|_| PackedError::damaged("path that is not UTF-8"))?;
        let EntryKind::Module {
            mode,
            has_own_filename,
            has_own_header,
        } = kind
        else {
            return Ok((path.to_owned(), self.reader.raw()?.to_vec()));
        };
        let filename = if has_own_filename {
            self.reader.string(id::OTHER_NAMES)?.to_vec()
        } else {
            expected_filename(path)
        };
        let header = if has_own_header {
            self.reader.bytes(id::RAW, PYC_HEADER_BYTES)?
        } else {
            pyc_header
        };
        let code = self.module(mode, &filename)?;
        Ok((format!("{path}.pyc"), [header, &code].concat()))
    }
}
