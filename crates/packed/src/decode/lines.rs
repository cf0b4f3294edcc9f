//! Reads lines.

use super::code::DecodedCode;
use super::{Decoder, Result};
use crate::bytecode::Operand;
use crate::constants::Constant;
use crate::isa::flag;
use crate::lines::{InstructionLine, LineMark, LineMode, LineState};
use crate::stream::{id, unzigzag};

impl Decoder<'_> {
    /// Reads the lines of a code object and its children, and returns the largest. `base` is the line that its first
    /// line is relative to.
    pub(super) fn lines(
        &mut self,
        code: &mut DecodedCode<'_>,
        base: i32,
        mode: LineMode,
    ) -> Result<i32> {
        let step = self.reader.signed(id::FIRST_LINES)?;
        code.first_line = base.wrapping_add(step);
        if mode == LineMode::Tables {
            code.line_table = self.reader.raw()?.to_vec();
        }
        let mut state = LineState::new(code.first_line);
        let mut children = code.children.iter_mut();
        let mut next_child = 0;
        for (instruction, marks) in code.body.instructions.iter_mut().zip(&code.marks) {
            instruction.line = match mode {
                LineMode::Definitions => Some(code.first_line),
                LineMode::Tables => None,
                LineMode::Lines => self.line(instruction.opcode, marks.line, &mut state)?,
            };
            if let Operand::Const(index) = instruction.operand
                && code.constants.get(index as usize) == Some(&Constant::Code(next_child))
                && let Some(child) = children.next()
            {
                next_child += 1;
                let max_line = self.lines(child, state.child_base(mode), mode)?;
                state.add_child(child.first_line, max_line);
            }
            state.is_after_store = self.set.has(instruction.opcode, flag::STORE);
        }
        for child in children {
            let max_line = self.lines(child, state.child_base(mode), mode)?;
            state.add_child(child.first_line, max_line);
        }
        Ok(state.max_line)
    }

    /// Reads the line of an instruction.
    fn line(
        &mut self,
        opcode: u8,
        instruction: InstructionLine,
        state: &mut LineState,
    ) -> Result<Option<i32>> {
        let opcode = u16::from(opcode);
        let line = match instruction.mark {
            LineMark::Usual => Some(state.take_usual_line(instruction)),
            LineMark::NoLine => None,
            LineMark::Marked => {
                let step = self.reader.signed(id::INNER_LINES + opcode)?;
                state.line = state.line.wrapping_add(step);
                Some(state.line)
            }
            LineMark::AfterStatement => {
                let number = self.reader.number(id::LINES + opcode)?;
                if let Some(step) = number.checked_sub(2) {
                    state.start_statement(state.base().wrapping_add(unzigzag(step)));
                }
                (number != 1).then_some(state.line)
            }
        };
        self.reader.count_steps(instruction.slots().len())?;
        state.finish_instruction(instruction, line);
        Ok(line)
    }
}
