//! Which clauses of an `if` can run on the target.

use ruff_python_ast::{self as ast, BoolOp, Expr, Stmt, StmtIf, UnaryOp};
use ruff_text_size::Ranged;

use super::statements::Keep;
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

/// What becomes of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It cannot run.
    Goes,
    /// It stays as it is.
    Stays,
    /// It stays behind another keyword.
    Keyword(&'static str),
    /// It stays behind another header, colon and all: its test is known.
    Header(&'static str),
}

/// What becomes of the clauses of `chain`, in their order; `keep` is what has to stay of it.
pub(super) fn fates(chain: &StmtIf, fold: &Fold<'_>, keep: Option<Keep>) -> Vec<Fate> {
    let clauses = clauses(chain);
    if keep == Some(Keep::Everything) {
        return vec![Fate::Stays; clauses.len()];
    }
    let outcome = |clause: &Clause<'_>| clause.test.map_or(Some(true), |test| fold.outcome(test));
    let outcomes: Vec<Option<bool>> = clauses.iter().map(outcome).collect();
    let surely = outcomes.iter().position(|outcome| *outcome == Some(true));
    let goes = |place: usize| {
        outcomes[place] == Some(false) || surely.is_some_and(|surely| surely < place)
    };
    let places = 0..clauses.len();
    let all_stay = keep == Some(Keep::Bodies);
    let first = places.clone().find(|&place| !goes(place));
    let fate = |place: usize| {
        let is_else = clauses[place].test.is_none();
        match (outcomes[place], place) {
            (Some(value), 0) if all_stay => Fate::Header(if value { "if 1:" } else { "if 0:" }),
            (Some(value), _) if all_stay && !is_else => {
                Fate::Header(if value { "elif 1:" } else { "elif 0:" })
            }
            _ if all_stay => Fate::Stays,
            _ if goes(place) => Fate::Goes,
            (Some(_), _) if first == Some(place) => Fate::Header("if 1:"),
            (Some(_), _) if !is_else => Fate::Header("else:"),
            (None, 1..) if first == Some(place) => Fate::Keyword("if"),
            _ => Fate::Stays,
        }
    };
    places.map(fate).collect()
}
