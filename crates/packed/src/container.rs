//! The file: a head, and then the streams.

use std::collections::BTreeMap;

use pyc::Lines;

use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::error::PackedError;
use crate::isa::InstructionSet;
use crate::lower::{LineMode, Lowered, lower_module};
use crate::stream::{Reader, id};
use crate::symbols::read_table;

/// The start of every packed file, and its version.
pub const MAGIC: &[u8; 5] = b"SPKD\x01";

/// Bytes of a SHA-256 digest.
const DIGEST_BYTES: usize = 32;

/// Bytes before the code object in a `.pyc` (PEP 552).
const PYC_HEADER_BYTES: usize = 16;

/// Streams of names at least this long come before others.
const LONG_STREAM_BYTES: usize = 1000;

/// A file of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its path; that of a folder ends with a slash.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file in pieces: compressors do best if each begins a block.
    pub segments: Vec<Vec<u8>>,
    /// Paths of the `.pyc` files that are carried as they are, because they are not as compilers write them.
    pub raw_modules: Vec<String>,
}

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

/// How an entry is written: as it is, or as a module with flags.
mod entry {
    pub(super) const RAW: u32 = 0;
    pub(super) const MODULE: u32 = 1;
    /// Added for each further mode of lines.
    pub(super) const MODE: u32 = 1;
    /// The name in its code objects is not that of its path.
    pub(super) const OWN_FILENAME: u32 = 3;
    /// Its header is not that of the file.
    pub(super) const OWN_HEADER: u32 = 6;
    pub(super) const END: u32 = 13;
}

/// The parts of a `.pyc`: its header and its code object.
struct Module<'a> {
    header: &'a [u8],
    mode: LineMode,
    code: Lowered<'a>,
}

fn module<'a>(set: &InstructionSet, entry: &Entry<'a>) -> Option<Module<'a>> {
    entry.path.strip_suffix(".pyc")?;
    let (header, marshalled) = entry.bytes.split_at_checked(PYC_HEADER_BYTES)?;
    let code = pyc::read(marshalled, Lines::Keep).ok()?;
    if pyc::write(&code) != marshalled {
        return None;
    }
    let (mode, code) = lower_module(set, &code)?;
    Some(Module { header, mode, code })
}

/// The name that the code objects of the module at `path` have, as a rule.
fn expected_filename(path: &str) -> Vec<u8> {
    [path.as_bytes(), b".py"].concat()
}

/// Packs `entries`, compiled by the Python with instructions `set`. `digest` and `size` are of the archive that they
/// make up. What cannot be modelled is carried as it is.
pub fn pack(
    set: &InstructionSet,
    entries: &[Entry<'_>],
    digest: [u8; DIGEST_BYTES],
    size: u32,
) -> Packed {
    let modules: Vec<Option<Module<'_>>> = entries.iter().map(|entry| module(set, entry)).collect();
    let header = modules
        .iter()
        .flatten()
        .next()
        .map_or([0; PYC_HEADER_BYTES].to_vec(), |module| {
            module.header.to_vec()
        });
    let mut encoder = Encoder::new(set);
    let mut raw_modules = Vec::new();
    for (entry, module) in entries.iter().zip(&modules) {
        let stem = entry.path.strip_suffix(".pyc");
        let (Some(module), Some(stem)) = (module, stem) else {
            if stem.is_some() {
                raw_modules.push(entry.path.to_owned());
            }
            encoder.raw_entry(entry);
            continue;
        };
        let own_filename = module.code.code.filename != expected_filename(stem);
        let own_header = module.header != header;
        let mode = LineMode::ALL.iter().position(|mode| *mode == module.mode);
        let mode = u32::try_from(mode.unwrap_or_default()).unwrap_or_default();
        let kind = entry::MODULE
            + mode * entry::MODE
            + u32::from(own_filename) * entry::OWN_FILENAME
            + u32::from(own_header) * entry::OWN_HEADER;
        encoder.streams.number(id::ENTRIES, kind);
        encoder.path(stem);
        if own_filename {
            encoder
                .streams
                .string(id::OTHER_NAMES, module.code.code.filename);
        }
        if own_header {
            encoder.streams.bytes(id::RAW, module.header);
        }
        if encoder.module(&module.code, module.mode).is_err() {
            // Nothing was seen to lead here: what was written cannot be taken back, so all is carried as it is.
            return pack_raw(set, entries, digest, size);
        }
    }
    encoder.into_packed(&header, digest, size, raw_modules)
}

/// Packs entries without looking into them.
fn pack_raw(
    set: &InstructionSet,
    entries: &[Entry<'_>],
    digest: [u8; DIGEST_BYTES],
    size: u32,
) -> Packed {
    let mut encoder = Encoder::new(set);
    for entry in entries {
        encoder.raw_entry(entry);
    }
    let modules = entries.iter().filter(|entry| entry.path.ends_with(".pyc"));
    let raw_modules = modules.map(|entry| entry.path.to_owned()).collect();
    encoder.into_packed(&[0; PYC_HEADER_BYTES], digest, size, raw_modules)
}

impl Encoder<'_, '_> {
    fn path(&mut self, path: &str) {
        self.streams.bytes(id::PATHS, path.as_bytes());
        self.streams.bytes(id::PATHS, &[0]);
    }

    fn raw_entry(&mut self, entry: &Entry<'_>) {
        self.streams.number(id::ENTRIES, entry::RAW);
        self.path(entry.path);
        self.streams.raw(entry.bytes);
    }

    fn into_packed(
        self,
        header: &[u8],
        digest: [u8; DIGEST_BYTES],
        size: u32,
        raw_modules: Vec<String>,
    ) -> Packed {
        let streams = self.finish().into_inner();
        let groups = groups(&streams);
        let mut head = MAGIC.to_vec();
        head.extend(digest);
        head.extend(size.to_le_bytes());
        head.extend(header);
        let order: Vec<u16> = groups.concat();
        write_leb128(&mut head, order.len());
        for stream in &order {
            write_leb128(&mut head, usize::from(*stream));
            write_leb128(&mut head, streams[stream].len());
        }
        let mut segments: Vec<Vec<u8>> = groups
            .iter()
            .map(|group| {
                group
                    .iter()
                    .flat_map(|stream| streams[stream].iter().copied())
                    .collect()
            })
            .collect();
        segments.retain(|segment| !segment.is_empty());
        match segments.first_mut() {
            Some(first) => first.splice(..0, head).for_each(drop),
            None => segments.push(head),
        }
        Packed {
            segments,
            raw_modules,
        }
    }
}

/// The streams in the order in which they compress best, in groups that are best compressed by themselves.
fn groups(streams: &BTreeMap<u16, Vec<u8>>) -> Vec<Vec<u16>> {
    let length = |stream: &u16| streams.get(stream).map_or(0, Vec::len);
    let is_of_strings = |stream: u16| {
        (id::STRING_CONSTS..=id::OTHER_NAMES).contains(&stream) || stream >= id::NAMES
    };
    let alone = [id::TEXT, id::SYMBOLS, id::STRINGS, id::LOCALS[0]];
    let mut others: Vec<u16> = streams
        .keys()
        .copied()
        .filter(|stream| !alone.contains(stream))
        .collect();
    others.sort_by_key(|stream| (length(stream), *stream));
    let (names, rest) = others
        .into_iter()
        .partition(|stream| is_of_strings(*stream) && length(stream) >= LONG_STREAM_BYTES);
    let [text, symbols, strings, locals] = alone.map(|stream| vec![stream]);
    let mut groups = vec![text, symbols, strings, names, locals, rest];
    for group in &mut groups {
        group.retain(|stream| length(stream) > 0);
    }
    groups
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
        let (byte, rest) = bytes.split_first().ok_or(PackedError("it breaks off"))?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(PackedError("a number is too large"))
}

fn split<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], PackedError> {
    let (first, rest) = bytes
        .split_at_checked(length)
        .ok_or(PackedError("it breaks off"))?;
    *bytes = rest;
    Ok(first)
}

/// Unpacks a file whose entries have at most `max_bytes` bytes.
///
/// # Errors
/// [`PackedError`] when it is damaged, or larger than that. Whether the entries are those that were packed has to
/// be seen by the digest.
pub fn unpack(packed: &[u8], max_bytes: u32) -> Result<Unpacked, PackedError> {
    let mut rest = packed;
    if split(&mut rest, MAGIC.len())? != MAGIC {
        return Err(PackedError("it begins with something else"));
    }
    let digest = split(&mut rest, DIGEST_BYTES)?;
    let size = split(&mut rest, 4)?
        .iter()
        .rev()
        .fold(0, |size, byte| size << 8 | u32::from(*byte));
    if size > max_bytes {
        return Err(PackedError("it is too large"));
    }
    let header = split(&mut rest, PYC_HEADER_BYTES)?;
    let mut lengths = Vec::new();
    for _ in 0..read_leb128(&mut rest)? {
        lengths.push((read_leb128(&mut rest)?, read_leb128(&mut rest)?));
    }
    let mut streams = vec![&[][..]; usize::from(id::END)];
    for (stream, length) in lengths {
        let place = streams.get_mut(stream).filter(|place| place.is_empty());
        *place.ok_or(PackedError("a stream that is not known"))? = split(&mut rest, length)?;
    }
    if !rest.is_empty() {
        return Err(PackedError("it goes on after its end"));
    }
    let symbols = read_table(
        streams[usize::from(id::SYMBOL_OPS)],
        streams[usize::from(id::SYMBOL_DETAILS)],
    )?;
    let has_entries = !streams[usize::from(id::ENTRIES)].is_empty();
    let mut reader = Reader::new(streams);
    let set = InstructionSet::read(&mut reader)?;
    let mut decoder = Decoder::new(set, symbols, reader);
    let mut entries = Vec::new();
    let mut total = 0;
    while has_entries && decoder.reader.has(id::ENTRIES) {
        let (path, bytes) = decoder.entry(header)?;
        total += bytes.len();
        if total > size as usize {
            return Err(PackedError("it is larger than it says"));
        }
        entries.push((path, bytes));
    }
    let digest = digest
        .try_into()
        .map_err(|_| PackedError("it breaks off"))?;
    Ok(Unpacked {
        digest,
        size,
        entries,
    })
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
