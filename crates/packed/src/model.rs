//! Modules as the packed form models them. A module that compilers do not write has no model.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::iter;
use std::rc::Rc;

use pyc::{Code, Value, line_table};

use crate::bytecode::{Body, Operand, assemble, disassemble};
use crate::constants::{is_encodable, is_encodable_string};
use crate::isa::InstructionSet;
use crate::lines::LineMode;
use crate::signature::Signature;

/// The maximum nesting depth of code objects.
pub(crate) const MAX_NESTED_CODE: usize = 50;

/// The end of the range of line numbers.
const MAX_LINE: i32 = 1 << 28;

/// A code object with its instructions and the code objects among its constants.
pub(crate) struct CodeModel<'a> {
    pub(crate) code: Rc<Code<'a>>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    /// The nested code objects: those that instructions load, in the order of their first load, and then the others.
    pub(crate) children: Vec<Self>,
    /// The number of children that instructions load. The compiler keeps the constants of some code that it removes.
    pub(crate) loaded_children: usize,
    /// The index among the children for each constant that is a code object.
    pub(crate) child_indexes: Vec<Option<usize>>,
}

impl<'a> CodeModel<'a> {
    /// Returns the model of a module in the first line mode that fits it.
    pub(crate) fn of_module(set: &InstructionSet, code: &Rc<Code<'a>>) -> Option<(LineMode, Self)> {
        LineMode::ALL
            .into_iter()
            .find_map(|mode| Some((mode, Self::new(set, code, mode, 0)?)))
    }

    fn new(
        set: &InstructionSet,
        code: &Rc<Code<'a>>,
        mode: LineMode,
        nesting: usize,
    ) -> Option<Self> {
        if nesting >= MAX_NESTED_CODE || !is_regular(code) {
            return None;
        }
        let body = reproducible_body(set, code, mode)?;
        let mut model = Self {
            code: Rc::clone(code),
            signature: Signature::of(code),
            body,
            children: Vec::new(),
            loaded_children: 0,
            child_indexes: vec![None; code.consts.len()],
        };
        let operands = || model.body.instructions.iter().map(|it| it.operand);
        if !operands().all(|operand| is_in_range(operand, code)) {
            return None;
        }
        let loaded: Vec<u32> = operands()
            .filter_map(|operand| match operand {
                Operand::Const(index) => Some(index),
                _ => None,
            })
            .collect();
        for index in loaded {
            model.add_child(set, index as usize, mode, nesting)?;
        }
        model.loaded_children = model.children.len();
        for index in 0..code.consts.len() {
            model.add_child(set, index, mode, nesting)?;
        }
        Some(model)
    }

    /// Adds the child for a constant that is a code object, unless it was added before. `None` if it has no model.
    fn add_child(
        &mut self,
        set: &InstructionSet,
        index: usize,
        mode: LineMode,
        nesting: usize,
    ) -> Option<()> {
        let child_index = self.child_indexes.get_mut(index)?;
        if let Value::Code(child) = &self.code.consts[index]
            && child_index.is_none()
        {
            if child.filename != self.code.filename {
                return None;
            }
            *child_index = Some(self.children.len());
            self.children
                .push(Self::new(set, child, mode, nesting + 1)?);
        }
        Some(())
    }
}

/// Returns whether no table of a code object has duplicates, and everything in it can be encoded.
fn is_regular(code: &Code<'_>) -> bool {
    let all_differ = |names: &[&[u8]]| names.iter().collect::<HashSet<_>>().len() == names.len();
    let constants = || {
        let constants = code.consts.iter();
        constants.filter(|constant| !matches!(constant, Value::Code(_)))
    };
    let head = [code.name, code.qualname, code.filename];
    let mut strings = code.names.iter().chain(&code.locals).chain(&head);
    let arguments = Signature::of(code).argument_count();
    (0..MAX_LINE).contains(&code.first_line)
        && strings.all(|string| is_encodable_string(string))
        && all_differ(&code.names)
        && all_differ(&code.locals)
        && constants().collect::<HashSet<_>>().len() == constants().count()
        && constants().all(|constant| is_encodable(constant, 0))
        && code.local_kinds.len() == code.locals.len()
        && arguments.is_ok_and(|arguments| arguments <= code.locals.len())
}

/// Returns the instructions of a code object if its bytecode and tables can be derived from them.
fn reproducible_body(set: &InstructionSet, code: &Code<'_>, mode: LineMode) -> Option<Body> {
    let lines = lines_of_units(code, mode)?;
    let range = 0..MAX_LINE;
    if !lines.iter().flatten().all(|line| range.contains(line)) {
        return None;
    }
    let mut body = disassemble(set, code.bytecode, code.exception_table, &lines)?;
    if is_reproducible(set, code, &body, mode) {
        return Some(body);
    }
    body.keep_jump_widths();
    is_reproducible(set, code, &body, mode).then_some(body)
}

/// Returns the line of each code unit, as far as `mode` has lines.
fn lines_of_units(code: &Code<'_>, mode: LineMode) -> Option<Vec<Option<i32>>> {
    let units = code.bytecode.len() / 2;
    Some(match mode {
        LineMode::Definitions => vec![Some(code.first_line); units],
        LineMode::Tables => vec![None; units],
        LineMode::Lines => line_table::runs(&code.line_table, code.first_line)?
            .iter()
            .flat_map(|run| iter::repeat_n(run.line, run.units))
            .collect(),
    })
}

/// Returns whether assembling `body` results in the bytecode and tables of `code`.
fn is_reproducible(set: &InstructionSet, code: &Code<'_>, body: &Body, mode: LineMode) -> bool {
    let Some(assembled) = assemble(set, body) else {
        return false;
    };
    let has_same_lines = || {
        mode == LineMode::Tables
            || line_table::write(&assembled.lines, code.first_line) == *code.line_table
    };
    assembled.bytecode == code.bytecode
        && assembled.exception_table == code.exception_table
        && has_same_lines()
}

fn is_in_range(operand: Operand, code: &Code<'_>) -> bool {
    let (index, length) = match operand {
        Operand::None | Operand::Target(_) => return true,
        Operand::Name(index) => (index, code.names.len()),
        Operand::Local(index) => (index, code.locals.len()),
        Operand::Const(index) => (index, code.consts.len()),
    };
    (index as usize) < length
}
