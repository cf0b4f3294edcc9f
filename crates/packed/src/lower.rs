//! A module as the packed form models it. Modules that are not as compilers write them cannot be modelled.

use std::collections::HashSet;
use std::rc::Rc;

use pyc::{Code, Value, line_table};

use crate::consts::{is_plain, is_text};
use crate::instructions::{Body, Operand, lower, raise};
use crate::isa::InstructionSet;
use crate::signature::Signature;

/// What is kept of line tables in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineMode {
    /// Every instruction is on the first line of its code object.
    Definitions,
    /// Instructions have lines, but no columns.
    Lines,
    /// The tables are as they are.
    Tables,
}

impl LineMode {
    pub(crate) const ALL: [Self; 3] = [Self::Definitions, Self::Lines, Self::Tables];
}

/// A code object, its instructions, and the code objects in it: those that are loaded, in that order, then others.
pub(crate) struct Lowered<'a> {
    pub(crate) code: Rc<Code<'a>>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    pub(crate) children: Vec<Self>,
    /// How many of the children are loaded: compilers leave some behind whose code they drop.
    pub(crate) loaded_children: usize,
    /// For each constant that is code, its number among the children.
    pub(crate) child_numbers: Vec<Option<usize>>,
}

/// The largest line number.
const MAX_LINE: i32 = 1 << 28;

/// The deepest that code objects may be nested.
pub(crate) const MAX_NESTED_CODE: usize = 50;

/// Lowers a module with the most that can be modelled of its lines.
pub(crate) fn lower_module<'a>(
    set: &InstructionSet,
    code: &Rc<Code<'a>>,
) -> Option<(LineMode, Lowered<'a>)> {
    LineMode::ALL
        .into_iter()
        .find_map(|mode| Some((mode, lower_code(set, code, mode, 0)?)))
}

fn lower_code<'a>(
    set: &InstructionSet,
    code: &Rc<Code<'a>>,
    mode: LineMode,
    nesting: usize,
) -> Option<Lowered<'a>> {
    if nesting >= MAX_NESTED_CODE || !is_regular(code) {
        return None;
    }
    let signature = Signature::of(code);
    let units = code.bytecode.len() / 2;
    let lines = match mode {
        LineMode::Definitions => vec![Some(code.first_line); units],
        LineMode::Tables => vec![None; units],
        LineMode::Lines => {
            let runs = line_table::runs(&code.line_table, code.first_line)?;
            let lines = runs
                .iter()
                .flat_map(|run| std::iter::repeat_n(run.line, run.units));
            lines.collect()
        }
    };
    if lines
        .iter()
        .flatten()
        .any(|line| !(0..MAX_LINE).contains(line))
    {
        return None;
    }
    let mut body = lower(set, code.bytecode, code.exception_table, &lines)?;
    if !is_reproducible(set, code, &body, mode) {
        body.keep_widths();
        if !is_reproducible(set, code, &body, mode) {
            return None;
        }
    }
    let lower_child = |child: &Rc<Code<'a>>| {
        let same_file = child.filename == code.filename;
        same_file.then(|| lower_code(set, child, mode, nesting + 1))?
    };
    let mut children = Vec::new();
    let mut child_numbers = vec![None; code.consts.len()];
    for instruction in &body.instructions {
        let in_range = match instruction.operand {
            Operand::Name(index) => (index as usize) < code.names.len(),
            Operand::Local(index) => (index as usize) < code.locals.len(),
            Operand::Const(index) => (index as usize) < code.consts.len(),
            Operand::None | Operand::Target(_) => true,
        };
        if !in_range {
            return None;
        }
        let Operand::Const(index) = instruction.operand else {
            continue;
        };
        let index = index as usize;
        if let (Value::Code(child), None) = (&code.consts[index], child_numbers[index]) {
            child_numbers[index] = Some(children.len());
            children.push(lower_child(child)?);
        }
    }
    let loaded_children = children.len();
    for (value, number) in code.consts.iter().zip(&mut child_numbers) {
        if let (Value::Code(child), None) = (value, *number) {
            *number = Some(children.len());
            children.push(lower_child(child)?);
        }
    }
    Some(Lowered {
        code: Rc::clone(code),
        signature,
        body,
        children,
        loaded_children,
        child_numbers,
    })
}

/// Whether tables have no repetitions and strings are strings.
fn is_regular(code: &Code<'_>) -> bool {
    let all_differ = |names: &[&[u8]]| names.iter().collect::<HashSet<_>>().len() == names.len();
    let plain = || {
        code.consts
            .iter()
            .filter(|value| !matches!(value, Value::Code(_)))
    };
    let heads = [code.name, code.qualname, code.filename];
    let mut strings = code.names.iter().chain(&code.locals).chain(&heads);
    let arguments = Signature::of(code).arguments();
    (0..MAX_LINE).contains(&code.first_line)
        && strings.all(|string| is_text(string))
        && all_differ(&code.names)
        && all_differ(&code.locals)
        && plain().collect::<HashSet<_>>().len() == plain().count()
        && plain().all(|value| is_plain(value, 0))
        && code.local_kinds.len() == code.locals.len()
        && arguments.is_ok_and(|arguments| arguments <= code.locals.len())
}

/// Whether the same tables come from the body again.
fn is_reproducible(set: &InstructionSet, code: &Code<'_>, body: &Body, mode: LineMode) -> bool {
    let Some(tables) = raise(set, body) else {
        return false;
    };
    let line_table = match mode {
        LineMode::Definitions | LineMode::Lines => {
            &line_table::write(&tables.lines, code.first_line)
        }
        LineMode::Tables => &*code.line_table,
    };
    tables.bytecode == code.bytecode
        && tables.exception_table == code.exception_table
        && line_table == &*code.line_table
}
