//! Strings, numbered in two levels: each class of uses has a table, and so has the file.
//!
//! A string of a class is its number in the table of the class, from 1 by first use. 0 is a string that is new in the
//! class: its number in the table of the file follows in the stream of strings. There, 0 is a string that is new in the
//! file: its bytes follow in the stream of texts.

use std::collections::HashMap;

use crate::error::PackedError;
use crate::stream::{StreamReader, StreamWriter, id};

/// The byte after each string in the stream of texts. UTF-8 does not use it.
pub(crate) const END: u8 = 0xff;

/// The numbers of strings, for writing.
#[derive(Default)]
pub(crate) struct StringIndexes<'a> {
    file: HashMap<&'a [u8], u32>,
    classes: HashMap<u16, HashMap<&'a [u8], u32>>,
}

/// Returns the number of a string in `table`. `None` if it is new, and added.
fn number_in<'a>(table: &mut HashMap<&'a [u8], u32>, string: &'a [u8]) -> Option<u32> {
    let next = u32::try_from(table.len() + 1).unwrap_or(u32::MAX);
    let number = *table.entry(string).or_insert(next);
    (number != next).then_some(number)
}

impl<'a> StreamWriter<'a> {
    /// Writes a string of a class.
    pub(crate) fn string(&mut self, class: u16, string: &'a [u8]) {
        let table = self.strings.classes.entry(class).or_default();
        if let Some(number) = number_in(table, string) {
            self.number(class, number);
            return;
        }
        self.number(class, 0);
        if let Some(number) = number_in(&mut self.strings.file, string) {
            self.number(id::STRINGS, number);
            return;
        }
        self.number(id::STRINGS, 0);
        self.bytes(id::TEXT, string);
        self.bytes(id::TEXT, &[END]);
    }
}

/// The strings by their numbers, for reading.
#[derive(Default)]
pub(crate) struct StringTables<'a> {
    file: Vec<&'a [u8]>,
    classes: HashMap<u16, Vec<&'a [u8]>>,
}

impl<'a> StreamReader<'a> {
    /// Reads a string of a class.
    pub(crate) fn string(&mut self, class: u16) -> Result<&'a [u8], PackedError> {
        const UNKNOWN: PackedError = PackedError::damaged("unknown string");
        if let Some(index) = self.number(class)?.checked_sub(1) {
            let table = self.strings.classes.get(&class);
            let string = table.and_then(|table| table.get(index as usize));
            return string.copied().ok_or(UNKNOWN);
        }
        let string = match self.number(id::STRINGS)?.checked_sub(1) {
            Some(index) => *self.strings.file.get(index as usize).ok_or(UNKNOWN)?,
            None => {
                let string = self.until(id::TEXT, END)?;
                self.strings.file.push(string);
                string
            }
        };
        self.strings.classes.entry(class).or_default().push(string);
        Ok(string)
    }
}
