//! Decides which clauses of an `if` can run on the target.

use ruff_python_ast::{self as ast, BoolOp, Expr, Stmt, StmtIf, UnaryOp};
use ruff_text_size::Ranged;

use super::required::KeepAs;
use crate::graph::{IsMain, evaluate};
use crate::manifest::TargetFacts;
use crate::scan::{Condition, Constants};

/// What is known about tests.
pub(super) struct BranchEvaluator<'a> {
    pub(super) constants: Constants,
    /// The target, where its facts decide.
    pub(super) target: Option<&'a TargetFacts>,
    /// The module is never run as `__main__`.
    pub(super) never_main: bool,
}

impl BranchEvaluator<'_> {
    /// The outcome of a test that does nothing else than being tested: what stands before the part that decides is
    /// known too.
    fn evaluate(&self, test: &Expr) -> Option<bool> {
        match test {
            Expr::BoolOp(ast::ExprBoolOp { op, values, .. }) => {
                let deciding = *op == BoolOp::Or;
                for value in values {
                    if self.evaluate(value)? == deciding {
                        return Some(deciding);
                    }
                }
                Some(!deciding)
            }
            Expr::UnaryOp(ast::ExprUnaryOp {
                op: UnaryOp::Not,
                operand,
                ..
            }) => self.evaluate(operand).map(|value| !value),
            _ => self.evaluate_one(&self.constants.parse_condition(test)),
        }
    }

    fn evaluate_one(&self, test: &Condition) -> Option<bool> {
        match self.target {
            Some(target) => {
                let main = if self.never_main {
                    IsMain::No
                } else {
                    IsMain::Unknown
                };
                evaluate(test, target, main)
            }
            None => (*test == Condition::IsMain && self.never_main).then_some(false),
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

/// What becomes of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClauseAction {
    /// It cannot run.
    Remove,
    /// It stays as it is.
    Keep,
    /// It stays behind another keyword.
    Keyword(&'static str),
    /// It stays behind another header, colon and all: its test is known.
    Header(&'static str),
}

/// What becomes of the clauses of `chain`, in their order; `keep` is what has to stay of it.
pub(super) fn clause_actions(
    chain: &StmtIf,
    fold: &BranchEvaluator<'_>,
    keep: Option<KeepAs>,
) -> Vec<ClauseAction> {
    let clauses = clauses(chain);
    if keep == Some(KeepAs::Everything) {
        return vec![ClauseAction::Keep; clauses.len()];
    }
    let outcome = |clause: &Clause<'_>| clause.test.map_or(Some(true), |test| fold.evaluate(test));
    let outcomes: Vec<Option<bool>> = clauses.iter().map(outcome).collect();
    let surely = outcomes.iter().position(|outcome| *outcome == Some(true));
    let goes = |place: usize| {
        outcomes[place] == Some(false) || surely.is_some_and(|surely| surely < place)
    };
    let places = 0..clauses.len();
    let all_stay = keep == Some(KeepAs::Bodies);
    let first = places.clone().find(|&place| !goes(place));
    let fate = |place: usize| {
        let is_else = clauses[place].test.is_none();
        match (outcomes[place], place) {
            (Some(value), 0) if all_stay => {
                ClauseAction::Header(if value { "if 1:" } else { "if 0:" })
            }
            (Some(value), _) if all_stay && !is_else => {
                ClauseAction::Header(if value { "elif 1:" } else { "elif 0:" })
            }
            _ if all_stay => ClauseAction::Keep,
            _ if goes(place) => ClauseAction::Remove,
            (Some(_), _) if first == Some(place) => ClauseAction::Header("if 1:"),
            (Some(_), _) if !is_else => ClauseAction::Header("else:"),
            (None, 1..) if first == Some(place) => ClauseAction::Keyword("if"),
            _ => ClauseAction::Keep,
        }
    };
    places.map(fate).collect()
}
