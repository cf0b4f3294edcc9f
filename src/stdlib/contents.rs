//! Inspects any zip of Python files: its modules, and how they are packed.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use zip::CompressionMethod;

use super::archive::{ArchiveLimits, check_name, damaged_archive, directory, load};
use super::stub::{STUB_PREFIX, is_stub};
use super::{ModuleEntries, ModuleKind, StdlibError};
use crate::types::{ByteSize, Magic, ModuleName};

/// A description of the contents of a zip.
#[derive(Clone, Debug)]
pub struct ArchiveContents {
    /// The unpacked size of each module.
    pub modules: BTreeMap<ModuleName, ByteSize>,
    /// The number of files that are not modules.
    pub data: usize,
    /// The number of stubs for missing modules.
    pub stubs: usize,
    /// The number of modules that are sources.
    pub sources: usize,
    /// The number of modules that are bytecode.
    pub bytecode: usize,
    /// The magic number of the bytecode; `None` without bytecode, or with different magic numbers.
    pub magic: Option<Magic>,
    /// The size of the zip.
    pub packed: ByteSize,
    /// The unpacked size of all files.
    pub unpacked: ByteSize,
    /// The number of entries that are compressed inside the zip. Brotli cannot find repetitions across them.
    pub deflated_entries: usize,
    /// Whether entries have a date other than the earliest one in the zip format, so that a rebuild has other bytes.
    pub has_timestamps: bool,
}

impl ArchiveContents {
    /// Reads the contents of the zip at `path`.
    ///
    /// # Errors
    /// If the file is not a zip, is damaged or unsafe, or exceeds [`ArchiveLimits`].
    pub fn read(path: &Path) -> Result<Self, StdlibError> {
        Self::of(path, load(path)?)
    }

    /// Like [`ArchiveContents::read`], for the bytes of the file at `path`.
    pub(crate) fn of(path: &Path, bytes: Vec<u8>) -> Result<Self, StdlibError> {
        let limits = ArchiveLimits::default();
        let packed = ByteSize::of(&bytes);
        let mut zip = directory(path, bytes)?;
        if zip.len() > limits.entries {
            return Err(StdlibError::TooMany {
                path: path.to_owned(),
                entries: zip.len(),
                limit: limits.entries,
            });
        }
        let mut contents = Self {
            modules: BTreeMap::new(),
            data: 0,
            stubs: 0,
            sources: 0,
            bytecode: 0,
            magic: None,
            packed,
            unpacked: ByteSize(0),
            deflated_entries: 0,
            has_timestamps: false,
        };
        let mut sizes = BTreeMap::new();
        let mut magics = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip
                .by_index(index)
                .map_err(|error| damaged_archive(path, &error.to_string()))?;
            let name = file
                .name()
                .map_err(|error| damaged_archive(path, &error.to_string()))?;
            let name = name.into_owned();
            check_name(path, &name)?;
            if file.is_dir() {
                continue;
            }
            contents.unpacked.0 = contents.unpacked.0.saturating_add(file.size());
            contents.deflated_entries +=
                usize::from(file.compression() != CompressionMethod::Stored);
            let date = file.last_modified();
            contents.has_timestamps |= date.is_some_and(|date| date != zip::DateTime::default());
            let mut start = Vec::new();
            file.by_ref()
                .take(STUB_PREFIX.len() as u64)
                .read_to_end(&mut start)
                .map_err(|error| damaged_archive(path, &format!("{name}: {error}")))?;
            if is_stub(&name, &start) {
                contents.stubs += 1;
            } else if let Some(stem) = name.strip_suffix(".pyc") {
                contents.bytecode += 1;
                let magic = start
                    .first_chunk()
                    .ok_or_else(|| damaged_archive(path, &format!("{name}: it is too short")))?;
                magics.push(u16::from_le_bytes(*magic));
                sizes.insert(format!("{stem}.py"), file.size());
            } else {
                contents.sources += usize::from(name.ends_with(".py"));
                sizes.insert(name, file.size());
            }
        }
        if contents.unpacked.0 > limits.archive {
            return Err(StdlibError::TooLarge {
                label: format!("{} (unpacked)", path.display()),
                size: contents.unpacked.0,
                limit: limits.archive,
            });
        }
        magics.dedup();
        contents.magic = match magics[..] {
            [magic] => Some(Magic(magic)),
            _ => None,
        };
        let entries = ModuleEntries::from_paths(sizes.keys().cloned());
        contents.data = entries.data.len();
        let modules = entries.modules.into_iter();
        let modules = modules.filter(|(_, module)| module.kind != ModuleKind::Namespace);
        contents.modules = modules
            .map(|(name, module)| {
                (
                    name,
                    ByteSize(sizes.get(&module.path).copied().unwrap_or(0)),
                )
            })
            .collect();
        Ok(contents)
    }
}
