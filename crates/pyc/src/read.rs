//! Reads marshalled bytes into values, like `r_object` in `Python/marshal.c`.
//!
//! The bytes need not be trusted. Three rules limit the cost of a small input: nothing is allocated for a length before
//! the items are read, nesting is limited, and so is the total size of the referenced values (a tuple of two references
//! to a tuple of two references to ...).

use std::borrow::Cow;
use std::rc::Rc;

use super::frozen_set::frozen_set;
use super::line_table::{at_one_line, without_columns};
use super::value::{Code, Value};
use super::{FLAG_REF, Lines, MarshalError, MarshalProblem as Problem};

/// The maximum nesting depth of values. A function in a function is two levels.
const MAX_DEPTH: usize = 200;

/// The maximum total size of the referenced values. No module of the standard library has 128 KiB.
const MAX_REFERENCED_BYTES: usize = 16 << 20;

type Result<T> = std::result::Result<T, MarshalError>;

/// Reads one marshalled code object, without a `.pyc` header, and nothing after it.
///
/// # Errors
/// As of [`normalize`](super::normalize).
pub fn read(marshalled: &[u8], lines: Lines) -> Result<Rc<Code<'_>>> {
    let mut reader = Reader {
        length: marshalled.len(),
        rest: marshalled,
        lines,
        depth: 0,
        deepest: 0,
        referenced: 0,
        numbered: Vec::new(),
    };
    let code = reader.expect_value("a code object", |value| match value {
        Value::Code(code) => Some(Rc::clone(code)),
        _ => None,
    })?;
    if !reader.rest.is_empty() {
        return Err(error(reader.offset(), Problem::Trailing));
    }
    Ok(code)
}

struct Reader<'a> {
    length: usize,
    rest: &'a [u8],
    lines: Lines,
    /// The nesting depth of the value being read.
    depth: usize,
    /// The largest depth since the start of the value being read.
    deepest: usize,
    /// The total size in bytes of the values that the references so far refer to.
    referenced: usize,
    /// The values that references can refer to; `None` while they are being read.
    numbered: Vec<Option<Numbered<'a>>>,
}

/// A value that references can refer to.
struct Numbered<'a> {
    value: Value<'a>,
    /// The number of levels below it.
    height: usize,
    /// The number of bytes that it would take without references.
    size: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Value<'a>> {
        let start = self.offset();
        let [tag] = self.array()?;
        let kind = tag & !FLAG_REF;
        if kind == b'r' {
            return self.reference(start);
        }
        // A value gets its number at its start, and singletons get none (`R_REF` in `marshal.c`).
        let number = (kind != tag && !b"NFT.".contains(&kind)).then(|| {
            self.numbered.push(None);
            self.numbered.len() - 1
        });

        let size_before = start + self.referenced;
        self.depth += 1;
        check_limit(start, self.depth, MAX_DEPTH, Problem::TooDeep)?;
        let deepest_before = std::mem::replace(&mut self.deepest, self.depth);
        let value = self.value_of(kind, start)?;
        if let Some(number) = number {
            self.numbered[number] = Some(Numbered {
                value: value.clone(),
                height: self.deepest - self.depth,
                size: self.offset() + self.referenced - size_before,
            });
        }
        self.deepest = self.deepest.max(deepest_before);
        self.depth -= 1;
        Ok(value)
    }

    fn reference(&mut self, start: usize) -> Result<Value<'a>> {
        let number = u32::from_le_bytes(self.array()?);
        let Some(Some(numbered)) = self.numbered.get(number as usize) else {
            return Err(error(start, Problem::BadReference(number)));
        };
        let value = numbered.value.clone();
        self.deepest = self.deepest.max(self.depth + 1 + numbered.height);
        self.referenced += numbered.size;
        check_limit(start, self.deepest, MAX_DEPTH, Problem::TooDeep)?;
        check_limit(
            start,
            self.referenced,
            MAX_REFERENCED_BYTES,
            Problem::TooLarge,
        )?;
        Ok(value)
    }

    fn value_of(&mut self, kind: u8, start: usize) -> Result<Value<'a>> {
        Ok(match kind {
            b'N' => Value::None,
            b'F' => Value::False,
            b'T' => Value::True,
            b'.' => Value::Ellipsis,
            b'i' => Value::Int(self.int()?),
            b'l' => self.long(start)?,
            b'g' => Value::Float(self.array()?),
            b'f' => Value::Float(self.float_text()?),
            b'y' => Value::Complex([self.array()?, self.array()?]),
            b'x' => Value::Complex([self.float_text()?, self.float_text()?]),
            b's' => Value::Bytes(self.long_string()?),
            b'u' | b't' => Value::Str(self.long_string()?),
            b'a' | b'A' => self.long_string().and_then(|string| ascii(start, string))?,
            b'z' | b'Z' => self
                .short_string()
                .and_then(|string| ascii(start, string))?,
            b'(' => Value::Tuple(self.length().and_then(|n| self.items(n))?.into()),
            b')' => Value::Tuple(self.byte().and_then(|n| self.items(n))?.into()),
            b'>' => frozen_set(self.length().and_then(|n| self.items(n))?),
            b':' => Value::Slice(Rc::new([self.value()?, self.value()?, self.value()?])),
            b'c' => Value::Code(Rc::new(self.code()?)),
            _ => return Err(error(start, Problem::UnknownType(kind))),
        })
    }

    fn items(&mut self, count: usize) -> Result<Vec<Value<'a>>> {
        // `collect` into a `Result` does not preallocate for `count`.
        (0..count).map(|_| self.value()).collect()
    }

    fn code(&mut self) -> Result<Code<'a>> {
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = u32::from_le_bytes(self.array()?);
        }
        let [arg_count, positional_only, keyword_only, stack_size, flags] = numbers;
        let bytecode = self.bytes_value()?;
        let consts = self.expect_value("a tuple", |value| value.as_tuple().map(Rc::clone))?;
        let names = self.names()?;
        let locals = self.names()?;
        let local_kinds = self.bytes_value()?;
        let filename = self.str_value()?;
        let name = self.str_value()?;
        let qualname = self.str_value()?;
        let first_line = self.int()?;
        let line_table_start = self.offset();
        let line_table = self.bytes_value()?;
        let exception_table = self.bytes_value()?;
        Ok(Code {
            arg_count,
            positional_only,
            keyword_only,
            stack_size,
            flags,
            bytecode,
            consts,
            names,
            locals,
            local_kinds,
            filename,
            name,
            qualname,
            first_line,
            line_table: match self.lines {
                Lines::Keep => Cow::Borrowed(line_table),
                Lines::OfDefinitions => Cow::Owned(at_one_line(bytecode.len() / 2)),
                Lines::WithoutColumns => without_columns(line_table, first_line)
                    .map(Cow::Owned)
                    .ok_or_else(|| malformed(line_table_start, "a broken line table"))?,
            },
            exception_table,
        })
    }

    fn bytes_value(&mut self) -> Result<&'a [u8]> {
        self.expect_value("a bytes object", Value::as_bytes)
    }

    fn str_value(&mut self) -> Result<&'a [u8]> {
        self.expect_value("a string", Value::as_str)
    }

    fn names(&mut self) -> Result<Vec<&'a [u8]>> {
        self.expect_value("a tuple of strings", |value| {
            value.as_tuple()?.iter().map(Value::as_str).collect()
        })
    }

    /// Reads a value of an expected type, for which `pick` returns `Some`.
    fn expect_value<T>(
        &mut self,
        expected: &'static str,
        pick: impl FnOnce(&Value<'a>) -> Option<T>,
    ) -> Result<T> {
        let start = self.offset();
        pick(&self.value()?).ok_or_else(|| error(start, Problem::Expected(expected)))
    }

    fn long(&mut self, start: usize) -> Result<Value<'a>> {
        let size = self.int()?;
        let digits = self.slice((size.unsigned_abs() as usize).saturating_mul(2))?;
        Value::long(size, digits).ok_or_else(|| malformed(start, "an integer out of form"))
    }

    /// Reads a float as text, which marshal wrote before version 2.
    fn float_text(&mut self) -> Result<[u8; 8]> {
        let start = self.offset();
        let text = str::from_utf8(self.short_string()?).ok();
        text.and_then(|text| text.parse::<f64>().ok())
            .map(f64::to_le_bytes)
            .ok_or_else(|| malformed(start, "text that is not a float"))
    }

    fn short_string(&mut self) -> Result<&'a [u8]> {
        self.byte().and_then(|length| self.slice(length))
    }

    fn long_string(&mut self) -> Result<&'a [u8]> {
        self.length().and_then(|length| self.slice(length))
    }

    fn byte(&mut self) -> Result<usize> {
        self.array().map(|[byte]| usize::from(byte))
    }

    fn length(&mut self) -> Result<usize> {
        let start = self.offset();
        usize::try_from(self.int()?).map_err(|_| malformed(start, "a negative length"))
    }

    fn int(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (array, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| self.truncated())?;
        self.rest = rest;
        Ok(*array)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8]> {
        let (slice, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.truncated())?;
        self.rest = rest;
        Ok(slice)
    }

    fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    fn truncated(&self) -> MarshalError {
        error(self.offset(), Problem::Truncated)
    }
}

/// Returns an error if `amount` exceeds `maximum`.
fn check_limit(offset: usize, amount: usize, maximum: usize, problem: Problem) -> Result<()> {
    if amount > maximum {
        Err(error(offset, problem))
    } else {
        Ok(())
    }
}

/// Checks that a string of an ASCII type is ASCII: Python only writes these types for ASCII, and would read other bytes
/// as Latin-1.
fn ascii(start: usize, string: &[u8]) -> Result<Value<'_>> {
    if string.is_ascii() {
        Ok(Value::Str(string))
    } else {
        Err(malformed(
            start,
            "a string that is not the ASCII it should be",
        ))
    }
}

fn malformed(offset: usize, description: &'static str) -> MarshalError {
    error(offset, Problem::Malformed(description))
}

fn error(offset: usize, problem: Problem) -> MarshalError {
    MarshalError { offset, problem }
}

#[cfg(test)]
mod tests;
