//! Names of code objects, which the code around them mostly tells.

use crate::isa::Role;
use crate::signature::Signature;

/// What an instruction loads or stores, as far as names are told by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loaded<'a> {
    Other,
    /// A name or a local.
    Name(&'a [u8]),
    /// A string constant.
    Text(&'a [u8]),
    /// A code object that was not loaded before, by its number.
    NewCode(usize),
    KnownCode,
}

/// An instruction, as far as names are told by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace<'a> {
    pub(crate) role: Role,
    pub(crate) loaded: Loaded<'a>,
}

/// How far away the name of a code object may be stored.
const MAX_DISTANCE: usize = 40;

/// The name of the code object that the instruction at `place` loads: a function is stored under it soon, a class
/// is made with it.
pub(crate) fn predict_name<'a>(trace: &[Trace<'a>], place: usize) -> Option<&'a [u8]> {
    let end = trace.len().min(place + MAX_DISTANCE);
    for at in place + 1..end {
        match (trace[at].role, trace[at].loaded) {
            (Role::Binding, Loaded::Name(name)) => return Some(name),
            (_, Loaded::NewCode(_) | Loaded::KnownCode) => return None,
            (Role::LoadConst, Loaded::Text(text)) if trace[at - 1].role == Role::MakeFunction => {
                return Some(text);
            }
            _ => {}
        }
    }
    None
}

/// The code object around another.
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

    /// The qualified name that `name` has in it (PEP 3155).
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
