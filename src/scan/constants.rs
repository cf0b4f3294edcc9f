//! The module's own names for values that a target decides:
//! `_names = sys.builtin_module_names`, `MS_WINDOWS = (sys.platform == 'win32')`.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::condition::{Test, Value, understand, value};

/// Names assigned once, at the top level, to something that a target decides.
#[derive(Debug, Default)]
pub struct Constants {
    tests: HashMap<String, Test>,
    values: HashMap<String, Value>,
}

impl Constants {
    /// Collects them from a module's statements.
    pub fn of(body: &[Stmt]) -> Self {
        let mut bindings = Bindings::default();
        bindings.visit_body(body);
        let mut constants = Self::default();
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

    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).copied()
    }
}

/// Names bound exactly once by an assignment, and by nothing else that could rebind a global.
#[derive(Default)]
struct Bindings<'a> {
    once: HashSet<&'a str>,
    often: HashSet<&'a str>,
}

impl<'a> Bindings<'a> {
    fn bind(&mut self, name: &'a str) {
        if self.often.contains(name) {
            return;
        }
        if !self.once.insert(name) {
            self.once.remove(name);
            self.often.insert(name);
        }
    }

    fn bind_target(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.bind_target(part)),
            Expr::List(list) => list.elts.iter().for_each(|part| self.bind_target(part)),
            _ => {}
        }
    }
}

impl<'a> StatementVisitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|t| self.bind_target(t)),
            Stmt::AnnAssign(assign) => self.bind_target(&assign.target),
            Stmt::AugAssign(assign) => {
                self.bind_target(&assign.target);
                self.bind_target(&assign.target);
            }
            Stmt::For(statement) => self.bind_target(&statement.target),
            Stmt::With(statement) => {
                let targets = statement
                    .items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.bind_target(target));
            }
            Stmt::ClassDef(statement) => self.bind(&statement.name),
            Stmt::FunctionDef(statement) => {
                self.bind(&statement.name);
                statement
                    .parameters
                    .iter()
                    .for_each(|parameter| self.bind(parameter.name()));
            }
            Stmt::Import(statement) => {
                statement
                    .names
                    .iter()
                    .flat_map(|a| &a.asname)
                    .for_each(|name| self.bind(name));
            }
            Stmt::ImportFrom(statement) => {
                let names = statement
                    .names
                    .iter()
                    .map(|a| a.asname.as_ref().unwrap_or(&a.name));
                names.for_each(|name| self.bind(name));
            }
            // A function that says `global NAME` may rebind it at any time.
            Stmt::Global(global) => global.names.iter().for_each(|name| {
                self.bind(&name.id);
                self.bind(&name.id);
            }),
            _ => {}
        }
        // Local names of functions and classes count too: that only makes fewer constants.
        walk_stmt(self, stmt);
    }
}
