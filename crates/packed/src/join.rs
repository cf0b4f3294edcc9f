//! Which instructions CPython 3.13 and later join: two that work on locals, one after the other.

use crate::instructions::{Body, Operand};
use crate::isa::{InstructionSet, STORE};

/// Locals from here on do not fit into half an argument.
const MAX_JOINED_LOCALS: u32 = 16;

/// On the kind of a local: a cell or a free variable (`CO_FAST_CELL`, `CO_FAST_FREE`).
const CELL_OR_FREE: u8 = 0xc0;

/// Tells which instructions of a body would be joined with the next.
pub(crate) struct Joins<'b> {
    set: &'b InstructionSet,
    body: &'b Body,
    kinds: &'b [u8],
    /// Lines are known, and two instructions of different lines are not joined.
    has_lines: bool,
    is_target: Vec<bool>,
}

impl<'b> Joins<'b> {
    pub(crate) fn new(
        set: &'b InstructionSet,
        body: &'b Body,
        kinds: &'b [u8],
        has_lines: bool,
    ) -> Self {
        let mut is_target = vec![false; body.instructions.len() + 1];
        let jumps = body
            .instructions
            .iter()
            .filter_map(|instruction| match instruction.operand {
                Operand::Target(target) => Some(target),
                _ => None,
            });
        let handlers = body.handlers.iter().map(|handler| handler.target);
        for target in jumps.chain(handlers) {
            if let Some(is_target) = is_target.get_mut(target as usize) {
                *is_target = true;
            }
        }
        Self {
            set,
            body,
            kinds,
            has_lines,
            is_target,
        }
    }

    /// Whether the instruction at `place` and the next are joined, if the one before is not with it.
    pub(crate) fn expects(&self, place: usize) -> bool {
        let Some([first, second]) = self.body.instructions.get(place..place + 2) else {
            return false;
        };
        if self.set.joined(first.op, second.op).is_none()
            || self.is_target[place + 1]
            || first.handler != second.handler
        {
            return false;
        }
        let stores = |op| self.set.op(op).is_some_and(|op| op.has(STORE));
        let apart = if self.has_lines {
            first.line != second.line
        } else {
            // The next statement begins on another line.
            stores(first.op) && !stores(second.op)
        };
        let is_plain = |operand| {
            let Operand::Local(local) = operand else {
                return false;
            };
            let kind = self.kinds.get(local as usize);
            local < MAX_JOINED_LOCALS && kind.is_some_and(|kind| kind & CELL_OR_FREE == 0)
        };
        !apart && is_plain(first.operand) && is_plain(second.operand)
    }
}
