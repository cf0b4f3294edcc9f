//! Line tables: which line each instruction of a code object is from.
//!
//! The format is in Python's `Objects/locations.md` (3.11 to 3.13) and
//! `InternalDocs/code_objects.md` (3.14). An entry is a byte with the highest bit set, which holds a code and the
//! number of code units covered, and then bytes in which that bit is clear.

use std::iter;

/// Codes of entries. Those below `ONE_LINE` are for columns on the same line as before, those
/// from it to `NO_COLUMNS` for columns on the same line or one or two further.
const ONE_LINE: u8 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NO_LOCATION: u8 = 15;

/// The most code units that one entry covers.
const MAX_UNITS: usize = 8;

/// Code units in a row that are from the same line, or from none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The line, from 1; None for instructions that the compiler added.
    pub line: Option<i32>,
    /// The number of code units (two bytes each).
    pub units: usize,
}

/// The table with its line numbers only, in the fewest entries. None if it is malformed.
///
/// `co_lines()` stays the same, since it too takes neighbours of one line together (PEP 626);
/// only that of 3.11 does not, and has fewer ranges with the same lines.
pub fn without_columns(table: &[u8], first_line: i32) -> Option<Vec<u8>> {
    Some(write(&runs(table, first_line)?, first_line))
}

/// A table that has all of `units` code units on the first line. It is never empty: `traceback` needs a line.
pub fn at_one_line(units: usize) -> Vec<u8> {
    let line = Some(0);
    write(&[Run { line, units }], 0)
}

/// The lines of a table, whatever it says of columns. None if it is malformed.
pub fn runs(table: &[u8], first_line: i32) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut last_line = first_line;
    for entry in table.chunk_by(|_, next| next & 0x80 == 0) {
        let (head, data) = entry.split_first()?;
        if head & 0x80 == 0 {
            return None;
        }
        let step = match head >> 3 & 0xf {
            NO_LOCATION => None,
            NO_COLUMNS | LONG => Some(signed_varint(data)?),
            code => Some(i64::from(code.saturating_sub(ONE_LINE))),
        };
        let line = match step {
            None => None,
            Some(step) => {
                last_line = i32::try_from(i64::from(last_line) + step).ok()?;
                Some(last_line)
            }
        };
        let units = usize::from(head & 7) + 1;
        match runs.last_mut() {
            Some(run) if run.line == line => run.units += units,
            _ => runs.push(Run { line, units }),
        }
    }
    Some(runs)
}

/// The table of `runs`, with line numbers only, in the fewest entries.
pub fn write(runs: &[Run], first_line: i32) -> Vec<u8> {
    let mut table = Vec::new();
    let mut last_line = first_line;
    for &Run { line, mut units } in runs {
        while units > 0 {
            let covered = units.min(MAX_UNITS);
            units -= covered;
            let code = if line.is_some() {
                NO_COLUMNS
            } else {
                NO_LOCATION
            };
            #[allow(clippy::cast_possible_truncation)] // at most 7
            table.push(0x80 | code << 3 | (covered - 1) as u8);
            if let Some(line) = line {
                table.extend(to_signed_varint(i64::from(line) - i64::from(last_line)));
                last_line = line;
            }
        }
    }
    table
}

/// Six bits of a number.
const CHUNK: u32 = 6;

/// On a byte of a number: there are higher bits in the next.
const MORE: u8 = 1 << CHUNK;

/// The number at the start of an entry's data: its sign in the lowest bit, the lowest chunk
/// first. None if it breaks off, or could not be the difference of two line numbers.
fn signed_varint(data: &[u8]) -> Option<i64> {
    let mut number = 0;
    for (byte, shift) in data.iter().zip((0..36).step_by(CHUNK as usize)) {
        number |= i64::from(byte & (MORE - 1)) << shift;
        if byte & MORE == 0 {
            let magnitude = number >> 1;
            return Some(if number & 1 == 0 {
                magnitude
            } else {
                -magnitude
            });
        }
    }
    None
}

fn to_signed_varint(number: i64) -> impl Iterator<Item = u8> {
    let mut rest = Some(number.unsigned_abs() << 1 | u64::from(number < 0));
    iter::from_fn(move || {
        let number = rest?;
        rest = Some(number >> CHUNK).filter(|&higher| higher > 0);
        #[allow(clippy::cast_possible_truncation)] // only the lowest bits matter
        let chunk = number as u8 & (MORE - 1);
        Some(if rest.is_some() { chunk | MORE } else { chunk })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn head(code: u8, units: u8) -> u8 {
        0x80 | code << 3 | (units - 1)
    }

    #[test]
    fn columns_go_and_neighbours_merge() {
        let table = [
            &[head(0, 2), 0x21][..],                            // line 1, short form
            &[head(ONE_LINE, 1), 4, 9],                         // line 1
            &[head(ONE_LINE + 2, 8), 4, 9],                     // line 3
            &[head(LONG, 3), 0, 2, 1, 1],                       // lines 3 to 5
            &[head(NO_LOCATION, 1), head(LONG, 1), 3, 0, 1, 1], // none, line 2
        ]
        .concat();
        let expected = [
            &[head(NO_COLUMNS, 3), 0][..],
            &[head(NO_COLUMNS, 8), 4, head(NO_COLUMNS, 3), 0],
            &[head(NO_LOCATION, 1), head(NO_COLUMNS, 1), 3],
        ]
        .concat();
        assert_eq!(without_columns(&table, 1).unwrap(), expected);
    }

    #[test]
    fn one_line_for_all() {
        let expected = [head(NO_COLUMNS, 8), 0, head(NO_COLUMNS, 2), 0];
        assert_eq!(at_one_line(10), expected);
    }

    #[test]
    fn malformed_tables() {
        assert_eq!(without_columns(b"", 1), Some(Vec::new()));
        assert_eq!(without_columns(&[1], 1), None, "no head");
        assert_eq!(without_columns(&[head(LONG, 1)], 1), None, "no number");
        assert_eq!(
            without_columns(&[head(NO_COLUMNS, 1), 2], i32::MAX),
            None,
            "line too large"
        );
        assert_eq!(
            without_columns(&[&[head(NO_COLUMNS, 1)][..], &[0x7f; 9]].concat(), 1),
            None
        );
    }

    proptest! {
        #[test]
        fn differences_of_lines_survive(a: i32, b: i32) {
            let number = i64::from(a) - i64::from(b);
            let bytes: Vec<u8> = to_signed_varint(number).collect();
            prop_assert!(bytes.iter().all(|byte| byte & 0x80 == 0));
            prop_assert_eq!(signed_varint(&bytes), Some(number));
        }

        #[test]
        fn line_numbers_survive(lines: Vec<(Option<i32>, u8)>, first_line: i32) {
            let runs: Vec<_> = lines
                .iter()
                .map(|&(line, units)| Run { line, units: usize::from(units) })
                .collect();
            let of_units = |runs: &[Run]| -> Vec<_> {
                runs.iter().flat_map(|run| iter::repeat_n(run.line, run.units)).collect()
            };
            let table = write(&runs, first_line);
            let again = super::runs(&table, first_line).unwrap();
            prop_assert_eq!(of_units(&again), of_units(&runs));
        }
    }
}
