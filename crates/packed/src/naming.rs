//! Names of code objects, which mostly follow from the code around them.

use crate::isa::Role;
use crate::signature::Signature;

/// The name of a module's code object.
pub(crate) const MODULE_NAME: &[u8] = b"<module>";

/// The number of instructions to look at, from the load of a code object on.
const MAX_DISTANCE: usize = 40;

/// An instruction, as far as it can tell the name of a code object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracedInstruction<'a> {
    pub(crate) role: Role,
    pub(crate) operand: TracedOperand<'a>,
}

/// The operand of a [`TracedInstruction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TracedOperand<'a> {
    Other,
    /// A name or a local.
    Name(&'a [u8]),
    /// A constant that is a string.
    Str(&'a [u8]),
    /// A code object that was not loaded before, by its index among the children.
    NewCode(usize),
    /// A code object that was loaded before.
    KnownCode,
}

/// Predicts the name of the code object that the instruction at `index` loads. A function is soon stored under its name,
/// and a class is made with its name.
pub(crate) fn predict_name<'a>(trace: &[TracedInstruction<'a>], index: usize) -> Option<&'a [u8]> {
    let end = trace.len().min(index + MAX_DISTANCE);
    let near = trace.get(index..end)?;
    for pair in near.windows(2) {
        let [previous, instruction] = pair else {
            continue;
        };
        match (instruction.role, instruction.operand) {
            (Role::Binding, TracedOperand::Name(name)) => return Some(name),
            (_, TracedOperand::NewCode(_) | TracedOperand::KnownCode) => return None,
            (Role::LoadConst, TracedOperand::Str(name)) if previous.role == Role::MakeFunction => {
                return Some(name);
            }
            _ => {}
        }
    }
    None
}

/// The code object around another one.
#[derive(Debug)]
pub(crate) struct Enclosing {
    qualname: Vec<u8>,
    is_function: bool,
    is_module: bool,
}

impl Enclosing {
    pub(crate) fn new(qualname: &[u8], signature: Signature, is_module: bool) -> Self {
        Self {
            qualname: qualname.to_vec(),
            is_function: signature.is_function(),
            is_module,
        }
    }

    /// Returns the qualified name of a code object named `name` in `parent` (PEP 3155).
    pub(crate) fn qualname(parent: Option<&Self>, name: &[u8]) -> Vec<u8> {
        match parent {
            Some(parent) if !parent.is_module => {
                let separator: &[u8] = if parent.is_function {
                    b".<locals>."
                } else {
                    b"."
                };
                [&parent.qualname, separator, name].concat()
            }
            _ => name.to_vec(),
        }
    }
}
