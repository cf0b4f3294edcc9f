//! The entries of exception tables (`InternalDocs/exception_handling.md` of CPython).
//!
//! An entry has four numbers: start, length and target in code units, and the depth and lasti flag. A number is a
//! sequence of bytes with six bits each, highest first.

/// The number of bits of a number in a byte.
const CHUNK_BITS: u32 = 6;
/// The flag of a byte: the number continues in the next byte.
const MORE: u8 = 1 << CHUNK_BITS;
/// The flag of the first byte of an entry.
const START: u8 = 0x80;

/// Removes the first entry from `table` and returns its numbers. `None` if it is malformed.
pub(super) fn read_entry(table: &mut &[u8]) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    for number in &mut numbers {
        loop {
            let (byte, rest) = table.split_first()?;
            *table = rest;
            *number = u32::checked_mul(*number, 1 << CHUNK_BITS)? | u32::from(byte & (MORE - 1));
            if byte & MORE == 0 {
                break;
            }
        }
    }
    Some(numbers)
}

/// Appends an entry to `table`.
pub(super) fn write_entry(table: &mut Vec<u8>, numbers: [usize; 4]) {
    for (place, number) in numbers.into_iter().enumerate() {
        let mut start = if place == 0 { START } else { 0 };
        let bits = usize::BITS - number.leading_zeros();
        let chunks = bits.div_ceil(CHUNK_BITS).max(1);
        for chunk in (0..chunks).rev() {
            #[allow(clippy::cast_possible_truncation)] // six bits
            let bits = (number >> (CHUNK_BITS * chunk)) as u8 & (MORE - 1);
            let more = if chunk > 0 { MORE } else { 0 };
            table.push(start | more | bits);
            start = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_those_of_cpython() {
        // The example of `InternalDocs/exception_handling.md`: start 20, length 8, target 100, depth 3, no lasti.
        let mut table = Vec::new();
        write_entry(&mut table, [20, 8, 100, 3 << 1]);
        assert_eq!(table, [148, 8, 65, 36, 6]);
        assert_eq!(read_entry(&mut &table[..]), Some([20, 8, 100, 6]));
    }

    #[test]
    fn entries_round_trip() {
        let entries = [[0, 0, 0, 0], [63, 64, 4095, 4096], [1 << 30, 1, 2, 3]];
        let mut table = Vec::new();
        for entry in entries {
            write_entry(&mut table, entry);
        }
        let mut rest = &table[..];
        for entry in entries {
            let numbers = read_entry(&mut rest).map(|numbers| numbers.map(|n| n as usize));
            assert_eq!(numbers, Some(entry));
        }
        assert_eq!(rest, b"");
    }

    #[test]
    fn malformed_entries_are_rejected() {
        for table in [&b""[..], b"\x94\x08\x41", &[0x7f; 6]] {
            assert_eq!(read_entry(&mut &*table), None, "{table:?}");
        }
    }
}
