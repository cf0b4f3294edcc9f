//! Strings, in two levels: each class of uses has a table of its own, and the file has one of all strings.
//!
//! A string is written as its number in the table of its class, counted from 1 by first use; 0 is one that is new
//! there, and its number in the file's table follows in another stream. There 0 is one that is new altogether,
//! whose bytes follow in the stream of texts.

use std::collections::HashMap;

use crate::error::PackedError;
use crate::stream::{Reader, Streams, id};

/// Ends a string in the stream of texts: no UTF-8 has it.
const END: u8 = 0xff;

/// Tables of strings that are being written.
#[derive(Default)]
pub(crate) struct WrittenStrings<'a> {
    all: HashMap<&'a [u8], u32>,
    classes: HashMap<u16, HashMap<&'a [u8], u32>>,
}

/// The next number of a table.
fn next_number(table: &HashMap<&[u8], u32>) -> u32 {
    u32::try_from(table.len() + 1).unwrap_or(u32::MAX)
}

impl<'a> Streams<'a> {
    /// Writes a string of a class.
    pub(crate) fn string(&mut self, class: u16, string: &'a [u8]) {
        let table = self.strings.classes.entry(class).or_default();
        if let Some(number) = table.get(string) {
            let number = *number;
            self.number(class, number);
            return;
        }
        table.insert(string, next_number(table));
        self.number(class, 0);
        if let Some(number) = self.strings.all.get(string) {
            self.number(id::STRINGS, *number);
            return;
        }
        let number = next_number(&self.strings.all);
        self.strings.all.insert(string, number);
        self.number(id::STRINGS, 0);
        self.bytes(id::TEXT, string);
        self.bytes(id::TEXT, &[END]);
    }
}

/// Tables of strings that were read.
#[derive(Default)]
pub(crate) struct ReadStrings<'a> {
    all: Vec<&'a [u8]>,
    classes: HashMap<u16, Vec<&'a [u8]>>,
}

impl<'a> ReadStrings<'a> {
    /// Reads a string of a class.
    pub(crate) fn string(
        &mut self,
        reader: &mut Reader<'a>,
        class: u16,
    ) -> Result<&'a [u8], PackedError> {
        const UNKNOWN: PackedError = PackedError("a string that is not there");
        let table = self.classes.entry(class).or_default();
        if let Some(place) = reader.number(class)?.checked_sub(1) {
            return table.get(place as usize).copied().ok_or(UNKNOWN);
        }
        let string = match reader.number(id::STRINGS)?.checked_sub(1) {
            Some(place) => *self.all.get(place as usize).ok_or(UNKNOWN)?,
            None => {
                let string = reader.until(id::TEXT, END)?;
                self.all.push(string);
                string
            }
        };
        table.push(string);
        Ok(string)
    }
}
