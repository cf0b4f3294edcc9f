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
        // The instruction after a store usually starts the next statement, on another line.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::Handler;
    use crate::testing::{Version, instruction_set, opcode};

    fn instruction(name: &str, operand: Operand, line: i32) -> Instruction {
        Instruction {
            opcode: opcode(name),
            argument: 0,
            operand,
            line: Some(line),
            handler: None,
            is_joined: false,
            min_width: 1,
            width: 1,
        }
    }

    fn local(name: &str, local: u32, line: i32) -> Instruction {
        instruction(name, Operand::Local(local), line)
    }

    fn body(first: Instruction, second: Instruction) -> Body {
        Body {
            instructions: vec![first, second],
            handlers: Vec::new(),
        }
    }

    /// Returns whether the first two of a body are joined, with lines and without.
    fn expects(body: &Body, local_kinds: &[u8]) -> [bool; 2] {
        let set = instruction_set(Version::Python313);
        [true, false].map(|has_lines| Joins::new(&set, body, local_kinds, has_lines).expects(0))
    }

    const KINDS: &[u8] = &[0x20; 20];

    #[test]
    fn two_locals_on_a_line_are_joined() {
        let loads = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 15, 1));
        assert_eq!(expects(&loads, KINDS), [true, true]);
        // There is no such instruction for a load and a store.
        let both = body(local("LOAD_FAST", 0, 1), local("STORE_FAST", 1, 1));
        assert_eq!(expects(&both, KINDS), [false, false]);
        // Nothing follows.
        let set = instruction_set(Version::Python313);
        assert!(!Joins::new(&set, &loads, KINDS, true).expects(1));
    }

    #[test]
    fn locals_on_different_lines_are_apart() {
        let loads = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 1, 2));
        assert_eq!(expects(&loads, KINDS), [false, true]);
        // Without lines, a load after a store is taken for the next statement.
        let store_and_load = body(local("STORE_FAST", 0, 1), local("LOAD_FAST", 1, 1));
        assert_eq!(expects(&store_and_load, KINDS), [true, false]);
        let stores = body(local("STORE_FAST", 0, 1), local("STORE_FAST", 1, 1));
        assert_eq!(expects(&stores, KINDS), [true, true]);
    }

    #[test]
    fn large_indexes_cells_and_free_variables_are_apart() {
        let large = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 16, 1));
        assert_eq!(expects(&large, KINDS), [false, false]);
        let loads = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 1, 1));
        assert_eq!(expects(&loads, &[0x20, 0x60]), [false, false]);
        assert_eq!(expects(&loads, &[0x80, 0x20]), [false, false]);
        // A damaged file has fewer locals.
        assert_eq!(expects(&loads, &[0x20]), [false, false]);
    }

    #[test]
    fn targets_are_apart() {
        let mut loads = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 1, 1));
        loads.handlers.push(Handler {
            target: 1,
            depth_lasti: 0,
        });
        assert_eq!(expects(&loads, KINDS), [false, false]);
        loads.handlers[0].target = 0;
        assert_eq!(expects(&loads, KINDS), [true, true]);
        loads
            .instructions
            .push(instruction("JUMP_BACKWARD", Operand::Target(1), 1));
        assert_eq!(expects(&loads, KINDS), [false, false]);
    }

    #[test]
    fn different_handlers_are_apart() {
        let mut loads = body(local("LOAD_FAST", 0, 1), local("LOAD_FAST", 1, 1));
        loads.instructions[1].handler = Some(0);
        assert_eq!(expects(&loads, KINDS), [false, false]);
        loads.instructions[0].handler = Some(0);
        assert_eq!(expects(&loads, KINDS), [true, true]);
    }
}
