//! Extracts the strings in extension modules, which may be names of modules.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::ZlibDecoder;
use object::{Object, ObjectSection, SectionKind};

use super::lzss::decompress_text;
use super::string_table::StringTable;
use crate::types::{ByteSize, ModuleName};

/// The maximum size of a file whose strings are extracted.
const MAX_FILE: ByteSize = ByteSize(64 << 20);

/// The maximum number of names that are kept for one file, which is untrusted.
const MAX_NAMES: usize = 100_000;

/// The maximum length of a name, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// The remaining limits for extracting strings from the extension modules of one app.
#[derive(Debug)]
pub struct ExtractionBudget {
    /// The total size of files, in bytes.
    bytes: u64,
    /// The total unpacked size of string tables, in bytes.
    table_bytes: u64,
    /// The number of positions at which decompression by zlib is tried.
    streams: usize,
    /// The total size of what decompression by Cython's method yields wherever it is tried.
    lzss_bytes: usize,
}

impl Default for ExtractionBudget {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            table_bytes: 16 << 20,
            streams: 200_000,
            lzss_bytes: 256 << 20,
        }
    }
}

impl ExtractionBudget {
    /// Returns the maximum size of the next file.
    pub fn max_file_size(&self) -> ByteSize {
        ByteSize(MAX_FILE.0.min(self.bytes))
    }

    /// Counts the bytes of a table. Returns whether they are within the limit.
    fn take_table_bytes(&mut self, bytes: usize) -> bool {
        let rest = self.table_bytes.checked_sub(bytes as u64);
        self.table_bytes = rest.unwrap_or(self.table_bytes);
        rest.is_some()
    }
}

/// The minimum length of what is taken for several strings without separators.
const MIN_JOINED_BYTES: usize = 24;

/// The minimum length of a table that Cython compresses. Anything that decompresses to so much text is one.
const MIN_LZSS_TABLE_BYTES: usize = 200;

/// The minimum length of a name to search for in string tables. Shorter names are parts of many words.
const MIN_NAME_IN_TABLE_BYTES: usize = 4;

/// The same for names that begin with an underscore, which other modules rarely use.
const MIN_PRIVATE_NAME_IN_TABLE_BYTES: usize = 8;

/// The strings in an extension module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionModuleStrings {
    /// The null-terminated strings that are names, dotted or not.
    names: BTreeSet<String>,
    /// Strings without separators, such as the tables that Cython generates (`__pyx_string_tab`).
    tables: Vec<StringTable>,
}

impl ExtensionModuleStrings {
    /// Extracts the strings of an object file of any platform. Returns no strings for other files.
    pub fn read(bytes: &[u8], budget: &mut ExtractionBudget) -> Self {
        let mut strings = Self::default();
        budget.bytes = budget.bytes.saturating_sub(bytes.len() as u64);
        let Ok(file) = object::File::parse(bytes) else {
            return strings;
        };
        for section in file
            .sections()
            .filter(|section| contains_strings(section.kind()))
        {
            // Compressed sections, which have no plain data, only contain debug information.
            let Ok(data) = section.data() else { continue };
            strings.add_names(data);
            strings.add_joined_strings(data, budget);
            strings.add_zlib_tables(data, budget);
            strings.add_lzss_tables(data, budget);
        }
        strings
    }

    fn add_names(&mut self, data: &[u8]) {
        for text in data.split(|byte| *byte == 0) {
            if self.names.len() == MAX_NAMES {
                return;
            }
            if (2..=MAX_NAME_BYTES).contains(&text.len())
                && let Ok(text) = str::from_utf8(text)
                && is_name(text)
            {
                self.names.insert(text.to_owned());
            }
        }
    }

    /// Adds the long words in `data`: literals that a compiler of Rust or Cython writes one after the other. The words of
    /// messages are shorter.
    fn add_joined_strings(&mut self, data: &[u8], budget: &mut ExtractionBudget) {
        let is_separator = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let mut joined = BTreeSet::new();
        for text in data.split(|byte| *byte == 0) {
            let texts = text.utf8_chunks().map(|chunk| chunk.valid());
            let words = texts.flat_map(|text| text.split(is_separator));
            let words =
                words.filter(|word| word.len() >= MIN_JOINED_BYTES && !self.names.contains(*word));
            joined.extend(words.take_while(|word| budget.take_table_bytes(word.len())));
        }
        if !joined.is_empty() {
            let joined: Vec<&str> = joined.into_iter().collect();
            self.tables.push(StringTable::new(joined.join("\n")));
        }
    }

    /// Decompresses the tables that Cython compresses itself in `data`.
    fn add_lzss_tables(&mut self, data: &[u8], budget: &mut ExtractionBudget) {
        let mut offset = 0;
        while offset < data.len() {
            // A text does not begin with a reference.
            let (text, read) = if data[offset] & 1 == 1 {
                decompress_text(&data[offset..], budget.lzss_bytes)
            } else {
                (Vec::new(), 0)
            };
            budget.lzss_bytes -= text.len();
            if text.len() >= MIN_LZSS_TABLE_BYTES && budget.take_table_bytes(text.len()) {
                let text = String::from_utf8_lossy(&text).into_owned();
                self.tables.push(StringTable::new(text));
                offset += read;
            } else {
                offset += 1;
            }
        }
    }

    /// Decompresses the zlib streams in `data`.
    fn add_zlib_tables(&mut self, data: &[u8], budget: &mut ExtractionBudget) {
        let pairs = data.windows(2).enumerate();
        // The first two bytes of a zlib stream, for each compression level (RFC 1950).
        let is_start = |pair: &[u8]| matches!(pair, [0x78, 0x01 | 0x5e | 0x9c | 0xda]);
        for (offset, _) in pairs.filter(|(_, pair)| is_start(pair)) {
            if budget.streams == 0 {
                return;
            }
            budget.streams -= 1;
            let mut table = Vec::new();
            let mut stream = ZlibDecoder::new(&data[offset..]).take(budget.table_bytes);
            let result = stream.read_to_end(&mut table);
            budget.table_bytes -= table.len() as u64;
            if result.is_ok() && table.len() > MAX_NAME_BYTES {
                let table = String::from_utf8_lossy(&table).into_owned();
                self.tables.push(StringTable::new(table));
            }
        }
    }

    /// Returns those of `modules` whose names are in the strings.
    pub fn modules<'m>(
        &self,
        modules: impl IntoIterator<Item = &'m ModuleName>,
    ) -> BTreeSet<&'m ModuleName> {
        let modules: Vec<&ModuleName> = modules.into_iter().collect();
        let is_named = |module: &&ModuleName| {
            let name = module.as_str();
            // `datetime.datetime_CAPI` names an object in the module `datetime`.
            let object = format!("{name}.");
            let is_string = self.names.contains(name)
                || self
                    .names
                    .range(object.clone()..)
                    .next()
                    .is_some_and(|next| next.starts_with(&object));
            is_string || self.table_mentions(name) && self.is_apart(name, &modules)
        };
        modules.iter().copied().filter(is_named).collect()
    }

    /// Returns whether a table contains `name` somewhere outside of longer names of modules: `trace` is in `traceback`.
    fn is_apart(&self, name: &str, modules: &[&ModuleName]) -> bool {
        let longer = modules.iter().map(|module| module.as_str());
        // Rust's runtime reads `RUST_BACKTRACE`, and says so.
        let longer = longer.chain(["backtrace"]);
        let longer: Vec<(&str, usize)> = longer
            .filter(|longer| longer.len() > name.len())
            .flat_map(|longer| longer.match_indices(name).map(move |(at, _)| (longer, at)))
            .collect();
        self.tables.iter().any(|table| {
            let mut places = table.text().match_indices(name);
            places.any(|(place, _)| {
                !longer.iter().any(|(longer, at)| {
                    let start = place.checked_sub(*at);
                    start.is_some_and(|start| {
                        table.text().as_bytes()[start..].starts_with(longer.as_bytes())
                    })
                })
            })
        })
    }

    /// Returns those of `modules` with long names that are in the strings. There are too many modules of dependencies for
    /// short names to tell anything.
    pub fn long_names<'m>(
        &'m self,
        modules: impl Iterator<Item = &'m ModuleName>,
    ) -> impl Iterator<Item = &'m ModuleName> {
        modules.filter(|module| {
            let name = module.as_str();
            name.len() >= MIN_PRIVATE_NAME_IN_TABLE_BYTES && self.mentions(name)
        })
    }

    /// Returns whether the strings contain `name`. Short names in tables are ignored, because they are parts of many
    /// words.
    pub fn mentions(&self, name: &str) -> bool {
        self.names.contains(name) || self.table_mentions(name)
    }

    /// Returns whether a table contains `name`.
    pub fn table_mentions(&self, name: &str) -> bool {
        // `_test` is a part of `unit_test`.
        let min_bytes = match name.strip_prefix('_') {
            Some(_) => MIN_PRIVATE_NAME_IN_TABLE_BYTES,
            None => MIN_NAME_IN_TABLE_BYTES,
        };
        name.len() >= min_bytes && self.tables.iter().any(|table| table.contains(name))
    }

    /// Iterates over the names that the extension module may look up as attributes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// Returns whether sections of this kind contain strings of the program. Others have the names of linked symbols.
fn contains_strings(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Data
            | SectionKind::ReadOnlyData
            | SectionKind::ReadOnlyDataWithRel
            | SectionKind::ReadOnlyString
    )
}

fn is_name(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut bytes = part.bytes();
        let is_start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        bytes.next().is_some_and(is_start)
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use flate2::write::ZlibEncoder;
    use object::write::{Object as NewObject, StandardSection};
    use object::{Architecture, BinaryFormat, Endianness};

    use super::*;

    fn compiled(format: BinaryFormat, data: &[u8]) -> ExtensionModuleStrings {
        let mut file = NewObject::new(format, Architecture::X86_64, Endianness::Little);
        let section = file.section_id(StandardSection::ReadOnlyData);
        file.append_section_data(section, data, 1);
        ExtensionModuleStrings::read(&file.write().unwrap(), &mut ExtractionBudget::default())
    }

    fn named_modules(strings: &ExtensionModuleStrings) -> Vec<&'static str> {
        let all = ["datetime", "gzip", "json", "re", "zoneinfo"];
        let modules = all.map(|name| ModuleName::new(name).unwrap());
        let found = strings.modules(&modules);
        let is_named = |name: &&str| found.iter().any(|module| module.as_str() == *name);
        all.into_iter().filter(is_named).collect()
    }

    #[test]
    fn null_terminated_strings_name_modules() {
        let data = b"\0json\0not gzip\0zoneinfo2\0datetime.datetime_CAPI\0re\0";
        for format in [BinaryFormat::Elf, BinaryFormat::Coff, BinaryFormat::MachO] {
            assert_eq!(
                named_modules(&compiled(format, data)),
                ["datetime", "json", "re"]
            );
        }
    }

    #[test]
    fn cython_tables_name_modules() {
        let mut packed = ZlibEncoder::new(vec![1, 2, 3], flate2::Compression::best());
        let texts = format!("{}nodesgziprevalues", "abcdefgh".repeat(20));
        packed.write_all(texts.as_bytes()).unwrap();
        let code = compiled(BinaryFormat::Elf, &packed.finish().unwrap());
        assert_eq!(named_modules(&code), ["gzip"]);
    }

    /// Cython 3.3 compresses its tables itself.
    #[test]
    fn lzss_tables_name_modules() {
        let table = format!("{}nodesgziprevalues", "abcdefgh".repeat(30));
        let groups = table.as_bytes().chunks(8);
        let packed: Vec<u8> = groups.flat_map(|group| [&[0xff], group].concat()).collect();
        let data = [&[0, 9, 3, b'x'][..], &packed, &[0, 7]].concat();
        assert_eq!(named_modules(&compiled(BinaryFormat::Elf, &data)), ["gzip"]);
    }

    /// Rust and Cython write literals one after the other.
    #[test]
    fn joined_strings_name_modules() {
        let joined = b"\0\x01invalid value__new__cannotdatetimefromisoformatzoneinfo\0";
        let code = compiled(BinaryFormat::Elf, joined);
        assert_eq!(named_modules(&code), ["datetime", "zoneinfo"]);
        let prose = b"\0the datetime is not in zoneinfo, and not gzipped\0";
        assert_eq!(named_modules(&compiled(BinaryFormat::Elf, prose)), [""; 0]);
    }

    #[test]
    fn other_files_have_no_strings() {
        for bytes in [&b"json\0"[..], b"\x7fELF"] {
            let code = ExtensionModuleStrings::read(bytes, &mut ExtractionBudget::default());
            assert_eq!(code, ExtensionModuleStrings::default());
        }
    }
}
