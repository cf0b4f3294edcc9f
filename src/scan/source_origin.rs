//! Distinguishes the code of the app from that of its libraries.

/// The origin of a scanned file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceOrigin {
    /// The standard library. How it uses its strings is known.
    Library,
    /// A dependency of the app.
    Dependency,
    /// The app. Its strings may contain code.
    App,
}

/// Converts a line, column or index. It always fits, because files are limited to far less than 4 GB when read.
pub(super) fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
