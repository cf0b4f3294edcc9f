//! Gives bytecode its canonical form: reading drops what depends on the process that compiled it, and writing decides
//! anew which strings are interned and which are references.

use crate::{Lines, MarshalError, read, write};

/// Rewrites a marshalled code object, without a `.pyc` header, in the canonical form, whose bytes only depend on the
/// values. Normalizing twice changes nothing.
///
/// # Errors
/// [`MarshalError`], with the byte offset, when the input is not exactly one code object of CPython 3.11 to 3.15, or
/// exceeds the limits on nesting and references.
pub fn normalize(marshalled: &[u8], lines: Lines) -> Result<Vec<u8>, MarshalError> {
    read::read(marshalled, lines).map(|code| write::write(&code))
}
