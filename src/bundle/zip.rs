//! Builds the zip that `zipimport` reads.

use std::io::{self, Cursor, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::profile::Payload;

/// An entry of the zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path in the zip; that of a folder ends with a slash.
    pub path: String,
    /// The contents; empty for a folder.
    pub bytes: Vec<u8>,
}

/// Returns the path in the zip of the library's file or folder at `source_path`.
pub fn entry_path(source_path: &str, payload: Payload) -> String {
    match source_path.strip_suffix(".py") {
        Some(stem) => format!("{stem}.{}", payload.extension()),
        None => source_path.to_owned(),
    }
}

/// Builds a zip of `entries`, sorted by path. Entries are stored, because compressing the whole zip is better than
/// compressing each entry. All metadata is constant, so that equal entries give equal zips.
///
/// # Errors
/// When there are more files or bytes than a zip can contain.
pub fn build_zip(entries: &[Entry]) -> io::Result<Vec<u8>> {
    zip_entries(entries).map_err(io::Error::other)
}

fn zip_entries(entries: &[Entry]) -> Result<Vec<u8>, ZipError> {
    let options = options(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in sorted_by_path(entries) {
        add_entry(&mut zip, entry, options)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Returns the entries, sorted by path.
pub(super) fn sorted_by_path(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    sorted
}

/// Returns the options of an entry, with metadata that does not depend on the machine or the time.
pub(super) fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644)
}

pub(super) fn add_entry(
    zip: &mut ZipWriter<Cursor<Vec<u8>>>,
    entry: &Entry,
    options: SimpleFileOptions,
) -> Result<(), ZipError> {
    if entry.path.ends_with('/') {
        zip.add_directory(&*entry.path, options.unix_permissions(0o755))
    } else {
        zip.start_file(&*entry.path, options)?;
        Ok(zip.write_all(&entry.bytes)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(path: &str, bytes: &[u8]) -> Entry {
        Entry {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn build_zip_ignores_order_and_time() {
        let first = build_zip(&[entry("b.pyc", b"2"), entry("a.pyc", b"1")]).unwrap();
        let second = build_zip(&[entry("a.pyc", b"1"), entry("b.pyc", b"2")]).unwrap();
        assert_eq!(first, second);
    }

    #[test]
    fn build_zip_writes_only_required_fields() {
        let bytes = build_zip(&[entry("a.pyc", b"1"), entry("n/", b"")]).unwrap();
        // Local file header: no flags, stored, 1980-01-01 00:00, no extra field.
        assert_eq!(&bytes[6..14], [0, 0, 0, 0, 0, 0, 0x21, 0]);
        assert_eq!(&bytes[28..30], [0, 0]);
        let headers = 30 + 5 + 1 + 30 + 2 + 46 + 5 + 46 + 2 + 22;
        assert_eq!(bytes.len(), headers);
    }
}
