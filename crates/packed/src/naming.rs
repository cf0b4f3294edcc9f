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

/// Predicts the name of the code object that the instruction at `index` loads. A function is soon stored under its
/// name, and a class is made with its name.
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

#[cfg(test)]
mod tests {
    use super::*;

    type Step = (Role, TracedOperand<'static>);

    const LOAD: Step = (Role::LoadConst, TracedOperand::NewCode(0));
    const MAKE: Step = (Role::MakeFunction, TracedOperand::Other);
    const OTHER: Step = (Role::None, TracedOperand::Other);

    fn predict(steps: &[Step]) -> Option<&'static [u8]> {
        let instruction = |&(role, operand)| TracedInstruction { role, operand };
        let trace: Vec<_> = steps.iter().map(instruction).collect();
        predict_name(&trace, 0)
    }

    fn store(name: &'static str) -> Step {
        (Role::Binding, TracedOperand::Name(name.as_bytes()))
    }

    #[test]
    fn a_function_has_the_name_that_it_is_stored_under() {
        assert_eq!(
            predict(&[LOAD, MAKE, store("f"), store("g")]),
            Some(&b"f"[..])
        );
        // A decorator is called in between.
        let decorator = (Role::None, TracedOperand::Name(b"decorator"));
        let steps = [LOAD, MAKE, decorator, OTHER, store("f")];
        assert_eq!(predict(&steps), Some(&b"f"[..]));
    }

    #[test]
    fn the_name_of_a_class_is_an_argument_of_its_call() {
        let name = (Role::LoadConst, TracedOperand::Str(b"C"));
        assert_eq!(predict(&[LOAD, MAKE, name, store("D")]), Some(&b"C"[..]));
        // Other strings are arguments.
        assert_eq!(
            predict(&[LOAD, MAKE, OTHER, name, store("f")]),
            Some(&b"f"[..])
        );
    }

    #[test]
    fn a_lambda_has_no_name_if_another_code_object_comes_first() {
        assert_eq!(predict(&[LOAD, MAKE, LOAD, MAKE, store("f")]), None);
        let known = (Role::LoadConst, TracedOperand::KnownCode);
        assert_eq!(predict(&[LOAD, MAKE, known, store("f")]), None);
        assert_eq!(predict(&[LOAD, MAKE, OTHER]), None);
    }

    #[test]
    fn names_are_near() {
        let mut steps = [OTHER; 41];
        steps[0] = LOAD;
        steps[40] = store("far");
        assert_eq!(predict(&steps), None);
        steps[39] = store("near");
        assert_eq!(predict(&steps), Some(&b"near"[..]));
    }

    #[test]
    fn qualified_names_contain_those_of_functions_and_classes() {
        let signature = |flags| Signature {
            flags,
            arg_count: 0,
            positional_only: 0,
            keyword_only: 0,
        };
        let qualname = |parent| Enclosing::qualname(parent, b"f");
        assert_eq!(qualname(None), b"f");
        let module = Enclosing::new(b"<module>", signature(0), true);
        assert_eq!(qualname(Some(&module)), b"f");
        let class = Enclosing::new(b"C", signature(0), false);
        assert_eq!(qualname(Some(&class)), b"C.f");
        let function = Enclosing::new(b"C.g", signature(1), false);
        assert_eq!(qualname(Some(&function)), b"C.g.<locals>.f");
    }
}
