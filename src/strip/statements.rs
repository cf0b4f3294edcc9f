//! Removes whole statements: docstrings, asserts, and branches that never run.

use ruff_python_ast::helpers::any_over_expr;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef, StmtIf};
use ruff_text_size::Ranged;

use super::annotations;
use super::branches::{BranchEvaluator, ClauseAction, clause_actions, clauses};
use super::edits::Edit;
use super::required::{KeepAs, RequiredStatements};
use crate::profile::Strip;

/// Walks a module and collects the edits.
pub(super) struct Statements<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    strip: &'a [Strip],
    fold: &'a BranchEvaluator<'a>,
    kept: &'a RequiredStatements,
    pub(super) edits: Vec<Edit>,
    /// Where the statement begins that each of the edits is about.
    pub(super) owners: Vec<usize>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(
        text: &'a str,
        tokens: &'a Tokens,
        strip: &'a [Strip],
        fold: &'a BranchEvaluator<'a>,
        kept: &'a RequiredStatements,
    ) -> Self {
        Self {
            text,
            tokens,
            strip,
            fold,
            kept,
            edits: Vec::new(),
            owners: Vec::new(),
        }
    }

    fn keep(&self, statement: &impl Ranged) -> Option<KeepAs> {
        self.kept.get(&statement.start().to_usize()).copied()
    }

    fn edit(&mut self, owner: &impl Ranged, edits: impl IntoIterator<Item = Edit>) {
        self.edits.extend(edits);
        let owner = owner.start().to_usize();
        self.owners.resize(self.edits.len(), owner);
    }

    fn strips(&self, what: Strip) -> bool {
        self.strip.contains(&what)
    }

    /// The statements of a module.
    pub(super) fn module(&mut self, body: &'a [Stmt]) {
        self.body(body, true, false);
    }

    /// A body: `documented` ones may begin with a docstring; all but a module's have to hold a statement.
    fn body(&mut self, body: &'a [Stmt], documented: bool, needs_statement: bool) {
        let docstrings = if documented && self.strips(Strip::Docstrings) {
            self.docstrings(body)
        } else {
            0
        };
        let goes: Vec<bool> = body
            .iter()
            .enumerate()
            .map(|(place, statement)| place < docstrings || self.is_removed(statement))
            .collect();
        // A text must not become the docstring because what stood before it is gone.
        let first = goes.iter().position(|&goes| !goes);
        let uncovers = first.is_some_and(|first| first > 0 && documented && is_text(&body[first]));
        let mut needs_pass = needs_statement && first.is_none() || uncovers;
        for (statement, goes) in body.iter().zip(goes) {
            if goes {
                self.remove(statement, std::mem::take(&mut needs_pass));
            } else {
                self.visit_stmt(statement);
            }
        }
    }

    /// How many statements at the head of `body` are texts. All go: the second would become the docstring when
    /// the first is gone.
    fn docstrings(&self, body: &[Stmt]) -> usize {
        let count = body
            .iter()
            .take_while(|statement| is_text(statement))
            .count();
        // With a `pass` for one that shares its line, nothing else would be gained.
        let shares = body[..count].iter().any(|text| self.shares_line(text));
        if shares { 0 } else { count }
    }

    /// Whether the statement does nothing that is wanted.
    fn is_removed(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Assert(assert) => {
                let mut parts = std::iter::once(&*assert.test).chain(assert.msg.as_deref());
                let binds = parts.any(|part| any_over_expr(part, &binds));
                self.strips(Strip::Asserts) && !binds && self.keep(assert).is_none()
            }
            Stmt::If(chain) => {
                let fates = clause_actions(chain, self.fold, self.keep(chain));
                fates.iter().all(|fate| *fate == ClauseAction::Remove)
            }
            _ => false,
        }
    }

    fn shares_line(&self, statement: &Stmt) -> bool {
        let (start, end) = (statement.start().to_usize(), statement.end().to_usize());
        let before = self.text[..start].trim_end_matches([' ', '\t', '\x0c']);
        let after = self.text[end..].trim_start_matches([' ', '\t', '\x0c']);
        !before.is_empty() && !before.ends_with(['\n', '\r']) || after.starts_with(';')
    }

    fn remove(&mut self, statement: &Stmt, needs_pass: bool) {
        let needs_pass = needs_pass || self.shares_line(statement);
        let edit = Edit {
            start: statement.start().to_usize(),
            end: statement.end().to_usize(),
            new: if needs_pass { "pass" } else { "" },
        };
        self.edit(statement, [edit]);
    }

    /// Where the header of a clause ends, with its colon; `after` is in its test, or at its keyword.
    fn colon(&self, after: usize) -> Option<usize> {
        let first = self
            .tokens
            .partition_point(|token| token.start().to_usize() < after);
        let mut rest = self.tokens[first..].iter();
        let colon = rest.find(|token| token.kind() == TokenKind::Colon)?;
        Some(colon.end().to_usize())
    }

    fn chain(&mut self, chain: &'a StmtIf) {
        let fates = clause_actions(chain, self.fold, self.keep(chain));
        for (clause, fate) in clauses(chain).into_iter().zip(fates) {
            let start = clause.start;
            let edit = match fate {
                ClauseAction::Remove => Some((clause.end, "")),
                ClauseAction::Keep => None,
                // In place of an `elif`.
                ClauseAction::Keyword(new) => Some((start + "elif".len(), new)),
                ClauseAction::Header(new) => {
                    let test = clause.test.map(|test| test.end().to_usize());
                    self.colon(test.unwrap_or(start)).map(|end| (end, new))
                }
            };
            self.edit(chain, edit.map(|(end, new)| Edit { start, end, new }));
            if fate != ClauseAction::Remove {
                self.body(clause.body, false, true);
            }
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        if self.strips(Strip::Annotations) && self.keep(function).is_none() {
            self.edit(
                function,
                annotations::annotation_edits(function, self.tokens),
            );
        }
        self.body(&function.body, true, true);
    }
}

fn is_text(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if matches!(*expression.value, Expr::StringLiteral(_)))
}

/// Whether an expression gives a name a value, or suspends its function.
fn binds(expr: &Expr) -> bool {
    matches!(expr, Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_))
}

impl<'a> Visitor<'a> for Statements<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.body(&class.body, true, true),
            Stmt::If(chain) => self.chain(chain),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        // An `else` or `finally` that is not there is an empty body.
        self.body(body, false, true);
    }

    // There are no statements in expressions.
    fn visit_expr(&mut self, _: &'a Expr) {}
}
