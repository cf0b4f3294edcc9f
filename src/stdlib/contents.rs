//! Contents of any zip of Python files: sources, bytecode, and how they are packed.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use zip::CompressionMethod;

use super::archive::{ArchiveLimits, check_name, damaged_archive, directory, load};
use super::stub::{STUB_PREFIX, is_stub};
use super::{ModuleEntries, ModuleKind, StdlibError};
use crate::types::{ByteSize, Magic, ModuleName};

/// A zip, looked at.
#[derive(Clone, Debug)]
pub struct ArchiveContents {
    /// The modules in it, with the bytes of each, unpacked.
    pub modules: BTreeMap<ModuleName, ByteSize>,
    /// Number of files that are no modules.
    pub data: usize,
    /// Number of files that say why a module is not there.
    pub stubs: usize,
    /// Modules that are sources.
    pub sources: usize,
    /// Modules that are bytecode.
    pub bytecode: usize,
    /// The magic number of the bytecode; none without any, or where it is not one for all.
    pub magic: Option<Magic>,
    /// The zip as it is.
    pub packed: ByteSize,
    /// Its files, unpacked.
    pub unpacked: ByteSize,
    /// Files that are compressed inside the zip, which hides from brotli what they have in common.
    pub deflated_entries: usize,
    /// There are dates in it other than the first that a zip can say: another build has other bytes.
    pub has_timestamps: bool,
}

impl ArchiveContents {
    /// Looks into the zip at `path`.
    ///
    /// # Errors
    /// When it is no zip, is damaged or hostile, or claims more than [`Limits`] allow.
    pub fn read(path: &Path) -> Result<Self, StdlibError> {
        Self::of(path, load(path)?)
    }

    /// As [`Contents::read`], of the bytes of the file at `path`.
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
        for place in 0..zip.len() {
            let mut file = zip
                .by_index(place)
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
                what: format!("{} (unpacked)", path.display()),
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
