//! The values that a code object consists of.
//!
//! They only contain what Python code can distinguish, and not which values were the same object or which strings were
//! interned. Leaves borrow from the input, and are interpreted no further than necessary. A float is its eight bytes,
//! so that NaNs and negative zeros cannot change.

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
    /// An integer that does not fit into [`Value::Int`]; see [`Value::long`].
    Long {
        size: i32,
        digits: &'a [u8],
    },
    Float([u8; 8]),
    Complex([[u8; 8]; 2]),
    Bytes(&'a [u8]),
    /// A string in UTF-8 that may contain surrogates (Python's `surrogatepass`).
    Str(&'a [u8]),
    Tuple(Rc<[Value<'a>]>),
    /// A frozenset, whose elements are sorted by [`frozen_set`](super::frozen_set::frozen_set).
    FrozenSet(Rc<[Value<'a>]>),
    Slice(Rc<[Value<'a>; 3]>),
    Code(Rc<Code<'a>>),
}

/// A code object, with the fields in the order of `w_complex_object` in `Python/marshal.c`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code<'a> {
    /// The argument counts, the stack size and the flags: five numbers of four bytes each.
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
    /// Returns a marshalled integer: `digits` of 15 bits in two bytes each, lowest first, and their number `size`,
    /// which is negative if the integer is. `None` if a digit is too large, or the highest one is zero.
    pub(super) fn long(size: i32, digits: &'a [u8]) -> Option<Self> {
        let (pairs, []) = digits.as_chunks() else {
            return None;
        };
        let values = || pairs.iter().map(|&pair| u16::from_le_bytes(pair));
        if values().any(|digit| digit >= 1 << 15) || values().next_back() == Some(0) {
            return None;
        }
        // Any `i32` fits into three digits, and any three digits fit into an `i64`.
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
    /// Returns the strings that Python interns because they are names in this code object (`_PyCode_New` in
    /// `Objects/codeobject.c`), and the file name, which Python's compiler interns.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &'a [u8]> {
        let lists = self.names.iter().chain(&self.locals).copied();
        lists.chain([self.filename, self.name, self.qualname])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_returns_an_int_if_it_fits() {
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
    fn long_rejects_integers_that_are_not_normalized() {
        assert_eq!(Value::long(1, b"\0\0"), None);
        assert_eq!(Value::long(1, b"\0\x80"), None);
        assert_eq!(Value::long(1, b"\x01"), None);
    }
}
