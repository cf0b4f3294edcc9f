//! Decides for each string of a module whether it is written as interned, and whether repetitions are references.
//!
//! In Python, this depends on the origin of the string object. Here, it depends on where the value occurs: a string
//! that is a name anywhere is interned everywhere, and repetitions of a longer string are references. Other constants
//! need not be marked as interned, because Python interns those that look like names when it creates the code object
//! (`intern_constants` in `Objects/codeobject.c`).

use std::collections::HashMap;

use super::value::{Code, Value};

/// The minimum length of a string whose repetitions are references. A reference is five bytes that compress badly,
/// while a repeated string compresses well. After brotli, a standard library is smallest with a value from 6 to 10. It
/// is 0.2 % larger with 4, and 0.8 % larger without references.
const MIN_REFERENCED_BYTES: usize = 8;

/// The uses of the strings of a module.
#[derive(Default)]
pub(super) struct Strings<'a>(HashMap<&'a [u8], Use>);

/// The use of a string.
#[derive(Default)]
pub(super) struct Use {
    /// Whether it is written as interned.
    pub(super) interned: bool,
    /// The number for references to it, once it is written.
    pub(super) number: Option<u32>,
    /// The number of times that it occurs.
    occurrences: usize,
}

impl<'a> Strings<'a> {
    /// Collects the strings of a code object and of all code objects inside it.
    pub(super) fn of(code: &Code<'a>) -> Self {
        let mut strings = Self::default();
        strings.add_code(code);
        strings
    }

    /// Returns the use of a string; `None` if it was not collected, and is written without references or interning.
    pub(super) fn get_mut(&mut self, string: &[u8]) -> Option<&mut Use> {
        self.0.get_mut(string)
    }

    fn add_code(&mut self, code: &Code<'a>) {
        for name in code.all_names() {
            self.add(name).interned = true;
        }
        self.add_values(&code.consts);
    }

    fn add_values(&mut self, values: &[Value<'a>]) {
        for value in values {
            match value {
                Value::Str(string) => _ = self.add(string),
                Value::Tuple(items) | Value::FrozenSet(items) => self.add_values(items),
                Value::Slice(parts) => self.add_values(&parts[..]),
                Value::Code(code) => self.add_code(code),
                _ => {}
            }
        }
    }

    fn add(&mut self, string: &'a [u8]) -> &mut Use {
        let usage = self.0.entry(string).or_default();
        usage.occurrences += 1;
        usage
    }
}

impl Use {
    /// Returns whether repetitions of the string are references.
    pub(super) fn is_referred(&self, string: &[u8]) -> bool {
        self.occurrences > 1 && string.len() >= MIN_REFERENCED_BYTES
    }
}
