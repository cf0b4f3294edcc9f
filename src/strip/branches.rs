//! Decides which clauses of an `if` statement can run on the target, and what stripping does with each.

use ruff_python_ast::{self as ast, BoolOp, Expr, Stmt, StmtIf, UnaryOp};
use ruff_text_size::Ranged;

use super::required::KeepAs;
use crate::graph::{IsMain, evaluate};
use crate::manifest::TargetFacts;
use crate::scan::{Condition, Constants};

/// The facts that tests are evaluated with.
pub(super) struct BranchEvaluator<'a> {
    pub(super) constants: Constants,
    /// The target, if branches that are dead on it are removed.
    pub(super) target: Option<&'a TargetFacts>,
    /// Whether the module is never run as `__main__`.
    pub(super) never_main: bool,
}

impl BranchEvaluator<'_> {
    /// Returns the outcome of a test, if it is known and the test has no side effects. All operands before the one that
    /// decides must be known as well.
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
            _ => self.evaluate_condition(&self.constants.parse_condition(test)),
        }
    }

    fn evaluate_condition(&self, test: &Condition) -> Option<bool> {
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

/// An `if`, `elif` or `else` clause with its body.
pub(super) struct Clause<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) test: Option<&'a Expr>,
    pub(super) body: &'a [Stmt],
}

/// Returns the clauses of `chain` in source order.
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

/// What stripping does with a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClauseAction {
    /// Removes it, because it cannot run.
    Remove,
    /// Keeps it unchanged.
    Keep,
    /// Keeps it with another keyword.
    Keyword(&'static str),
    /// Keeps it with another header, including the colon, because the outcome of its test is known.
    Header(&'static str),
}

/// Returns the action for each clause of `chain`, in source order. `keep` is the part of it that is required.
pub(super) fn clause_actions(
    chain: &StmtIf,
    evaluator: &BranchEvaluator<'_>,
    keep: Option<KeepAs>,
) -> Vec<ClauseAction> {
    let clauses = clauses(chain);
    if keep == Some(KeepAs::Everything) {
        return vec![ClauseAction::Keep; clauses.len()];
    }
    let outcome = |clause: &Clause<'_>| {
        clause
            .test
            .map_or(Some(true), |test| evaluator.evaluate(test))
    };
    let outcomes: Vec<Option<bool>> = clauses.iter().map(outcome).collect();
    let always_true = outcomes.iter().position(|outcome| *outcome == Some(true));
    let is_dead = |index: usize| {
        outcomes[index] == Some(false) || always_true.is_some_and(|always_true| always_true < index)
    };
    let indices = 0..clauses.len();
    let keeps_bodies = keep == Some(KeepAs::Bodies);
    let first = indices.clone().find(|&index| !is_dead(index));
    let action = |index: usize| {
        let is_else = clauses[index].test.is_none();
        match (outcomes[index], index) {
            (Some(value), 0) if keeps_bodies => {
                ClauseAction::Header(if value { "if 1:" } else { "if 0:" })
            }
            (Some(value), _) if keeps_bodies && !is_else => {
                ClauseAction::Header(if value { "elif 1:" } else { "elif 0:" })
            }
            _ if keeps_bodies => ClauseAction::Keep,
            _ if is_dead(index) => ClauseAction::Remove,
            (Some(_), _) if first == Some(index) => ClauseAction::Header("if 1:"),
            (Some(_), _) if !is_else => ClauseAction::Header("else:"),
            (None, 1..) if first == Some(index) => ClauseAction::Keyword("if"),
            _ => ClauseAction::Keep,
        }
    };
    indices.map(action).collect()
}
