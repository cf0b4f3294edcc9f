//! Joined instructions: since 3.13, CPython replaces two successive instructions on locals by one
//! (`insert_superinstructions` in `Python/flowgraph.c`).

use crate::bytecode::{Body, Instruction, Operand};
use crate::isa::{InstructionSet, flag};
use crate::signature::CELL_OR_FREE;

/// The end of the range of locals that fit into half an argument.
const MAX_JOINED_LOCALS: u32 = 16;

/// Predicts which instructions of a body are joined.
pub(crate) struct Joins<'b> {
    set: &'b InstructionSet,
    body: &'b Body,
    local_kinds: &'b [u8],
    /// Instructions have lines, and those on different lines are not joined.
    has_lines: bool,
    /// Whether a jump or a handler leads to each instruction, and to the end.
    is_target: Vec<bool>,
}

impl<'b> Joins<'b> {
    pub(crate) fn new(
        set: &'b InstructionSet,
        body: &'b Body,
        local_kinds: &'b [u8],
        has_lines: bool,
    ) -> Self {
        let mut is_target = vec![false; body.instructions.len() + 1];
        let instructions = body.instructions.iter();
        let jumps = instructions.filter_map(|instruction| match instruction.operand {
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
            local_kinds,
            has_lines,
            is_target,
        }
    }

    /// Returns whether the instructions at `index` and after it are joined, unless the first is already joined with the
    /// one before.
    pub(crate) fn expects(&self, index: usize) -> bool {
        let Some([first, second]) = self.body.instructions.get(index..index + 2) else {
            return false;
        };
        self.set.joined(first.opcode, second.opcode).is_some()
            && !self.is_target[index + 1]
            && first.handler == second.handler
            && self.is_same_line(first, second)
            && self.is_joinable(first.operand)
            && self.is_joinable(second.operand)
    }

    fn is_same_line(&self, first: &Instruction, second: &Instruction) -> bool {
        if self.has_lines {
            return first.line == second.line;
        }
        // What follows a store is mostly the next statement, on another line.
        let stores = |opcode| self.set.has(opcode, flag::STORE);
        !stores(first.opcode) || stores(second.opcode)
    }

    fn is_joinable(&self, operand: Operand) -> bool {
        let Operand::Local(local) = operand else {
            return false;
        };
        let kind = self.local_kinds.get(local as usize);
        local < MAX_JOINED_LOCALS && kind.is_some_and(|kind| kind & CELL_OR_FREE == 0)
    }
}
