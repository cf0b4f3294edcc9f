//! CPython's compiled modules: the code objects that `marshal.dumps` writes.
//!
//! What Python writes for a module is neither small nor the same every time. It flags for
//! reference whatever happened to have a second owner, and marks as interned whatever the
//! compiling process happened to have interned before, so the bytes depend on that process and
//! not only on the source. And half of a line table is columns, which only the carets under a
//! traceback's lines need ([PEP 657]).
//!
//! [`normalize`] reads a code object into values, in which none of that is left, and writes
//! them in one canonical form. The format is that of `Python/marshal.c`, versions 4 and 5, with
//! the code objects of CPython 3.11 to 3.14. Input need not be trusted: nesting, references and
//! allocation are limited, and nothing panics.
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
mod read;
#[cfg(test)]
mod sample;
mod strings;
mod value;
mod write;

pub use error::{MarshalError, MarshalProblem};
pub use read::read;
pub use value::{Code, Value};
pub use write::write;

/// On a type: the value gets the next number, by which references mean it.
const FLAG_REF: u8 = 0x80;

/// How much of the line tables (`Objects/locations.md` of CPython) to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Leave them as the compiler wrote them.
    Keep,
    /// Drop columns and end lines. Every instruction keeps its line, so tracebacks and tracing
    /// show the same lines as before; tracebacks have no carets.
    WithoutColumns,
    /// Put every instruction on the line where its function begins.
    OfDefinitions,
}

/// Rewrites one marshalled code object, without a `.pyc` header, in the canonical form: the
/// bytes depend on its values alone. Normalizing twice changes nothing.
///
/// # Errors
/// [`MarshalError`], with the byte offset, when the input is not exactly one code object of
/// CPython 3.11 to 3.14, or exceeds the limits on nesting and references.
pub fn normalize(marshalled: &[u8], lines: Lines) -> Result<Vec<u8>, MarshalError> {
    read::read(marshalled, lines).map(|code| write::write(&code))
}

/// The `co_filename` of a marshalled code object: the path it was compiled from, with U+FFFD in
/// place of what is not UTF-8.
///
/// # Errors
/// As of [`normalize`].
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
    fn how_the_input_refers_and_interns_is_forgotten() {
        let shared = code_with_consts(&[
            b")\x03",
            &flagged(b"Z\x09top level"),
            b"r\x00\x00\x00\x00",
            b"a\x02\x00\x00\x00no",
        ]);
        let spelt_out = code_with_consts(&[
            b"(\x03\x00\x00\x00",
            b"u\x09\x00\x00\x00top level",
            b"t\x09\x00\x00\x00top level",
            &flagged(b"Z\x02no"),
        ]);
        assert_eq!(
            normalize(&shared, Lines::Keep).unwrap(),
            normalize(&spelt_out, Lines::Keep).unwrap()
        );
    }

    #[test]
    fn line_tables_are_kept_or_not() {
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
        fn nothing_panics(bytes: Vec<u8>) {
            let _ = normalize(&bytes, Lines::WithoutColumns);
        }

        /// As above, but getting further in: a code object with a few bytes changed.
        #[test]
        fn nothing_panics_on_damaged_code(
            code in any_code(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = write::write(&code);
            for (place, byte) in damage {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            let _ = normalize(&bytes, Lines::WithoutColumns);
        }

        #[test]
        fn normalising_twice_changes_nothing(code in any_code()) {
            let once = normalize(&write::write(&code), Lines::WithoutColumns).unwrap();
            prop_assert_eq!(&normalize(&once, Lines::WithoutColumns).unwrap(), &once);
            prop_assert_eq!(&normalize(&once, Lines::Keep).unwrap(), &once);
        }
    }
}
