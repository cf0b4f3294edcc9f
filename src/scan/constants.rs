//! The module's own names for values that a target decides:
//! `_names = sys.builtin_module_names`, `MS_WINDOWS = (sys.platform == 'win32')`.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, Parameters, Pattern, Stmt};

use super::condition::{Test, Value, understand, value};

/// Largest test that a constant stands for: each may be named in the next several times.
const MAX_WEIGHT: usize = 64;

/// Names whose meaning is known in every file that does not bind them itself.
const KNOWN_NAMES: [&str; 6] = ["sys", "_sys", "os", "_os", "TYPE_CHECKING", "__name__"];

/// Names assigned once, at the top level, to something that a target decides.
#[derive(Debug, Default)]
pub struct Constants {
    tests: HashMap<String, Test>,
    values: HashMap<String, Value>,
    /// Names like `sys` that the file binds by something other than an import.
    own: HashSet<String>,
}

impl Constants {
    /// Collects them from a module's statements.
    pub fn of(body: &[Stmt]) -> Self {
        let mut bindings = Bindings::default();
        bindings.visit_body(body);
        let mut own = KNOWN_NAMES.to_vec();
        own.retain(|name| bindings.bound_otherwise.contains(name));
        let mut constants = Self {
            own: own.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        };
        for stmt in body {
            let Stmt::Assign(assign) = stmt else { continue };
            let [Expr::Name(target)] = &*assign.targets else {
                continue;
            };
            let name = target.id.as_str();
            if !bindings.once.contains(name) {
                continue;
            }
            if let Some(value) = value(&assign.value, &constants) {
                constants.values.insert(name.to_owned(), value);
                continue;
            }
            // A plain True or False may be a default that other modules change: no constant.
            match understand(&assign.value, &constants) {
                Test::Unknown | Test::Known(_) => {}
                test if test.weight() > MAX_WEIGHT => {}
                test => {
                    constants.tests.insert(name.to_owned(), test);
                }
            }
        }
        constants
    }

    /// Understands the test of an `if`.
    pub fn understand(&self, test: &Expr) -> Test {
        understand(test, self)
    }

    pub(super) fn test(&self, name: &str) -> Option<&Test> {
        self.tests.get(name)
    }

    /// Whether `name` is what everybody calls so, and nothing of the file's own.
    pub(super) fn is_known(&self, name: &str) -> bool {
        !self.own.contains(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).copied()
    }
}

/// Names bound exactly once by an assignment, and by nothing else that could rebind a global.
#[derive(Default)]
struct Bindings<'a> {
    once: HashSet<&'a str>,
    often: HashSet<&'a str>,
    /// Names bound by other statements than imports and `TYPE_CHECKING = False`.
    bound_otherwise: HashSet<&'a str>,
}

impl<'a> Bindings<'a> {
    fn bind(&mut self, name: &'a str) {
        self.bound_otherwise.insert(name);
        self.count(name);
    }

    fn count(&mut self, name: &'a str) {
        if self.often.contains(name) {
            return;
        }
        if !self.once.insert(name) {
            self.once.remove(name);
            self.often.insert(name);
        }
    }

    /// Bound somewhere by something that is no assignment at the top level.
    fn rebind(&mut self, name: &'a str) {
        self.bind(name);
        self.count(name);
    }

    fn bind_target(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.bind_target(part)),
            Expr::List(list) => list.elts.iter().for_each(|part| self.bind_target(part)),
            Expr::Starred(starred) => self.bind_target(&starred.value),
            _ => {}
        }
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        let names = parameters.iter().map(|parameter| parameter.name().as_str());
        names.for_each(|name| self.bind(name));
    }
}

impl<'a> Visitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => match &*assign.targets {
                [Expr::Name(name)]
                    if name.id == "TYPE_CHECKING"
                        && matches!(&*assign.value, Expr::BooleanLiteral(no) if !no.value) =>
                {
                    self.count(&name.id);
                }
                targets => targets.iter().for_each(|target| self.bind_target(target)),
            },
            Stmt::AnnAssign(assign) => self.bind_target(&assign.target),
            Stmt::AugAssign(assign) => {
                self.bind_target(&assign.target);
                self.bind_target(&assign.target);
            }
            Stmt::For(statement) => self.bind_target(&statement.target),
            Stmt::With(statement) => {
                let targets = statement.items.iter();
                let targets = targets.filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.bind_target(target));
            }
            Stmt::Delete(statement) => {
                let targets = statement.targets.iter();
                targets.for_each(|target| self.bind_target(target));
            }
            Stmt::TypeAlias(statement) => self.bind_target(&statement.name),
            Stmt::ClassDef(statement) => self.bind(&statement.name),
            Stmt::FunctionDef(statement) => {
                self.bind(&statement.name);
                self.parameters(&statement.parameters);
            }
            Stmt::Import(statement) => {
                for alias in &statement.names {
                    let module = alias.name.as_str();
                    match &alias.asname {
                        Some(name) if name.trim_start_matches('_') != module => self.bind(name),
                        Some(name) => self.count(name),
                        None => self.count(module.split('.').next().unwrap_or(module)),
                    }
                }
            }
            Stmt::ImportFrom(statement) => {
                for alias in &statement.names {
                    match &alias.asname {
                        Some(name) => self.bind(name),
                        None => self.count(&alias.name),
                    }
                }
            }
            // A function that says `global NAME` may rebind it at any time.
            Stmt::Global(global) => {
                global.names.iter().for_each(|name| self.rebind(&name.id));
            }
            _ => {}
        }
        // Local names of functions and classes count too: that only makes fewer constants.
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => self.bind_target(&named.target),
            Expr::Lambda(lambda) => lambda
                .parameters
                .iter()
                .for_each(|parameters| self.parameters(parameters)),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(named) = handler;
        named.name.iter().for_each(|name| self.bind(name));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let captured = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        captured.iter().for_each(|name| self.bind(name));
        walk_pattern(self, pattern);
    }
}
