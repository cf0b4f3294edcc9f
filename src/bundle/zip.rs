//! The zip that `zipimport` reads.

use std::io::{self, Cursor, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::profile::Payload;

/// A file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the zip; a folder's ends with a slash.
    pub path: String,
    /// Its bytes; none for a folder.
    pub bytes: Vec<u8>,
}

/// The path in the zip of what the library has at `source_path`.
pub fn entry_path(source_path: &str, payload: Payload) -> String {
    match source_path.strip_suffix(".py") {
        Some(stem) => format!("{stem}.{}", payload.extension()),
        None => source_path.to_owned(),
    }
}

/// Puts `entries` into a zip, sorted by path, stored as they are: what compresses the whole zip
/// finds more in plain bytes. All else that a zip could say is fixed, so that equal entries make
/// equal zips.
///
/// # Errors
/// When there are more files or bytes than a zip can hold.
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

/// The entries in the order of their paths.
pub(super) fn sorted_by_path(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    sorted
}

/// What is said of an entry: nothing that differs from one machine or day to another.
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
    fn order_and_clock_make_no_difference() {
        let one = build_zip(&[entry("b.pyc", b"2"), entry("a.pyc", b"1")]).unwrap();
        let other = build_zip(&[entry("a.pyc", b"1"), entry("b.pyc", b"2")]).unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn nothing_but_what_a_reader_needs() {
        let bytes = build_zip(&[entry("a.pyc", b"1"), entry("n/", b"")]).unwrap();
        // Local header: stored, no flags, 1980-01-01 00:00, no extra field.
        assert_eq!(&bytes[6..14], [0, 0, 0, 0, 0, 0, 0x21, 0]);
        assert_eq!(&bytes[28..30], [0, 0]);
        let headers = 30 + 5 + 1 + 30 + 2 + 46 + 5 + 46 + 2 + 22;
        assert_eq!(bytes.len(), headers);
    }
}
