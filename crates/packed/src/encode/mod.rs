//! Writes modules into streams. The files of this folder have the same names as those of [`decode`](crate::decode) that
//! read what they write.

mod code;
mod instructions;
mod lines;
mod operands;
mod tables;

use std::collections::HashMap;

use crate::error::PackedError;
use crate::isa::InstructionSet;
use crate::lines::LineMode;
use crate::model::CodeModel;
use crate::naming::MODULE_NAME;
use crate::signature::Signature;
use crate::stream::StreamWriter;
use crate::symbols::SymbolRecorder;

/// A module that cannot be written, though it has a model.
#[derive(Debug)]
pub(crate) struct Unencodable;

impl From<PackedError> for Unencodable {
    fn from(_: PackedError) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Unencodable>;

/// Writes the modules of a file.
pub(crate) struct Encoder<'a, 's> {
    set: &'s InstructionSet,
    pub(crate) writer: StreamWriter<'a>,
    symbols: SymbolRecorder,
    /// The numbers of signatures, from 1, by their known names and the signature.
    signatures: HashMap<(u32, Signature), u32>,
}

impl<'a, 's> Encoder<'a, 's> {
    pub(crate) fn new(set: &'s InstructionSet) -> Self {
        Self {
            set,
            writer: StreamWriter::default(),
            symbols: SymbolRecorder::default(),
            signatures: HashMap::new(),
        }
    }

    /// Writes a module.
    pub(crate) fn module(&mut self, module: &CodeModel<'a>, mode: LineMode) -> Result<()> {
        let marks = self.code(module, None, Some(MODULE_NAME), mode)?;
        self.lines(module, &marks, 1, mode);
        Ok(())
    }

    /// Writes the instruction set and the symbols, and returns all streams.
    pub(crate) fn finish(mut self) -> StreamWriter<'a> {
        self.set.write(&self.symbols.used_ops(), &mut self.writer);
        self.symbols.write(&mut self.writer);
        self.writer
    }
}
