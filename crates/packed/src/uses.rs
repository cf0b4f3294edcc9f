//! What the instructions of a code object use, in the order of first use: in that order compilers number it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use pyc::Value;

use crate::encode::code_flag;
use crate::isa::{InstructionSet, Op, Role};
use crate::signature::Signature;

/// The name of the tuple that the compiler makes for the attributes that methods of a class set.
pub(crate) const STATIC_ATTRIBUTES: &[u8] = b"__static_attributes__";

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Const<'a> {
    Value(Value<'a>),
    /// A code object, by its number among those in the code object.
    Code(usize),
    /// The first line of the code object itself (`__firstlineno__`).
    FirstLine,
}

/// Items without repetition.
#[derive(Debug)]
pub(crate) struct OrderedSet<T> {
    items: Vec<T>,
    places: HashMap<T, usize>,
}

impl<T> Default for OrderedSet<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> OrderedSet<T> {
    pub(crate) fn add(&mut self, item: &T) -> usize {
        if let Some(place) = self.places.get(item) {
            return *place;
        }
        let place = self.items.len();
        self.items.push(item.clone());
        self.places.insert(item.clone(), place);
        place
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }
}

/// What the instructions so far use.
#[derive(Debug, Default)]
pub(crate) struct Uses<'a> {
    pub(crate) names: OrderedSet<&'a [u8]>,
    locals: OrderedSet<&'a [u8]>,
    cells: OrderedSet<&'a [u8]>,
    free: Vec<&'a [u8]>,
    consts: OrderedSet<Const<'a>>,
    /// The compiler folds expressions after it has numbered the constants (since 3.14): results come last.
    folds_late: bool,
    /// The constant that was just loaded, if it may be the result of folding.
    unsettled: Option<Const<'a>>,
    /// Results of folding.
    folded: OrderedSet<Const<'a>>,
    /// Those constants that are loaded, and not only stand in instructions.
    loaded: HashSet<Const<'a>>,
}

/// The locals that a compiler would have.
pub(crate) struct ExpectedLocals<'a> {
    pub(crate) names: Vec<&'a [u8]>,
    /// How many of them come before cells and free variables.
    pub(crate) plain: usize,
    pub(crate) free: usize,
}

impl<'a> Uses<'a> {
    pub(crate) fn local(&mut self, op: &Op, name: &'a [u8]) {
        if op.role == Role::MakeCell {
            self.cells.add(&name);
        }
        self.locals.add(&name);
    }

    pub(crate) fn free_variable(&mut self, name: &'a [u8]) {
        self.free.push(name);
    }

    /// Uses of a code object for which `set` has the compiler's order of constants.
    pub(crate) fn new(set: &InstructionSet) -> Self {
        Self {
            folds_late: !set.none_first,
            ..Self::default()
        }
    }

    /// Adds a constant that is loaded.
    pub(crate) fn constant(&mut self, constant: &Const<'a>) {
        self.loaded.insert(constant.clone());
        if self.folds_late && is_folded(constant) {
            self.unsettled = Some(constant.clone());
        } else {
            self.consts.add(constant);
        }
    }

    /// Decides whether the constant of the instruction before is the result of folding, which it is not if the next
    /// one, this, `takes` it from the compiler. The parts of a folded expression were constants before.
    pub(crate) fn settle(&mut self, takes: bool) {
        match self.unsettled.take() {
            Some(constant) if takes => {
                self.consts.add(&constant);
            }
            Some(constant) => {
                if let Const::Value(value) = &constant {
                    self.add_parts(value);
                }
                self.folded.add(&constant);
            }
            None => {}
        }
    }

    fn add_parts(&mut self, value: &Value<'a>) {
        match value {
            Value::Tuple(items) | Value::FrozenSet(items) => {
                for item in &**items {
                    if matches!(item, Value::Tuple(_) | Value::FrozenSet(_)) || is_negative(item) {
                        self.add_parts(item);
                    } else {
                        self.consts.add(&Const::Value(item.clone()));
                    }
                }
            }
            Value::Int(int) => {
                self.consts
                    .add(&Const::Value(Value::Int(int.wrapping_neg())));
            }
            _ => {}
        }
    }

    /// A constant that stands in an instruction without being loaded.
    pub(crate) fn implied_constant(&mut self, op: &Op, argument: u32) {
        let value = match op.role {
            Role::SmallInt => Value::Int(argument.cast_signed()),
            Role::NoneJump => Value::None,
            _ => return,
        };
        self.consts.add(&Const::Value(value));
    }

    pub(crate) fn is_cell(&self, name: &'a [u8]) -> bool {
        self.cells.places.contains_key(name)
    }

    /// Arguments, then other variables, then cells that are neither, then free variables.
    pub(crate) fn expected_locals(&self, arguments: &[&'a [u8]]) -> ExpectedLocals<'a> {
        let free: HashSet<&[u8]> = self.free.iter().copied().collect();
        let mut names = OrderedSet::default();
        for name in arguments {
            names.add(name);
        }
        for name in self.locals.items() {
            if !self.is_cell(name) && !free.contains(name) {
                names.add(name);
            }
        }
        let plain = names.items().len();
        for name in self.cells.items() {
            names.add(name);
        }
        let mut names = names.items;
        names.extend(&self.free);
        ExpectedLocals {
            names,
            plain,
            free: self.free.len(),
        }
    }

    /// The constants that a compiler would have. `flags` may say that the first is another than usual.
    pub(crate) fn expected_consts(
        &self,
        set: &InstructionSet,
        signature: Signature,
        flags: u32,
        docstring: Option<&'a [u8]>,
    ) -> Vec<Const<'a>> {
        let has_first = flags & code_flag::NO_FIRST == 0;
        let none = set.none_first && has_first && signature.is_function();
        let first = docstring
            .map(Value::Str)
            .or(none.then_some(Value::None))
            .map(Const::Value);
        let others = self.consts.items().iter();
        let others = others.filter(|constant| first.as_ref() != Some(constant));
        let all = first.iter().chain(others);
        if set.none_first {
            return all.cloned().collect();
        }
        // What nothing loads is dropped, but for the first (`remove_unused_consts` in `Python/flowgraph.c`).
        let mut places = 0..;
        let used = all.filter(|constant| {
            let is_first = places.next() == Some(0);
            (is_first && has_first) || self.loaded.contains(constant)
        });
        let mut used: Vec<Const<'a>> = used.cloned().collect();
        let folded = self.folded.items().iter();
        let folded = folded.filter(|constant| {
            !self.consts.places.contains_key(constant) && first.as_ref() != Some(constant)
        });
        used.extend(folded.cloned());
        if used.is_empty() && has_first {
            // The end of every function returns None at first.
            used.push(Const::Value(Value::None));
        }
        used
    }
}

/// Returns whether a constant may be the result of folding.
fn is_folded(constant: &Const<'_>) -> bool {
    match constant {
        Const::Value(value) => {
            matches!(value, Value::Tuple(_) | Value::FrozenSet(_)) || is_negative(value)
        }
        _ => false,
    }
}

fn is_negative(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(int) if *int < 0)
}
