//! The flags of a code object: how its tables differ from those that its instructions imply.

/// The locals are in another order.
pub(crate) const LOCALS: u32 = 1;
/// The names are in another order.
pub(crate) const NAMES: u32 = 2;
/// The constants are in another order.
pub(crate) const CONSTANTS: u32 = 4;
/// The kinds of the locals are stored.
pub(crate) const LOCAL_KINDS: u32 = 8;
/// The expected first constant is missing.
pub(crate) const NO_FIRST: u32 = 16;
/// The first constant is a docstring.
pub(crate) const DOCSTRING: u32 = 32;
