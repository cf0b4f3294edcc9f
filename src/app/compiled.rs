//! Extension modules of an app: the module names that appear as strings in them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::ZlibDecoder;
use object::{Object, ObjectSection, SectionKind};

use super::AppFile;
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, ModuleName, Sha256, unused_name};

/// Largest file that is looked into, in bytes.
const MAX_FILE: ByteSize = ByteSize(64 << 20);

/// Most names that are kept of a file: it may be made to have any number.
const MAX_NAMES: usize = 100_000;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// How much of the compiled code of one app is looked into.
pub(super) struct ExtractionBudget {
    /// Bytes of files.
    bytes: u64,
    /// Bytes of tables, unpacked.
    tables: u64,
    /// Places where a table might begin.
    starts: usize,
}

impl Default for ExtractionBudget {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            tables: 16 << 20,
            starts: 200_000,
        }
    }
}

impl ExtractionBudget {
    /// Largest file that is looked into now.
    pub(super) fn file(&self) -> ByteSize {
        ByteSize(MAX_FILE.0.min(self.bytes))
    }
}

/// Shortest name that is looked for inside of tables: shorter ones are parts of all kinds of words.
const MIN_NAME_IN_TABLE_BYTES: usize = 4;

/// What is known of a file of compiled code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionModuleStrings {
    /// Texts in its data that are names, with dots or without, from one null byte to the next.
    names: BTreeSet<String>,
    /// Texts without anything between them, as Cython packs them (`__pyx_string_tab`).
    tables: Vec<String>,
}

impl ExtensionModuleStrings {
    /// Looks into an object file of any platform; nothing is known of what is none.
    pub(super) fn read(bytes: &[u8], budget: &mut ExtractionBudget) -> Self {
        let mut code = Self::default();
        budget.bytes = budget.bytes.saturating_sub(bytes.len() as u64);
        let Ok(file) = object::File::parse(bytes) else {
            return code;
        };
        for section in file
            .sections()
            .filter(|section| holds_texts(section.kind()))
        {
            // Compressed sections hold no more than debug information.
            let Ok(data) = section.data() else { continue };
            code.add_names(data);
            code.add_tables(data, budget);
        }
        code
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

    /// Unpacks what zlib has packed in `data`.
    fn add_tables(&mut self, data: &[u8], budget: &mut ExtractionBudget) {
        let starts = data.windows(2).enumerate();
        // The two bytes that a stream begins with, at each level (RFC 1950).
        let is_start = |pair: &[u8]| matches!(pair, [0x78, 0x01 | 0x5e | 0x9c | 0xda]);
        for (place, _) in starts.filter(|(_, pair)| is_start(pair)) {
            if budget.starts == 0 {
                return;
            }
            budget.starts -= 1;
            let mut table = Vec::new();
            let mut stream = ZlibDecoder::new(&data[place..]).take(budget.tables);
            let unpacked = stream.read_to_end(&mut table);
            budget.tables -= table.len() as u64;
            if unpacked.is_ok() && table.len() > MAX_NAME_BYTES {
                self.tables
                    .push(String::from_utf8_lossy(&table).into_owned());
            }
        }
    }

    /// Those of `modules` that it names.
    pub fn modules<'m>(
        &self,
        modules: impl IntoIterator<Item = &'m ModuleName>,
    ) -> BTreeSet<&'m ModuleName> {
        let is_named = |module: &&ModuleName| {
            let name = module.as_str();
            // `datetime.datetime_CAPI` names an object of a module.
            let object = format!("{name}.");
            let is_whole = self.names.contains(name)
                || self
                    .names
                    .range(object.clone()..)
                    .next()
                    .is_some_and(|next| next.starts_with(&object));
            let is_part = name.len() >= MIN_NAME_IN_TABLE_BYTES
                && self.tables.iter().any(|table| table.contains(name));
            is_whole || is_part
        };
        modules.into_iter().filter(is_named).collect()
    }

    /// Names that it may ask objects for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// Adds the extension module at `inner`, a path below the app, unless its name is none of a module.
pub(super) fn add(
    modules: &mut BTreeMap<ModuleName, AppFile>,
    inner: &str,
    path: String,
    bytes: &[u8],
    budget: &mut ExtractionBudget,
) {
    let (folder, file) = inner.rsplit_once('/').unwrap_or(("", inner));
    // `x.cpython-313-x86_64-linux-gnu.so`
    let stem = file.split('.').next().unwrap_or(file);
    let dotted = format!("{}.{stem}", folder.replace('/', "."));
    if let Ok(name) = ModuleName::new(dotted.trim_start_matches('.')) {
        let file = AppFile {
            kind: ModuleKind::Module,
            path,
            source: Sha256::of(bytes).as_bytes().to_vec(),
            compiled: Some(ExtensionModuleStrings::read(bytes, budget)),
        };
        modules.insert(unused_name(&name, modules), file);
    }
}

/// Whether sections of that kind hold texts of the program; others name what it is linked with.
fn holds_texts(kind: SectionKind) -> bool {
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
        let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        bytes.next().is_some_and(begins)
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

    fn named(code: &ExtensionModuleStrings) -> Vec<&'static str> {
        let all = ["datetime", "gzip", "json", "re", "zoneinfo"];
        let modules = all.map(|name| ModuleName::new(name).unwrap());
        let found = code.modules(&modules);
        let is_found = |name: &&str| found.iter().any(|module| module.as_str() == *name);
        all.into_iter().filter(is_found).collect()
    }

    #[test]
    fn whole_texts_name_modules() {
        let data = b"\0json\0not gzip\0zoneinfo2\0datetime.datetime_CAPI\0re\0";
        for format in [BinaryFormat::Elf, BinaryFormat::Coff, BinaryFormat::MachO] {
            assert_eq!(named(&compiled(format, data)), ["datetime", "json", "re"]);
        }
    }

    #[test]
    fn tables_of_cython_name_modules() {
        let mut packed = ZlibEncoder::new(vec![1, 2, 3], flate2::Compression::best());
        let texts = format!("{}nodesgziprevalues", "abcdefgh".repeat(20));
        packed.write_all(texts.as_bytes()).unwrap();
        let code = compiled(BinaryFormat::Elf, &packed.finish().unwrap());
        assert_eq!(named(&code), ["gzip"]);
    }

    #[test]
    fn of_other_files_nothing_is_known() {
        for bytes in [&b"json\0"[..], b"\x7fELF"] {
            let code = ExtensionModuleStrings::read(bytes, &mut ExtractionBudget::default());
            assert_eq!(code, ExtensionModuleStrings::default());
        }
    }
}
