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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::encode::Encoder;
    use crate::model::{CodeModel, MAX_NESTED_CODE};
    use crate::stream::id;
    use crate::symbols::read_table;
    use crate::testing::{Version, code, instruction_set, module, reader};

    /// Returns a model of nested code objects, whether it may be as deep or not.
    fn nested(depth: usize) -> CodeModel<'static> {
        let set = instruction_set(Version::Python314);
        let model = |code| CodeModel::of_module(&set, &Rc::new(code)).unwrap().1;
        // An empty code object.
        let leaf = model(code("<module>", &[], 1));
        (1..depth).fold(leaf, |inner, _| {
            // A module that loads one code object.
            let mut outer = model(module());
            outer.children = vec![inner];
            outer
        })
    }

    /// Writes a model and reads it.
    fn round_trip(model: &CodeModel<'static>) -> Result<Vec<u8>> {
        let set = instruction_set(Version::Python314);
        let mut encoder = Encoder::new(&set);
        encoder.module(model, LineMode::Definitions).unwrap();
        let streams = encoder.finish().into_streams();
        let (ops, details) = (&streams[&id::SYMBOL_OPS], &streams[&id::SYMBOL_DETAILS]);
        let symbols = read_table(ops, details).unwrap();
        let mut reader = reader(&streams);
        let set = InstructionSet::read(&mut reader).unwrap();
        Decoder::new(set, symbols, reader).module(LineMode::Definitions, b"m.py")
    }

    #[test]
    fn nesting_is_limited() {
        assert!(round_trip(&nested(MAX_NESTED_CODE)).is_ok());
        let error = round_trip(&nested(MAX_NESTED_CODE + 1)).unwrap_err();
        let message = "damaged file: code objects are nested too deeply";
        assert_eq!(error.to_string(), message);
    }
}
