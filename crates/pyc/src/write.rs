//! Writes values in their canonical form, which `r_object` in `Python/marshal.c` can read.

use super::FLAG_REF;
use super::strings::Strings;
use super::value::{Code, Value};

/// Marshals a code object in the canonical form of [`normalize`](super::normalize).
pub fn write(code: &Code<'_>) -> Vec<u8> {
    let mut writer = Writer {
        strings: Strings::of(code),
        ..Writer::default()
    };
    writer.code(code);
    writer.out
}

/// Returns the bytes of a single value, without references and interned strings.
pub(super) fn without_references(value: &Value<'_>) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.value(value);
    writer.out
}

#[derive(Default)]
struct Writer<'a> {
    out: Vec<u8>,
    strings: Strings<'a>,
    /// The number of values that references can refer to.
    numbered: u32,
}

impl<'a> Writer<'a> {
    fn value(&mut self, value: &Value<'a>) {
        match value {
            Value::None => self.out.push(b'N'),
            Value::False => self.out.push(b'F'),
            Value::True => self.out.push(b'T'),
            Value::Ellipsis => self.out.push(b'.'),
            Value::Int(int) => {
                self.out.push(b'i');
                self.out.extend(int.to_le_bytes());
            }
            Value::Long { size, digits } => {
                self.out.push(b'l');
                self.out.extend(size.to_le_bytes());
                self.out.extend(*digits);
            }
            Value::Float(bits) => {
                self.out.push(b'g');
                self.out.extend(bits);
            }
            Value::Complex(parts) => {
                self.out.push(b'y');
                self.out.extend(parts.as_flattened());
            }
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Str(string) => self.string(string),
            Value::Tuple(items) => {
                self.tuple(items.len());
                self.values(items);
            }
            Value::FrozenSet(elements) => {
                self.out.push(b'>');
                self.length(elements.len());
                self.values(elements);
            }
            Value::Slice(parts) => {
                self.out.push(b':');
                self.values(&parts[..]);
            }
            Value::Code(code) => self.code(code),
        }
    }

    fn values(&mut self, values: &[Value<'a>]) {
        for value in values {
            self.value(value);
        }
    }

    fn code(&mut self, code: &Code<'a>) {
        self.out.push(b'c');
        let Code {
            arg_count,
            positional_only,
            keyword_only,
            stack_size,
            flags,
            ..
        } = code;
        for number in [arg_count, positional_only, keyword_only, stack_size, flags] {
            self.out.extend(number.to_le_bytes());
        }
        self.bytes(code.bytecode);
        self.tuple(code.consts.len());
        self.values(&code.consts);
        self.names(&code.names);
        self.names(&code.locals);
        self.bytes(code.local_kinds);
        self.string(code.filename);
        self.string(code.name);
        self.string(code.qualname);
        self.out.extend(code.first_line.to_le_bytes());
        self.bytes(&code.line_table);
        self.bytes(code.exception_table);
    }

    fn names(&mut self, names: &[&'a [u8]]) {
        self.tuple(names.len());
        for name in names {
            self.string(name);
        }
    }

    fn tuple(&mut self, length: usize) {
        if let Ok(length) = u8::try_from(length) {
            self.out.extend([b')', length]);
        } else {
            self.out.push(b'(');
            self.length(length);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.push(b's');
        self.length(bytes.len());
        self.out.extend(bytes);
    }

    fn string(&mut self, string: &'a [u8]) {
        let mut interned = false;
        let mut flag = 0;
        if let Some(usage) = self.strings.get_mut(string) {
            if let Some(number) = usage.number {
                self.out.push(b'r');
                self.out.extend(number.to_le_bytes());
                return;
            }
            interned = usage.interned;
            if usage.is_referred(string) {
                usage.number = Some(self.numbered);
                self.numbered += 1;
                flag = FLAG_REF;
            }
        }
        let [short_ascii, ascii, unicode] = if interned { *b"ZAt" } else { *b"zau" };
        match u8::try_from(string.len()) {
            Ok(length) if string.is_ascii() => self.out.extend([short_ascii | flag, length]),
            _ => {
                self.out
                    .push(if string.is_ascii() { ascii } else { unicode } | flag);
                self.length(string.len());
            }
        }
        self.out.extend(string);
    }

    /// Writes a length in four bytes. It fits, because it was read from four bytes.
    fn length(&mut self, length: usize) {
        self.out.extend(&length.to_le_bytes()[..4]);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Lines;
    use super::super::read::read;
    use super::super::sample::code_with_consts;
    use super::*;

    /// Reads a marshalled tuple of constants, and returns the bytes that are written for it.
    fn consts(marshalled: &[&[u8]]) -> Vec<u8> {
        let empty = code_with_consts(&[]);
        let bytes = write(&read(&code_with_consts(marshalled), Lines::Keep).unwrap());
        let before = "c".len() + 20 + "s0000".len();
        let after = empty.len() - before;
        bytes[before..bytes.len() - after].to_vec()
    }

    #[test]
    fn strings_have_the_shortest_type() {
        let long = [b"u\0\x01\0\0", &[b'x'; 256][..]].concat();
        let long_ascii = [b"a\0\x01\0\0", &[b'x'; 256][..]].concat();
        assert_eq!(consts(&[b")\x01u\x01\0\0\0x"]), b")\x01z\x01x");
        assert_eq!(
            consts(&[b")\x01", &long]),
            [b")\x01", &long_ascii[..]].concat()
        );
        assert_eq!(
            consts(&[b")\x01t\x02\0\0\0\xc3\xaf"]),
            b")\x01u\x02\0\0\0\xc3\xaf"
        );
    }

    #[test]
    fn strings_that_are_names_are_interned() {
        // The code object of the sample is named `f`.
        assert_eq!(consts(&[b")\x02z\x01fZ\x01x"]), b")\x02Z\x01fz\x01x");
    }

    #[test]
    fn repetitions_of_longer_strings_are_references() {
        let strings = b")\x05z\x01xz\x01xz\x08only onez\x08repeatedz\x08repeated";
        let expected = b")\x05z\x01xz\x01xz\x08only one\xfa\x08repeatedr\0\0\0\0";
        assert_eq!(consts(&[strings]), expected);
    }

    #[test]
    fn other_values_are_not_references() {
        let shared = b")\x02\xa9\x01g8 bytes!r\0\0\0\0";
        assert_eq!(consts(&[shared]), b")\x02)\x01g8 bytes!)\x01g8 bytes!");
    }
}
