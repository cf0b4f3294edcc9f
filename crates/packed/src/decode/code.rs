//! Reads code objects.

use super::instructions::{InstructionDecoder, InstructionMarks};
use super::{Decoder, Result};
use crate::bytecode::Body;
use crate::constants::Constant;
use crate::error::PackedError;
use crate::model::MAX_NESTED_CODE;
use crate::naming::{Enclosing, TracedOperand, predict_name};
use crate::signature::Signature;
use crate::stream::id;

/// A code object that is being read.
pub(super) struct DecodedCode<'a> {
    pub(super) signature: Signature,
    pub(super) name: &'a [u8],
    pub(super) qualname: Vec<u8>,
    pub(super) stack_size: u32,
    /// The instructions, until they are assembled.
    pub(super) body: Body,
    /// The marks of each instruction.
    pub(super) marks: Vec<InstructionMarks>,
    pub(super) constants: Vec<Constant<'a>>,
    pub(super) names: Vec<&'a [u8]>,
    pub(super) locals: Vec<&'a [u8]>,
    pub(super) local_kinds: Vec<u8>,
    pub(super) children: Vec<Self>,
    pub(super) first_line: i32,
    pub(super) line_table: Vec<u8>,
    pub(super) bytecode: Vec<u8>,
    pub(super) exception_table: Vec<u8>,
}

impl<'a> Decoder<'a> {
    /// Reads a code object, except for its lines. `predicted` is its expected name.
    pub(super) fn code(
        &mut self,
        parent: Option<&Enclosing>,
        predicted: Option<&'a [u8]>,
        nesting: usize,
    ) -> Result<DecodedCode<'a>> {
        if nesting >= MAX_NESTED_CODE {
            return Err(PackedError::damaged("code objects are nested too deeply"));
        }
        let (known, signature) = self.signature()?;
        let name = if known & 1 != 0 {
            predicted.ok_or(PackedError::damaged("unknown name of a code object"))?
        } else {
            self.reader.string(id::OTHER_NAMES)?
        };
        let qualname = if known & 2 != 0 {
            Enclosing::qualname(parent, name)
        } else {
            self.reader.string(id::OTHER_NAMES)?.to_vec()
        };
        let arguments = (0..signature.argument_count()?)
            .map(|_| self.reader.string(id::ARGUMENT_NAMES))
            .collect::<Result<Vec<_>>>()?;

        let mut instructions = InstructionDecoder::new(self, &arguments);
        instructions.run()?;
        let InstructionDecoder {
            flow,
            uses,
            trace,
            body,
            operands,
            marks,
            loaded_children,
            ..
        } = instructions;
        let excess = i64::from(self.reader.signed(id::STACK_SIZES)?);
        let stack_size = u32::try_from(flow.max_height + excess)
            .map_err(|_| PackedError::damaged("stack size out of range"))?;
        let mut code = DecodedCode {
            signature,
            name,
            qualname,
            stack_size,
            body,
            marks,
            constants: Vec::new(),
            names: Vec::new(),
            locals: Vec::new(),
            local_kinds: Vec::new(),
            children: Vec::new(),
            first_line: 0,
            line_table: Vec::new(),
            bytecode: Vec::new(),
            exception_table: Vec::new(),
        };
        let child_count = self.tables(&mut code, &uses, &arguments, loaded_children)?;
        code.resolve_operands(&operands)?;

        let enclosing = Enclosing::new(&code.qualname, signature, parent.is_none());
        for (index, instruction) in trace.iter().enumerate() {
            if let TracedOperand::NewCode(_) = instruction.operand {
                let predicted = predict_name(&trace, index);
                let child = self.code(Some(&enclosing), predicted, nesting + 1)?;
                code.children.push(child);
            }
        }
        while code.children.len() < child_count {
            let child = self.code(Some(&enclosing), None, nesting + 1)?;
            code.children.push(child);
        }
        Ok(code)
    }

    /// Reads a signature, and in bits whether the name and the qualified name are the expected ones.
    fn signature(&mut self) -> Result<(u32, Signature)> {
        if let Some(index) = self.reader.number(id::SIGNATURES)?.checked_sub(1) {
            let known = self.signatures.get(index as usize).copied();
            return known.ok_or(PackedError::damaged("unknown signature"));
        }
        let mut number = || self.reader.number(id::NEW_SIGNATURES);
        let known = number()?;
        let signature = Signature {
            flags: number()?,
            arg_count: number()?,
            positional_only: number()?,
            keyword_only: number()?,
        };
        self.signatures.push((known, signature));
        Ok((known, signature))
    }
}
