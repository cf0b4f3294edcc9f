//! Finds names whose values depend only on the target: `sys` where it is the module of that name,
//! `_names = sys.builtin_module_names`, `MS_WINDOWS = (sys.platform == 'win32')`.
//!
//! A name is only included if its value is certain: all its bindings are visible imports, or it has one assignment.

use hashbrown::{HashMap, HashSet};
use ruff_python_ast::{Expr, ExprName, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::condition::{Condition, StaticValue, parse_condition, value};
use super::symbols::{
    BindingKind, BlockId, BlockKind, NameOccurrence, NameRole, Resolution, SymbolTable,
};
use crate::types::Version;

/// Maximum weight of a constant's condition, because each constant may be repeated several times in the next one.
const MAX_WEIGHT: usize = 64;

/// The value of a name at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Constant {
    Module(KnownModule),
    Value(StaticValue),
    Test(Condition),
    /// `__name__`, which the interpreter sets.
    ModuleName,
}

/// A module with attributes that depend on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownModule {
    Sys,
    Os,
    Typing,
}

impl KnownModule {
    fn of(name: &str) -> Option<Self> {
        match name {
            "sys" => Some(Self::Sys),
            "os" => Some(Self::Os),
            "typing" | "typing_extensions" => Some(Self::Typing),
            _ => None,
        }
    }
}

/// The target-dependent names of a source, by the positions where they are read.
#[derive(Debug, Default)]
pub struct Constants {
    by_offset: HashMap<TextSize, Constant>,
}

/// The bindings of a name and the positions where it is read, in source order.
#[derive(Default)]
struct NameBindings<'t> {
    bound: Vec<(TextSize, BindingKind<'t>)>,
    read: Vec<TextSize>,
}

/// The names of a module, keyed by the owning block and the name.
type Names<'t> = HashMap<(BlockId, &'t str), NameBindings<'t>>;

impl Constants {
    /// Collects the constants of a module from its statements.
    pub fn of(body: &[Stmt]) -> Self {
        // Bindings are the same in every version.
        let newest = Version {
            major: 3,
            minor: 14,
        };
        let table = SymbolTable::of(body, newest);
        let mut names = names(&table);
        if let Some(star) = table.stars.last() {
            let after = binding_after(*star, body);
            names.retain(|(owner, name), bindings| {
                *owner != BlockId::MODULE || *name == "__name__" || bindings.is_bound_in(&after)
            });
        }
        let mut constants = Self::default();
        for ((owner, name), bindings) in &names {
            let is_module_name =
                (*owner, *name) == (BlockId::MODULE, "__name__") && bindings.bound.is_empty();
            let constant = if is_module_name {
                Some(Constant::ModuleName)
            } else {
                bindings.imported(name)
            };
            constants.add(bindings, constant);
        }
        // In source order, because a value may refer to imports and to the values before it.
        let mut assigned: Vec<_> = names
            .iter()
            .filter_map(|(name, bindings)| Some((bindings.assigned()?, name, bindings)))
            .collect();
        assigned.sort_by_key(|(value, name, _)| (value.start(), *name));
        for (value, _, bindings) in assigned {
            let constant = constants.constant(value);
            constants.add(bindings, constant);
        }
        constants
    }

    fn add(&mut self, bindings: &NameBindings<'_>, constant: Option<Constant>) {
        if let Some(constant) = constant {
            let places = bindings.read.iter();
            self.by_offset
                .extend(places.map(|at| (*at, constant.clone())));
        }
    }

    fn constant(&self, expr: &Expr) -> Option<Constant> {
        if let Some(value) = value(expr, self) {
            return Some(Constant::Value(value));
        }
        match parse_condition(expr, self) {
            // A plain `True` or `False` may be a default that other modules change.
            Condition::Unknown | Condition::Constant(_) => None,
            test if test.weight() > MAX_WEIGHT => None,
            test => Some(Constant::Test(test)),
        }
    }

    /// Parses the test of an `if`.
    pub fn parse_condition(&self, test: &Expr) -> Condition {
        parse_condition(test, self)
    }

    pub(super) fn test(&self, name: &ExprName) -> Option<&Condition> {
        match self.by_offset.get(&name.start())? {
            Constant::Test(test) => Some(test),
            _ => None,
        }
    }

    pub(super) fn value(&self, name: &ExprName) -> Option<StaticValue> {
        match self.by_offset.get(&name.start())? {
            Constant::Value(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn module(&self, expr: &Expr) -> Option<KnownModule> {
        match self.by_offset.get(&expr.as_name_expr()?.start())? {
            Constant::Module(module) => Some(*module),
            _ => None,
        }
    }

    /// Returns whether `expr` is the `__name__` that the interpreter sets.
    pub(super) fn is_module_name(&self, expr: &Expr) -> bool {
        let name = expr.as_name_expr();
        name.and_then(|name| self.by_offset.get(&name.start())) == Some(&Constant::ModuleName)
    }
}

/// Returns the top-level statements after `star` that bind names unconditionally.
fn binding_after(star: TextSize, body: &[Stmt]) -> Vec<TextRange> {
    let is_binding = |statement: &&Stmt| {
        matches!(
            statement,
            Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Assign(_)
        )
    };
    let after = body.iter().filter(|statement| statement.start() > star);
    after.filter(is_binding).map(Ranged::range).collect()
}

/// Returns the names that may have a constant value somewhere. Most names have none, so their scopes need not be known.
fn candidates<'t>(table: &'t SymbolTable<'_>) -> HashSet<&'t str> {
    let occurrences = table.blocks().flat_map(|(_, block)| &block.occurrences);
    let bound = occurrences.filter_map(|occurrence| match &occurrence.role {
        NameRole::Bind(BindingKind::Value(value)) if may_be_static(value) => {
            Some(&*occurrence.name)
        }
        NameRole::Bind(bound) => imported(&occurrence.name, bound).map(|_| &*occurrence.name),
        _ => None,
    });
    bound.chain(["__name__"]).collect()
}

/// Returns whether an expression is of a kind that has a [`Constant`].
fn may_be_static(value: &Expr) -> bool {
    match value {
        Expr::Name(_)
        | Expr::Attribute(_)
        | Expr::Compare(_)
        | Expr::BoolOp(_)
        | Expr::UnaryOp(_) => true,
        Expr::Call(call) => call.func.is_attribute_expr() && call.arguments.args.len() == 1,
        _ => false,
    }
}

fn names<'t>(table: &'t SymbolTable<'_>) -> Names<'t> {
    let candidates = candidates(table);
    let is_candidate = |occurrence: &NameOccurrence<'_>| candidates.contains(&*occurrence.name);
    let resolution = Resolution::of(table, is_candidate);
    let mut names = Names::new();
    for (id, block) in table.blocks() {
        for occurrence in block
            .occurrences
            .iter()
            .filter(|occurrence| is_candidate(occurrence))
        {
            let name: &str = &occurrence.name;
            // What a name of a class refers to before it is bound is only known when the class body runs.
            let owner = resolution.owner(id, name);
            let Some(owner) = owner.filter(|owner| table.block(*owner).kind != BlockKind::Class)
            else {
                continue;
            };
            let bindings = names.entry((owner, name)).or_default();
            match occurrence.role {
                NameRole::Bind(bound) => bindings.bound.push((occurrence.at, bound)),
                NameRole::Read => bindings.read.push(occurrence.at),
                // A function that declares the name `global` may bind it at any time.
                NameRole::Global => bindings.bound.push((occurrence.at, BindingKind::Other)),
                _ => {}
            }
        }
    }
    names
}

impl<'t> NameBindings<'t> {
    /// Returns whether one of `statements` binds the name. They must be in source order.
    fn is_bound_in(&self, statements: &[TextRange]) -> bool {
        self.bound.iter().any(|(at, _)| {
            let next = statements.partition_point(|statement| statement.start() <= *at);
            let statement = next.checked_sub(1).map(|index| statements[index]);
            statement.is_some_and(|statement| statement.contains(*at))
        })
    }

    /// Returns the value of the name if all its bindings are imports of the same thing.
    fn imported(&self, name: &str) -> Option<Constant> {
        let is_bound = |bound: &&BindingKind<'_>| !matches!(bound, BindingKind::Deleted);
        let mut bound = self.bound.iter().map(|(_, bound)| bound).filter(is_bound);
        let first = imported(name, bound.next()?)?;
        bound
            .all(|next| imported(name, next).as_ref() == Some(&first))
            .then_some(first)
    }

    /// Returns the value of the only assignment to the name, if nothing else binds it.
    fn assigned(&self) -> Option<&'t Expr> {
        let is_bound = |bound: &&BindingKind<'t>| !matches!(bound, BindingKind::Deleted);
        let mut bound = self.bound.iter().map(|(_, bound)| bound).filter(is_bound);
        match (bound.next()?, bound.next()) {
            (BindingKind::Value(value), None) => Some(value),
            _ => None,
        }
    }
}

fn imported(name: &str, bound: &BindingKind<'_>) -> Option<Constant> {
    match bound {
        BindingKind::Module(module) => KnownModule::of(module).map(Constant::Module),
        BindingKind::From {
            level: 0,
            module,
            name,
        } => {
            let module = KnownModule::of(module)?;
            attribute(module, name)
        }
        // Modules write `TYPE_CHECKING = False` to avoid importing `typing`.
        BindingKind::Value(Expr::BooleanLiteral(literal))
            if name == "TYPE_CHECKING" && !literal.value =>
        {
            Some(Constant::Test(Condition::TypeChecking))
        }
        _ => None,
    }
}

/// Returns the value of an attribute of a known module.
fn attribute(module: KnownModule, name: &str) -> Option<Constant> {
    if (module, name) == (KnownModule::Typing, "TYPE_CHECKING") {
        return Some(Constant::Test(Condition::TypeChecking));
    }
    StaticValue::of(module, name).map(Constant::Value)
}
