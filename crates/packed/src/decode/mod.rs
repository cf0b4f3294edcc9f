//! Reads modules from streams. The files of this folder have the same names as those of [`encode`](crate::encode) that
//! write what they read.

mod assemble;
mod code;
mod instructions;
mod lines;
mod operands;
mod tables;

use crate::error::PackedError;
use crate::isa::InstructionSet;
use crate::lines::LineMode;
use crate::naming::MODULE_NAME;
use crate::signature::Signature;
use crate::stream::StreamReader;
use crate::symbols::Symbol;

type Result<T> = std::result::Result<T, PackedError>;

/// Reads the modules of a file.
pub(crate) struct Decoder<'a> {
    set: InstructionSet,
    symbols: Vec<Symbol>,
    pub(crate) reader: StreamReader<'a>,
    /// The signatures so far, with their known names.
    signatures: Vec<(u32, Signature)>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(set: InstructionSet, symbols: Vec<Symbol>, reader: StreamReader<'a>) -> Self {
        Self {
            set,
            symbols,
            reader,
            signatures: Vec::new(),
        }
    }

    /// Reads a module, and returns its marshalled code object.
    pub(crate) fn module(&mut self, mode: LineMode, filename: &[u8]) -> Result<Vec<u8>> {
        let mut code = self.code(None, Some(MODULE_NAME), 0)?;
        self.lines(&mut code, 1, mode)?;
        code.assemble(&self.set, mode)?;
        Ok(pyc::write(&code.to_code(filename)))
    }
}
