//! What is done with each string of a module.
//!
//! In Python that depends on where the string object came from. Here it depends on where its
//! value occurs: a string that is a name anywhere is interned everywhere, and a longer one that
//! occurs again is referred to. Other constants need not be marked as interned: Python interns
//! those that look like names when it makes the code object (`intern_constants` in
//! `Objects/codeobject.c`).

use std::collections::HashMap;

use super::value::{Code, Value};

/// The shortest string worth a reference. A reference is five bytes that a compressor has a hard
/// time to guess, while it does well on a string that it has seen before. So after Brotli a
/// stdlib is smallest with anything from 6 to 10 here, 0.2 % larger with 4, 0.8 % with no
/// references at all.
const MIN_REFERENCED_BYTES: usize = 8;

/// What is done with the strings of a module.
#[derive(Default)]
pub(super) struct Strings<'a>(HashMap<&'a [u8], Use>);

/// What is done with a string.
#[derive(Default)]
pub(super) struct Use {
    /// Whether it is written as interned.
    pub(super) interned: bool,
    /// The reference to it, once it has been written.
    pub(super) number: Option<u32>,
    occurrences: usize,
}

impl<'a> Strings<'a> {
    /// Surveys the strings of a code object and those inside it.
    pub(super) fn of(code: &Code<'a>) -> Self {
        let mut strings = Self::default();
        strings.add_code(code);
        strings
    }

    /// What is done with a string; None if it was not surveyed, and is nothing special.
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
        let it = self.0.entry(string).or_default();
        it.occurrences += 1;
        it
    }
}

impl Use {
    /// Whether the string is written once and then referred to.
    pub(super) fn is_referred(&self, string: &[u8]) -> bool {
        self.occurrences > 1 && string.len() >= MIN_REFERENCED_BYTES
    }
}
