//! The values a code object is made of.
//!
//! They hold what Python can tell apart and nothing else: not which values were one object, nor
//! which strings were interned. Leaves borrow from the input, and are not looked into more than
//! needed: a float is its eight bytes, so that no NaN or negative zero can change.

use std::borrow::Cow;
use std::rc::Rc;

/// A value that may be a constant of a code object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    None,
    False,
    True,
    Ellipsis,
    Int(i32),
    /// An integer that is no [`Value::Int`]; see [`Value::long`].
    Long {
        size: i32,
        digits: &'a [u8],
    },
    Float([u8; 8]),
    Complex([[u8; 8]; 2]),
    Bytes(&'a [u8]),
    /// UTF-8, in which there may be surrogates (Python's `surrogatepass`).
    Str(&'a [u8]),
    Tuple(Rc<[Value<'a>]>),
    /// Its order has no meaning, so it is always the same; see [`frozen_set`](super::frozen_set::frozen_set).
    FrozenSet(Rc<[Value<'a>]>),
    Slice(Rc<[Value<'a>; 3]>),
    Code(Rc<Code<'a>>),
}

/// A code object: the fields of `w_complex_object` in `Python/marshal.c`, in their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code<'a> {
    /// The argument counts, the stack size and the flags: five numbers of four bytes.
    pub(super) numbers: [u8; 20],
    pub(super) bytecode: &'a [u8],
    pub(super) consts: Rc<[Value<'a>]>,
    pub(super) names: Vec<&'a [u8]>,
    pub(super) locals: Vec<&'a [u8]>,
    pub(super) local_kinds: &'a [u8],
    pub(super) filename: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) qualname: &'a [u8],
    pub(super) first_line: i32,
    pub(super) line_table: Cow<'a, [u8]>,
    pub(super) exception_table: &'a [u8],
}

impl<'a> Value<'a> {
    /// An integer as marshal has it: digits of 15 bits in two bytes each, the lowest first, and
    /// their number, negative if the integer is. None if a digit is too large or the highest is
    /// zero.
    pub(super) fn long(size: i32, digits: &'a [u8]) -> Option<Self> {
        let (pairs, []) = digits.as_chunks() else {
            return None;
        };
        let values = || pairs.iter().map(|&pair| u16::from_le_bytes(pair));
        if values().any(|digit| digit >= 1 << 15) || values().next_back() == Some(0) {
            return None;
        }
        // Three digits hold any i32, and an i64 holds any three digits.
        if pairs.len() <= 3 {
            let magnitude = values()
                .rev()
                .fold(0, |high, low| high << 15 | i64::from(low));
            if let Ok(int) = i32::try_from(magnitude * i64::from(size.signum())) {
                return Some(Self::Int(int));
            }
        }
        Some(Self::Long { size, digits })
    }

    pub(super) fn as_bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&'a [u8]> {
        match self {
            Self::Str(string) => Some(string),
            _ => None,
        }
    }

    pub(super) fn as_tuple(&self) -> Option<&Rc<[Self]>> {
        match self {
            Self::Tuple(items) => Some(items),
            _ => None,
        }
    }
}

impl<'a> Code<'a> {
    /// The strings that Python interns because they are names in this code object
    /// (`_PyCode_New` in `Objects/codeobject.c`), and the file name, which its compiler interns.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &'a [u8]> {
        let lists = self.names.iter().chain(&self.locals).copied();
        lists.chain([self.filename, self.name, self.qualname])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_that_fits_is_an_int() {
        assert_eq!(Value::long(0, b""), Some(Value::Int(0)));
        assert_eq!(Value::long(-1, b"\x01\0"), Some(Value::Int(-1)));
        let two_to_31 = b"\0\0\0\0\x02\0";
        assert_eq!(Value::long(-3, two_to_31), Some(Value::Int(i32::MIN)));
        let large = Value::Long {
            size: 3,
            digits: two_to_31,
        };
        assert_eq!(Value::long(3, two_to_31), Some(large));
    }

    #[test]
    fn a_long_must_be_normal() {
        assert_eq!(Value::long(1, b"\0\0"), None);
        assert_eq!(Value::long(1, b"\0\x80"), None);
        assert_eq!(Value::long(1, b"\x01"), None);
    }
}
