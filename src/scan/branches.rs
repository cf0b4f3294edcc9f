//! Visits conditional statements: `if`, loops, `case`, `try`, `with suppress`.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, CmpOp, ExceptHandler, Expr, Stmt};

use super::condition::{Condition, parse_condition};
use super::except_handlers::{ExceptClause, ends_by_raising, suppresses_import_errors};
use super::exports::literal;
use super::guards::{Guard, TryBlock};
use super::summary::Identifier;
use super::visit::ScanVisitor;

/// The operators of a test for names, and of a test for any other name.
const IS_NAME: [CmpOp; 2] = [CmpOp::Eq, CmpOp::In];
const IS_OTHER_NAME: [CmpOp; 2] = [CmpOp::NotEq, CmpOp::NotIn];

impl ScanVisitor<'_> {
    /// Visits `body` under an additional guard.
    pub(super) fn visit_guarded(&mut self, guard: Guard, body: &[Stmt]) {
        let outer = self.guard;
        self.guard = self.builder.summary.guards.add(guard, outer);
        self.visit_body(body);
        self.guard = outer;
    }

    pub(super) fn visit_if(&mut self, statement: &ast::StmtIf) {
        let outer = self.guard;
        self.visit_test(&statement.test);
        let mut test = parse_condition(&statement.test, &self.constants);
        self.branch(&test, &statement.test, &statement.body);
        for clause in &statement.elif_else_clauses {
            // A clause only runs if all tests before it were false.
            self.enter(&test, false);
            match &clause.test {
                Some(next) => {
                    self.visit_test(next);
                    test = parse_condition(next, &self.constants);
                    self.branch(&test, next, &clause.body);
                }
                None => self.visit_body(&clause.body),
            }
        }
        self.guard = outer;
    }

    pub(super) fn enter(&mut self, test: &Condition, holds: bool) {
        // An unknown test is still a guard, because the branch might not run.
        let test = test.clone();
        self.guard = self
            .builder
            .summary
            .guards
            .add(Guard::Branch { test, holds }, self.guard);
    }

    pub(super) fn branch(&mut self, test: &Condition, expr: &Expr, body: &[Stmt]) {
        let outer = self.guard;
        self.enter(test, true);
        if let Some(names) = self.getattr_names(expr) {
            self.guard = self
                .builder
                .summary
                .guards
                .add(Guard::AttributeRequested(names), self.guard);
        }
        self.visit_body(body);
        self.guard = outer;
    }

    /// Visits the test of an `if`. Comparing with strings in a module's `__getattr__` does not use those names.
    fn visit_test(&mut self, expr: &Expr) {
        let is_comparison = |operators| self.compared_names(expr, operators).is_some();
        if !is_comparison(&IS_NAME) && !is_comparison(&IS_OTHER_NAME) {
            self.visit_expr(expr);
        }
    }

    /// Visits the body of a `__getattr__`. After `if name not in ("x", "y"): raise AttributeError(name)` it only runs for
    /// these names.
    pub(super) fn visit_getattr_body(&mut self, body: &[Stmt]) {
        let outer = self.guard;
        for stmt in body {
            self.visit_stmt(stmt);
            if let Stmt::If(statement) = stmt
                && statement.elif_else_clauses.is_empty()
                && ends_by_raising(&statement.body)
                && let Some(names) = self.compared_names(&statement.test, &IS_OTHER_NAME)
            {
                let guard = Guard::AttributeRequested(names);
                self.guard = self.builder.summary.guards.add(guard, self.guard);
            }
        }
        self.guard = outer;
    }

    /// Returns the names that `test` matches in `def __getattr__(name): if name == "x": ...`.
    fn getattr_names(&self, test: &Expr) -> Option<Vec<Identifier>> {
        self.compared_names(test, &IS_NAME)
    }

    /// Returns the names that `test` compares the parameter of a `__getattr__` with, by one of these operators.
    fn compared_names(&self, test: &Expr, operators: &[CmpOp]) -> Option<Vec<Identifier>> {
        let Expr::Compare(ast::ExprCompare {
            left,
            ops,
            comparators,
            ..
        }) = test
        else {
            return None;
        };
        let ([operator], [names], Expr::Name(parameter)) = (&**ops, &**comparators, &**left) else {
            return None;
        };
        if !operators.contains(operator) {
            return None;
        }
        let names = literal(names).filter(|_| self.builder.is_getattr_parameter(&parameter.id))?;
        Some(names.into_iter().map(Identifier::from).collect())
    }

    /// Visits a body that might not run, such as that of a loop or a `case`.
    pub(super) fn visit_conditional(&mut self, body: &[Stmt]) {
        self.visit_guarded(
            Guard::Branch {
                test: Condition::Unknown,
                holds: true,
            },
            body,
        );
    }

    pub(super) fn visit_try(&mut self, statement: &ast::StmtTry) {
        let survives = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let clause = ExceptClause::of(handler.type_.as_deref());
            clause
                .import_errors
                .then(|| !ends_by_raising(&handler.body))
        };
        let attempt = self.builder.summary.guards.add_try(TryBlock {
            survives_import_errors: statement.handlers.iter().find_map(survives) == Some(true),
            unpredictable: false,
        });
        self.visit_guarded(Guard::Body(attempt), &statement.body);
        for (index, handler) in statement.handlers.iter().enumerate() {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            let clause = ExceptClause::of(handler.type_.as_deref());
            self.visit_guarded(
                Guard::Handler {
                    attempt,
                    import_errors_only: clause.only_import_errors,
                    receives_import_errors: index == 0 && clause.import_errors,
                },
                &handler.body,
            );
        }
        if !statement.orelse.is_empty() {
            self.visit_guarded(Guard::Else(attempt), &statement.orelse);
        }
        self.visit_body(&statement.finalbody);
    }

    /// Visits a `with`. `with suppress(ImportError):` is equivalent to a `try`.
    pub(super) fn visit_with(&mut self, statement: &ast::StmtWith) {
        for item in &statement.items {
            self.visit_with_item(item);
        }
        if statement
            .items
            .iter()
            .any(|item| suppresses_import_errors(&item.context_expr))
        {
            let attempt = self.builder.summary.guards.add_try(TryBlock {
                survives_import_errors: true,
                unpredictable: false,
            });
            self.visit_guarded(Guard::Body(attempt), &statement.body);
        } else {
            self.visit_body(&statement.body);
        }
    }

    /// Marks the enclosing `try` bodies as able to fail in ways that their imports do not show.
    pub(super) fn mark_unpredictable(&mut self) {
        let guards = &mut self.builder.summary.guards;
        let enclosing: Vec<_> = guards
            .chain(self.guard)
            .filter_map(|(_, guard)| match guard {
                Guard::Body(attempt) => Some(*attempt),
                _ => None,
            })
            .collect();
        for attempt in enclosing {
            guards.try_block_mut(attempt).unpredictable = true;
        }
    }
}
