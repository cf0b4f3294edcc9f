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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::reread;

    const CLASS: u16 = id::LOCAL_NAMES;
    const OTHER_CLASS: u16 = id::OTHER_NAMES;

    #[test]
    fn strings_are_new_in_the_file_new_in_the_class_or_known() {
        let mut writer = StreamWriter::default();
        for (class, string) in [
            (CLASS, &b"a"[..]),
            (CLASS, b"b"),
            (CLASS, b"a"),
            (OTHER_CLASS, b"b"),
            (OTHER_CLASS, b"b"),
            (CLASS, b""),
        ] {
            writer.string(class, string);
        }
        let streams = writer.into_streams();
        assert_eq!(streams[&CLASS], [0, 0, 1, 0]);
        assert_eq!(streams[&OTHER_CLASS], [0, 1]);
        assert_eq!(streams[&id::STRINGS], [0, 0, 2, 0]);
        assert_eq!(streams[&id::TEXT], b"a\xffb\xff\xff");
    }

    #[test]
    fn strings_round_trip() {
        let strings = [
            (CLASS, &b"a"[..]),
            (OTHER_CLASS, b"a"),
            (OTHER_CLASS, b"\xed\xb2\x80"),
            (CLASS, b"\xed\xb2\x80"),
            (CLASS, b"a"),
        ];
        let mut writer = StreamWriter::default();
        for (class, string) in strings {
            writer.string(class, string);
        }
        reread(writer, |reader| {
            for (class, string) in strings {
                assert_eq!(reader.string(class).unwrap(), string);
            }
            assert!(reader.is_empty());
        });
    }

    #[test]
    fn unknown_numbers_are_refused() {
        let read = |class_number, file_number| {
            let mut writer = StreamWriter::default();
            writer.string(OTHER_CLASS, b"only");
            writer.number(CLASS, class_number);
            writer.number(id::STRINGS, file_number);
            reread(writer, |reader| {
                reader.string(OTHER_CLASS).unwrap();
                reader.string(CLASS).map(<[u8]>::to_vec)
            })
        };
        assert_eq!(read(0, 1).unwrap(), b"only");
        assert!(read(0, 2).is_err());
        assert!(read(1, 1).is_err());
    }
}
