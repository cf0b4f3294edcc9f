//! Reads which objects of modules a pickle names, without loading it. The opcodes are those of `Lib/pickletools.py`.

use std::collections::{BTreeSet, HashMap};

use crate::types::ObjectReference;

/// Returns the objects that a pickle imports. What follows damage is not read.
pub(super) fn pickled_objects(pickle: &[u8]) -> Vec<ObjectReference> {
    let globals: BTreeSet<(String, String)> = globals(pickle).into_iter().collect();
    let globals = globals.into_iter();
    globals
        .filter_map(|(module, name)| ObjectReference::parse(&format!("{module}:{name}")))
        .collect()
}

/// Returns the module and the qualified name of each object.
fn globals(pickle: &[u8]) -> Vec<(String, String)> {
    let mut reader = PickleReader {
        rest: pickle,
        pushed: [None, None],
        memo: HashMap::new(),
        globals: Vec::new(),
    };
    while reader.step().is_some() {}
    reader.globals
}

struct PickleReader<'a> {
    rest: &'a [u8],
    /// The last two values that were pushed, if they are strings.
    pushed: [Option<String>; 2],
    memo: HashMap<usize, Option<String>>,
    globals: Vec<(String, String)>,
}

impl<'a> PickleReader<'a> {
    /// Reads one opcode. Returns `None` at the end, and for an unknown opcode.
    fn step(&mut self) -> Option<()> {
        let opcode = *self.take(1)?.first()?;
        match opcode {
            b'.' => return None,
            b'c' | b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                self.globals.push((module, name));
                self.push(None);
            }
            // STACK_GLOBAL
            0x93 => {
                if let [Some(module), Some(name)] = std::mem::take(&mut self.pushed) {
                    self.globals.push((module, name));
                }
            }
            // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
            0x8c => self.push_text(1)?,
            b'X' => self.push_text(4)?,
            0x8d => self.push_text(8)?,
            b'V' => {
                let text = self.line()?;
                self.push(Some(text));
            }
            // GET, BINGET, LONG_BINGET
            b'g' => {
                let index = self.line()?.parse().ok()?;
                self.recall(index);
            }
            b'h' => {
                let index = self.number(1)?;
                self.recall(index);
            }
            b'j' => {
                let index = self.number(4)?;
                self.recall(index);
            }
            // PUT, BINPUT, LONG_BINPUT, MEMOIZE
            b'p' => {
                let index = self.line()?.parse().ok()?;
                self.memoize(index);
            }
            b'q' => {
                let index = self.number(1)?;
                self.memoize(index);
            }
            b'r' => {
                let index = self.number(4)?;
                self.memoize(index);
            }
            0x94 => self.memoize(self.memo.len()),
            // PROTO, FRAME
            0x80 => _ = self.take(1)?,
            0x95 => _ = self.take(8)?,
            _ => {
                self.skip_argument(opcode)?;
                self.push(None);
            }
        }
        Some(())
    }

    /// Skips the argument of an opcode that pushes something else than a string.
    fn skip_argument(&mut self, opcode: u8) -> Option<()> {
        match opcode {
            // A number of 1, 2, 4 or 8 bytes.
            b'K' | 0x82 => _ = self.take(1)?,
            b'M' | 0x83 => _ = self.take(2)?,
            b'J' | 0x84 => _ = self.take(4)?,
            b'G' => _ = self.take(8)?,
            // Bytes after their length.
            b'U' | b'C' | 0x8a => _ = self.counted(1)?,
            b'T' | b'B' | 0x8b => _ = self.counted(4)?,
            0x8e | 0x96 => _ = self.counted(8)?,
            // A line.
            b'I' | b'L' | b'S' | b'F' | b'P' => _ = self.line()?,
            // MARK, POP, DUP and so on, which have no argument.
            b'('
            | b'0'
            | b'1'
            | b'2'
            | b'N'
            | b'Q'
            | b'R'
            | b'a'
            | b'b'
            | b'd'
            | b'}'
            | b'e'
            | b']'
            | b'l'
            | b'o'
            | b's'
            | b't'
            | b')'
            | b'u'
            | 0x81
            | 0x85..=0x89
            | 0x8f..=0x92
            | 0x97
            | 0x98 => {}
            _ => return None,
        }
        Some(())
    }

    fn push(&mut self, value: Option<String>) {
        self.pushed.swap(0, 1);
        self.pushed[1] = value;
    }

    fn push_text(&mut self, length_bytes: usize) -> Option<()> {
        let text = self.counted(length_bytes)?;
        let text = String::from_utf8_lossy(text).into_owned();
        self.push(Some(text));
        Some(())
    }

    fn recall(&mut self, index: usize) {
        let value = self.memo.get(&index).cloned().flatten();
        self.push(value);
    }

    fn memoize(&mut self, index: usize) {
        self.memo.insert(index, self.pushed[1].clone());
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    /// Reads a little-endian number.
    fn number(&mut self, bytes: usize) -> Option<usize> {
        let mut digits = self.take(bytes)?.iter().rev();
        digits.try_fold(0_usize, |number, byte| {
            number.checked_mul(256)?.checked_add(usize::from(*byte))
        })
    }

    fn counted(&mut self, length_bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(length_bytes)?;
        self.take(length)
    }

    fn line(&mut self) -> Option<String> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pickle.dumps([fractions.Fraction(1, 2), fractions.Fraction, "json"], protocol)` of CPython 3.13.
    const PROTOCOL_0: &[u8] =
        b"(lp0\ncfractions\nFraction\np1\n(I1\nI2\ntp2\nRp3\nag1\naVjson\np4\na.";
    const PROTOCOL_2: &[u8] = b"\x80\x02]q\x00(cfractions\nFraction\nq\x01K\x01K\x02\x86q\x02Rq\x03h\x01X\x04\x00\x00\x00jsonq\x04e.";
    const PROTOCOL_4: &[u8] = b"\x80\x04\x95/\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\tfractions\x94\x8c\x08Fraction\x94\x93\x94K\x01K\x02\x86\x94R\x94h\x03\x8c\x04json\x94e.";

    fn names(pickle: &[u8]) -> Vec<String> {
        let globals = globals(pickle).into_iter();
        globals
            .map(|(module, name)| format!("{module}.{name}"))
            .collect()
    }

    #[test]
    fn globals_are_found_in_all_protocols() {
        for pickle in [PROTOCOL_0, PROTOCOL_2, PROTOCOL_4] {
            assert_eq!(names(pickle), ["fractions.Fraction"]);
        }
    }

    #[test]
    fn names_may_come_from_the_memo() {
        // 'a' and 'b' are memoized as 0 and 1, and then used again as module and name.
        let pickle = b"\x80\x04\x8c\x01a\x94\x8c\x01b\x94\x93h\x00h\x01\x93.";
        assert_eq!(names(pickle), ["a.b", "a.b"]);
    }

    #[test]
    fn damage_ends_the_reading() {
        for end in 0..PROTOCOL_4.len() {
            let found = names(&PROTOCOL_4[..end]);
            assert!(found.len() <= 1, "{found:?}");
        }
        assert_eq!(names(b"\xff\xff"), [""; 0]);
        assert_eq!(names(b"X\xff\xff\xff\xff"), [""; 0]);
        assert_eq!(names(b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff"), [""; 0]);
    }
}
