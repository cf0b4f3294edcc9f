//! Packs the files of a bundle.

use std::collections::BTreeMap;

use pyc::Lines;

use crate::container::{
    DIGEST_BYTES, Entry, EntryKind, FileHeader, PYC_HEADER_BYTES, expected_filename,
};
use crate::encode::Encoder;
use crate::isa::InstructionSet;
use crate::lines::LineMode;
use crate::model::CodeModel;
use crate::stream::id;

/// The minimum length of a stream of names that is in the group of long ones.
const LONG_STREAM_BYTES: usize = 1000;

/// A packed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file in segments. It compresses best if each starts a block.
    pub segments: Vec<Vec<u8>>,
    /// The paths of the `.pyc` files that are stored unchanged, because no model fits them.
    pub raw_modules: Vec<String>,
}

/// A `.pyc` file with a model.
struct Module<'a> {
    /// The path without `.pyc`.
    stem: &'a str,
    header: &'a [u8; PYC_HEADER_BYTES],
    mode: LineMode,
    code: CodeModel<'a>,
}

impl<'a> Module<'a> {
    /// Returns the module of an entry. `None` if the entry is not a module, or no model fits it.
    fn of_entry(set: &InstructionSet, entry: &Entry<'a>) -> Option<Self> {
        let stem = entry.path.strip_suffix(".pyc")?;
        let (header, marshalled) = entry.bytes.split_first_chunk()?;
        let code = pyc::read(marshalled, Lines::Keep).ok()?;
        if pyc::write(&code) != marshalled {
            return None;
        }
        let (mode, code) = CodeModel::of_module(set, &code)?;
        Some(Self {
            stem,
            header,
            mode,
            code,
        })
    }
}

/// Packs the files of a zip, which are `entries` in ascending order of their paths. `set` has the instructions of the
/// Python that compiled them, `digest` is the SHA-256 digest of the zip, and `size` its size. Files that no model fits
/// are stored unchanged.
pub fn pack(
    set: &InstructionSet,
    entries: &[Entry<'_>],
    digest: [u8; DIGEST_BYTES],
    size: u32,
) -> Packed {
    let mut modules: Vec<Option<Module<'_>>> = entries
        .iter()
        .map(|entry| Module::of_entry(set, entry))
        .collect();
    loop {
        match encode(set, entries, &modules, &digest, size) {
            Ok(packed) => return packed,
            // Streams cannot be cut back, so everything is written again without the module.
            Err(index) => modules[index] = None,
        }
    }
}

/// Packs entries, of which some are `modules`, by index.
///
/// # Errors
/// The index of a module that cannot be written after all, for example because it has too many jumps.
fn encode(
    set: &InstructionSet,
    entries: &[Entry<'_>],
    modules: &[Option<Module<'_>>],
    digest: &[u8; DIGEST_BYTES],
    size: u32,
) -> Result<Packed, usize> {
    let first = modules.iter().flatten().next();
    let header = FileHeader {
        digest,
        size,
        pyc_header: first.map_or(&[0; PYC_HEADER_BYTES], |module| module.header),
    };
    let mut encoder = Encoder::new(set);
    let mut raw_modules = Vec::new();
    for (index, (entry, module)) in entries.iter().zip(modules).enumerate() {
        if let Some(module) = module {
            encoder.module_head(module, header.pyc_header);
            let result = encoder.module(&module.code, module.mode);
            result.map_err(|_| index)?;
        } else {
            encoder.raw_entry(entry);
            if entry.path.ends_with(".pyc") {
                raw_modules.push(entry.path.to_owned());
            }
        }
    }
    Ok(into_packed(encoder, &header, raw_modules))
}

impl<'a> Encoder<'a, '_> {
    fn path(&mut self, path: &str) {
        self.writer.bytes(id::PATHS, path.as_bytes());
        self.writer.bytes(id::PATHS, &[0]);
    }

    fn raw_entry(&mut self, entry: &Entry<'_>) {
        self.writer.number(id::ENTRIES, EntryKind::Raw.to_number());
        self.path(entry.path);
        self.writer.raw(entry.bytes);
    }

    /// Writes what precedes the code object of a module.
    fn module_head(&mut self, module: &Module<'a>, pyc_header: &[u8; PYC_HEADER_BYTES]) {
        let filename = module.code.code.filename;
        let has_own_filename = filename != expected_filename(module.stem);
        let has_own_header = module.header != pyc_header;
        let kind = EntryKind::Module {
            mode: module.mode,
            has_own_filename,
            has_own_header,
        };
        self.writer.number(id::ENTRIES, kind.to_number());
        self.path(module.stem);
        if has_own_filename {
            self.writer.string(id::OTHER_NAMES, filename);
        }
        if has_own_header {
            self.writer.bytes(id::RAW, module.header);
        }
    }
}

/// Returns the packed file of what an encoder wrote.
fn into_packed(
    encoder: Encoder<'_, '_>,
    header: &FileHeader<'_>,
    raw_modules: Vec<String>,
) -> Packed {
    let streams = encoder.finish().into_streams();
    let groups = groups(&streams);
    let order: Vec<(u16, usize)> = groups
        .iter()
        .flatten()
        .map(|stream| (*stream, streams[stream].len()))
        .collect();
    let mut segments: Vec<Vec<u8>> = groups
        .iter()
        .map(|group| {
            let streams = group.iter().map(|stream| &*streams[stream]);
            streams.collect::<Vec<_>>().concat()
        })
        .collect();
    segments.retain(|segment| !segment.is_empty());
    let head = header.write(&order);
    match segments.first_mut() {
        Some(first) => first.splice(..0, head).for_each(drop),
        None => segments.push(head),
    }
    Packed {
        segments,
        raw_modules,
    }
}

/// Returns the streams that are not empty, in groups that compress best as separate blocks.
fn groups(streams: &BTreeMap<u16, Vec<u8>>) -> Vec<Vec<u16>> {
    const ALONE: [u16; 4] = [id::TEXT, id::SYMBOLS, id::STRINGS, id::LOCALS[0]];
    let length = |stream: &u16| streams.get(stream).map_or(0, Vec::len);
    let is_of_names = |stream: u16| {
        (id::STRING_CONSTANTS..=id::OTHER_NAMES).contains(&stream) || stream >= id::NAMES
    };
    let mut others: Vec<u16> = streams
        .keys()
        .copied()
        .filter(|stream| !ALONE.contains(stream))
        .collect();
    others.sort_by_key(|stream| (length(stream), *stream));
    let (names, rest) = others
        .into_iter()
        .partition(|stream| is_of_names(*stream) && length(stream) >= LONG_STREAM_BYTES);
    let [text, symbols, strings, locals] = ALONE.map(|stream| vec![stream]);
    let mut groups = vec![text, symbols, strings, names, locals, rest];
    for group in &mut groups {
        group.retain(|stream| length(stream) > 0);
    }
    groups
}
