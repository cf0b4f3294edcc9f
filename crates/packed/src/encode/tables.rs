//! Writes how the tables of a code object differ from those that its instructions imply.

use pyc::Value;

use super::{Encoder, Result, Unencodable};
use crate::code_flags;
use crate::constants::{Constant, tag};
use crate::model::CodeModel;
use crate::order::Reordering;
use crate::signature::Signature;
use crate::stream::id;
use crate::uses::Uses;

impl<'a> Encoder<'a, '_> {
    /// Writes the tables of a code object. `first_line_constant` is the index of the constant that is its first line.
    pub(super) fn tables(
        &mut self,
        model: &CodeModel<'a>,
        uses: &Uses<'a>,
        arguments: &[&'a [u8]],
        first_line_constant: Option<usize>,
    ) -> Result<()> {
        let code = &*model.code;
        let (expected, counts) = uses.expected_locals(arguments);
        let locals = Reordering::between(&expected, &code.locals).ok_or(Unencodable)?;
        let kinds = model.signature.local_kinds(
            code.locals.len(),
            counts,
            |index| uses.is_cell(code.locals[index]),
            self.set.argument_kinds,
        );
        let names = Reordering::between(uses.expected_names(), &code.names).ok_or(Unencodable)?;
        let docstring = match code.consts.first() {
            Some(Value::Str(string)) => Some(*string),
            _ => None,
        };
        let actual = actual_constants(model, first_line_constant);
        let (first_flag, constants) =
            self.constants_order(model.signature, uses, &actual, docstring)?;

        let mut flags = first_flag;
        for (differs, flag) in [
            (!locals.is_identity(), code_flags::LOCALS),
            (!names.is_identity(), code_flags::NAMES),
            (!constants.is_identity(), code_flags::CONSTANTS),
            (kinds != code.local_kinds, code_flags::LOCAL_KINDS),
        ] {
            if differs {
                flags |= flag;
            }
        }
        self.writer.number(id::CODE_FLAGS, flags);
        if let (code_flags::DOCSTRING, Some(docstring)) = (first_flag, docstring) {
            self.writer.string(id::STRING_CONSTANTS, docstring);
        }
        if flags & code_flags::LOCALS != 0 {
            self.names_order(&locals);
        }
        if flags & code_flags::LOCAL_KINDS != 0 {
            self.writer.bytes(id::RAW, code.local_kinds);
        }
        if flags & code_flags::NAMES != 0 {
            self.names_order(&names);
        }
        if flags & code_flags::CONSTANTS != 0 {
            self.write_constants_order(&constants)?;
        }
        Ok(())
    }

    /// Returns the flag for the first constant with which the expected order is the actual one, or else the first with
    /// which that can be written.
    fn constants_order(
        &self,
        signature: Signature,
        uses: &Uses<'a>,
        actual: &[Constant<'a>],
        docstring: Option<&'a [u8]>,
    ) -> Result<(u32, Reordering<Constant<'a>>)> {
        let candidates = [
            Some(0),
            Some(code_flags::NO_FIRST),
            docstring.map(|_| code_flags::DOCSTRING),
        ];
        let mut writable = None;
        for flag in candidates.into_iter().flatten() {
            let docstring = docstring.filter(|_| flag == code_flags::DOCSTRING);
            let expected = uses.expected_constants(self.set, signature, flag, docstring);
            if let Some(order) = Reordering::between(&expected, actual) {
                if order.is_identity() {
                    return Ok((flag, order));
                }
                writable.get_or_insert((flag, order));
            }
        }
        writable.ok_or(Unencodable)
    }

    fn write_constants_order(&mut self, order: &Reordering<Constant<'a>>) -> Result<()> {
        let count = u32::try_from(order.extras.len()).map_err(|_| Unencodable)?;
        self.writer.number(id::ORDER_COUNTS, count);
        for extra in &order.extras {
            match extra {
                Constant::Value(value) => self.writer.constant(value),
                Constant::Code(_) => self.writer.number(id::TAGS, u32::from(tag::NEW_CODE)),
                Constant::FirstLine => return Err(Unencodable),
            }
        }
        order.write_moves(&mut self.writer);
        Ok(())
    }

    fn names_order(&mut self, order: &Reordering<&'a [u8]>) {
        let count = u32::try_from(order.extras.len()).unwrap_or(u32::MAX);
        self.writer.number(id::ORDER_COUNTS, count);
        for extra in &order.extras {
            self.writer.string(id::OTHER_NAMES, extra);
        }
        order.write_moves(&mut self.writer);
    }
}

fn actual_constants<'a>(
    model: &CodeModel<'a>,
    first_line_constant: Option<usize>,
) -> Vec<Constant<'a>> {
    let constants = model.code.consts.iter().zip(&model.child_indexes);
    constants
        .enumerate()
        .map(|(index, (value, child))| match child {
            _ if first_line_constant == Some(index) => Constant::FirstLine,
            Some(child) => Constant::Code(*child),
            None => Constant::Value(value.clone()),
        })
        .collect()
}
