//! Computes the text of expressions that are made of literals: `".".join(["json", "tool"])`.

use std::borrow::Cow;

use ruff_python_ast::{self as ast, Expr, Operator};

/// Longer texts are considered data.
const MAX_BYTES: usize = 1000;

/// Returns the text of a literal, or of an expression that only joins and formats literals.
pub(super) fn constant_text(expr: &Expr) -> Option<Cow<'_, str>> {
    let text = match expr {
        Expr::StringLiteral(literal) => return Some(Cow::Borrowed(literal.value.to_str())),
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Add,
            right,
            ..
        }) => Some(format!("{}{}", constant_text(left)?, constant_text(right)?)),
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Mod,
            right,
            ..
        }) => {
            let values = match &**right {
                Expr::Tuple(tuple) => constant_texts(&tuple.elts)?,
                value => vec![constant_text(value)?],
            };
            filled(&constant_text(left)?, "%s", "%", &values)
        }
        Expr::FString(literal) => {
            let parts = literal.value.elements().map(|part| match part {
                ast::InterpolatedStringElement::Literal(text) => Some(Cow::Borrowed(&*text.value)),
                ast::InterpolatedStringElement::Interpolation(value) => {
                    let is_plain = value.format_spec.is_none();
                    constant_text(&value.expression).filter(|_| is_plain)
                }
            });
            parts.collect()
        }
        Expr::Call(call) if call.arguments.keywords.is_empty() => method_text(call),
        _ => None,
    };
    text.filter(|text| text.len() <= MAX_BYTES).map(Cow::Owned)
}

/// Returns the text of `".".join([...])` or `"{}.{}".format(...)`.
fn method_text(call: &ast::ExprCall) -> Option<String> {
    let Expr::Attribute(method) = &*call.func else {
        return None;
    };
    let receiver = constant_text(&method.value)?;
    match (method.attr.as_str(), &*call.arguments.args) {
        (
            "join",
            [Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })],
        ) => Some(constant_texts(elts)?.join(&*receiver)),
        ("format", values) => filled(&receiver, "{}", "{", &constant_texts(values)?),
        _ => None,
    }
}

fn constant_texts(values: &[Expr]) -> Option<Vec<Cow<'_, str>>> {
    values.iter().map(constant_text).collect()
}

/// Replaces each `placeholder` of a template by the next value. Returns `None` for a template with other placeholders,
/// which begin with `mark`.
fn filled(
    template: &str,
    placeholder: &str,
    mark: &str,
    values: &[Cow<'_, str>],
) -> Option<String> {
    let mut parts = template.split(placeholder);
    let mut text = parts.next()?.to_owned();
    let mut values = values.iter();
    for part in parts {
        text.push_str(values.next()?);
        text.push_str(part);
    }
    let is_plain = !template.replace(placeholder, "").contains(mark);
    (is_plain && values.next().is_none()).then_some(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ruff_python_parser::parse_expression;

    use super::*;

    #[test]
    fn constant_text_joins_and_formats_literals() {
        let text = |code: &str| {
            let parsed = parse_expression(code).unwrap();
            constant_text(parsed.expr()).map(Cow::into_owned)
        };
        for code in [
            "'json.tool'",
            "'json' '.tool'",
            "'json' + '.' + 'tool'",
            "'.'.join(['json', 'tool'])",
            "'.'.join(('json', 'tool'))",
            "'%s.%s' % ('json', 'tool')",
            "'json.%s' % 'tool'",
            "'{}.{}'.format('json', 'tool')",
            "f'json.{\"tool\"}'",
        ] {
            assert_eq!(text(code).as_deref(), Some("json.tool"), "{code}");
        }
        for code in [
            "'json.' + name",
            "'%s.%s' % ('json',)",
            "'%d' % 1",
            "'%(a)s' % 'x'",
            "'{0}'.format('x')",
            "'{}'.format('x', 'y')",
            "'.'.join(names)",
            "f'json.{name}'",
            "f'{\"tool\":>9}'",
            "'x'.upper()",
        ] {
            assert_eq!(text(code), None, "{code}");
        }
    }
}
