//! The values that a code object consists of.
//!
//! They only contain what Python code can distinguish, and not which values were the same object or which strings were
//! interned. Leaves borrow from the input, and are interpreted no further than necessary. A float is its eight bytes,
//! so that NaNs and negative zeros cannot change.

use std::borrow::Cow;
use std::rc::Rc;

/// A value that may be a constant of a code object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// `None`.
    None,
    /// `False`.
    False,
    /// `True`.
    True,
    /// `...`.
    Ellipsis,
    /// An integer of 32 bits.
    Int(i32),
    /// An integer that does not fit into [`Value::Int`].
    Long {
        /// The number of digits, negative if the integer is.
        size: i32,
        /// Digits of 15 bits in two bytes each, the lowest first.
        digits: &'a [u8],
    },
    /// The bytes of a C double, little-endian.
    Float([u8; 8]),
    /// The real and the imaginary part.
    Complex([[u8; 8]; 2]),
    /// A `bytes` object.
    Bytes(&'a [u8]),
    /// A string in UTF-8 that may contain surrogates (Python's `surrogatepass`).
    Str(&'a [u8]),
    /// A tuple.
    Tuple(Rc<[Value<'a>]>),
    /// A frozenset, whose elements are sorted by their bytes.
    FrozenSet(Rc<[Value<'a>]>),
    /// A slice: start, stop and step.
    Slice(Rc<[Value<'a>; 3]>),
    /// The code object of a function, class or comprehension.
    Code(Rc<Code<'a>>),
}

/// A code object: the fields of `w_complex_object` in `Python/marshal.c`, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code<'a> {
    /// `co_argcount`, which counts positional-only arguments too.
    pub arg_count: u32,
    /// `co_posonlyargcount`.
    pub positional_only: u32,
    /// `co_kwonlyargcount`.
    pub keyword_only: u32,
    /// `co_stacksize`.
    pub stack_size: u32,
    /// `co_flags`.
    pub flags: u32,
    /// `co_code`, with caches of zeros.
    pub bytecode: &'a [u8],
    /// `co_consts`.
    pub consts: Rc<[Value<'a>]>,
    /// `co_names`.
    pub names: Vec<&'a [u8]>,
    /// `co_localsplusnames`: arguments, local variables, cells and free variables.
    pub locals: Vec<&'a [u8]>,
    /// `co_localspluskinds`: a byte of `CO_FAST_` flags for each of `locals`.
    pub local_kinds: &'a [u8],
    /// `co_filename`.
    pub filename: &'a [u8],
    /// `co_name`.
    pub name: &'a [u8],
    /// `co_qualname`.
    pub qualname: &'a [u8],
    /// `co_firstlineno`.
    pub first_line: i32,
    /// `co_linetable`.
    pub line_table: Cow<'a, [u8]>,
    /// `co_exceptiontable`.
    pub exception_table: &'a [u8],
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
