//! Removes the annotations of functions whose decorators cannot read them. The pipeline checks before whether other
//! code may read annotations ([`ImportGraph::annotation_readers`](crate::graph::ImportGraph)).

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{AnyParameterRef, Expr, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::edits::Edit;
use crate::scan::may_register;

/// Returns the edits that remove the annotations of `function`, or none if a decorator may read them.
pub(super) fn annotation_edits(function: &StmtFunctionDef, tokens: &Tokens) -> Vec<Edit> {
    // `@dispatched.register` reads the type from the first parameter's annotation (`functools.singledispatch`).
    if function.decorator_list.iter().any(may_register) {
        return Vec::new();
    }
    let parameters = function
        .parameters
        .iter()
        .map(AnyParameterRef::as_parameter);
    let parameter_edits = parameters.filter_map(|parameter| {
        let start = parameter.name.end().to_usize();
        let next = token_after(tokens, start, parameter.annotation.as_deref()?)?;
        let end = next.start().to_usize();
        Some(Edit {
            start,
            end,
            new: "",
        })
    });
    // The annotation may contain newlines, which stay. The colon has to come before them.
    let start = function.parameters.end().to_usize();
    let colon = function.returns.as_deref();
    let colon = colon.and_then(|returns| token_after(tokens, start, returns));
    let colon = colon.filter(|next| next.kind() == TokenKind::Colon);
    let return_edit = colon.map(|colon| Edit {
        start,
        end: colon.end().to_usize(),
        new: ":",
    });
    parameter_edits.chain(return_edit).collect()
}

/// Returns the token after `annotation` and the parentheses around it, which open after `start`.
fn token_after(tokens: &Tokens, start: usize, annotation: &Expr) -> Option<Token> {
    let index_of =
        |offset: usize| tokens.partition_point(|token| token.start().to_usize() < offset);
    let before = &tokens[index_of(start)..index_of(annotation.start().to_usize())];
    let is_kind = |kind| move |token: &&Token| token.kind() == kind;
    let mut open = before.iter().filter(is_kind(TokenKind::Lpar)).count();
    let is_trivia = |kind| matches!(kind, TokenKind::NonLogicalNewline | TokenKind::Comment);
    let rest = tokens[index_of(annotation.end().to_usize())..].iter();
    for token in rest.filter(|token| !is_trivia(token.kind())) {
        if open == 0 {
            return Some(*token);
        }
        if token.kind() != TokenKind::Rpar {
            return None;
        }
        open -= 1;
    }
    None
}
