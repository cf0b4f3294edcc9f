//! Which clauses of an `if` can run on the target.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, BoolOp, ExceptHandler, Expr, Pattern, Stmt, StmtIf, UnaryOp};
use ruff_text_size::Ranged;

use crate::graph::{Main, outcome};
use crate::manifest::TargetFacts;
use crate::scan::{Constants, Test};

/// What is known about tests.
pub(super) struct Fold<'a> {
    pub(super) constants: Constants,
    /// The target, where its facts decide.
    pub(super) target: Option<&'a TargetFacts>,
    /// The module is never run as `__main__`.
    pub(super) never_main: bool,
}

impl Fold<'_> {
    /// The outcome of a test that does nothing else than being tested: what stands before the part that decides is
    /// known too.
    fn outcome(&self, test: &Expr) -> Option<bool> {
        match test {
            Expr::BoolOp(ast::ExprBoolOp { op, values, .. }) => {
                let deciding = *op == BoolOp::Or;
                for value in values {
                    if self.outcome(value)? == deciding {
                        return Some(deciding);
                    }
                }
                Some(!deciding)
            }
            Expr::UnaryOp(ast::ExprUnaryOp {
                op: UnaryOp::Not,
                operand,
                ..
            }) => self.outcome(operand).map(|value| !value),
            _ => self.of_one(&self.constants.understand(test)),
        }
    }

    fn of_one(&self, test: &Test) -> Option<bool> {
        match self.target {
            Some(target) => {
                let main = if self.never_main {
                    Main::No
                } else {
                    Main::Perhaps
                };
                outcome(test, target, main)
            }
            None => (*test == Test::IsMain && self.never_main).then_some(false),
        }
    }
}

/// A clause: `if`, `elif` or `else` with its body.
pub(super) struct Clause<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) test: Option<&'a Expr>,
    pub(super) body: &'a [Stmt],
}

/// The clauses of `chain` in their order.
pub(super) fn clauses(chain: &StmtIf) -> Vec<Clause<'_>> {
    let end = chain.body.last().map_or(chain.end(), Ranged::end);
    let first = Clause {
        start: chain.start().to_usize(),
        end: end.to_usize(),
        test: Some(&*chain.test),
        body: &chain.body,
    };
    let others = chain.elif_else_clauses.iter().map(|clause| Clause {
        start: clause.start().to_usize(),
        end: clause.end().to_usize(),
        test: clause.test.as_ref(),
        body: &clause.body,
    });
    std::iter::once(first).chain(others).collect()
}

/// What is left of a chain.
pub(super) enum Rest {
    /// No clause runs.
    Nothing,
    /// The clauses that can run, by the outcome of each one's test; those after one that surely runs cannot.
    Clauses(Vec<Option<bool>>),
    /// All clauses, since the text of one that cannot run still has a meaning for the code around it: only
    /// the tests are known.
    Tests(Vec<Option<bool>>),
}

/// What is left of `chain`.
pub(super) fn rest_of(chain: &StmtIf, fold: &Fold<'_>, in_function: bool) -> Rest {
    let clauses = clauses(chain);
    let outcome = |clause: &Clause<'_>| clause.test.map_or(Some(true), |test| fold.outcome(test));
    let outcomes: Vec<Option<bool>> = clauses.iter().map(outcome).collect();
    let surely = outcomes.iter().position(|outcome| *outcome == Some(true));
    let runs = |place: usize| {
        outcomes[place] != Some(false) && surely.is_none_or(|surely| place <= surely)
    };
    let dropped = || (0..clauses.len()).filter(|&place| !runs(place));
    if dropped().any(|place| has_meaning(&clauses[place], in_function)) {
        return Rest::Tests(outcomes);
    }
    if dropped().count() == clauses.len() {
        return Rest::Nothing;
    }
    Rest::Clauses(outcomes)
}

/// Whether a clause that never runs still changes the code around it: in a function, a name that it binds is local and
/// a `yield` makes a generator; anywhere, `global` and `nonlocal` are about the whole scope, and an annotation makes
/// that scope have `__annotations__`.
fn has_meaning(clause: &Clause<'_>, in_function: bool) -> bool {
    let mut meaning = Meaning {
        in_function,
        found: false,
    };
    clause.test.iter().for_each(|test| meaning.visit_expr(test));
    meaning.visit_body(clause.body);
    meaning.found
}

struct Meaning {
    in_function: bool,
    found: bool,
}

impl Visitor<'_> for Meaning {
    fn visit_stmt(&mut self, statement: &Stmt) {
        self.found |= match statement {
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::AnnAssign(_) => true,
            Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Assign(_)
            | Stmt::AugAssign(_)
            | Stmt::Delete(_)
            | Stmt::For(_)
            | Stmt::With(_)
            | Stmt::TypeAlias(_) => self.in_function,
            _ => false,
        };
        // What is inside of functions and classes is their own affair.
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        self.found |= self.in_function
            && matches!(
                expr,
                Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_)
            );
        walk_expr(self, expr);
    }

    fn visit_except_handler(&mut self, handler: &ExceptHandler) {
        let ExceptHandler::ExceptHandler(named) = handler;
        self.found |= self.in_function && named.name.is_some();
        ruff_python_ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, _: &Pattern) {
        self.found |= self.in_function;
    }
}
