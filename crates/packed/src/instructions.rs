//! Bytecode as a list of instructions and back: without caches, prefixes, distances and joined instructions.

use pyc::line_table::Run;

use crate::isa::{ArgumentKind, InstructionSet};

/// What an instruction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    None,
    /// An index of `co_names`.
    Name(u32),
    /// An index of `co_consts`.
    Const(u32),
    /// An index of `co_localsplusnames`.
    Local(u32),
    /// An index of the instructions.
    Target(u32),
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) op: u8,
    /// A number, or what the argument says beside a name.
    pub(crate) argument: u32,
    pub(crate) operand: Operand,
    pub(crate) line: Option<i32>,
    /// An index of the handlers.
    pub(crate) handler: Option<u32>,
    /// It and the next are one in the bytecode.
    pub(crate) is_joined: bool,
    /// The fewest code units that it has with its prefixes. Some jumps have a prefix that they need because they
    /// have it.
    pub(crate) min_width: u8,
    /// The code units that it had.
    pub(crate) width: u8,
}

/// A place that exceptions lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    /// An index of the instructions.
    pub(crate) target: u32,
    /// Twice the height of the stack, and one more if the last instruction is pushed.
    pub(crate) depth: u32,
}

/// The instructions of a code object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) handlers: Vec<Handler>,
}

impl Body {
    /// Gives jumps at least the width that they had.
    pub(crate) fn keep_widths(&mut self) {
        for instruction in &mut self.instructions {
            if let Operand::Target(_) = instruction.operand {
                instruction.min_width = instruction.width;
            }
        }
    }
}

/// The tables of a code object that its instructions tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    pub(crate) bytecode: Vec<u8>,
    pub(crate) lines: Vec<Run>,
    pub(crate) exception_table: Vec<u8>,
}

/// `lines` has the line of each code unit. None if something is not as compilers write it.
pub(crate) fn lower(
    set: &InstructionSet,
    bytecode: &[u8],
    exception_table: &[u8],
    lines: &[Option<i32>],
) -> Option<Body> {
    let units: &[[u8; 2]] = match bytecode.as_chunks() {
        (units, []) => units,
        _ => return None,
    };
    let mut instructions = Vec::new();
    // The instruction that starts at a code unit.
    let mut starts = vec![None; units.len() + 1];
    let mut unit = 0;
    while unit < units.len() {
        starts[unit] = u32::try_from(instructions.len()).ok();
        let (start, line) = (unit, *lines.get(unit)?);
        let mut argument = 0_u32;
        while units.get(unit)?[0] == set.extended_arg {
            argument = argument.checked_mul(256)? | u32::from(units[unit][1]) << 8;
            unit += 1;
        }
        let width = u8::try_from(unit - start + 1).ok()?;
        let [number, low] = units[unit];
        argument |= u32::from(low);
        let op = set.op(number)?;
        unit += 1 + usize::from(op.caches);
        let next = u32::try_from(unit).ok()?;
        let shift = op.name_shift;
        let instruction = |op, argument, operand| Instruction {
            op,
            argument,
            operand,
            line,
            handler: None,
            is_joined: false,
            min_width: 1,
            width,
        };
        let last = match op.kind {
            ArgumentKind::None => instruction(number, 0, Operand::None),
            ArgumentKind::Immediate => instruction(number, argument, Operand::None),
            ArgumentKind::Name => {
                let rest = argument & ((1 << shift) - 1);
                instruction(number, rest, Operand::Name(argument >> shift))
            }
            ArgumentKind::Const => instruction(number, 0, Operand::Const(argument)),
            ArgumentKind::Local => instruction(number, 0, Operand::Local(argument)),
            ArgumentKind::ForwardJump => {
                instruction(number, 0, Operand::Target(next.checked_add(argument)?))
            }
            ArgumentKind::BackwardJump => {
                instruction(number, 0, Operand::Target(next.checked_sub(argument)?))
            }
            ArgumentKind::Joined => {
                let first = instruction(op.halves.0, 0, Operand::Local(argument >> 4));
                instructions.push(Instruction {
                    is_joined: true,
                    ..first
                });
                instruction(op.halves.1, 0, Operand::Local(argument & 15))
            }
        };
        instructions.push(last);
    }
    if unit != units.len() {
        return None;
    }
    starts[unit] = u32::try_from(instructions.len()).ok();
    let start_of = |unit: u32| starts.get(unit as usize).copied().flatten();
    for instruction in &mut instructions {
        if let Operand::Target(unit) = instruction.operand {
            instruction.operand = Operand::Target(start_of(unit)?);
        }
    }
    let mut handlers: Vec<Handler> = Vec::new();
    let mut entries = exception_table;
    while !entries.is_empty() {
        let [start, length, target, depth] = read_entry(&mut entries)?;
        let handler = Handler {
            target: start_of(target)?,
            depth,
        };
        let known = handlers.iter().rposition(|known| *known == handler);
        let place = known.unwrap_or_else(|| {
            handlers.push(handler);
            handlers.len() - 1
        });
        let end = start_of(start.checked_add(length)?)?;
        let covered = instructions.get_mut(start_of(start)? as usize..end as usize)?;
        for instruction in covered {
            instruction.handler = u32::try_from(place).ok();
        }
    }
    Some(Body {
        instructions,
        handlers,
    })
}

/// The most times that jumps are laid out anew because one became longer. Compilers need five.
const MAX_LAYOUTS: usize = 32;

/// The tables of a body, in which targets of jumps and handlers are there. None if that cannot be laid out.
pub(crate) fn raise(set: &InstructionSet, body: &Body) -> Option<Tables> {
    let Body {
        instructions,
        handlers,
    } = body;
    // The joined instruction that each is in.
    let mut indices = Vec::with_capacity(instructions.len() + 1);
    let mut joined: Vec<(u8, u32, &Instruction)> = Vec::with_capacity(instructions.len());
    let mut rest = instructions.iter();
    while let Some(first) = rest.next() {
        indices.push(joined.len());
        if first.is_joined {
            let second = rest.next()?;
            indices.push(joined.len());
            let (Operand::Local(left), Operand::Local(right)) = (first.operand, second.operand)
            else {
                return None;
            };
            let op = set.joined(first.op, second.op)?;
            joined.push((op, left << 4 | right, first));
            continue;
        }
        let op = set.op(first.op)?;
        let argument = match first.operand {
            Operand::None => first.argument,
            Operand::Name(index) => index << op.name_shift | first.argument,
            Operand::Const(index) | Operand::Local(index) => index,
            Operand::Target(_) => 0,
        };
        joined.push((first.op, argument, first));
    }
    indices.push(joined.len());

    let caches = |op: u8| set.op(op).map_or(0, |op| usize::from(op.caches));
    let mut starts = vec![0_usize; joined.len() + 1];
    let width_of = |(_, argument, instruction): &(u8, u32, &Instruction)| {
        width(*argument).max(usize::from(instruction.min_width))
    };
    let mut widths: Vec<usize> = joined.iter().map(width_of).collect();
    let mut layouts = 0..MAX_LAYOUTS;
    loop {
        layouts.next()?;
        for (place, (op, _, _)) in joined.iter().enumerate() {
            starts[place + 1] = starts[place] + widths[place] + caches(*op);
        }
        let mut is_done = true;
        for (place, (op, argument, instruction)) in joined.iter_mut().enumerate() {
            let Operand::Target(target) = instruction.operand else {
                continue;
            };
            let target = starts[*indices.get(target as usize)?];
            let next = starts[place + 1];
            let distance = match set.op(*op)?.kind {
                ArgumentKind::ForwardJump => target.checked_sub(next)?,
                _ => next.checked_sub(target)?,
            };
            *argument = u32::try_from(distance).ok()?;
            if width(*argument) > widths[place] {
                widths[place] = width(*argument);
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }

    let mut tables = Tables::default();
    for (place, (op, argument, instruction)) in joined.iter().enumerate() {
        let bytes = argument.to_be_bytes();
        let (last, prefixes) = bytes[4 - widths[place]..].split_last()?;
        for prefix in prefixes {
            tables.bytecode.extend([set.extended_arg, *prefix]);
        }
        tables.bytecode.extend([*op, *last]);
        tables
            .bytecode
            .extend(std::iter::repeat_n(0, caches(*op) * 2));
        let (line, units) = (instruction.line, starts[place + 1] - starts[place]);
        match tables.lines.last_mut() {
            Some(run) if run.line == line => run.units += units,
            _ => tables.lines.push(Run { line, units }),
        }
    }
    for run in joined
        .iter()
        .enumerate()
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.1.2.handler == b.1.2.handler)
    {
        let (Some((first, (_, _, instruction))), Some((last, _))) = (run.first(), run.last())
        else {
            continue;
        };
        if let Some(handler) = instruction.handler {
            let handler = handlers.get(handler as usize)?;
            let target = starts[*indices.get(handler.target as usize)?];
            let length = starts[last + 1] - starts[*first];
            write_entry(
                &mut tables.exception_table,
                [starts[*first], length, target, handler.depth as usize],
            );
        }
    }
    Some(tables)
}

/// Code units of an instruction and its prefixes.
fn width(argument: u32) -> usize {
    match argument {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        _ => 4,
    }
}

/// Four numbers of an exception table: start, length and target in code units, and the depth
/// (`InternalDocs/exception_handling.md` of CPython).
fn read_entry(table: &mut &[u8]) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    for number in &mut numbers {
        loop {
            let (byte, rest) = table.split_first()?;
            *table = rest;
            *number = u32::checked_mul(*number, 64)? | u32::from(byte & 63);
            if byte & 64 == 0 {
                break;
            }
        }
    }
    Some(numbers)
}

fn write_entry(table: &mut Vec<u8>, numbers: [usize; 4]) {
    for (place, number) in numbers.into_iter().enumerate() {
        let mut first = if place == 0 { 0x80 } else { 0 };
        let chunks = (1..)
            .find(|chunks| number >> (6 * chunks) == 0)
            .unwrap_or(1);
        for chunk in (0..chunks).rev() {
            #[allow(clippy::cast_possible_truncation)] // six bits
            let bits = (number >> (6 * chunk) & 63) as u8;
            table.push(first | bits | if chunk > 0 { 64 } else { 0 });
            first = 0;
        }
    }
}
