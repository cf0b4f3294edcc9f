//! Writes the instructions of a code object, with the marks between them.

use std::collections::HashSet;

use super::operands::first_line_constant;
use super::{Encoder, Result, Unencodable};
use crate::bytecode::{Body, Instruction, Operand};
use crate::flow::{Flow, ForwardReference};
use crate::isa::{ArgumentKind, InstructionSet, flag};
use crate::join::Joins;
use crate::lines::{InstructionLine, LineMark, LineMode, LineState};
use crate::model::CodeModel;
use crate::naming::TracedInstruction;
use crate::recency::Recency;
use crate::stream::{id, zigzag};
use crate::symbols::mark;
use crate::uses::Uses;

/// Writes the instructions of one code object.
pub(super) struct InstructionEncoder<'e, 'a, 's> {
    pub(super) encoder: &'e mut Encoder<'a, 's>,
    pub(super) model: &'e CodeModel<'a>,
    mode: LineMode,
    pub(super) flow: Flow,
    pub(super) uses: Uses<'a>,
    pub(super) recency: Recency<'a>,
    pub(super) trace: Vec<TracedInstruction<'a>>,
    pub(super) lines: Vec<InstructionLine>,
    line_state: LineState,
    /// The index of the constant that is the first line.
    pub(super) first_line_constant: Option<usize>,
    /// The number of children that were loaded.
    pub(super) loaded_children: usize,
    /// The argument of the previous instruction, if it is a number.
    pub(super) previous_argument: Option<u32>,
}

impl<'e, 'a, 's> InstructionEncoder<'e, 'a, 's> {
    pub(super) fn new(
        encoder: &'e mut Encoder<'a, 's>,
        model: &'e CodeModel<'a>,
        arguments: &[&'a [u8]],
        mode: LineMode,
    ) -> Self {
        let uses = Uses::new(encoder.set);
        Self {
            encoder,
            model,
            mode,
            flow: Flow::new(),
            uses,
            recency: Recency::new(arguments),
            trace: Vec::new(),
            lines: Vec::new(),
            line_state: LineState::new(model.code.first_line),
            first_line_constant: first_line_constant(model),
            loaded_children: 0,
            previous_argument: None,
        }
    }

    /// Writes the instructions.
    pub(super) fn run(&mut self) -> Result<()> {
        let (set, body) = (self.encoder.set, &self.model.body);
        let has_lines = self.mode == LineMode::Lines;
        let joins = Joins::new(set, body, self.model.code.local_kinds, has_lines);
        let loops = marked_loops(set, body);
        let mut is_second_half = false;
        for (index, instruction) in body.instructions.iter().enumerate() {
            self.arrive(index)?;
            if loops.contains(&index) {
                self.encoder.symbols.symbol(mark::LOOP, 0);
                self.flow.add_loop(index)?;
            }
            self.enter_handler(index, instruction.handler)?;
            self.mark_line(instruction)?;
            if instruction.min_width > 1 {
                let width = u32::from(instruction.min_width);
                self.encoder.symbols.number(mark::WIDE, width);
            }
            if is_second_half {
                is_second_half = false;
            } else {
                is_second_half = instruction.is_joined;
                if instruction.is_joined != joins.expects(index) {
                    let mark = if instruction.is_joined {
                        mark::JOINED
                    } else {
                        mark::APART
                    };
                    self.encoder.symbols.symbol(mark, 0);
                }
            }
            self.instruction(index, instruction)?;
        }
        self.arrive(body.instructions.len())?;
        self.uses.resolve_pending(false);
        self.encoder.symbols.symbol(mark::END, 0);
        Ok(())
    }

    /// Marks the jumps and handlers that lead to the instruction at `index`.
    fn arrive(&mut self, index: usize) -> Result<()> {
        let Body {
            instructions,
            handlers,
        } = &self.model.body;
        let leads_here = |reference| {
            let target = match reference {
                ForwardReference::Jump { instruction, .. } => instructions[instruction].operand,
                ForwardReference::Handler(handler) => Operand::Target(handlers[handler].target),
            };
            matches!(target, Operand::Target(target) if target as usize == index)
        };
        while let Some(back) = self.flow.find_pending(leads_here) {
            self.mark_number(mark::ARRIVE, back)?;
            self.flow.arrive(back)?;
        }
        Ok(())
    }

    /// Marks how the handler changes to `wanted` before the instruction at `index`.
    fn enter_handler(&mut self, index: usize, wanted: Option<u32>) -> Result<()> {
        let wanted = wanted.map(|handler| handler as usize);
        if self.flow.handler() == wanted {
            return Ok(());
        }
        let Some(handler) = wanted else {
            return self.leave_handlers(self.flow.active_handlers.len());
        };
        if let Some(count) = position_from_end(&self.flow.active_handlers, handler) {
            return self.leave_handlers(count);
        }
        if let Some(back) = position_from_end(&self.flow.known_handlers, handler) {
            self.mark_number(mark::ENTER_AGAIN, back)?;
            return Ok(self.flow.enter_again(back)?);
        }
        let new = self.model.body.handlers[handler];
        let is_ahead = new.target as usize > index;
        let depth = i64::from(new.depth_lasti) - 2 * self.flow.height;
        let depth = zigzag(i32::try_from(depth).map_err(|_| Unencodable)?);
        let number = depth.checked_mul(2).ok_or(Unencodable)? + u32::from(!is_ahead);
        self.encoder.symbols.number(mark::ENTER, number);
        if !is_ahead {
            self.write_loop(id::BACK_REFERENCES, new.target)?;
        }
        Ok(self.flow.enter(handler, new.depth_lasti, is_ahead)?)
    }

    fn leave_handlers(&mut self, count: usize) -> Result<()> {
        self.mark_number(mark::LEAVE, count - 1)?;
        Ok(self.flow.leave(count)?)
    }

    fn mark_number(&mut self, mark: u8, number: usize) -> Result<()> {
        let number = u32::try_from(number).map_err(|_| Unencodable)?;
        self.encoder.symbols.number(mark, number);
        Ok(())
    }

    /// Writes which loop starts at the instruction `target`, counted from the latest.
    pub(super) fn write_loop(&mut self, stream: u16, target: u32) -> Result<()> {
        let back = position_from_end(&self.flow.loops, target as usize);
        let back = back.and_then(|back| u32::try_from(back).ok());
        self.encoder.writer.number(stream, back.ok_or(Unencodable)?);
        Ok(())
    }

    /// Decides how the line of an instruction is encoded, and writes its mark.
    fn mark_line(&mut self, instruction: &Instruction) -> Result<()> {
        let op = self.encoder.set.op(instruction.opcode).ok_or(Unencodable)?;
        let argument = instruction.argument;
        let height_after = self.flow.height_after(op, argument);
        let height = self.flow.height;
        let mut line = InstructionLine::new(LineMark::Usual, op, argument, height, height_after);
        line.mark = match instruction.line {
            _ if self.mode != LineMode::Lines => LineMark::Usual,
            _ if self.flow.statement_ended => LineMark::AfterStatement,
            None => LineMark::NoLine,
            Some(number) if number == self.line_state.usual_line(line) => LineMark::Usual,
            Some(_) => LineMark::Marked,
        };
        match line.mark {
            LineMark::Marked => self.encoder.symbols.symbol(mark::LINE, 0),
            LineMark::NoLine => self.encoder.symbols.symbol(mark::NO_LINE, 0),
            LineMark::Usual | LineMark::AfterStatement => {}
        }
        if line.mark == LineMark::Usual {
            self.line_state.take_usual_line(line);
        } else if let Some(number) = instruction.line {
            self.line_state.line = number;
        }
        self.line_state.finish_instruction(line, instruction.line);
        self.lines.push(line);
        Ok(())
    }
}

/// Returns how many items come after the last occurrence of `item`.
fn position_from_end(list: &[usize], item: usize) -> Option<usize> {
    list.iter().rev().position(|other| *other == item)
}

/// Returns the instructions that need a [`mark::LOOP`]: a backward jump leads there, or a handler from the same
/// instruction or a later one, and the instruction is not a loop itself.
fn marked_loops(set: &InstructionSet, body: &Body) -> HashSet<usize> {
    let mut loops = HashSet::new();
    let mut entered = HashSet::new();
    let is_backward = |opcode| {
        let op = set.op(opcode);
        op.is_some_and(|op| op.kind == ArgumentKind::BackwardJump)
    };
    for (index, instruction) in body.instructions.iter().enumerate() {
        if let Operand::Target(target) = instruction.operand
            && is_backward(instruction.opcode)
        {
            loops.insert(target as usize);
        }
        if let Some(handler) = instruction.handler
            && entered.insert(handler)
        {
            let target = body.handlers[handler as usize].target as usize;
            if target <= index {
                loops.insert(target);
            }
        }
    }
    loops.retain(|index| {
        let instruction = body.instructions.get(*index);
        instruction.is_none_or(|instruction| !set.has(instruction.opcode, flag::LOOP))
    });
    loops
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bytecode::disassemble;
    use crate::isa::InstructionSet;
    use crate::testing::{Version, bytecode, instruction_set};

    fn loops(set: &InstructionSet, instructions: &[(&str, u8)], table: &[u8]) -> Vec<usize> {
        let bytes = bytecode(instructions);
        let lines = vec![None; bytes.len() / 2];
        let body = disassemble(set, bytes, table, &lines).unwrap();
        let mut loops: Vec<usize> = marked_loops(set, &body).into_iter().collect();
        loops.sort_unstable();
        loops
    }

    #[test]
    fn targets_behind_are_marked_unless_they_are_loops_themselves() {
        let set = instruction_set(Version::Python314);
        let body = [
            ("NOP", 0),
            ("FOR_ITER", 4),
            ("JUMP_BACKWARD", 4),
            ("JUMP_BACKWARD", 7),
        ];
        assert_eq!(loops(&set, &body, b""), [0]);
        // Handlers of the second instruction: behind, at the instruction, and ahead.
        let nops = [("NOP", 0); 3];
        assert_eq!(loops(&set, &nops, &[0x81, 1, 0, 0]), [0]);
        assert_eq!(loops(&set, &nops, &[0x81, 1, 1, 0]), [1]);
        assert_eq!(loops(&set, &nops, &[0x81, 1, 2, 0]), [0; 0]);
    }
}
