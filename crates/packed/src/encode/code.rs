//! Writes code objects.

use super::instructions::InstructionEncoder;
use super::{Encoder, Result, Unencodable};
use crate::lines::{InstructionLine, LineMode};
use crate::model::CodeModel;
use crate::naming::{Enclosing, TracedOperand, predict_name};
use crate::signature::Signature;
use crate::stream::id;

/// How the lines of a code object and of its children are encoded.
pub(super) struct LineMarks {
    /// How the line of each instruction is encoded.
    pub(super) instructions: Vec<InstructionLine>,
    pub(super) children: Vec<LineMarks>,
}

impl<'a> Encoder<'a, '_> {
    /// Writes a code object, except for its lines. `predicted` is its expected name.
    pub(super) fn code(
        &mut self,
        model: &CodeModel<'a>,
        parent: Option<&Enclosing>,
        predicted: Option<&[u8]>,
        mode: LineMode,
    ) -> Result<LineMarks> {
        let code = &*model.code;
        let signature = model.signature;
        let is_name_known = predicted == Some(code.name);
        let is_qualname_known = Enclosing::qualname(parent, code.name) == code.qualname;
        let known = u32::from(is_name_known) | u32::from(is_qualname_known) << 1;
        self.signature(known, signature);
        if !is_name_known {
            self.writer.string(id::OTHER_NAMES, code.name);
        }
        if !is_qualname_known {
            self.writer.string(id::OTHER_NAMES, code.qualname);
        }
        let arguments = code.locals.get(..signature.argument_count()?);
        let arguments = arguments.ok_or(Unencodable)?;
        for argument in arguments {
            self.writer.string(id::ARGUMENT_NAMES, argument);
        }

        let mut instructions = InstructionEncoder::new(self, model, arguments, mode);
        instructions.run()?;
        let InstructionEncoder {
            flow,
            uses,
            trace,
            lines,
            first_line_constant,
            ..
        } = instructions;
        let excess = i64::from(code.stack_size) - flow.max_height;
        let excess = i32::try_from(excess).map_err(|_| Unencodable)?;
        self.writer.signed(id::STACK_SIZES, excess);
        self.tables(model, &uses, arguments, first_line_constant)?;

        let enclosing = Enclosing::new(code.qualname, signature, parent.is_none());
        let mut children = Vec::new();
        for (index, instruction) in trace.iter().enumerate() {
            if let TracedOperand::NewCode(child) = instruction.operand {
                let child = model.children.get(child).ok_or(Unencodable)?;
                let predicted = predict_name(&trace, index);
                children.push(self.code(child, Some(&enclosing), predicted, mode)?);
            }
        }
        for child in &model.children[model.loaded_children..] {
            children.push(self.code(child, Some(&enclosing), None, mode)?);
        }
        Ok(LineMarks {
            instructions: lines,
            children,
        })
    }

    /// Writes a signature. `known` tells in bits whether the name and the qualified name are the expected ones.
    fn signature(&mut self, known: u32, signature: Signature) {
        if let Some(number) = self.signatures.get(&(known, signature)) {
            self.writer.number(id::SIGNATURES, *number);
            return;
        }
        let next = u32::try_from(self.signatures.len() + 1).unwrap_or(u32::MAX);
        self.signatures.insert((known, signature), next);
        self.writer.number(id::SIGNATURES, 0);
        let Signature {
            flags,
            arg_count,
            positional_only,
            keyword_only,
        } = signature;
        for number in [known, flags, arg_count, positional_only, keyword_only] {
            self.writer.number(id::NEW_SIGNATURES, number);
        }
    }
}
