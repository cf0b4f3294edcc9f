//! The streams of a packed file: each holds numbers or bytes of one kind, so that a compressor sees like beside like.

use std::collections::BTreeMap;

use crate::error::PackedError;

/// Numbers of streams.
pub(crate) mod id {
    /// Bytes of new strings, each ended by 0xFF.
    pub(crate) const TEXT: u16 = 0;
    /// Paths of entries, each ended by a zero byte.
    pub(crate) const PATHS: u16 = 1;
    pub(crate) const INSTRUCTION_SET: u16 = 2;
    /// The instruction or mark of each symbol.
    pub(crate) const SYMBOL_OPS: u16 = 3;
    /// What else a symbol says.
    pub(crate) const SYMBOL_DETAILS: u16 = 4;
    /// Bytes as they are: of constants, tables and files.
    pub(crate) const RAW: u16 = 5;
    /// Integers among constants in tuples, and lengths of `RAW`.
    pub(crate) const NUMBERS: u16 = 6;
    /// Types and lengths of constants in tuples.
    pub(crate) const TAGS: u16 = 7;
    /// Signatures by number; 0 is a new one.
    pub(crate) const SIGNATURES: u16 = 8;
    pub(crate) const NEW_SIGNATURES: u16 = 9;
    /// A number of flags for each code object.
    pub(crate) const CODE_FLAGS: u16 = 10;
    pub(crate) const FIRST_LINES: u16 = 11;
    pub(crate) const BACKWARD_JUMPS: u16 = 12;
    /// Numbers that symbols leave out.
    pub(crate) const ESCAPES: u16 = 13;
    pub(crate) const ORDER_COUNTS: u16 = 14;
    pub(crate) const ORDER_PLACES: u16 = 15;
    pub(crate) const ORDER_GAPS: u16 = 16;
    /// Locals by recency: loaded, stored, of cells.
    pub(crate) const LOCALS: [u16; 3] = [17, 18, 19];
    /// Strings by their first use in the file; 0 is a new one.
    pub(crate) const STRINGS: u16 = 20;
    /// Symbols.
    pub(crate) const SYMBOLS: u16 = 21;
    pub(crate) const STACK_SIZES: u16 = 22;
    /// One number for each entry: how it is stored.
    pub(crate) const ENTRIES: u16 = 23;
    /// Classes of strings, by their first use in the class; 0 is one that is new in it.
    pub(crate) const STRING_CONSTS: u16 = 24;
    pub(crate) const ARGUMENT_NAMES: u16 = 25;
    pub(crate) const LOCAL_NAMES: u16 = 26;
    pub(crate) const OTHER_NAMES: u16 = 27;
    /// How many code objects back one is that is loaded again; which loop a handler is at.
    pub(crate) const BACK_REFERENCES: u16 = 28;
    /// Changes of line after statements, by the instruction before.
    pub(crate) const LINES: u16 = 256;
    /// Changes of line elsewhere, by the instruction.
    pub(crate) const INNER_LINES: u16 = 512;
    /// Names in arguments, by the instruction and the lowest bit of its argument.
    pub(crate) const NAMES: u16 = 768;
    /// There are fewer streams than this.
    pub(crate) const END: u16 = NAMES + 512;
}

/// Numbers below this take one byte.
fn limit(stream: u16) -> u8 {
    match stream {
        id::STRINGS => 120,
        id::STRING_CONSTS..=id::OTHER_NAMES | id::NAMES.. => 200,
        _ => 240,
    }
}

/// Signed numbers as unsigned ones, those near zero first.
pub(crate) fn zigzag(number: i32) -> u32 {
    (number << 1 ^ number >> 31).cast_unsigned()
}

pub(crate) fn unzigzag(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Streams that are being written. Strings are borrowed from the input.
#[derive(Default)]
pub(crate) struct Streams<'a> {
    streams: BTreeMap<u16, Vec<u8>>,
    pub(crate) strings: crate::strings::WrittenStrings<'a>,
}

impl Streams<'_> {
    pub(crate) fn bytes(&mut self, stream: u16, bytes: &[u8]) {
        self.streams.entry(stream).or_default().extend(bytes);
    }

    pub(crate) fn number(&mut self, stream: u16, number: u32) {
        let bytes = self.streams.entry(stream).or_default();
        let limit = limit(stream);
        let Some(rest) = number.checked_sub(u32::from(limit)) else {
            #[allow(clippy::cast_possible_truncation)] // below the limit
            bytes.push(number as u8);
            return;
        };
        let [_, _, high, low] = rest.to_be_bytes();
        if rest < u32::from(u8::MAX - limit) << 8 {
            bytes.extend([limit + high, low]);
        } else {
            bytes.push(u8::MAX);
            bytes.extend(number.to_be_bytes());
        }
    }

    pub(crate) fn signed(&mut self, stream: u16, number: i32) {
        self.number(stream, zigzag(number));
    }

    /// Takes what was written.
    pub(crate) fn into_inner(self) -> BTreeMap<u16, Vec<u8>> {
        self.streams
    }
}

/// The most steps that decoding a file may take in lists: real files take a hundredth of it.
const MAX_STEPS: usize = 1 << 28;

/// Streams that are being read.
pub(crate) struct Reader<'a> {
    streams: Vec<&'a [u8]>,
    steps: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(streams: Vec<&'a [u8]>) -> Self {
        Self { streams, steps: 0 }
    }

    /// Whether there is more in a stream.
    pub(crate) fn has(&self, stream: u16) -> bool {
        !self.streams[usize::from(stream)].is_empty()
    }

    /// Returns whether all streams are read.
    pub(crate) fn is_empty(&self) -> bool {
        self.streams.iter().all(|stream| stream.is_empty())
    }

    pub(crate) fn byte(&mut self, stream: u16) -> Result<u8, PackedError> {
        let stream = &mut self.streams[usize::from(stream)];
        let (byte, rest) = stream.split_first().ok_or(PackedError("it breaks off"))?;
        *stream = rest;
        Ok(*byte)
    }

    pub(crate) fn bytes(&mut self, stream: u16, length: usize) -> Result<&'a [u8], PackedError> {
        let stream = &mut self.streams[usize::from(stream)];
        let split = stream.split_at_checked(length);
        let (bytes, rest) = split.ok_or(PackedError("it breaks off"))?;
        *stream = rest;
        Ok(bytes)
    }

    /// The bytes before the next `end`, which is skipped.
    pub(crate) fn until(&mut self, stream: u16, end: u8) -> Result<&'a [u8], PackedError> {
        let rest = self.streams[usize::from(stream)];
        let length = rest.iter().position(|byte| *byte == end);
        let bytes = self.bytes(stream, length.ok_or(PackedError("a text has no end"))?)?;
        self.byte(stream)?;
        Ok(bytes)
    }

    pub(crate) fn number(&mut self, stream: u16) -> Result<u32, PackedError> {
        let limit = limit(stream);
        let byte = self.byte(stream)?;
        if byte < limit {
            return Ok(u32::from(byte));
        }
        if byte < u8::MAX {
            let low = u32::from(self.byte(stream)?);
            return Ok(u32::from(limit) + (u32::from(byte - limit) << 8) + low);
        }
        let bytes = self.bytes(stream, 4)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    pub(crate) fn signed(&mut self, stream: u16) -> Result<i32, PackedError> {
        self.number(stream).map(unzigzag)
    }

    /// A number that counts something of which each takes at least a bit of the file: larger ones are refused.
    pub(crate) fn count(&mut self, stream: u16, most: usize) -> Result<usize, PackedError> {
        let count = self.number(stream)? as usize;
        if count > most {
            return Err(PackedError("a number is too large"));
        }
        Ok(count)
    }

    /// Accounts for `steps` in a list.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), PackedError> {
        self.steps += steps;
        if self.steps > MAX_STEPS {
            return Err(PackedError("it takes too long"));
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_round_trip(numbers: Vec<u32>, stream in 0..id::END) {
            let mut streams = Streams::default();
            for number in &numbers {
                streams.number(stream, *number);
            }
            let written = streams.into_inner().remove(&stream).unwrap_or_default();
            let mut slices = vec![&[][..]; usize::from(id::END)];
            slices[usize::from(stream)] = &written;
            let mut reader = Reader::new(slices);
            for number in numbers {
                prop_assert_eq!(reader.number(stream).unwrap(), number);
            }
            prop_assert!(reader.byte(stream).is_err());
        }

        #[test]
        fn signs_round_trip(number: i32) {
            prop_assert_eq!(unzigzag(zigzag(number)), number);
        }
    }
}
