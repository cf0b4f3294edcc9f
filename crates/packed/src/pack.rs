//! Packs the files of a bundle.

use std::collections::BTreeMap;

use pyc::Lines;

use crate::container::{DIGEST_BYTES, Entry, Header, PYC_HEADER_BYTES, entry, expected_filename};
use crate::encode::Encoder;
use crate::isa::InstructionSet;
use crate::lower::{LineMode, Lowered, lower_module};
use crate::stream::id;

/// Streams of names of at least this length come before others.
const LONG_STREAM_BYTES: usize = 1000;

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file in pieces: compressors do best if each begins a block.
    pub segments: Vec<Vec<u8>>,
    /// Paths of the `.pyc` files that are carried as they are, because they are not as compilers write them.
    pub raw_modules: Vec<String>,
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
        let order: Vec<(u16, usize)> = groups
            .concat()
            .into_iter()
            .map(|stream| (stream, streams[&stream].len()))
            .collect();
        let head = Header {
            digest: &digest,
            size,
            pyc_header: header,
        }
        .write(&order);
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
