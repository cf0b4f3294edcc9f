//! Constants by themselves, as they stand in tuples and sets.

use std::rc::Rc;

use pyc::Value;

use crate::error::PackedError;
use crate::stream::{Reader, Streams, id, unzigzag, zigzag};
use crate::strings::ReadStrings;

/// Types of constants: also the details of symbols that load one.
pub(crate) mod tag {
    pub(crate) const NONE: u8 = 0;
    pub(crate) const TRUE: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const ELLIPSIS: u8 = 3;
    pub(crate) const INT: u8 = 4;
    pub(crate) const LONG: u8 = 5;
    pub(crate) const FLOAT: u8 = 6;
    pub(crate) const COMPLEX: u8 = 7;
    pub(crate) const BYTES: u8 = 8;
    pub(crate) const STR: u8 = 9;
    pub(crate) const TUPLE: u8 = 10;
    pub(crate) const FROZEN_SET: u8 = 11;
    pub(crate) const SLICE: u8 = 12;
    /// A code object that was not loaded before.
    pub(crate) const NEW_CODE: u8 = 13;
    /// One that was.
    pub(crate) const KNOWN_CODE: u8 = 14;
    /// The first line of the code object.
    pub(crate) const FIRST_LINE: u8 = 15;
    pub(crate) const EMPTY_STR: u8 = 20;
    /// From here on, small integers in zigzag.
    pub(crate) const SMALL_INTS: u8 = 21;
}

/// How deeply constants may be nested.
const MAX_NESTING: usize = 100;

/// The tag of a value; None for a code object.
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

/// Whether a constant can be written: strings are UTF-8 as far as it matters, and there is no code in tuples.
pub(crate) fn is_plain(value: &Value<'_>, nesting: usize) -> bool {
    let all = |items: &[Value<'_>]| items.iter().all(|item| is_plain(item, nesting + 1));
    nesting < MAX_NESTING
        && match value {
            Value::Code(_) => false,
            Value::Str(string) => is_text(string),
            Value::Tuple(items) | Value::FrozenSet(items) => all(items),
            Value::Slice(parts) => all(&parts[..]),
            _ => true,
        }
}

/// Whether a string can end with 0xFF.
pub(crate) fn is_text(string: &[u8]) -> bool {
    !string.contains(&0xff)
}

impl<'a> Streams<'a> {
    /// Writes the type of a constant and what it is.
    pub(crate) fn constant(&mut self, value: &Value<'a>) {
        if let Some(tag) = tag_of(value) {
            self.number(id::TAGS, u32::from(tag));
            self.constant_body(value);
        }
    }

    /// Writes what a constant of a known type is.
    pub(crate) fn constant_body(&mut self, value: &Value<'a>) {
        match value {
            Value::Int(int) => self.number(id::NUMBERS, zigzag(*int)),
            Value::Long { size, digits } => {
                self.number(id::TAGS, zigzag(*size));
                self.bytes(id::RAW, digits);
            }
            Value::Float(bits) => self.bytes(id::RAW, bits),
            Value::Complex(parts) => self.bytes(id::RAW, parts.as_flattened()),
            Value::Bytes(bytes) => self.raw(bytes),
            Value::Str(string) => self.string(id::STRING_CONSTS, string),
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

    /// Writes bytes with their number.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.number(id::NUMBERS, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.bytes(id::RAW, bytes);
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], PackedError> {
        let length = self.number(id::NUMBERS)? as usize;
        self.bytes(id::RAW, length)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PackedError> {
        let bytes = self.bytes(id::RAW, N)?;
        bytes.try_into().map_err(|_| PackedError("it breaks off"))
    }

    fn constant(
        &mut self,
        strings: &mut ReadStrings<'a>,
        nesting: usize,
    ) -> Result<Value<'a>, PackedError> {
        let tag = self.tag()?;
        self.constant_body(tag, strings, nesting)
    }

    pub(crate) fn tag(&mut self) -> Result<u8, PackedError> {
        let tag = self.number(id::TAGS)?;
        u8::try_from(tag).map_err(|_| PackedError("a constant"))
    }

    pub(crate) fn constant_body(
        &mut self,
        tag: u8,
        strings: &mut ReadStrings<'a>,
        nesting: usize,
    ) -> Result<Value<'a>, PackedError> {
        if nesting >= MAX_NESTING {
            return Err(PackedError("constants are nested too deeply"));
        }
        Ok(match tag {
            tag::NONE => Value::None,
            tag::TRUE => Value::True,
            tag::FALSE => Value::False,
            tag::ELLIPSIS => Value::Ellipsis,
            tag::INT => Value::Int(self.signed(id::NUMBERS)?),
            tag::LONG => {
                let size = unzigzag(self.number(id::TAGS)?);
                let digits = (size.unsigned_abs() as usize).saturating_mul(2);
                Value::Long {
                    size,
                    digits: self.bytes(id::RAW, digits)?,
                }
            }
            tag::FLOAT => Value::Float(self.array()?),
            tag::COMPLEX => Value::Complex([self.array()?, self.array()?]),
            tag::BYTES => Value::Bytes(self.raw()?),
            tag::STR => Value::Str(strings.string(self, id::STRING_CONSTS)?),
            tag::TUPLE | tag::FROZEN_SET => {
                let count = self.number(id::TAGS)?;
                // Collecting results allocates as they come.
                let items = (0..count).map(|_| self.constant(strings, nesting + 1));
                let items: Rc<[Value<'a>]> = items.collect::<Result<Vec<_>, _>>()?.into();
                if tag == tag::TUPLE {
                    Value::Tuple(items)
                } else {
                    Value::FrozenSet(items)
                }
            }
            tag::SLICE => {
                let mut part = || self.constant(strings, nesting + 1);
                Value::Slice(Rc::new([part()?, part()?, part()?]))
            }
            _ => return Err(PackedError("a constant of an unknown type")),
        })
    }
}
