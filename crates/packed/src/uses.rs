//! What the instructions of a code object use, in the order of first use. The compiler numbers names, locals and
//! constants in this order.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use pyc::Value;

use crate::code_flags;
use crate::constants::Constant;
use crate::isa::{InstructionSet, Op, Role};
use crate::ordered_set::OrderedSet;
use crate::signature::{LocalCounts, Signature};

/// The name of the tuple that the compiler makes of the attributes that the methods of a class set (since 3.13).
pub(crate) const STATIC_ATTRIBUTES: &[u8] = b"__static_attributes__";

/// What the instructions so far use.
#[derive(Debug, Default)]
pub(crate) struct Uses<'a> {
    names: OrderedSet<&'a [u8]>,
    /// The locals that are not only free variables.
    locals: OrderedSet<&'a [u8]>,
    cells: OrderedSet<&'a [u8]>,
    free: Vec<&'a [u8]>,
    constants: OrderedSet<Constant<'a>>,
    /// The compiler folds expressions after it has numbered the constants, and appends the results (since 3.14).
    folds_late: bool,
    /// The constant that the previous instruction loads, if it may be a folded expression.
    pending_constant: Option<Constant<'a>>,
    /// The folded expressions.
    folded: OrderedSet<Constant<'a>>,
    /// The constants that instructions load.
    loaded: HashSet<Constant<'a>>,
}

impl<'a> Uses<'a> {
    /// Returns the uses of a code object without instructions.
    pub(crate) fn new(set: &InstructionSet) -> Self {
        Self {
            folds_late: !set.none_first,
            ..Self::default()
        }
    }

    pub(crate) fn add_name(&mut self, name: &'a [u8]) {
        self.names.insert(&name);
    }

    pub(crate) fn add_local(&mut self, op: &Op, name: &'a [u8]) {
        if op.role == Role::MakeCell {
            self.cells.insert(&name);
        }
        self.locals.insert(&name);
    }

    pub(crate) fn add_free_variable(&mut self, name: &'a [u8]) {
        self.free.push(name);
    }

    /// Adds a constant that an instruction loads.
    pub(crate) fn add_constant(&mut self, constant: &Constant<'a>) {
        self.loaded.insert(constant.clone());
        if self.folds_late && may_be_folded(constant) {
            self.pending_constant = Some(constant.clone());
        } else {
            self.constants.insert(constant);
        }
    }

    /// Decides whether the previous instruction loads a folded expression: not if the next instruction takes a tuple
    /// that the compiler makes. The parts of the expression were constants before it was folded.
    pub(crate) fn resolve_pending(&mut self, takes_tuple: bool) {
        let Some(constant) = self.pending_constant.take() else {
            return;
        };
        if takes_tuple {
            self.constants.insert(&constant);
            return;
        }
        if let Constant::Value(value) = &constant {
            self.add_parts(value);
        }
        self.folded.insert(&constant);
    }

    fn add_parts(&mut self, value: &Value<'a>) {
        match value {
            Value::Tuple(items) | Value::FrozenSet(items) => {
                for item in &**items {
                    let constant = Constant::Value(item.clone());
                    if may_be_folded(&constant) {
                        self.add_parts(item);
                    } else {
                        self.constants.insert(&constant);
                    }
                }
            }
            Value::Int(int) => {
                let positive = Value::Int(int.wrapping_neg());
                self.constants.insert(&Constant::Value(positive));
            }
            _ => {}
        }
    }

    /// Adds the constant that the compiler has for an instruction that does not load it.
    pub(crate) fn add_implied_constant(&mut self, op: &Op, argument: u32) {
        let value = match op.role {
            Role::SmallInt => Value::Int(argument.cast_signed()),
            Role::NoneJump => Value::None,
            _ => return,
        };
        self.constants.insert(&Constant::Value(value));
    }

    /// Returns whether an instruction makes a cell of a local.
    pub(crate) fn is_cell(&self, name: &'a [u8]) -> bool {
        self.cells.contains(&name)
    }

    /// Returns the names in the expected order.
    pub(crate) fn expected_names(&self) -> &[&'a [u8]] {
        self.names.items()
    }

    /// Returns the locals in the expected order: the arguments, other variables, cells that are neither, and free
    /// variables.
    pub(crate) fn expected_locals(&self, arguments: &[&'a [u8]]) -> (Vec<&'a [u8]>, LocalCounts) {
        let free: HashSet<&[u8]> = self.free.iter().copied().collect();
        let mut locals = OrderedSet::default();
        for name in arguments {
            locals.insert(name);
        }
        for name in self.locals.items() {
            if !self.is_cell(name) && !free.contains(name) {
                locals.insert(name);
            }
        }
        let variables = locals.items().len();
        for name in self.cells.items() {
            locals.insert(name);
        }
        let mut locals = locals.into_items();
        locals.extend(&self.free);
        let free = self.free.len();
        (locals, LocalCounts { variables, free })
    }

    /// Returns the constants in the expected order. `flags` are [`code_flags`], and `docstring` is the first constant
    /// if they say so.
    pub(crate) fn expected_constants(
        &self,
        set: &InstructionSet,
        signature: Signature,
        flags: u32,
        docstring: Option<&'a [u8]>,
    ) -> Vec<Constant<'a>> {
        let has_first = flags & code_flags::NO_FIRST == 0;
        let has_none = set.none_first && has_first && signature.is_function();
        let first = docstring
            .map(Value::Str)
            .or(has_none.then_some(Value::None))
            .map(Constant::Value);
        let others = self.constants.items().iter();
        let others = others.filter(|constant| first.as_ref() != Some(constant));
        let all = first.iter().chain(others);
        if set.none_first {
            return all.cloned().collect();
        }
        // Constants that no instruction loads are removed, except for the first (`remove_unused_consts` in
        // `Python/flowgraph.c`).
        let used = all.enumerate().filter(|(place, constant)| {
            (*place == 0 && has_first) || self.loaded.contains(constant)
        });
        let mut constants: Vec<Constant<'a>> = used.map(|(_, constant)| constant.clone()).collect();
        let folded = self.folded.items().iter().filter(|constant| {
            !self.constants.contains(constant) && first.as_ref() != Some(constant)
        });
        constants.extend(folded.cloned());
        if constants.is_empty() && has_first {
            // Before unreachable code is removed, every code object ends with `return None`.
            constants.push(Constant::Value(Value::None));
        }
        constants
    }
}

/// Returns whether a constant may be a folded expression.
fn may_be_folded(constant: &Constant<'_>) -> bool {
    match constant {
        Constant::Value(Value::Tuple(_) | Value::FrozenSet(_)) => true,
        Constant::Value(Value::Int(int)) => *int < 0,
        _ => false,
    }
}
