//! Visits conditional statements: `if`, loops, `case`, `try`, `with suppress`.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, CmpOp, ExceptHandler, Expr, Stmt};

use super::condition::{Condition, parse_condition};
use super::except_handlers::{ExceptClause, ends_by_raising, suppresses_import_errors};
use super::exports::literal;
use super::guards::{Guard, TryBlock};
use super::summary::Identifier;
use super::visit::ScanVisitor;

impl ScanVisitor<'_> {
    /// Walks `body` under a further condition.
    pub(super) fn visit_guarded(&mut self, guard: Guard, body: &[Stmt]) {
        let outer = self.guard;
        self.guard = self.built.summary.guards.add(guard, outer);
        self.visit_body(body);
        self.guard = outer;
    }

    pub(super) fn visit_if(&mut self, statement: &ast::StmtIf) {
        let outer = self.guard;
        self.test(&statement.test);
        let mut test = parse_condition(&statement.test, &self.constants);
        self.branch(&test, &statement.test, &statement.body);
        for clause in &statement.elif_else_clauses {
            // Each clause lies in the "no" of the tests before it.
            self.enter(&test, false);
            match &clause.test {
                Some(next) => {
                    self.test(next);
                    test = parse_condition(next, &self.constants);
                    self.branch(&test, next, &clause.body);
                }
                None => self.visit_body(&clause.body),
            }
        }
        self.guard = outer;
    }

    pub(super) fn enter(&mut self, test: &Condition, holds: bool) {
        // An unknown test is still a guard: what it guards need not run.
        let test = test.clone();
        self.guard = self
            .built
            .summary
            .guards
            .add(Guard::Branch { test, holds }, self.guard);
    }

    pub(super) fn branch(&mut self, test: &Condition, expr: &Expr, body: &[Stmt]) {
        let outer = self.guard;
        self.enter(test, true);
        if let Some(names) = self.getattr_names(expr) {
            self.guard = self
                .built
                .summary
                .guards
                .add(Guard::GetattrName(names), self.guard);
        }
        self.visit_body(body);
        self.guard = outer;
    }

    /// The test of an `if`. What a module's `__getattr__` compares with is not asked for thereby.
    fn test(&mut self, expr: &Expr) {
        if self.getattr_names(expr).is_none() {
            self.visit_expr(expr);
        }
    }

    /// The names that a branch of `def __getattr__(name): if name == "x": ...` is for.
    fn getattr_names(&self, test: &Expr) -> Option<Vec<Identifier>> {
        let Expr::Compare(ast::ExprCompare {
            left,
            ops,
            comparators,
            ..
        }) = test
        else {
            return None;
        };
        let ([CmpOp::Eq | CmpOp::In], [names], Expr::Name(asked)) =
            (&**ops, &**comparators, &**left)
        else {
            return None;
        };
        let names = literal(names).filter(|_| self.built.is_getattr_parameter(&asked.id))?;
        Some(names.into_iter().map(Identifier::from).collect())
    }

    /// A body that may run or not (loops, `case`).
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
        let catching = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let caught = ExceptClause::of(handler.type_.as_deref());
            caught
                .import_errors
                .then(|| !ends_by_raising(&handler.body))
        };
        let attempt = self.built.summary.guards.add_try(TryBlock {
            survives_import_errors: statement.handlers.iter().find_map(catching) == Some(true),
            unpredictable: false,
        });
        self.visit_guarded(Guard::Body(attempt), &statement.body);
        for handler in &statement.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            let import_errors_only = ExceptClause::of(handler.type_.as_deref()).nothing_else;
            self.visit_guarded(
                Guard::Handler {
                    attempt,
                    import_errors_only,
                },
                &handler.body,
            );
        }
        if !statement.orelse.is_empty() {
            self.visit_guarded(Guard::Else(attempt), &statement.orelse);
        }
        self.visit_body(&statement.finalbody);
    }

    /// `with suppress(ImportError):` is a `try` in other words.
    pub(super) fn visit_with(&mut self, statement: &ast::StmtWith) {
        for item in &statement.items {
            self.visit_with_item(item);
        }
        if statement
            .items
            .iter()
            .any(|item| suppresses_import_errors(&item.context_expr))
        {
            let attempt = self.built.summary.guards.add_try(TryBlock {
                survives_import_errors: true,
                unpredictable: false,
            });
            self.visit_guarded(Guard::Body(attempt), &statement.body);
        } else {
            self.visit_body(&statement.body);
        }
    }

    /// The `try` bodies around this point can fail in ways that their imports do not show.
    pub(super) fn mark_unpredictable(&mut self) {
        let guards = &mut self.built.summary.guards;
        let around: Vec<_> = guards
            .chain(self.guard)
            .filter_map(|(_, guard)| match guard {
                Guard::Body(attempt) => Some(*attempt),
                _ => None,
            })
            .collect();
        for attempt in around {
            guards.try_block_mut(attempt).unpredictable = true;
        }
    }
}
