//! What can be wrong with a packed file.

/// A packed file that cannot be decoded, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a packed file, or a damaged one: {0}")]
pub struct PackedError(pub(crate) &'static str);
