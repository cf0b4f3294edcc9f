//! Reads instructions from bytecode.

use super::exception_table::read_entry;
use super::{Body, Handler, Instruction, MAX_WIDTH, Operand};
use crate::isa::{ArgumentKind, InstructionSet};

/// Reads the instructions of a code object. `lines` are the lines of its code units. `None` if there is an unknown
/// instruction, one with more than three prefixes, or a jump or handler that leads into the middle of one.
pub(crate) fn disassemble(
    set: &InstructionSet,
    bytecode: &[u8],
    exception_table: &[u8],
    lines: &[Option<i32>],
) -> Option<Body> {
    let (units, []) = bytecode.as_chunks() else {
        return None;
    };
    let mut instructions = Vec::new();
    // The index of the instruction that starts at each code unit.
    let mut starts = vec![None; units.len() + 1];
    let mut unit = 0;
    while unit < units.len() {
        starts[unit] = u32::try_from(instructions.len()).ok();
        let line = *lines.get(unit)?;
        unit = read_instruction(set, units, unit, line, &mut instructions)?;
    }
    *starts.get_mut(unit)? = u32::try_from(instructions.len()).ok();

    let start_of = |unit: u32| starts.get(unit as usize).copied().flatten();
    for instruction in &mut instructions {
        if let Operand::Target(unit) = instruction.operand {
            instruction.operand = Operand::Target(start_of(unit)?);
        }
    }
    let handlers = read_handlers(exception_table, start_of, &mut instructions)?;
    Some(Body {
        instructions,
        handlers,
    })
}

/// Appends the instruction that starts at code unit `start`, and returns the code unit after it and its caches. The
/// targets of jumps are code units at first.
fn read_instruction(
    set: &InstructionSet,
    units: &[[u8; 2]],
    start: usize,
    line: Option<i32>,
    instructions: &mut Vec<Instruction>,
) -> Option<usize> {
    let mut unit = start;
    let mut argument = 0_u32;
    let [opcode, low] = loop {
        let [opcode, byte] = *units.get(unit)?;
        unit += 1;
        if opcode != set.extended_arg {
            break [opcode, byte];
        }
        argument = argument.checked_mul(256)? | u32::from(byte) << 8;
    };
    argument |= u32::from(low);
    let width = u8::try_from(unit - start).ok();
    let width = width.filter(|width| *width <= MAX_WIDTH)?;
    let op = set.op(opcode)?;
    unit += usize::from(op.caches);
    let next = u32::try_from(unit).ok()?;

    let instruction = |opcode, argument, operand| Instruction {
        opcode,
        argument,
        operand,
        line,
        handler: None,
        is_joined: false,
        min_width: 1,
        width,
    };
    let (argument, operand) = match op.kind {
        ArgumentKind::None => (0, Operand::None),
        ArgumentKind::Immediate => (argument, Operand::None),
        ArgumentKind::Name => {
            let index = argument >> op.name_shift;
            (argument & ((1 << op.name_shift) - 1), Operand::Name(index))
        }
        ArgumentKind::Const => (0, Operand::Const(argument)),
        ArgumentKind::Local => (0, Operand::Local(argument)),
        ArgumentKind::ForwardJump => (0, Operand::Target(next.checked_add(argument)?)),
        ArgumentKind::BackwardJump => (0, Operand::Target(next.checked_sub(argument)?)),
        ArgumentKind::Joined => {
            let (first, second) = op.halves;
            instructions.push(Instruction {
                is_joined: true,
                ..instruction(first, 0, Operand::Local(argument >> 4))
            });
            instructions.push(instruction(second, 0, Operand::Local(argument & 15)));
            return Some(unit);
        }
    };
    instructions.push(instruction(opcode, argument, operand));
    Some(unit)
}

/// Returns the handlers of an exception table, and assigns them to the instructions that they cover. `start_of` returns
/// the index of the instruction that starts at a code unit.
fn read_handlers(
    exception_table: &[u8],
    start_of: impl Fn(u32) -> Option<u32>,
    instructions: &mut [Instruction],
) -> Option<Vec<Handler>> {
    let mut handlers: Vec<Handler> = Vec::new();
    let mut rest = exception_table;
    while !rest.is_empty() {
        let [start, length, target, depth_lasti] = read_entry(&mut rest)?;
        let handler = Handler {
            target: start_of(target)?,
            depth_lasti,
        };
        let known = handlers.iter().rposition(|known| *known == handler);
        let index = known.unwrap_or_else(|| {
            handlers.push(handler);
            handlers.len() - 1
        });
        let end = start_of(start.checked_add(length)?)?;
        let covered = instructions.get_mut(start_of(start)? as usize..end as usize)?;
        for instruction in covered {
            instruction.handler = u32::try_from(index).ok();
        }
    }
    Some(handlers)
}
