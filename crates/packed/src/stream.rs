//! The streams of a packed file. Each contains numbers or bytes of one kind, because compressors do best if neighbours
//! are alike.

use std::collections::BTreeMap;

use crate::error::PackedError;
use crate::strings::{StringIndexes, StringTables};

/// The ids of the streams.
pub(crate) mod id {
    /// The bytes of new strings, each ended by 0xFF.
    pub(crate) const TEXT: u16 = 0;
    /// The paths of entries, each ended by a zero byte.
    pub(crate) const PATHS: u16 = 1;
    pub(crate) const INSTRUCTION_SET: u16 = 2;
    /// The instruction or mark of each symbol.
    pub(crate) const SYMBOL_OPS: u16 = 3;
    /// The detail of each symbol.
    pub(crate) const SYMBOL_DETAILS: u16 = 4;
    /// The bytes of constants, tables and files.
    pub(crate) const RAW: u16 = 5;
    /// Integers in tuples, and lengths of bytes in `RAW`.
    pub(crate) const NUMBERS: u16 = 6;
    /// Types and lengths of constants in tuples.
    pub(crate) const TAGS: u16 = 7;
    /// The signature of each code object: 0 for a new one, or its number.
    pub(crate) const SIGNATURES: u16 = 8;
    pub(crate) const NEW_SIGNATURES: u16 = 9;
    /// The [`code_flags`](crate::code_flags) of each code object.
    pub(crate) const CODE_FLAGS: u16 = 10;
    pub(crate) const FIRST_LINES: u16 = 11;
    pub(crate) const BACKWARD_JUMPS: u16 = 12;
    /// Numbers that are not the details of symbols.
    pub(crate) const ESCAPES: u16 = 13;
    pub(crate) const ORDER_COUNTS: u16 = 14;
    pub(crate) const ORDER_PLACES: u16 = 15;
    pub(crate) const ORDER_GAPS: u16 = 16;
    /// Locals by recency: of instructions that load, of those that store or delete, and cells.
    pub(crate) const LOCALS: [u16; 3] = [17, 18, 19];
    /// Strings that are new in their class: 0 for a string that is new in the file, or its number.
    pub(crate) const STRINGS: u16 = 20;
    pub(crate) const SYMBOLS: u16 = 21;
    pub(crate) const STACK_SIZES: u16 = 22;
    /// How each entry is stored.
    pub(crate) const ENTRIES: u16 = 23;
    // Classes of strings: 0 for a string that is new in the class, or its number.
    pub(crate) const STRING_CONSTANTS: u16 = 24;
    pub(crate) const ARGUMENT_NAMES: u16 = 25;
    pub(crate) const LOCAL_NAMES: u16 = 26;
    pub(crate) const OTHER_NAMES: u16 = 27;
    /// References to code objects that were loaded before, and to the loops where handlers start.
    pub(crate) const BACK_REFERENCES: u16 = 28;
    /// Line changes after statements, by the instruction whose line is another.
    pub(crate) const LINES: u16 = 256;
    /// Other line changes, likewise.
    pub(crate) const INNER_LINES: u16 = 512;
    /// Classes of the names in arguments, by the instruction and the lowest bit of the argument.
    pub(crate) const NAMES: u16 = 768;
    /// The end of the range of ids.
    pub(crate) const END: u16 = NAMES + 512;
}

/// Returns the end of the range of numbers that take one byte in a stream.
fn one_byte_end(stream: u16) -> u8 {
    match stream {
        id::STRINGS => 120,
        id::STRING_CONSTANTS..=id::OTHER_NAMES | id::NAMES.. => 200,
        _ => 240,
    }
}

/// Maps signed numbers to unsigned ones, so that those near zero are small.
pub(crate) fn zigzag(number: i32) -> u32 {
    (number << 1 ^ number >> 31).cast_unsigned()
}

/// Reverses [`zigzag`].
pub(crate) fn unzigzag(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Writes streams. Strings are borrowed from the input.
#[derive(Default)]
pub(crate) struct StreamWriter<'a> {
    streams: BTreeMap<u16, Vec<u8>>,
    pub(crate) strings: StringIndexes<'a>,
}

impl StreamWriter<'_> {
    pub(crate) fn bytes(&mut self, stream: u16, bytes: &[u8]) {
        self.streams.entry(stream).or_default().extend(bytes);
    }

    pub(crate) fn number(&mut self, stream: u16, number: u32) {
        let bytes = self.streams.entry(stream).or_default();
        let end = one_byte_end(stream);
        let Some(rest) = number.checked_sub(u32::from(end)) else {
            #[allow(clippy::cast_possible_truncation)] // less than `end`
            bytes.push(number as u8);
            return;
        };
        let [_, _, high, low] = rest.to_be_bytes();
        if rest < u32::from(u8::MAX - end) << 8 {
            bytes.extend([end + high, low]);
        } else {
            bytes.push(u8::MAX);
            bytes.extend(number.to_be_bytes());
        }
    }

    pub(crate) fn signed(&mut self, stream: u16, number: i32) {
        self.number(stream, zigzag(number));
    }

    /// Returns the streams by id.
    pub(crate) fn into_streams(self) -> BTreeMap<u16, Vec<u8>> {
        self.streams
    }
}

/// The maximum number of steps through lists. The standard library needs a hundredth of it.
const MAX_STEPS: usize = 1 << 28;

/// Reads streams.
pub(crate) struct StreamReader<'a> {
    /// The rest of each stream, by id.
    streams: Vec<&'a [u8]>,
    pub(crate) strings: StringTables<'a>,
    /// The number of steps through lists so far.
    steps: usize,
}

const END_OF_STREAM: PackedError = PackedError::damaged("unexpected end of a stream");

impl<'a> StreamReader<'a> {
    /// Returns a reader of [`id::END`] streams.
    pub(crate) fn new(streams: Vec<&'a [u8]>) -> Self {
        Self {
            streams,
            strings: StringTables::default(),
            steps: 0,
        }
    }

    /// Returns whether a stream has bytes left.
    pub(crate) fn has_more(&self, stream: u16) -> bool {
        !self.streams[usize::from(stream)].is_empty()
    }

    /// Returns whether no stream has bytes left.
    pub(crate) fn is_empty(&self) -> bool {
        self.streams.iter().all(|stream| stream.is_empty())
    }

    pub(crate) fn byte(&mut self, stream: u16) -> Result<u8, PackedError> {
        let stream = &mut self.streams[usize::from(stream)];
        let (byte, rest) = stream.split_first().ok_or(END_OF_STREAM)?;
        *stream = rest;
        Ok(*byte)
    }

    pub(crate) fn bytes(&mut self, stream: u16, length: usize) -> Result<&'a [u8], PackedError> {
        let stream = &mut self.streams[usize::from(stream)];
        let (bytes, rest) = stream.split_at_checked(length).ok_or(END_OF_STREAM)?;
        *stream = rest;
        Ok(bytes)
    }

    /// Reads the bytes before the next `end`, and skips `end`.
    pub(crate) fn until(&mut self, stream: u16, end: u8) -> Result<&'a [u8], PackedError> {
        let rest = self.streams[usize::from(stream)];
        let length = rest.iter().position(|byte| *byte == end);
        let bytes = self.bytes(stream, length.ok_or(END_OF_STREAM)?)?;
        self.byte(stream)?;
        Ok(bytes)
    }

    pub(crate) fn number(&mut self, stream: u16) -> Result<u32, PackedError> {
        let end = one_byte_end(stream);
        let byte = self.byte(stream)?;
        if byte < end {
            return Ok(u32::from(byte));
        }
        if byte < u8::MAX {
            let low = u32::from(self.byte(stream)?);
            return Ok(u32::from(end) + (u32::from(byte - end) << 8) + low);
        }
        let bytes = self.bytes(stream, 4)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    pub(crate) fn signed(&mut self, stream: u16) -> Result<i32, PackedError> {
        self.number(stream).map(unzigzag)
    }

    /// Reads a number of at most `max`.
    pub(crate) fn number_up_to(&mut self, stream: u16, max: usize) -> Result<usize, PackedError> {
        let number = self.number(stream)? as usize;
        if number > max {
            return Err(PackedError::damaged("number out of range"));
        }
        Ok(number)
    }

    /// Counts steps through a list. A damaged file must not take forever.
    pub(crate) fn count_steps(&mut self, steps: usize) -> Result<(), PackedError> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(PackedError::damaged("too many steps"));
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::reread;

    /// The bytes of a number in a stream.
    fn bytes(stream: u16, number: u32) -> Vec<u8> {
        let mut writer = StreamWriter::default();
        writer.number(stream, number);
        writer.into_streams().remove(&stream).unwrap()
    }

    #[test]
    fn numbers_take_one_two_or_five_bytes() {
        assert_eq!(bytes(id::SYMBOLS, 239), [239]);
        assert_eq!(bytes(id::SYMBOLS, 240), [240, 0]);
        assert_eq!(bytes(id::SYMBOLS, 240 + 15 * 256 - 1), [254, 255]);
        assert_eq!(bytes(id::SYMBOLS, 240 + 15 * 256), [255, 0, 0, 15, 240]);
    }

    #[test]
    fn streams_of_strings_have_other_limits() {
        assert_eq!(bytes(id::STRINGS, 119), [119]);
        assert_eq!(bytes(id::STRINGS, 120), [120, 0]);
        for class in [
            id::STRING_CONSTANTS,
            id::OTHER_NAMES,
            id::NAMES,
            id::END - 1,
        ] {
            assert_eq!(bytes(class, 199), [199]);
            assert_eq!(bytes(class, 200), [200, 0]);
        }
    }

    #[test]
    fn zigzag_numbers_are_small_near_zero() {
        assert_eq!([0, -1, 1, -2].map(zigzag), [0, 1, 2, 3]);
        assert_eq!([i32::MAX, i32::MIN].map(zigzag), [u32::MAX - 1, u32::MAX]);
    }

    #[test]
    fn streams_end() {
        let mut streams = vec![&b""[..]; usize::from(id::END)];
        streams[usize::from(id::NUMBERS)] = b"\xf0";
        streams[usize::from(id::TEXT)] = b"endless";
        let mut reader = StreamReader::new(streams);
        assert_eq!(reader.number(id::NUMBERS), Err(END_OF_STREAM));
        assert_eq!(reader.until(id::TEXT, 0), Err(END_OF_STREAM));
        assert_eq!(reader.bytes(id::TEXT, 8), Err(END_OF_STREAM));
        assert_eq!(reader.bytes(id::TEXT, 7).unwrap(), b"endless");
        assert!(!reader.has_more(id::TEXT));
    }

    #[test]
    fn steps_are_limited() {
        let mut reader = StreamReader::new(Vec::new());
        reader.count_steps(MAX_STEPS).unwrap();
        assert!(reader.count_steps(1).is_err());
        assert!(reader.count_steps(usize::MAX).is_err());
    }

    proptest! {
        #[test]
        fn numbers_round_trip(numbers: Vec<u32>, stream in 0..id::END) {
            let mut writer = StreamWriter::default();
            for number in &numbers {
                writer.number(stream, *number);
            }
            reread(writer, |reader| -> Result<(), TestCaseError> {
                for number in &numbers {
                    prop_assert_eq!(reader.number(stream).unwrap(), *number);
                }
                prop_assert!(reader.is_empty());
                Ok(())
            })?;
        }

        #[test]
        fn signs_round_trip(number: i32) {
            prop_assert_eq!(unzigzag(zigzag(number)), number);
        }
    }
}
