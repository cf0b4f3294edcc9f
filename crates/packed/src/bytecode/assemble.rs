//! Writes bytecode and exception tables.

use pyc::line_table::Run;

use super::exception_table::write_entry;
use super::{Body, Handler, Instruction, Operand};
use crate::isa::{ArgumentKind, InstructionSet};

/// The maximum number of layouts. Each but the last makes a jump longer. The standard library needs five.
const MAX_LAYOUTS: usize = 32;

/// The parts of a code object that follow from its instructions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Assembled {
    pub(crate) bytecode: Vec<u8>,
    pub(crate) lines: Vec<Run>,
    pub(crate) exception_table: Vec<u8>,
}

/// Assembles the instructions of a code object. `None` if an instruction is unknown, two instructions cannot be joined,
/// or a jump leads in the wrong direction.
pub(crate) fn assemble(set: &InstructionSet, body: &Body) -> Option<Assembled> {
    let mut layout = Layout::new(set, body)?;
    layout.resolve_jumps(set)?;
    let mut assembled = Assembled::default();
    layout.write_instructions(set, &mut assembled)?;
    layout.write_handlers(&body.handlers, &mut assembled.exception_table)?;
    Some(assembled)
}

/// An instruction of the bytecode.
struct Unit<'b> {
    opcode: u8,
    argument: u32,
    /// The number of code units, with prefixes but without caches.
    width: usize,
    caches: usize,
    /// The instruction, or the first of those that are joined.
    source: &'b Instruction,
}

/// The places of instructions in the bytecode.
struct Layout<'b> {
    units: Vec<Unit<'b>>,
    /// The index in `units` for each instruction of the body, and that of the end.
    indexes: Vec<usize>,
    /// The code unit at which each of `units` starts, and that of the end.
    starts: Vec<usize>,
}

impl<'b> Layout<'b> {
    /// Joins instructions. The arguments of jumps are 0 at first.
    fn new(set: &InstructionSet, body: &'b Body) -> Option<Self> {
        let mut indexes = Vec::with_capacity(body.instructions.len() + 1);
        let mut units: Vec<Unit<'b>> = Vec::with_capacity(body.instructions.len());
        let mut rest = body.instructions.iter();
        while let Some(source) = rest.next() {
            indexes.push(units.len());
            let (opcode, argument) = if source.is_joined {
                indexes.push(units.len());
                let second = rest.next()?;
                let opcode = set.joined(source.opcode, second.opcode)?;
                match (source.operand, second.operand) {
                    (Operand::Local(left), Operand::Local(right)) => (opcode, left << 4 | right),
                    _ => return None,
                }
            } else {
                let argument = match source.operand {
                    Operand::None => source.argument,
                    Operand::Name(index) => {
                        index << set.op(source.opcode)?.name_shift | source.argument
                    }
                    Operand::Const(index) | Operand::Local(index) => index,
                    Operand::Target(_) => 0,
                };
                (source.opcode, argument)
            };
            units.push(Unit {
                opcode,
                argument,
                width: width(argument).max(usize::from(source.min_width)),
                caches: usize::from(set.op(opcode)?.caches),
                source,
            });
        }
        indexes.push(units.len());
        let starts = vec![0; units.len() + 1];
        Some(Self {
            units,
            indexes,
            starts,
        })
    }

    /// Computes starts and distances until no jump needs another prefix.
    fn resolve_jumps(&mut self, set: &InstructionSet) -> Option<()> {
        for _ in 0..MAX_LAYOUTS {
            for (place, unit) in self.units.iter().enumerate() {
                self.starts[place + 1] = self.starts[place] + unit.width + unit.caches;
            }
            let mut is_final = true;
            for (place, unit) in self.units.iter_mut().enumerate() {
                let Operand::Target(target) = unit.source.operand else {
                    continue;
                };
                let target = self.starts[*self.indexes.get(target as usize)?];
                let next = self.starts[place + 1];
                let distance = match set.op(unit.opcode)?.kind {
                    ArgumentKind::ForwardJump => target.checked_sub(next)?,
                    _ => next.checked_sub(target)?,
                };
                unit.argument = u32::try_from(distance).ok()?;
                if width(unit.argument) > unit.width {
                    unit.width = width(unit.argument);
                    is_final = false;
                }
            }
            if is_final {
                return Some(());
            }
        }
        None
    }

    fn write_instructions(&self, set: &InstructionSet, assembled: &mut Assembled) -> Option<()> {
        let Assembled {
            bytecode, lines, ..
        } = assembled;
        for unit in &self.units {
            let bytes = unit.argument.to_be_bytes();
            let start = bytes.len().checked_sub(unit.width)?;
            let (low, prefixes) = bytes[start..].split_last()?;
            for prefix in prefixes {
                bytecode.extend([set.extended_arg, *prefix]);
            }
            bytecode.extend([unit.opcode, *low]);
            bytecode.extend(std::iter::repeat_n(0, unit.caches * 2));
            let (line, units) = (unit.source.line, unit.width + unit.caches);
            match lines.last_mut() {
                Some(run) if run.line == line => run.units += units,
                _ => lines.push(Run { line, units }),
            }
        }
        Some(())
    }

    /// Writes an entry for each run of instructions with the same handler.
    fn write_handlers(&self, handlers: &[Handler], table: &mut Vec<u8>) -> Option<()> {
        let mut start = 0;
        for run in self
            .units
            .chunk_by(|a, b| a.source.handler == b.source.handler)
        {
            let end = start + run.len();
            if let Some(handler) = run.first()?.source.handler {
                let handler = handlers.get(handler as usize)?;
                let target = self.starts[*self.indexes.get(handler.target as usize)?];
                let length = self.starts[end] - self.starts[start];
                let depth_lasti = handler.depth_lasti as usize;
                write_entry(table, [self.starts[start], length, target, depth_lasti]);
            }
            start = end;
        }
        Some(())
    }
}

/// Returns the number of code units that an argument needs.
fn width(argument: u32) -> usize {
    match argument {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        _ => 4,
    }
}
