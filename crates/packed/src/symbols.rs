//! Symbols: an instruction or a mark together with what else it often says. A file numbers its own by how often they
//! occur, and writes numbers.

use std::collections::HashMap;

use crate::consts::tag;
use crate::error::PackedError;
use crate::isa::FIRST_MARK;
use crate::stream::{Reader, Streams, id, zigzag};

/// An instruction or a mark, and a detail of it: a small number, the lower bits beside a name, the type of a constant.
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
    /// A forward jump or handler leads here: which, counted from the latest.
    pub(crate) const ARRIVE: u8 = FIRST_MARK + 1;
    /// Backward jumps lead here.
    pub(crate) const LOOP: u8 = FIRST_MARK + 2;
    /// The next two instructions are not joined, though they would be.
    pub(crate) const APART: u8 = FIRST_MARK + 3;
    /// They are joined, though they would not be.
    pub(crate) const JOINED: u8 = FIRST_MARK + 4;
    /// A new handler is in charge: its depth, and whether it is ahead.
    pub(crate) const ENTER: u8 = FIRST_MARK + 5;
    /// The innermost handlers are in charge no more: how many, less one.
    pub(crate) const LEAVE: u8 = FIRST_MARK + 6;
    /// A known handler is in charge again: which, counted from the latest.
    pub(crate) const ENTER_AGAIN: u8 = FIRST_MARK + 7;
    /// The next instruction is on another line, though no statement has ended.
    pub(crate) const LINE: u8 = FIRST_MARK + 8;
    /// It is on none.
    pub(crate) const NO_LINE: u8 = FIRST_MARK + 9;
    /// The next instruction has at least so many code units.
    pub(crate) const WIDE: u8 = FIRST_MARK + 10;
}

/// As detail of an instruction: its number is that of the arguments pushed.
pub(crate) const CALL_ARGUMENTS: u8 = 254;
/// As detail of an instruction: its number is that of the instruction before.
pub(crate) const SAME_ARGUMENT: u8 = 253;
/// As detail: the number is in the stream of escapes.
pub(crate) const ESCAPED: u8 = 255;

/// A symbol that is rarer than this is written with an escape.
const MIN_OCCURRENCES: u32 = 4;

/// A symbol to write, and what to write in its place if it is rare.
#[derive(Clone, Copy, Debug)]
struct Occurrence {
    symbol: Symbol,
    rare: Option<(Symbol, u32)>,
}

/// The symbols of a file, in their order.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    occurrences: Vec<Occurrence>,
}

impl Recorder {
    pub(crate) fn plain(&mut self, op: u8, detail: u8) {
        let symbol = Symbol { op, detail };
        self.occurrences.push(Occurrence { symbol, rare: None });
    }

    /// A symbol with a number, which is its detail if it is small and frequent.
    pub(crate) fn number(&mut self, op: u8, number: u32) {
        let rare = Symbol {
            op,
            detail: ESCAPED,
        };
        let small = u8::try_from(number).ok();
        let symbol = small
            .filter(|detail| *detail < SAME_ARGUMENT)
            .map_or(rare, |detail| Symbol { op, detail });
        self.occurrences.push(Occurrence {
            symbol,
            rare: Some((rare, number)),
        });
    }

    /// A symbol that loads an integer.
    pub(crate) fn integer(&mut self, op: u8, integer: i32) {
        let rare = Symbol {
            op,
            detail: tag::INT,
        };
        let small = u8::try_from(zigzag(integer)).ok();
        let detail = small.and_then(|small| small.checked_add(tag::SMALL_INTS));
        let symbol = detail.map_or(rare, |detail| Symbol { op, detail });
        self.occurrences.push(Occurrence {
            symbol,
            rare: Some((rare, zigzag(integer))),
        });
    }

    /// Numbers the symbols and writes them.
    pub(crate) fn write(&self, streams: &mut Streams<'_>) {
        let mut counts: HashMap<Symbol, u32> = HashMap::new();
        for occurrence in &self.occurrences {
            *counts.entry(occurrence.symbol).or_default() += 1;
        }
        // The symbol that is written, with its number if that has to be written as well.
        let written: Vec<(Symbol, Option<u32>)> = self
            .occurrences
            .iter()
            .map(|occurrence| match occurrence.rare {
                Some((rare, number))
                    if occurrence.symbol == rare
                        || counts[&occurrence.symbol] < MIN_OCCURRENCES =>
                {
                    (rare, Some(number))
                }
                _ => (occurrence.symbol, None),
            })
            .collect();
        let mut counts: HashMap<Symbol, u32> = HashMap::new();
        for (symbol, _) in &written {
            *counts.entry(*symbol).or_default() += 1;
        }
        let mut table: Vec<Symbol> = counts.keys().copied().collect();
        table.sort_by_key(|symbol| (std::cmp::Reverse(counts[symbol]), *symbol));
        let numbers: HashMap<Symbol, u32> = table.iter().copied().zip(0..).collect();
        for symbol in &table {
            streams.bytes(id::SYMBOL_OPS, &[symbol.op]);
            streams.bytes(id::SYMBOL_DETAILS, &[symbol.detail]);
        }
        for (symbol, number) in written {
            streams.number(id::SYMBOLS, numbers[&symbol]);
            if let Some(number) = number {
                streams.number(id::ESCAPES, number);
            }
        }
    }

    /// Marks the instructions that occur.
    pub(crate) fn used_ops(&self) -> [bool; 256] {
        let mut used = [false; 256];
        for occurrence in &self.occurrences {
            used[usize::from(occurrence.symbol.op)] = true;
        }
        used
    }
}

/// Reads the table of symbols.
pub(crate) fn read_table(ops: &[u8], details: &[u8]) -> Result<Vec<Symbol>, PackedError> {
    if ops.len() != details.len() {
        return Err(PackedError("the table of symbols"));
    }
    let pairs = ops.iter().zip(details);
    Ok(pairs
        .map(|(op, detail)| Symbol {
            op: *op,
            detail: *detail,
        })
        .collect())
}

impl Reader<'_> {
    pub(crate) fn symbol(&mut self, table: &[Symbol]) -> Result<Symbol, PackedError> {
        let number = self.number(id::SYMBOLS)? as usize;
        table
            .get(number)
            .copied()
            .ok_or(PackedError("an unknown symbol"))
    }
}
