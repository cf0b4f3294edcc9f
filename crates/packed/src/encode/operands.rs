//! Writes instructions with their operands.

use pyc::Value;

use super::instructions::InstructionEncoder;
use super::{Result, Unencodable};
use crate::bytecode::{Instruction, Operand};
use crate::constants::{Constant, tag, tag_of};
use crate::isa::{ArgumentKind, Op, Role};
use crate::model::CodeModel;
use crate::naming::{TracedInstruction, TracedOperand};
use crate::stream::id;
use crate::symbols::{CALL_ARGUMENTS, SAME_ARGUMENT};
use crate::uses::STATIC_ATTRIBUTES;

impl<'a> InstructionEncoder<'_, 'a, '_> {
    /// Writes the instruction at `index`.
    pub(super) fn instruction(&mut self, index: usize, instruction: &Instruction) -> Result<()> {
        let set = self.encoder.set;
        let opcode = instruction.opcode;
        let argument = instruction.argument;
        let op = set.op(opcode).ok_or(Unencodable)?;
        let mut traced = TracedOperand::Other;
        let is_static_attributes = match instruction.operand {
            Operand::Name(index) => self.model.code.names[index as usize] == STATIC_ATTRIBUTES,
            _ => false,
        };
        self.uses
            .resolve_pending(op.takes_tuple(is_static_attributes));
        match instruction.operand {
            Operand::None if op.kind == ArgumentKind::Immediate => {
                self.immediate(op, opcode, argument);
            }
            Operand::None => self.encoder.symbols.symbol(opcode, 0),
            Operand::Name(index) => {
                let name = self.model.code.names[index as usize];
                let low_bits = u8::try_from(argument).map_err(|_| Unencodable)?;
                self.encoder.symbols.symbol(opcode, low_bits);
                let class = id::NAMES + 2 * u16::from(opcode) + u16::from(low_bits & 1);
                self.encoder.writer.string(class, name);
                self.uses.add_name(name);
                traced = TracedOperand::Name(name);
            }
            Operand::Local(index) => {
                let name = self.model.code.locals[index as usize];
                self.encoder.symbols.symbol(opcode, 0);
                self.local(op.local_stream, name);
                self.uses.add_local(op, name);
                traced = TracedOperand::Name(name);
            }
            Operand::Const(index) => traced = self.constant(opcode, index as usize)?,
            Operand::Target(target) => {
                self.encoder.symbols.symbol(opcode, 0);
                if op.kind == ArgumentKind::ForwardJump {
                    self.flow.jump_forward(index, op)?;
                } else {
                    self.write_loop(id::BACKWARD_JUMPS, target)?;
                }
            }
        }
        self.previous_argument = (op.kind == ArgumentKind::Immediate).then_some(argument);
        self.uses.add_implied_constant(op, argument);
        self.flow.step(set, index, op, argument)?;
        if op.role == Role::CopyFreeVars {
            self.free_variables(op, argument)?;
        }
        self.trace.push(TracedInstruction {
            role: op.role,
            operand: traced,
        });
        Ok(())
    }

    fn immediate(&mut self, op: &Op, opcode: u8, argument: u32) {
        let symbols = &mut self.encoder.symbols;
        if op.counts_arguments && self.flow.call_argument_count() == Some(argument) {
            symbols.symbol(opcode, CALL_ARGUMENTS);
        } else if op.counts_arguments && self.previous_argument == Some(argument) {
            symbols.symbol(opcode, SAME_ARGUMENT);
        } else {
            symbols.number(opcode, argument);
        }
    }

    fn local(&mut self, stream: u8, name: &'a [u8]) {
        let writer = &mut self.encoder.writer;
        let rank = self.recency.rank(name);
        writer.number(id::LOCALS[usize::from(stream)], rank);
        if rank == 0 {
            writer.string(id::LOCAL_NAMES, name);
        }
    }

    /// Writes the free variables: the last locals.
    fn free_variables(&mut self, op: &Op, count: u32) -> Result<()> {
        let locals = &self.model.code.locals;
        let start = locals.len().checked_sub(count as usize);
        for name in &locals[start.ok_or(Unencodable)?..] {
            self.local(op.local_stream, name);
            self.uses.add_free_variable(name);
        }
        Ok(())
    }

    /// Writes an instruction that loads a constant.
    fn constant(&mut self, opcode: u8, index: usize) -> Result<TracedOperand<'a>> {
        if let Some(child) = self.model.child_indexes[index] {
            self.uses.add_constant(&Constant::Code(child));
            return self.nested_code(opcode, child);
        }
        let symbols = &mut self.encoder.symbols;
        if self.first_line_constant == Some(index) {
            symbols.symbol(opcode, tag::FIRST_LINE);
            self.uses.add_constant(&Constant::FirstLine);
            return Ok(TracedOperand::Other);
        }
        let value = &self.model.code.consts[index];
        self.uses.add_constant(&Constant::Value(value.clone()));
        match value {
            Value::Int(int) => symbols.integer(opcode, *int),
            Value::Str([]) => symbols.symbol(opcode, tag::EMPTY_STR),
            _ => {
                symbols.symbol(opcode, tag_of(value).ok_or(Unencodable)?);
                self.encoder.writer.constant_value(value);
            }
        }
        Ok(match value {
            Value::Str(string) => TracedOperand::Str(string),
            _ => TracedOperand::Other,
        })
    }

    fn nested_code(&mut self, opcode: u8, child: usize) -> Result<TracedOperand<'a>> {
        let symbols = &mut self.encoder.symbols;
        let Some(distance) = self.loaded_children.checked_sub(child + 1) else {
            self.loaded_children += 1;
            symbols.symbol(opcode, tag::NEW_CODE);
            return Ok(TracedOperand::NewCode(child));
        };
        symbols.symbol(opcode, tag::KNOWN_CODE);
        let distance = u32::try_from(distance).map_err(|_| Unencodable)?;
        self.encoder.writer.number(id::BACK_REFERENCES, distance);
        Ok(TracedOperand::KnownCode)
    }
}

/// Returns the index of the constant that the body of a class stores as `__firstlineno__` (since 3.13), if it is the
/// first line and no other instruction loads it.
pub(super) fn first_line_constant(model: &CodeModel<'_>) -> Option<usize> {
    let code = &*model.code;
    if model.signature.is_function() {
        return None;
    }
    let instructions = &model.body.instructions;
    let mut loads = instructions
        .iter()
        .enumerate()
        .filter_map(|(place, instruction)| match instruction.operand {
            Operand::Const(index) => Some((place, index as usize)),
            _ => None,
        })
        .filter(|(_, index)| code.consts[*index] == Value::Int(code.first_line));
    let (place, index) = loads.next()?;
    if loads.next().is_some() {
        return None;
    }
    match instructions.get(place + 1)?.operand {
        Operand::Name(name) if code.names[name as usize] == b"__firstlineno__" => Some(index),
        _ => None,
    }
}
