//! Symbols: an instruction or a mark, together with a frequent detail of it. A file numbers its symbols by frequency.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::constants::tag;
use crate::error::PackedError;
use crate::isa::FIRST_MARK;
use crate::numbering::renumber;
use crate::stream::{StreamReader, StreamWriter, id, zigzag};

/// An instruction or a mark, and its detail: a small number, the bits below the index of a name, or the type of a
/// constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol {
    pub(crate) op: u8,
    pub(crate) detail: u8,
}

/// Marks, which stand between instructions.
pub(crate) mod mark {
    use super::FIRST_MARK;

    /// The code object ends.
    pub(crate) const END: u8 = FIRST_MARK;
    /// A pending jump or handler has its target here. The number counts from the latest.
    pub(crate) const ARRIVE: u8 = FIRST_MARK + 1;
    /// Backward jumps lead here.
    pub(crate) const LOOP: u8 = FIRST_MARK + 2;
    /// The next two instructions are not joined, though the rule joins them.
    pub(crate) const APART: u8 = FIRST_MARK + 3;
    /// The next two instructions are joined, though the rule does not join them.
    pub(crate) const JOINED: u8 = FIRST_MARK + 4;
    /// The next instruction has a new handler. The number is its depth, and whether it is ahead.
    pub(crate) const ENTER: u8 = FIRST_MARK + 5;
    /// The innermost handlers end. The number counts them, less one.
    pub(crate) const LEAVE: u8 = FIRST_MARK + 6;
    /// The next instruction has a handler of earlier ones. The number counts from the latest.
    pub(crate) const ENTER_AGAIN: u8 = FIRST_MARK + 7;
    /// The line changes, though no statement ended.
    pub(crate) const LINE: u8 = FIRST_MARK + 8;
    /// The next instruction has no line.
    pub(crate) const NO_LINE: u8 = FIRST_MARK + 9;
    /// The number is the minimum number of code units of the next instruction.
    pub(crate) const WIDE: u8 = FIRST_MARK + 10;
}

/// The detail of an instruction whose argument is that of the previous instruction.
pub(crate) const SAME_ARGUMENT: u8 = 253;
/// The detail of an instruction whose argument is the number of arguments of the innermost call.
pub(crate) const CALL_ARGUMENTS: u8 = 254;
/// The detail of a symbol whose number is in the stream of escapes.
pub(crate) const ESCAPED: u8 = 255;

/// The minimum number of occurrences of a symbol with a number. Rarer ones use an escape.
const MIN_OCCURRENCES: u32 = 4;

/// An occurrence of a symbol.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    symbol: Symbol,
    /// The symbol and the escape that may replace it.
    escape: Option<(Symbol, u32)>,
}

/// Records the symbols of a file, and writes them once their frequencies are known.
#[derive(Debug, Default)]
pub(crate) struct SymbolRecorder {
    occurrences: Vec<Occurrence>,
}

impl SymbolRecorder {
    /// Records a symbol that is never escaped.
    pub(crate) fn symbol(&mut self, op: u8, detail: u8) {
        self.occurrences.push(Occurrence {
            symbol: Symbol { op, detail },
            escape: None,
        });
    }

    /// Records a symbol with a number.
    pub(crate) fn number(&mut self, op: u8, number: u32) {
        let detail = u8::try_from(number).unwrap_or(ESCAPED);
        let detail = if detail < SAME_ARGUMENT {
            detail
        } else {
            ESCAPED
        };
        self.with_escape(op, detail, ESCAPED, number);
    }

    /// Records a symbol that loads an integer.
    pub(crate) fn integer(&mut self, op: u8, integer: i32) {
        let number = zigzag(integer);
        let detail = u8::try_from(number)
            .ok()
            .and_then(|small| small.checked_add(tag::SMALL_INTS))
            .unwrap_or(tag::INT);
        self.with_escape(op, detail, tag::INT, number);
    }

    fn with_escape(&mut self, op: u8, detail: u8, escaped: u8, number: u32) {
        let escaped = Symbol {
            op,
            detail: escaped,
        };
        self.occurrences.push(Occurrence {
            symbol: Symbol { op, detail },
            escape: Some((escaped, number)),
        });
    }

    /// Writes the table of symbols, the most frequent 240 first, and their occurrences.
    pub(crate) fn write(&self, writer: &mut StreamWriter<'_>) {
        let counts = count(self.occurrences.iter().map(|occurrence| occurrence.symbol));
        let written: Vec<(Symbol, Option<u32>)> = self
            .occurrences
            .iter()
            .map(|&Occurrence { symbol, escape }| match escape {
                Some((escaped, number))
                    if symbol == escaped || counts[&symbol] < MIN_OCCURRENCES =>
                {
                    (escaped, Some(number))
                }
                _ => (symbol, None),
            })
            .collect();
        let counts = count(written.iter().map(|(symbol, _)| *symbol));
        let mut table: Vec<Symbol> = counts.keys().copied().collect();
        table.sort_by_key(|symbol| (Reverse(counts[symbol]), *symbol));
        let ranks: HashMap<Symbol, u32> = table.iter().copied().zip(0..).collect();
        let sequence: Vec<u32> = written.iter().map(|(symbol, _)| ranks[symbol]).collect();
        let numbers = renumber(&sequence, table.len());
        table.sort_by_key(|symbol| numbers[ranks[symbol] as usize]);
        for symbol in &table {
            writer.bytes(id::SYMBOL_OPS, &[symbol.op]);
            writer.bytes(id::SYMBOL_DETAILS, &[symbol.detail]);
        }
        let numbers: HashMap<Symbol, u32> = table.into_iter().zip(0..).collect();
        for (symbol, escape) in written {
            writer.number(id::SYMBOLS, numbers[&symbol]);
            if let Some(number) = escape {
                writer.number(id::ESCAPES, number);
            }
        }
    }

    /// Returns which opcodes occur.
    pub(crate) fn used_ops(&self) -> [bool; 256] {
        let mut used = [false; 256];
        for occurrence in &self.occurrences {
            used[usize::from(occurrence.symbol.op)] = true;
        }
        used
    }
}

fn count(symbols: impl Iterator<Item = Symbol>) -> HashMap<Symbol, u32> {
    let mut counts = HashMap::new();
    for symbol in symbols {
        *counts.entry(symbol).or_default() += 1;
    }
    counts
}

/// Returns the table of symbols from its two streams.
pub(crate) fn read_table(ops: &[u8], details: &[u8]) -> Result<Vec<Symbol>, PackedError> {
    if ops.len() != details.len() {
        return Err(PackedError::damaged("incomplete table of symbols"));
    }
    let symbols = ops.iter().zip(details);
    Ok(symbols
        .map(|(&op, &detail)| Symbol { op, detail })
        .collect())
}

impl StreamReader<'_> {
    /// Reads a symbol by its number in the table.
    pub(crate) fn symbol(&mut self, table: &[Symbol]) -> Result<Symbol, PackedError> {
        let number = self.number(id::SYMBOLS)? as usize;
        let symbol = table.get(number).copied();
        symbol.ok_or(PackedError::damaged("unknown symbol"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stream::unzigzag;
    use crate::testing::reread;

    const OP: u8 = 7;

    /// Returns the table of symbols, their numbers, and the escapes.
    fn written(recorder: &SymbolRecorder) -> (Vec<(u8, u8)>, Vec<u8>, Vec<u8>) {
        let mut writer = StreamWriter::default();
        recorder.write(&mut writer);
        let mut streams = writer.into_streams();
        let mut take = |stream| streams.remove(&stream).unwrap_or_default();
        let ops = take(id::SYMBOL_OPS);
        let table = ops.into_iter().zip(take(id::SYMBOL_DETAILS)).collect();
        (table, take(id::SYMBOLS), take(id::ESCAPES))
    }

    #[test]
    fn frequent_symbols_come_first_and_then_small_ones() {
        let mut recorder = SymbolRecorder::default();
        for (op, detail) in [(9, 9), (2, 1), (2, 0), (9, 9), (1, 5)] {
            recorder.symbol(op, detail);
        }
        let (table, numbers, escapes) = written(&recorder);
        assert_eq!(table, [(9, 9), (1, 5), (2, 0), (2, 1)]);
        assert_eq!(numbers, [0, 3, 2, 0, 1]);
        assert_eq!(escapes, b"");
    }

    #[test]
    fn numbers_of_rare_symbols_are_escapes() {
        let mut recorder = SymbolRecorder::default();
        for _ in 0..MIN_OCCURRENCES {
            recorder.number(OP, 3);
        }
        for _ in 0..MIN_OCCURRENCES - 1 {
            recorder.number(OP, 4);
        }
        let (table, numbers, escapes) = written(&recorder);
        assert_eq!(table, [(OP, 3), (OP, ESCAPED)]);
        assert_eq!(numbers, [0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(escapes, [4, 4, 4]);
    }

    #[test]
    fn large_numbers_are_escapes_however_frequent() {
        let mut recorder = SymbolRecorder::default();
        for number in [252, 253, 254, 255, 256] {
            for _ in 0..MIN_OCCURRENCES {
                recorder.number(OP, number);
            }
        }
        let (table, ..) = written(&recorder);
        assert_eq!(table, [(OP, ESCAPED), (OP, 252)]);
    }

    #[test]
    fn integers_are_zigzag_numbers_from_21() {
        let mut recorder = SymbolRecorder::default();
        for integer in [0, -117, 117, 118] {
            for _ in 0..MIN_OCCURRENCES {
                recorder.integer(OP, integer);
            }
        }
        let (table, _, escapes) = written(&recorder);
        // 117 is 234, the last number, and 118 is 236.
        assert_eq!(
            table,
            [(OP, tag::INT), (OP, 21), (OP, 21 + 233), (OP, 255)][..]
        );
        assert_eq!(escapes, [236; 4]);
        assert_eq!(unzigzag(236), 118);
    }

    #[test]
    fn symbols_round_trip() {
        let mut recorder = SymbolRecorder::default();
        recorder.symbol(OP, 1);
        recorder.number(OP, 1000);
        recorder.symbol(mark::END, 0);
        let (table, ..) = written(&recorder);
        let (ops, details): (Vec<u8>, Vec<u8>) = table.into_iter().unzip();
        let table = read_table(&ops, &details).unwrap();
        let mut writer = StreamWriter::default();
        recorder.write(&mut writer);
        reread(writer, |reader| {
            for (op, detail) in [(OP, 1), (OP, ESCAPED), (mark::END, 0)] {
                let symbol = reader.symbol(&table).unwrap();
                assert_eq!(symbol, Symbol { op, detail });
            }
            assert_eq!(reader.number(id::ESCAPES).unwrap(), 1000);
        });
    }

    #[test]
    fn damaged_tables_are_refused() {
        assert!(read_table(b"ab", b"a").is_err());
        let mut writer = StreamWriter::default();
        writer.number(id::SYMBOLS, 1);
        let table = read_table(b"a", b"a").unwrap();
        assert!(reread(writer, |reader| reader.symbol(&table)).is_err());
    }
}
