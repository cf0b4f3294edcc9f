//! Writes lines.

use super::Encoder;
use super::code::LineMarks;
use crate::bytecode::Operand;
use crate::isa::flag;
use crate::lines::{LineMark, LineMode, LineState};
use crate::model::CodeModel;
use crate::stream::{id, zigzag};

impl<'a> Encoder<'a, '_> {
    /// Writes the lines of a code object and its children, and returns the largest. `base` is the line that its first
    /// line is relative to.
    pub(super) fn lines(
        &mut self,
        model: &CodeModel<'a>,
        marks: &LineMarks,
        base: i32,
        mode: LineMode,
    ) -> i32 {
        let code = &*model.code;
        let step = code.first_line.wrapping_sub(base);
        self.writer.signed(id::FIRST_LINES, step);
        if mode == LineMode::Tables {
            self.writer.raw(&code.line_table);
        }
        let mut state = LineState::new(code.first_line);
        let mut children = model.children.iter().zip(&marks.children);
        let mut next_child = 0;
        for (instruction, line) in model.body.instructions.iter().zip(&marks.instructions) {
            self.line(instruction.opcode, instruction.line, line.mark, &mut state);
            if line.mark == LineMark::Usual {
                state.take_usual_line(*line);
            }
            state.finish_instruction(*line, instruction.line);
            if let Operand::Const(index) = instruction.operand
                && model.child_indexes[index as usize] == Some(next_child)
                && let Some((child, marks)) = children.next()
            {
                next_child += 1;
                let max_line = self.lines(child, marks, state.child_base(mode), mode);
                state.add_child(child.code.first_line, max_line);
            }
            state.is_after_store = self.set.has(instruction.opcode, flag::STORE);
        }
        for (child, marks) in children {
            let max_line = self.lines(child, marks, state.child_base(mode), mode);
            state.add_child(child.code.first_line, max_line);
        }
        state.max_line
    }

    /// Writes the line of an instruction.
    fn line(&mut self, opcode: u8, line: Option<i32>, mark: LineMark, state: &mut LineState) {
        let opcode = u16::from(opcode);
        match (mark, line) {
            (LineMark::Usual | LineMark::NoLine, _) | (LineMark::Marked, None) => {}
            (LineMark::Marked, Some(line)) => {
                let step = line.wrapping_sub(state.line);
                self.writer.signed(id::INNER_LINES + opcode, step);
                state.line = line;
            }
            (LineMark::AfterStatement, line) => {
                let number = match line {
                    None => 1,
                    Some(line) if line == state.line => 0,
                    Some(line) => {
                        let step = line.wrapping_sub(state.base());
                        state.start_statement(line);
                        2 + zigzag(step)
                    }
                };
                self.writer.number(id::LINES + opcode, number);
            }
        }
    }
}
