//! Whether scanned code is the app or the library.

/// Whose code a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceOrigin {
    /// The standard library's: what it does with its texts is known.
    Library,
    /// The user's: texts in it may be code.
    App,
}

/// A line or column, or an index: files are limited to far less than 4 GB where they are read.
pub(super) fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
