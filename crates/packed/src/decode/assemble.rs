//! Completes code objects whose instructions, tables and lines are read.

use pyc::{Code, Value, line_table};

use super::Result;
use super::code::DecodedCode;
use crate::bytecode::{Body, assemble};
use crate::constants::Constant;
use crate::error::PackedError;
use crate::isa::InstructionSet;
use crate::join::Joins;
use crate::lines::LineMode;

impl<'a> DecodedCode<'a> {
    /// Assembles the bytecode of a code object and its children.
    pub(super) fn assemble(&mut self, set: &InstructionSet, mode: LineMode) -> Result<()> {
        self.join_instructions(set, mode);
        let assembled = assemble(set, &self.body)
            .ok_or(PackedError::damaged("instructions cannot be assembled"))?;
        self.bytecode = assembled.bytecode;
        self.exception_table = assembled.exception_table;
        if mode != LineMode::Tables {
            self.line_table = line_table::write(&assembled.lines, self.first_line);
        }
        self.body = Body::default();
        self.children
            .iter_mut()
            .try_for_each(|child| child.assemble(set, mode))
    }

    fn join_instructions(&mut self, set: &InstructionSet, mode: LineMode) {
        let joins = Joins::new(set, &self.body, &self.local_kinds, mode == LineMode::Lines);
        let mut is_joined = Vec::with_capacity(self.marks.len());
        for (index, marks) in self.marks.iter().enumerate() {
            let is_second_half = is_joined.last() == Some(&true);
            let expected = || joins.expects(index);
            is_joined.push(!is_second_half && marks.is_joined.unwrap_or_else(expected));
        }
        for (instruction, is_joined) in self.body.instructions.iter_mut().zip(is_joined) {
            instruction.is_joined = is_joined;
        }
    }

    /// Returns the code object.
    pub(super) fn to_code<'c>(&'c self, filename: &'c [u8]) -> Code<'c> {
        let value = |constant: &Constant<'a>| -> Value<'c> {
            match constant {
                Constant::Value(value) => value.clone(),
                Constant::FirstLine => Value::Int(self.first_line),
                Constant::Code(child) => {
                    Value::Code(self.children[*child].to_code(filename).into())
                }
            }
        };
        Code {
            arg_count: self.signature.arg_count,
            positional_only: self.signature.positional_only,
            keyword_only: self.signature.keyword_only,
            stack_size: self.stack_size,
            flags: self.signature.flags,
            bytecode: &self.bytecode,
            consts: self.constants.iter().map(value).collect(),
            names: self.names.clone(),
            locals: self.locals.clone(),
            local_kinds: &self.local_kinds,
            filename,
            name: self.name,
            qualname: &self.qualname,
            first_line: self.first_line,
            line_table: (&self.line_table).into(),
            exception_table: &self.exception_table,
        }
    }
}
