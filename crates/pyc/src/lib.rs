//! Reads, normalizes and writes CPython's compiled modules: the code objects that `marshal.dumps` writes.
//!
//! The bytes that Python writes for a module are neither small nor reproducible. It flags values for reference if they
//! happen to have a second owner, and marks strings as interned if the compiling process has interned them, so the
//! bytes depend on that process and not only on the source. Half of a line table is columns, which are only needed for
//! the carets in tracebacks ([PEP 657]).
//!
//! [`normalize`] reads a code object into values without these differences, and writes them in a canonical form. The
//! format is that of `Python/marshal.c`, versions 4 to 6, with the code objects of CPython 3.11 to 3.15. Input need
//! not be trusted: nesting, references and allocation are limited, and nothing panics.
//!
//! ```
//! use pyc::{Lines, file_name, normalize};
//!
//! // marshal.dumps(compile("x = 1", "m.py", "exec")) of CPython 3.13
//! let marshalled = b"c\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\xf3\x08\0\0\0\x95\0S\0r\0g\x01\
//!     )\x02\xe9\x01\0\0\0N)\x01\xda\x01x\xa9\0\xf3\0\0\0\0\xda\x04m.py\xda\x08<module>r\x06\0\0\0\
//!     \x01\0\0\0s\n\0\0\0\xf0\x03\x01\x01\x01\xd8\x04\x05\x81\x01r\x04\0\0\0";
//!
//! let small = normalize(marshalled, Lines::WithoutColumns)?;
//! assert!(small.len() < marshalled.len());
//! assert_eq!(normalize(&small, Lines::Keep)?, small);
//! assert_eq!(file_name(&small)?, "m.py");
//! # Ok::<(), pyc::MarshalError>(())
//! ```
//!
//! [PEP 657]: https://peps.python.org/pep-0657/

mod error;
mod frozen_set;
pub mod line_table;
mod normalize;
mod read;
#[cfg(test)]
mod sample;
mod strings;
mod value;
mod write;

pub use error::{MarshalError, MarshalProblem};
pub use normalize::normalize;
pub use read::read;
pub use value::{Code, Value};
pub use write::write;

/// The flag of a type byte: the value gets the next number, which references use.
const FLAG_REF: u8 = 0x80;

/// The parts of the line tables (`Objects/locations.md` of CPython) to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Keep them unchanged.
    Keep,
    /// Drop columns and end lines. Every instruction keeps its line, so tracebacks and tracing show the same lines, but
    /// tracebacks have no carets.
    WithoutColumns,
    /// Assign every instruction to the first line of its function.
    OfDefinitions,
}

/// Returns the `co_filename` of a marshalled code object: the path that it was compiled from. Bytes that are not UTF-8
/// are replaced with U+FFFD.
///
/// # Errors
/// Those of [`normalize`].
pub fn file_name(marshalled: &[u8]) -> Result<String, MarshalError> {
    let code = read::read(marshalled, Lines::Keep)?;
    Ok(String::from_utf8_lossy(code.filename).into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::sample::{any_code, code_with_consts, flagged};
    use super::*;

    #[test]
    fn normalize_ignores_references_and_interning() {
        let shared = code_with_consts(&[
            b")\x03",
            &flagged(b"Z\x09top level"),
            b"r\x00\x00\x00\x00",
            b"a\x02\x00\x00\x00no",
        ]);
        let without_references = code_with_consts(&[
            b"(\x03\x00\x00\x00",
            b"u\x09\x00\x00\x00top level",
            b"t\x09\x00\x00\x00top level",
            &flagged(b"Z\x02no"),
        ]);
        assert_eq!(
            normalize(&shared, Lines::Keep).unwrap(),
            normalize(&without_references, Lines::Keep).unwrap()
        );
    }

    #[test]
    fn normalize_keeps_or_rewrites_line_tables() {
        let mut code = code_with_consts(&[b")\0"]);
        code.truncate(code.len() - 10);
        let table = |table: &[u8]| [&code, &b"s\x02\0\0\0"[..], table, b"s\0\0\0\0"].concat();
        let (short_form, no_columns) = (table(b"\x80\x21"), table(b"\xe8\0"));
        assert_eq!(normalize(&short_form, Lines::Keep).unwrap(), short_form);
        assert_eq!(
            normalize(&short_form, Lines::WithoutColumns).unwrap(),
            no_columns
        );

        let error = normalize(&table(b"\x21\x21"), Lines::WithoutColumns).unwrap_err();
        let problem = MarshalProblem::Malformed("a broken line table");
        assert_eq!(
            error,
            MarshalError {
                offset: code.len(),
                problem
            }
        );
    }

    proptest! {
        #[test]
        fn normalize_never_panics(bytes: Vec<u8>) {
            let _ = normalize(&bytes, Lines::WithoutColumns);
        }

        /// Reaches more code than arbitrary bytes: a code object with a few bytes changed.
        #[test]
        fn normalize_never_panics_on_damaged_code(
            code in any_code(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = write::write(&code);
            for (index, byte) in damage {
                let index = index.index(bytes.len());
                bytes[index] = byte;
            }
            let _ = normalize(&bytes, Lines::WithoutColumns);
        }

        #[test]
        fn normalize_is_idempotent(code in any_code()) {
            let once = normalize(&write::write(&code), Lines::WithoutColumns).unwrap();
            prop_assert_eq!(&normalize(&once, Lines::WithoutColumns).unwrap(), &once);
            prop_assert_eq!(&normalize(&once, Lines::Keep).unwrap(), &once);
        }
    }
}
