//! Reads instructions with their operands.

use std::collections::HashMap;

use pyc::Value;

use super::Result;
use super::code::DecodedCode;
use super::instructions::{InstructionDecoder, UNRESOLVED};
use crate::bytecode::Operand;
use crate::constants::{Constant, tag};
use crate::error::PackedError;
use crate::isa::{ArgumentKind, Op, Role};
use crate::naming::{TracedInstruction, TracedOperand};
use crate::stream::{id, unzigzag};
use crate::symbols::{CALL_ARGUMENTS, SAME_ARGUMENT, Symbol};
use crate::uses::STATIC_ATTRIBUTES;

/// An operand whose index is not known until the tables are read.
pub(super) enum NamedOperand<'a> {
    None,
    Name(&'a [u8]),
    Local(&'a [u8]),
    Const(Constant<'a>),
}

impl<'a> InstructionDecoder<'_, 'a> {
    /// Reads an instruction.
    pub(super) fn instruction(&mut self, symbol: Symbol) -> Result<()> {
        let index = self.body.instructions.len();
        let op = self.decoder.set.op(symbol.op).cloned();
        let op = op.ok_or(PackedError::damaged("unknown instruction"))?;
        let mut argument = 0;
        let mut operand = Operand::None;
        let mut named = NamedOperand::None;
        let mut traced = TracedOperand::Other;
        let mut is_static_attributes = false;
        match op.kind {
            ArgumentKind::None => {}
            ArgumentKind::Immediate => argument = self.immediate(symbol)?,
            ArgumentKind::Name => {
                argument = u32::from(symbol.detail);
                if argument >> op.name_shift != 0 {
                    return Err(PackedError::damaged("argument of a name out of range"));
                }
                let class = id::NAMES + 2 * u16::from(symbol.op) + u16::from(symbol.detail & 1);
                let name = self.decoder.reader.string(class)?;
                self.uses.add_name(name);
                is_static_attributes = name == STATIC_ATTRIBUTES;
                named = NamedOperand::Name(name);
                traced = TracedOperand::Name(name);
            }
            ArgumentKind::Local => {
                let name = self.local(op.local_stream)?;
                self.uses.add_local(&op, name);
                named = NamedOperand::Local(name);
                traced = TracedOperand::Name(name);
            }
            ArgumentKind::Const => {
                self.uses.resolve_pending(false);
                let constant;
                (constant, traced) = self.constant(symbol)?;
                self.uses.add_constant(&constant);
                named = NamedOperand::Const(constant);
            }
            ArgumentKind::ForwardJump => {
                operand = Operand::Target(UNRESOLVED);
                self.flow.jump_forward(index, &op)?;
            }
            ArgumentKind::BackwardJump => {
                operand = Operand::Target(self.read_loop(id::BACKWARD_JUMPS)?);
            }
            ArgumentKind::Joined => return Err(PackedError::damaged("joined instruction")),
        }
        if op.kind != ArgumentKind::Const {
            self.uses
                .resolve_pending(op.takes_tuple(is_static_attributes));
        }
        self.add(symbol.op, &op, argument, operand);
        self.operands.push(named);
        self.uses.add_implied_constant(&op, argument);
        self.flow.step(&self.decoder.set, index, &op, argument)?;
        if op.role == Role::CopyFreeVars {
            self.free_variables(&op, argument)?;
        }
        self.trace.push(TracedInstruction {
            role: op.role,
            operand: traced,
        });
        Ok(())
    }

    fn immediate(&mut self, symbol: Symbol) -> Result<u32> {
        match symbol.detail {
            CALL_ARGUMENTS => {
                let count = self.flow.call_argument_count();
                count.ok_or(PackedError::damaged("arguments without a call"))
            }
            SAME_ARGUMENT => {
                let previous = self.body.instructions.last();
                let argument = previous.map(|previous| previous.argument);
                argument.ok_or(PackedError::damaged("argument without a predecessor"))
            }
            _ => self.number(symbol),
        }
    }

    fn local(&mut self, stream: u8) -> Result<&'a [u8]> {
        let reader = &mut self.decoder.reader;
        let rank = reader.number(id::LOCALS[usize::from(stream)])? as usize;
        if rank == 0 {
            let name = reader.string(id::LOCAL_NAMES)?;
            self.recency.add(name);
            return Ok(name);
        }
        reader.count_steps(rank)?;
        let name = self.recency.take(rank);
        name.ok_or(PackedError::damaged("unknown local"))
    }

    fn free_variables(&mut self, op: &Op, count: u32) -> Result<()> {
        for _ in 0..count {
            let name = self.local(op.local_stream)?;
            self.uses.add_free_variable(name);
        }
        Ok(())
    }

    /// Reads a constant that an instruction loads.
    fn constant(&mut self, symbol: Symbol) -> Result<(Constant<'a>, TracedOperand<'a>)> {
        let reader = &mut self.decoder.reader;
        let value = match symbol.detail {
            tag::NEW_CODE => {
                let child = self.loaded_children;
                self.loaded_children += 1;
                return Ok((Constant::Code(child), TracedOperand::NewCode(child)));
            }
            tag::KNOWN_CODE => {
                let distance = reader.number(id::BACK_REFERENCES)? as usize;
                let latest = self.loaded_children.checked_sub(1);
                let child = latest.and_then(|latest| latest.checked_sub(distance));
                let child = child.ok_or(PackedError::damaged("unknown code object"))?;
                return Ok((Constant::Code(child), TracedOperand::KnownCode));
            }
            tag::FIRST_LINE => return Ok((Constant::FirstLine, TracedOperand::Other)),
            tag::INT => Value::Int(reader.signed(id::ESCAPES)?),
            tag::EMPTY_STR => Value::Str(&[]),
            tag::SMALL_INTS.. => Value::Int(unzigzag(u32::from(symbol.detail - tag::SMALL_INTS))),
            tag => reader.constant_value(tag, 0)?,
        };
        let traced = match value {
            Value::Str(string) => TracedOperand::Str(string),
            _ => TracedOperand::Other,
        };
        Ok((Constant::Value(value), traced))
    }
}

impl<'a> DecodedCode<'a> {
    /// Sets the operands of instructions to their indexes in the tables.
    pub(super) fn resolve_operands(&mut self, operands: &[NamedOperand<'a>]) -> Result<()> {
        let indexes = |names: &[&'a [u8]]| -> HashMap<&'a [u8], u32> {
            names.iter().copied().zip(0..).collect()
        };
        let (names, locals) = (indexes(&self.names), indexes(&self.locals));
        let constants: HashMap<&Constant<'a>, u32> = self.constants.iter().zip(0..).collect();
        for (instruction, operand) in self.body.instructions.iter_mut().zip(operands) {
            let resolved = match operand {
                NamedOperand::None => continue,
                NamedOperand::Name(name) => names.get(name).copied().map(Operand::Name),
                NamedOperand::Local(name) => locals.get(name).copied().map(Operand::Local),
                NamedOperand::Const(constant) => {
                    constants.get(constant).copied().map(Operand::Const)
                }
            };
            let missing = PackedError::damaged("operand that is in no table");
            instruction.operand = resolved.ok_or(missing)?;
        }
        Ok(())
    }
}
