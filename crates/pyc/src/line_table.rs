//! Rewrites line tables, which map the instructions of a code object to lines.
//!
//! CPython documents the format in `Objects/locations.md` (3.11 to 3.13) and `InternalDocs/code_objects.md` (since 3.14). An
//! entry is a byte with the highest bit set, which contains a code and the number of covered code units, followed by
//! bytes without that bit.

use std::iter;

/// The first of three codes for columns on the same line, one line further, or two lines further. Lower codes are short
/// forms for columns on the same line.
const ONE_LINE: u8 = 10;
/// The code of an entry with a line and no columns.
const NO_COLUMNS: u8 = 13;
/// The code of an entry with lines and columns of any size.
const LONG: u8 = 14;
/// The code of an entry without a line.
const NO_LOCATION: u8 = 15;

/// The maximum number of code units that an entry covers.
const MAX_UNITS: usize = 8;

/// Consecutive code units with the same line, or without a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The line, from 1; None for instructions that the compiler added.
    pub line: Option<i32>,
    /// The number of code units (two bytes each).
    pub units: usize,
}

/// Removes the columns and end lines of a table, and writes it with the fewest entries. `None` if it is malformed.
///
/// The result of `co_lines()` stays the same, because it also merges neighbours with the same line (PEP 626). Only that
/// of 3.11 does not, and has fewer ranges with the same lines.
pub fn without_columns(table: &[u8], first_line: i32) -> Option<Vec<u8>> {
    Some(write(&runs(table, first_line)?, first_line))
}

/// Returns a table with `units` code units on the first line. It is never empty, because `traceback` needs a line.
pub fn at_one_line(units: usize) -> Vec<u8> {
    let line = Some(0);
    write(&[Run { line, units }], 0)
}

/// Returns the lines of a table without its columns. `None` if it is malformed.
pub fn runs(table: &[u8], first_line: i32) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut last_line = first_line;
    for entry in table.chunk_by(|_, next| next & 0x80 == 0) {
        let (first_byte, data) = entry.split_first()?;
        if first_byte & 0x80 == 0 {
            return None;
        }
        let step = match first_byte >> 3 & 0xf {
            NO_LOCATION => None,
            NO_COLUMNS | LONG => Some(read_signed_varint(data)?),
            code => Some(i64::from(code.saturating_sub(ONE_LINE))),
        };
        let line = match step {
            None => None,
            Some(step) => {
                last_line = i32::try_from(i64::from(last_line) + step).ok()?;
                Some(last_line)
            }
        };
        let units = usize::from(first_byte & 7) + 1;
        match runs.last_mut() {
            Some(run) if run.line == line => run.units += units,
            _ => runs.push(Run { line, units }),
        }
    }
    Some(runs)
}

/// Returns the table of `runs`, with line numbers only, in the fewest entries.
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
                table.extend(encode_signed_varint(i64::from(line) - i64::from(last_line)));
                last_line = line;
            }
        }
    }
    table
}

/// The number of bits in each byte of a variable-length number.
const CHUNK_BITS: u32 = 6;

/// The flag of a byte of a number: the next byte contains higher bits.
const MORE: u8 = 1 << CHUNK_BITS;

/// Reads the number at the start of an entry's data: lowest chunk first, with the sign in the lowest bit. `None` if it
/// is truncated, or too large for the difference of two line numbers.
fn read_signed_varint(data: &[u8]) -> Option<i64> {
    let mut number = 0;
    for (byte, shift) in data.iter().zip((0..36).step_by(CHUNK_BITS as usize)) {
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

fn encode_signed_varint(number: i64) -> impl Iterator<Item = u8> {
    let mut rest = Some(number.unsigned_abs() << 1 | u64::from(number < 0));
    iter::from_fn(move || {
        let number = rest?;
        rest = Some(number >> CHUNK_BITS).filter(|&higher| higher > 0);
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

    const fn first_byte(code: u8, units: u8) -> u8 {
        0x80 | code << 3 | (units - 1)
    }

    #[test]
    fn without_columns_merges_neighbours() {
        let table = [
            &[first_byte(0, 2), 0x21][..],        // line 1, short form
            &[first_byte(ONE_LINE, 1), 4, 9],     // line 1
            &[first_byte(ONE_LINE + 2, 8), 4, 9], // line 3
            &[first_byte(LONG, 3), 0, 2, 1, 1],   // lines 3 to 5
            &[first_byte(NO_LOCATION, 1), first_byte(LONG, 1), 3, 0, 1, 1], // none, line 2
        ]
        .concat();
        let expected = [
            &[first_byte(NO_COLUMNS, 3), 0][..],
            &[first_byte(NO_COLUMNS, 8), 4, first_byte(NO_COLUMNS, 3), 0],
            &[first_byte(NO_LOCATION, 1), first_byte(NO_COLUMNS, 1), 3],
        ]
        .concat();
        assert_eq!(without_columns(&table, 1).unwrap(), expected);
    }

    #[test]
    fn at_one_line_covers_all_units() {
        let expected = [first_byte(NO_COLUMNS, 8), 0, first_byte(NO_COLUMNS, 2), 0];
        assert_eq!(at_one_line(10), expected);
    }

    #[test]
    fn without_columns_rejects_malformed_tables() {
        assert_eq!(without_columns(b"", 1), Some(Vec::new()));
        assert_eq!(without_columns(&[1], 1), None, "no first byte");
        assert_eq!(
            without_columns(&[first_byte(LONG, 1)], 1),
            None,
            "no number"
        );
        assert_eq!(
            without_columns(&[first_byte(NO_COLUMNS, 1), 2], i32::MAX),
            None,
            "line too large"
        );
        assert_eq!(
            without_columns(&[&[first_byte(NO_COLUMNS, 1)][..], &[0x7f; 9]].concat(), 1),
            None
        );
    }

    proptest! {
        #[test]
        fn signed_varints_round_trip(a: i32, b: i32) {
            let number = i64::from(a) - i64::from(b);
            let bytes: Vec<u8> = encode_signed_varint(number).collect();
            prop_assert!(bytes.iter().all(|byte| byte & 0x80 == 0));
            prop_assert_eq!(read_signed_varint(&bytes), Some(number));
        }

        #[test]
        fn line_numbers_round_trip(lines: Vec<(Option<i32>, u8)>, first_line: i32) {
            let runs: Vec<_> = lines
                .iter()
                .map(|&(line, units)| Run { line, units: usize::from(units) })
                .collect();
            let lines_of_units = |runs: &[Run]| -> Vec<_> {
                runs.iter().flat_map(|run| iter::repeat_n(run.line, run.units)).collect()
            };
            let table = write(&runs, first_line);
            let reread = super::runs(&table, first_line).unwrap();
            prop_assert_eq!(lines_of_units(&reread), lines_of_units(&runs));
        }
    }
}
