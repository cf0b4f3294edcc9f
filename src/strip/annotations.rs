//! Annotations of functions: only `typing.get_type_hints` and the like look at them.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{AnyParameterRef, Decorator, Expr, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::edits::Edit;

/// The edits that take the annotations of `function` out, if nothing reads them when it is defined.
pub(super) fn of(function: &StmtFunctionDef, tokens: &Tokens) -> Vec<Edit> {
    if function.decorator_list.iter().any(reads_annotations) {
        return Vec::new();
    }
    let annotated = function
        .parameters
        .iter()
        .map(AnyParameterRef::as_parameter);
    let annotated = annotated.filter(|parameter| parameter.annotation.is_some());
    let of_parameters = annotated.map(|parameter| {
        let start = parameter.name.end().to_usize();
        let ends = [TokenKind::Comma, TokenKind::Equal, TokenKind::Rpar];
        (start, until(tokens, start, &ends))
    });
    let parameters = of_parameters.map(|(start, end)| (start, end, ""));
    // What is blanked may hold newlines: the colon comes before them.
    let start = function.parameters.end().to_usize();
    let colon = || until(tokens, start, &[TokenKind::Colon]).map(|colon| colon + 1);
    let returned = function.returns.iter().map(|_| (start, colon(), ":"));
    let edit = |(start, end, new): (usize, Option<usize>, _)| {
        Some(Edit {
            start,
            end: end?,
            new,
        })
    };
    parameters.chain(returned).filter_map(edit).collect()
}

/// `@dispatched.register` asks the first parameter's annotation for the type (`functools.singledispatch`).
fn reads_annotations(decorator: &Decorator) -> bool {
    match &decorator.expression {
        Expr::Attribute(attribute) => attribute.attr.id == "register",
        _ => false,
    }
}

/// Where the first of `ends` begins after `start` outside of brackets.
fn until(tokens: &Tokens, start: usize, ends: &[TokenKind]) -> Option<usize> {
    let first = tokens.partition_point(|token| token.start().to_usize() < start);
    let mut depth = 0_usize;
    for token in &tokens[first..] {
        let kind = token.kind();
        if depth == 0 && ends.contains(&kind) {
            return Some(token.start().to_usize());
        }
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
    }
    None
}
