//! Constants, as they are stored on their own and in tuples and frozensets.

use std::rc::Rc;

use pyc::Value;

use crate::error::PackedError;
use crate::stream::{StreamReader, StreamWriter, id};

/// A constant of a code object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Constant<'a> {
    Value(Value<'a>),
    /// A nested code object, by its index among the children.
    Code(usize),
    /// The first line of the code object itself, which is the `__firstlineno__` of a class (since 3.13).
    FirstLine,
}

/// The types of constants. They are also the details of symbols that load one.
pub(crate) mod tag {
    pub(crate) const NONE: u8 = 0;
    pub(crate) const TRUE: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const ELLIPSIS: u8 = 3;
    /// An integer of 32 bits.
    pub(crate) const INT: u8 = 4;
    /// A larger integer.
    pub(crate) const LONG: u8 = 5;
    pub(crate) const FLOAT: u8 = 6;
    pub(crate) const COMPLEX: u8 = 7;
    pub(crate) const BYTES: u8 = 8;
    pub(crate) const STR: u8 = 9;
    pub(crate) const TUPLE: u8 = 10;
    pub(crate) const FROZEN_SET: u8 = 11;
    pub(crate) const SLICE: u8 = 12;
    /// A nested code object that was not loaded before.
    pub(crate) const NEW_CODE: u8 = 13;
    /// A nested code object that was loaded before.
    pub(crate) const KNOWN_CODE: u8 = 14;
    /// The first line of the code object.
    pub(crate) const FIRST_LINE: u8 = 15;
    pub(crate) const EMPTY_STR: u8 = 20;
    /// From here on, small integers as zigzag numbers.
    pub(crate) const SMALL_INTS: u8 = 21;
}

/// The maximum nesting depth of constants.
const MAX_NESTING: usize = 100;

/// Returns the tag of a value. `None` if it is a code object.
pub(crate) fn tag_of(value: &Value<'_>) -> Option<u8> {
    Some(match value {
        Value::None => tag::NONE,
        Value::True => tag::TRUE,
        Value::False => tag::FALSE,
        Value::Ellipsis => tag::ELLIPSIS,
        Value::Int(_) => tag::INT,
        Value::Long { .. } => tag::LONG,
        Value::Float(_) => tag::FLOAT,
        Value::Complex(_) => tag::COMPLEX,
        Value::Bytes(_) => tag::BYTES,
        Value::Str(_) => tag::STR,
        Value::Tuple(_) => tag::TUPLE,
        Value::FrozenSet(_) => tag::FROZEN_SET,
        Value::Slice(_) => tag::SLICE,
        Value::Code(_) => return None,
    })
}

/// Returns whether a value at a nesting depth can be written: it is not nested too deeply, contains no code objects,
/// and its strings can be written.
pub(crate) fn is_encodable(value: &Value<'_>, nesting: usize) -> bool {
    let all = |items: &[Value<'_>]| items.iter().all(|item| is_encodable(item, nesting + 1));
    nesting < MAX_NESTING
        && match value {
            Value::Code(_) => false,
            Value::Str(string) => is_encodable_string(string),
            Value::Tuple(items) | Value::FrozenSet(items) => all(items),
            Value::Slice(parts) => all(&parts[..]),
            _ => true,
        }
}

/// Returns whether a string does not contain the byte that ends strings in files. UTF-8 never does.
pub(crate) fn is_encodable_string(string: &[u8]) -> bool {
    !string.contains(&crate::strings::END)
}

impl<'a> StreamWriter<'a> {
    /// Writes the tag of a constant and its value.
    pub(crate) fn constant(&mut self, value: &Value<'a>) {
        if let Some(tag) = tag_of(value) {
            self.number(id::TAGS, u32::from(tag));
            self.constant_value(value);
        }
    }

    /// Writes the value of a constant, whose tag the decoder knows.
    pub(crate) fn constant_value(&mut self, value: &Value<'a>) {
        match value {
            Value::Int(int) => self.signed(id::NUMBERS, *int),
            Value::Long { size, digits } => {
                self.signed(id::TAGS, *size);
                self.bytes(id::RAW, digits);
            }
            Value::Float(bytes) => self.bytes(id::RAW, bytes),
            Value::Complex(parts) => self.bytes(id::RAW, parts.as_flattened()),
            Value::Bytes(bytes) => self.raw(bytes),
            Value::Str(string) => self.string(id::STRING_CONSTANTS, string),
            Value::Tuple(items) | Value::FrozenSet(items) => {
                self.number(id::TAGS, u32::try_from(items.len()).unwrap_or(u32::MAX));
                self.constants(items);
            }
            Value::Slice(parts) => self.constants(&parts[..]),
            Value::None | Value::True | Value::False | Value::Ellipsis | Value::Code(_) => {}
        }
    }

    fn constants(&mut self, values: &[Value<'a>]) {
        for value in values {
            self.constant(value);
        }
    }

    /// Writes the number of some bytes, and the bytes.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.number(id::NUMBERS, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.bytes(id::RAW, bytes);
    }
}

impl<'a> StreamReader<'a> {
    /// Reads the tag of a constant.
    pub(crate) fn tag(&mut self) -> Result<u8, PackedError> {
        let tag = self.number(id::TAGS)?;
        u8::try_from(tag).map_err(|_| UNKNOWN_TYPE)
    }

    /// Reads the tag of a constant and its value.
    fn constant(&mut self, nesting: usize) -> Result<Value<'a>, PackedError> {
        let tag = self.tag()?;
        self.constant_value(tag, nesting)
    }

    /// Reads the value of a constant at a nesting depth.
    pub(crate) fn constant_value(
        &mut self,
        tag: u8,
        nesting: usize,
    ) -> Result<Value<'a>, PackedError> {
        if nesting >= MAX_NESTING {
            return Err(PackedError::damaged("constants are nested too deeply"));
        }
        Ok(match tag {
            tag::NONE => Value::None,
            tag::TRUE => Value::True,
            tag::FALSE => Value::False,
            tag::ELLIPSIS => Value::Ellipsis,
            tag::INT => Value::Int(self.signed(id::NUMBERS)?),
            tag::LONG => {
                let size = self.signed(id::TAGS)?;
                let length = (size.unsigned_abs() as usize).saturating_mul(2);
                let digits = self.bytes(id::RAW, length)?;
                Value::Long { size, digits }
            }
            tag::FLOAT => Value::Float(self.array()?),
            tag::COMPLEX => Value::Complex([self.array()?, self.array()?]),
            tag::BYTES => Value::Bytes(self.raw()?),
            tag::STR => Value::Str(self.string(id::STRING_CONSTANTS)?),
            tag::TUPLE => Value::Tuple(self.constants(nesting)?),
            tag::FROZEN_SET => Value::FrozenSet(self.constants(nesting)?),
            tag::SLICE => {
                let mut part = || self.constant(nesting + 1);
                Value::Slice(Rc::new([part()?, part()?, part()?]))
            }
            _ => return Err(UNKNOWN_TYPE),
        })
    }

    /// Reads the number of elements of a constant at a nesting depth, and the elements.
    fn constants(&mut self, nesting: usize) -> Result<Rc<[Value<'a>]>, PackedError> {
        let count = self.number(id::TAGS)?;
        // Collecting results reserves no memory for `count`, which need not be true.
        let items = (0..count).map(|_| self.constant(nesting + 1));
        Ok(items.collect::<Result<Vec<_>, _>>()?.into())
    }

    /// Reads the number of some bytes, and the bytes.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], PackedError> {
        let length = self.number(id::NUMBERS)? as usize;
        self.bytes(id::RAW, length)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PackedError> {
        let bytes = self.bytes(id::RAW, N)?;
        bytes.try_into().map_err(|_| UNKNOWN_TYPE)
    }
}

const UNKNOWN_TYPE: PackedError = PackedError::damaged("unknown type of constant");

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::reread;

    fn nested_tuple(depth: usize) -> Value<'static> {
        (0..depth).fold(Value::None, |inner, _| Value::Tuple([inner].into()))
    }

    fn read(writer: StreamWriter<'_>) -> Result<(), PackedError> {
        reread(writer, |reader| reader.constant(0).map(drop))
    }

    #[test]
    fn constants_round_trip() {
        let long = Value::Long {
            size: -3,
            digits: b"\0\0\0\0\x03\0",
        };
        let constants = [
            Value::None,
            Value::True,
            Value::False,
            Value::Ellipsis,
            Value::Int(i32::MIN),
            long.clone(),
            Value::Float([0xff; 8]),
            Value::Complex([[1; 8], [2; 8]]),
            Value::Bytes(b"\xff\0"),
            Value::Str(b""),
            Value::Str(b"text"),
            Value::Tuple(Rc::new([])),
            Value::Slice(Rc::new([Value::None, Value::Int(-1), long.clone()])),
            Value::FrozenSet(Rc::new([Value::Str(b"text"), Value::Int(1)])),
            Value::Tuple(Rc::new([Value::Tuple(Rc::new([long])), Value::Bytes(b"")])),
        ];
        let mut writer = StreamWriter::default();
        for constant in &constants {
            assert!(is_encodable(constant, 0));
            writer.constant(constant);
        }
        reread(writer, |reader| {
            for constant in constants {
                assert_eq!(reader.constant(0).unwrap(), constant);
            }
            assert!(reader.is_empty());
        });
    }

    #[test]
    fn strings_with_the_end_byte_cannot_be_encoded() {
        assert!(!is_encodable(&Value::Str(b"a\xff"), 0));
        assert!(is_encodable(&Value::Bytes(b"a\xff"), 0));
        let inner = Value::Slice(Rc::new([Value::None, Value::None, Value::Str(b"\xff")]));
        assert!(!is_encodable(&Value::Tuple([inner].into()), 0));
    }

    #[test]
    fn nesting_is_limited() {
        let deepest = nested_tuple(MAX_NESTING - 1);
        assert!(is_encodable(&deepest, 0));
        let mut writer = StreamWriter::default();
        writer.constant(&deepest);
        assert_eq!(read(writer), Ok(()));

        let too_deep = nested_tuple(MAX_NESTING);
        assert!(!is_encodable(&too_deep, 0));
        let mut writer = StreamWriter::default();
        writer.constant(&too_deep);
        assert!(read(writer).is_err());
    }

    #[test]
    fn unknown_types_are_refused() {
        for tag in [
            tag::NEW_CODE,
            tag::FIRST_LINE,
            tag::EMPTY_STR,
            tag::SMALL_INTS,
        ] {
            let mut writer = StreamWriter::default();
            writer.number(id::TAGS, u32::from(tag));
            assert_eq!(read(writer), Err(UNKNOWN_TYPE));
        }
        let mut writer = StreamWriter::default();
        writer.number(id::TAGS, 256);
        assert_eq!(read(writer), Err(UNKNOWN_TYPE));
    }

    #[test]
    fn lengths_need_not_be_true() {
        for (tag, stream) in [
            (tag::TUPLE, id::TAGS),
            (tag::LONG, id::TAGS),
            (tag::BYTES, id::NUMBERS),
        ] {
            let mut writer = StreamWriter::default();
            writer.number(id::TAGS, u32::from(tag));
            writer.number(stream, u32::MAX);
            assert!(read(writer).is_err(), "tag {tag}");
        }
    }
}
