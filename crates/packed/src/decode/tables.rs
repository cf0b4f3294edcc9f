//! Reads how the tables of a code object differ from those that its instructions imply.

use super::code::DecodedCode;
use super::{Decoder, Result};
use crate::code_flags;
use crate::constants::{Constant, tag};
use crate::order::read_moves;
use crate::stream::id;
use crate::uses::Uses;

impl<'a> Decoder<'a> {
    /// Reads the tables of a code object, and returns how many children it has.
    pub(super) fn tables(
        &mut self,
        code: &mut DecodedCode<'a>,
        uses: &Uses<'a>,
        arguments: &[&'a [u8]],
        loaded_children: usize,
    ) -> Result<usize> {
        let flags = self.reader.number(id::CODE_FLAGS)?;
        let has = |flag: u32| flags & flag != 0;
        let docstring = if has(code_flags::DOCSTRING) {
            Some(self.reader.string(id::STRING_CONSTANTS)?)
        } else {
            None
        };
        let (mut locals, counts) = uses.expected_locals(arguments);
        if has(code_flags::LOCALS) {
            locals = self.names_order(locals)?;
        }
        code.local_kinds = if has(code_flags::LOCAL_KINDS) {
            self.reader.bytes(id::RAW, locals.len())?.to_vec()
        } else {
            code.signature.local_kinds(
                locals.len(),
                counts,
                |index| uses.is_cell(locals[index]),
                self.set.argument_kinds,
            )
        };
        code.locals = locals;
        code.names = uses.expected_names().to_vec();
        if has(code_flags::NAMES) {
            code.names = self.names_order(std::mem::take(&mut code.names))?;
        }
        let mut children = loaded_children;
        code.constants = uses.expected_constants(&self.set, code.signature, flags, docstring);
        if has(code_flags::CONSTANTS) {
            let expected = std::mem::take(&mut code.constants);
            code.constants = self.constants_order(expected, &mut children)?;
        }
        Ok(children)
    }

    /// Reads the order of constants. Extra code objects are children that no instruction loads.
    fn constants_order(
        &mut self,
        mut constants: Vec<Constant<'a>>,
        children: &mut usize,
    ) -> Result<Vec<Constant<'a>>> {
        for _ in 0..self.reader.number(id::ORDER_COUNTS)? {
            let tag = self.reader.tag()?;
            if tag == tag::NEW_CODE {
                constants.push(Constant::Code(*children));
                *children += 1;
            } else {
                let value = self.reader.constant_value(tag, 0)?;
                constants.push(Constant::Value(value));
            }
        }
        read_moves(&mut self.reader, constants)
    }

    fn names_order(&mut self, mut names: Vec<&'a [u8]>) -> Result<Vec<&'a [u8]>> {
        for _ in 0..self.reader.number(id::ORDER_COUNTS)? {
            names.push(self.reader.string(id::OTHER_NAMES)?);
        }
        read_moves(&mut self.reader, names)
    }
}
