//! Errors of unpacking.

/// The reason why a packed file cannot be unpacked, or a description of instructions cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct PackedError(#[from] pub(crate) Problem);

/// The kinds of [`PackedError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("not a packed file of version 1")]
    NotPacked,
    #[error("truncated file")]
    Truncated,
    #[error("unexpected data at the end of the file")]
    Trailing,
    #[error("larger than the maximum of {0} bytes")]
    TooLarge(u32),
    #[error("damaged file: {0}")]
    Damaged(&'static str),
    #[error("invalid description of instructions: {0}")]
    Description(&'static str),
}

impl PackedError {
    /// Returns the error for a file that no encoder writes.
    pub(crate) const fn damaged(problem: &'static str) -> Self {
        Self(Problem::Damaged(problem))
    }
}
