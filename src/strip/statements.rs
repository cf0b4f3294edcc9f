//! Collects the edits that remove statements: docstrings, asserts, and branches that never run.

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

/// A visitor that collects the edits of a module.
pub(super) struct Statements<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    strip: &'a [Strip],
    evaluator: &'a BranchEvaluator<'a>,
    required: &'a RequiredStatements,
    pub(super) edits: Vec<Edit>,
    /// For each edit, the offset of the statement that it changes.
    pub(super) owners: Vec<usize>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(
        text: &'a str,
        tokens: &'a Tokens,
        strip: &'a [Strip],
        evaluator: &'a BranchEvaluator<'a>,
        required: &'a RequiredStatements,
    ) -> Self {
        Self {
            text,
            tokens,
            strip,
            evaluator,
            required,
            edits: Vec::new(),
            owners: Vec::new(),
        }
    }

    fn required_part(&self, statement: &impl Ranged) -> Option<KeepAs> {
        self.required.get(&statement.start().to_usize()).copied()
    }

    fn edit(&mut self, owner: &impl Ranged, edits: impl IntoIterator<Item = Edit>) {
        self.edits.extend(edits);
        let owner = owner.start().to_usize();
        self.owners.resize(self.edits.len(), owner);
    }

    fn strips(&self, part: Strip) -> bool {
        self.strip.contains(&part)
    }

    /// Visits the statements of a module.
    pub(super) fn module(&mut self, body: &'a [Stmt]) {
        self.body(body, true, false);
    }

    /// Visits a body. `has_docstring` is whether its first statement may be a docstring, and `needs_statement` whether
    /// it must not become empty.
    fn body(&mut self, body: &'a [Stmt], has_docstring: bool, needs_statement: bool) {
        let docstrings = if has_docstring && self.strips(Strip::Docstrings) {
            self.docstrings(body)
        } else {
            0
        };
        let removed: Vec<bool> = body
            .iter()
            .enumerate()
            .map(|(index, statement)| index < docstrings || self.is_removed(statement))
            .collect();
        // A string must not become the docstring because the statements before it are removed.
        let first = removed.iter().position(|&is_removed| !is_removed);
        let makes_docstring =
            first.is_some_and(|first| first > 0 && has_docstring && is_string(&body[first]));
        let mut needs_pass = needs_statement && first.is_none() || makes_docstring;
        for (statement, is_removed) in body.iter().zip(removed) {
            if is_removed {
                self.remove(statement, std::mem::take(&mut needs_pass));
            } else {
                self.visit_stmt(statement);
            }
        }
    }

    /// Returns the number of strings at the start of `body` to remove. All of them are removed, because the second
    /// would become the docstring without the first.
    fn docstrings(&self, body: &[Stmt]) -> usize {
        let count = body
            .iter()
            .take_while(|statement| is_string(statement))
            .count();
        // On a line with another statement, a docstring would be replaced by a `pass`, which saves almost nothing.
        let shares_line = body[..count].iter().any(|string| self.shares_line(string));
        if shares_line { 0 } else { count }
    }

    /// Returns whether the whole statement is removed.
    fn is_removed(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Assert(assert) => {
                let mut parts = std::iter::once(&*assert.test).chain(assert.msg.as_deref());
                let binds = parts.any(|part| any_over_expr(part, &binds));
                self.strips(Strip::Asserts) && !binds && self.required_part(assert).is_none()
            }
            Stmt::If(chain) => {
                let actions = clause_actions(chain, self.evaluator, self.required_part(chain));
                actions.iter().all(|action| *action == ClauseAction::Remove)
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

    /// Returns the offset of the end of a clause's header, after its colon. `after` is the end of its test, or the
    /// start of an `else`.
    fn header_end(&self, after: usize) -> Option<usize> {
        let first = self
            .tokens
            .partition_point(|token| token.start().to_usize() < after);
        let mut rest = self.tokens[first..].iter();
        let colon = rest.find(|token| token.kind() == TokenKind::Colon)?;
        Some(colon.end().to_usize())
    }

    fn chain(&mut self, chain: &'a StmtIf) {
        let actions = clause_actions(chain, self.evaluator, self.required_part(chain));
        for (clause, action) in clauses(chain).into_iter().zip(actions) {
            let start = clause.start;
            let edit = match action {
                ClauseAction::Remove => Some((clause.end, "")),
                ClauseAction::Keep => None,
                // Only an `elif` gets another keyword.
                ClauseAction::Keyword(new) => Some((start + "elif".len(), new)),
                ClauseAction::Header(new) => {
                    let test = clause.test.map(|test| test.end().to_usize());
                    self.header_end(test.unwrap_or(start)).map(|end| (end, new))
                }
            };
            self.edit(chain, edit.map(|(end, new)| Edit { start, end, new }));
            if action != ClauseAction::Remove {
                self.body(clause.body, false, true);
            }
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        if self.strips(Strip::Annotations) && self.required_part(function).is_none() {
            self.edit(
                function,
                annotations::annotation_edits(function, self.tokens),
            );
        }
        self.body(&function.body, true, true);
    }
}

fn is_string(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if matches!(*expression.value, Expr::StringLiteral(_)))
}

/// Returns whether an expression binds a name or suspends its function.
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
        // A missing `else` or `finally` is visited as an empty body.
        self.body(body, false, true);
    }

    // Expressions contain no statements.
    fn visit_expr(&mut self, _: &'a Expr) {}
}
