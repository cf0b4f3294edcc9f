//! Names whose values a target decides: `sys` where it is the module of that name, `_names = sys.builtin_module_names`,
//! `MS_WINDOWS = (sys.platform == 'win32')`.
//!
//! A name counts where it is known what it stands for: all that binds it are imports that can be seen, or one assignment.

use std::collections::{BTreeMap, HashMap};

use ruff_python_ast::{Expr, ExprName, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::condition::{Condition, StaticValue, parse_condition, value};
use super::symbols::{BindingKind, BlockId, BlockKind, NameRole, Resolution, SymbolTable};
use crate::types::Version;

/// Largest test that a constant stands for: each may be named in the next several times.
const MAX_WEIGHT: usize = 64;

/// What a name stands for, at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Constant {
    Module(KnownModule),
    Value(StaticValue),
    Test(Condition),
    /// `__name__`, which the interpreter sets.
    ModuleName,
}

/// A module that has what targets decide.
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

/// The names of a text that a target decides, by where they are read.
#[derive(Debug, Default)]
pub struct Constants {
    at: HashMap<TextSize, Constant>,
}

/// What binds a name, and where it is read, in source order.
#[derive(Default)]
struct NameBindings<'t> {
    bound: Vec<(TextSize, BindingKind<'t>)>,
    read: Vec<TextSize>,
}

/// The names of a module, each with the block whose name it is.
type Names<'t> = BTreeMap<(BlockId, &'t str), NameBindings<'t>>;

impl Constants {
    /// Collects them from a module's statements.
    pub fn of(body: &[Stmt]) -> Self {
        // What binds a name is the same in every version.
        let newest = Version {
            major: 3,
            minor: 14,
        };
        let table = SymbolTable::of(body, newest);
        let mut names = names(&table);
        if let Some(star) = table.stars.last() {
            let after = binding_after(*star, body);
            names.retain(|(owner, name), uses| {
                *owner != BlockId::MODULE || *name == "__name__" || uses.is_bound_in(&after)
            });
        }
        let mut constants = Self::default();
        for ((owner, name), uses) in &names {
            let is_module_name =
                (*owner, *name) == (BlockId::MODULE, "__name__") && uses.bound.is_empty();
            let constant = if is_module_name {
                Some(Constant::ModuleName)
            } else {
                uses.imported(name)
            };
            constants.add(uses, constant);
        }
        // Values are made of what is imported, or of values before them.
        let mut assigned: Vec<_> = names
            .values()
            .filter_map(|uses| Some((uses.assigned()?, uses)))
            .collect();
        assigned.sort_by_key(|(value, _)| value.start());
        for (value, uses) in assigned {
            let constant = constants.constant(value);
            constants.add(uses, constant);
        }
        constants
    }

    fn add(&mut self, uses: &NameBindings<'_>, constant: Option<Constant>) {
        if let Some(constant) = constant {
            let places = uses.read.iter();
            self.at.extend(places.map(|at| (*at, constant.clone())));
        }
    }

    fn constant(&self, expr: &Expr) -> Option<Constant> {
        if let Some(value) = value(expr, self) {
            return Some(Constant::Value(value));
        }
        match parse_condition(expr, self) {
            // A plain True or False may be a default that other modules change: no constant.
            Condition::Unknown | Condition::Constant(_) => None,
            test if test.weight() > MAX_WEIGHT => None,
            test => Some(Constant::Test(test)),
        }
    }

    /// Understands the test of an `if`.
    pub fn parse_condition(&self, test: &Expr) -> Condition {
        parse_condition(test, self)
    }

    pub(super) fn test(&self, name: &ExprName) -> Option<&Condition> {
        match self.at.get(&name.start())? {
            Constant::Test(test) => Some(test),
            _ => None,
        }
    }

    pub(super) fn value(&self, name: &ExprName) -> Option<StaticValue> {
        match self.at.get(&name.start())? {
            Constant::Value(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn module(&self, expr: &Expr) -> Option<KnownModule> {
        match self.at.get(&expr.as_name_expr()?.start())? {
            Constant::Module(module) => Some(*module),
            _ => None,
        }
    }

    /// Whether `expr` is the `__name__` that the interpreter sets.
    pub(super) fn is_module_name(&self, expr: &Expr) -> bool {
        let name = expr.as_name_expr();
        name.and_then(|name| self.at.get(&name.start())) == Some(&Constant::ModuleName)
    }
}

/// Statements of the module itself after that place that bind names, whatever happens.
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

fn names<'t>(table: &'t SymbolTable<'_>) -> Names<'t> {
    let resolution = Resolution::of(table, |_| true);
    let mut names = Names::new();
    for (id, block) in table.blocks() {
        for mention in &block.mentions {
            let name: &str = &mention.name;
            // What a class's own name stands for before it is bound is only known when the class body runs.
            let owner = resolution.owner(id, name);
            let Some(owner) = owner.filter(|owner| table.block(*owner).kind != BlockKind::Class)
            else {
                continue;
            };
            let uses = names.entry((owner, name)).or_default();
            match mention.role {
                NameRole::Bind(bound) => uses.bound.push((mention.at, bound)),
                NameRole::Read => uses.read.push(mention.at),
                // A function that says so may bind it at any time.
                NameRole::Global => uses.bound.push((mention.at, BindingKind::Other)),
                _ => {}
            }
        }
    }
    names
}

impl<'t> NameBindings<'t> {
    /// Whether one of `statements`, which are in source order, binds the name.
    fn is_bound_in(&self, statements: &[TextRange]) -> bool {
        self.bound.iter().any(|(at, _)| {
            let next = statements.partition_point(|statement| statement.start() <= *at);
            let statement = next.checked_sub(1).map(|place| statements[place]);
            statement.is_some_and(|statement| statement.contains(*at))
        })
    }

    /// What the name stands for if imports bind it, all of them to the same.
    fn imported(&self, name: &str) -> Option<Constant> {
        let is_bound = |bound: &&BindingKind<'_>| !matches!(bound, BindingKind::Deleted);
        let mut bound = self.bound.iter().map(|(_, bound)| bound).filter(is_bound);
        let first = imported(name, bound.next()?)?;
        bound
            .all(|next| imported(name, next).as_ref() == Some(&first))
            .then_some(first)
    }

    /// The value of the only assignment to the name, if nothing else binds it.
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
        // `TYPE_CHECKING = False` is how modules do without `typing`.
        BindingKind::Value(Expr::BooleanLiteral(no)) if name == "TYPE_CHECKING" && !no.value => {
            Some(Constant::Test(Condition::TypeChecking))
        }
        _ => None,
    }
}

/// What an attribute of a known module is.
fn attribute(module: KnownModule, name: &str) -> Option<Constant> {
    if (module, name) == (KnownModule::Typing, "TYPE_CHECKING") {
        return Some(Constant::Test(Condition::TypeChecking));
    }
    StaticValue::of(module, name).map(Constant::Value)
}
