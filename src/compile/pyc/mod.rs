//! Compiled modules: the code objects that `marshal.dumps` writes.
//!
//! What Python writes for a module is neither small nor the same every time. It flags for
//! reference whatever happened to have a second owner, and marks as interned whatever
//! the compiling process happened to have interned before, so the bytes tell of that process
//! and not only of the source. And half of a line table is columns, which only the carets under
//! a traceback's lines need (PEP 657).
//!
//! [`normalise`] reads a code object into values, in which none of that is left, and writes
//! these in the one form that [`write`] has for them. The format is that of `Python/marshal.c`,
//! versions 4 and 5, with the code objects of 3.11 to 3.14.

mod error;
mod line_table;
mod read;
#[cfg(test)]
mod sample;
mod strings;
mod value;
mod write;

pub use error::{MarshalError, MarshalProblem};

/// On a type: the value gets the next number, by which references mean it.
const FLAG_REF: u8 = 0x80;

/// What becomes of the line tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// They stay as the compiler made them.
    Keep,
    /// They lose columns and end lines. Every instruction keeps its line, so tracebacks and
    /// tracing show the same lines as before; tracebacks have no carets.
    WithoutColumns,
    /// Every instruction is on the line where its function begins.
    OfDefinitions,
}

/// Rewrites a marshalled code object in a small form that depends on nothing but its values.
///
/// The input need not be trusted.
pub fn normalise(marshalled: &[u8], lines: Lines) -> Result<Vec<u8>, MarshalError> {
    read::read(marshalled, lines).map(|code| write::write(&code))
}

/// The file name in a marshalled code object: what it was compiled from.
///
/// The input need not be trusted.
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
            normalise(&shared, Lines::Keep).unwrap(),
            normalise(&spelt_out, Lines::Keep).unwrap()
        );
    }

    #[test]
    fn line_tables_are_kept_or_not() {
        let mut code = code_with_consts(&[b")\0"]);
        code.truncate(code.len() - 10);
        let table = |table: &[u8]| [&code, &b"s\x02\0\0\0"[..], table, b"s\0\0\0\0"].concat();
        let (short_form, no_columns) = (table(b"\x80\x21"), table(b"\xe8\0"));
        assert_eq!(normalise(&short_form, Lines::Keep).unwrap(), short_form);
        assert_eq!(
            normalise(&short_form, Lines::WithoutColumns).unwrap(),
            no_columns
        );

        let error = normalise(&table(b"\x21\x21"), Lines::WithoutColumns).unwrap_err();
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
            let _ = normalise(&bytes, Lines::WithoutColumns);
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
            let _ = normalise(&bytes, Lines::WithoutColumns);
        }

        #[test]
        fn normalising_twice_changes_nothing(code in any_code()) {
            let once = normalise(&write::write(&code), Lines::WithoutColumns).unwrap();
            prop_assert_eq!(&normalise(&once, Lines::WithoutColumns).unwrap(), &once);
            prop_assert_eq!(&normalise(&once, Lines::Keep).unwrap(), &once);
        }
    }
}
