//! Annotations of functions, where nothing that runs may read them: not their decorators, and not the program, as
//! [`ImportGraph::annotation_readers`](crate::graph::ImportGraph) has it.

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{AnyParameterRef, Expr, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::edits::Edit;
use crate::scan::may_register;

/// The edits that take the annotations of `function` out, if nothing reads them when it is defined.
pub(super) fn annotation_edits(function: &StmtFunctionDef, tokens: &Tokens) -> Vec<Edit> {
    // `@dispatched.register` asks the first parameter's annotation for the type (`functools.singledispatch`).
    if function.decorator_list.iter().any(may_register) {
        return Vec::new();
    }
    let annotated = function
        .parameters
        .iter()
        .map(AnyParameterRef::as_parameter);
    let of_parameters = annotated.filter_map(|parameter| {
        let start = parameter.name.end().to_usize();
        let next = after(tokens, start, parameter.annotation.as_deref()?)?;
        let end = next.start().to_usize();
        Some(Edit {
            start,
            end,
            new: "",
        })
    });
    // What is blanked may hold newlines: the colon comes before them.
    let start = function.parameters.end().to_usize();
    let colon = function.returns.as_deref();
    let colon = colon.and_then(|returns| after(tokens, start, returns));
    let colon = colon.filter(|next| next.kind() == TokenKind::Colon);
    let returned = colon.map(|colon| Edit {
        start,
        end: colon.end().to_usize(),
        new: ":",
    });
    of_parameters.chain(returned).collect()
}

/// The word after an annotation, which may stand in brackets of its own; they open after `start`.
fn after(tokens: &Tokens, start: usize, annotation: &Expr) -> Option<Token> {
    let place = |at: usize| tokens.partition_point(|token| token.start().to_usize() < at);
    let before = &tokens[place(start)..place(annotation.start().to_usize())];
    let is = |kind| move |token: &&Token| token.kind() == kind;
    let mut open = before.iter().filter(is(TokenKind::Lpar)).count();
    let silent = |kind| matches!(kind, TokenKind::NonLogicalNewline | TokenKind::Comment);
    let rest = tokens[place(annotation.end().to_usize())..].iter();
    for token in rest.filter(|token| !silent(token.kind())) {
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
