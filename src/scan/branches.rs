//! Statements that run, or not, by some condition: `if`, loops, `case`, `try`, `with suppress`.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, CmpOp, ExceptHandler, Expr, Stmt};

use super::caught::{Caught, ends_by_raising, suppresses_import_errors};
use super::condition::{Test, understand};
use super::exports::literal;
use super::guards::{Attempt, Guard};
use super::summary::Word;
use super::visit::Walk;

impl Walk<'_> {
    /// Walks `body` under a further condition.
    pub(super) fn under(&mut self, guard: Guard, body: &[Stmt]) {
        let outer = self.guard;
        self.guard = self.built.summary.guards.add(guard, outer);
        self.visit_body(body);
        self.guard = outer;
    }

    pub(super) fn branches(&mut self, statement: &ast::StmtIf) {
        let outer = self.guard;
        self.test(&statement.test);
        let mut test = understand(&statement.test, &self.constants);
        self.branch(&test, &statement.test, &statement.body);
        for clause in &statement.elif_else_clauses {
            // Each clause lies in the "no" of the tests before it.
            self.enter(&test, false);
            match &clause.test {
                Some(next) => {
                    self.test(next);
                    test = understand(next, &self.constants);
                    self.branch(&test, next, &clause.body);
                }
                None => self.visit_body(&clause.body),
            }
        }
        self.guard = outer;
    }

    pub(super) fn enter(&mut self, test: &Test, holds: bool) {
        // An unknown test is still a guard: what it guards need not run.
        let test = test.clone();
        self.guard = self
            .built
            .summary
            .guards
            .add(Guard::Branch { test, holds }, self.guard);
    }

    pub(super) fn branch(&mut self, test: &Test, expr: &Expr, body: &[Stmt]) {
        let outer = self.guard;
        self.enter(test, true);
        if let Some(names) = self.asked(expr) {
            self.guard = self
                .built
                .summary
                .guards
                .add(Guard::Asked(names), self.guard);
        }
        self.visit_body(body);
        self.guard = outer;
    }

    /// The test of an `if`. What a module's `__getattr__` compares with is not asked for thereby.
    fn test(&mut self, expr: &Expr) {
        if self.asked(expr).is_none() {
            self.visit_expr(expr);
        }
    }

    /// The names that a branch of `def __getattr__(name): if name == "x": ...` is for.
    fn asked(&self, test: &Expr) -> Option<Vec<Word>> {
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
        let names = literal(names).filter(|_| self.built.is_asked_for(&asked.id))?;
        Some(names.into_iter().map(Word::from).collect())
    }

    /// A body that may run or not (loops, `case`).
    pub(super) fn perhaps(&mut self, body: &[Stmt]) {
        self.under(
            Guard::Branch {
                test: Test::Unknown,
                holds: true,
            },
            body,
        );
    }

    pub(super) fn attempt(&mut self, statement: &ast::StmtTry) {
        let catching = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let caught = Caught::of(handler.type_.as_deref());
            caught
                .import_errors
                .then(|| !ends_by_raising(&handler.body))
        };
        let attempt = self.built.summary.guards.add_attempt(Attempt {
            survives_import_errors: statement.handlers.iter().find_map(catching) == Some(true),
            unpredictable: false,
        });
        self.under(Guard::Body(attempt), &statement.body);
        for handler in &statement.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            let import_errors_only = Caught::of(handler.type_.as_deref()).nothing_else;
            self.under(
                Guard::Handler {
                    attempt,
                    import_errors_only,
                },
                &handler.body,
            );
        }
        if !statement.orelse.is_empty() {
            self.under(Guard::Else(attempt), &statement.orelse);
        }
        self.visit_body(&statement.finalbody);
    }

    /// `with suppress(ImportError):` is a `try` in other words.
    pub(super) fn with(&mut self, statement: &ast::StmtWith) {
        for item in &statement.items {
            self.visit_with_item(item);
        }
        if statement
            .items
            .iter()
            .any(|item| suppresses_import_errors(&item.context_expr))
        {
            let attempt = self.built.summary.guards.add_attempt(Attempt {
                survives_import_errors: true,
                unpredictable: false,
            });
            self.under(Guard::Body(attempt), &statement.body);
        } else {
            self.visit_body(&statement.body);
        }
    }

    /// The `try` bodies around this point can fail in ways that their imports do not show.
    pub(super) fn unpredictable(&mut self) {
        let guards = &mut self.built.summary.guards;
        let around: Vec<_> = guards
            .chain(self.guard)
            .filter_map(|(_, guard)| match guard {
                Guard::Body(attempt) => Some(*attempt),
                _ => None,
            })
            .collect();
        for attempt in around {
            guards.attempt_mut(attempt).unpredictable = true;
        }
    }
}
