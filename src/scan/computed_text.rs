//! The literal parts of texts that are partly computed: `"do_" + kind`, `f"do_{kind}"`, `"do_%s" % kind`.

use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Operator};

use super::codecs::string_literal;

/// The literal beginning and end of a computed text; empty where it begins or ends with a computed part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LiteralParts<'a> {
    pub(super) prefix: &'a str,
    pub(super) suffix: &'a str,
}

/// Returns the literal parts of an expression that puts a text together, or `None` for other expressions.
pub(super) fn literal_parts(text: &Expr) -> Option<LiteralParts<'_>> {
    match text {
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Add,
            right,
            ..
        }) => {
            let parts = |expr| match string_literal(expr) {
                Some(text) => LiteralParts {
                    prefix: text,
                    suffix: text,
                },
                None => literal_parts(expr).unwrap_or_default(),
            };
            Some(LiteralParts {
                prefix: parts(left).prefix,
                suffix: parts(right).suffix,
            })
        }
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Mod,
            ..
        }) => around_placeholders(string_literal(left)?),
        Expr::FString(text) => {
            let elements: Vec<&InterpolatedStringElement> = text.value.elements().collect();
            Some(LiteralParts {
                prefix: literal_part(elements.first().copied()),
                suffix: literal_part(elements.last().copied()),
            })
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if method.attr.id == "format" => {
                around_placeholders(string_literal(&method.value)?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn literal_part(part: Option<&InterpolatedStringElement>) -> &str {
    match part {
        Some(InterpolatedStringElement::Literal(text)) => &text.value,
        _ => "",
    }
}

/// Returns the parts before the first and after the last placeholder of `"visit_%s"` or `"visit_{}"`, or `None` for a
/// text without one.
pub(super) fn around_placeholders(text: &str) -> Option<LiteralParts<'_>> {
    let first = text.find(['%', '{'])?;
    let after_percent = text
        .rfind('%')
        .map(|index| index + percent_placeholder(&text[index..]));
    let after_brace = text.rfind('}').map(|index| index + 1);
    let last = after_percent.max(after_brace).unwrap_or(text.len());
    Some(LiteralParts {
        prefix: &text[..first],
        suffix: text.get(last..).unwrap_or_default(),
    })
}

/// Returns the length in bytes of the placeholder that `text` begins with: `%s`, `%(name)s`, `%-02d`.
fn percent_placeholder(text: &str) -> usize {
    let has_key = text[1..].starts_with('(');
    let key = if has_key {
        text.find(')').unwrap_or(0)
    } else {
        0
    };
    let rest = &text[key + 1..];
    let conversion = rest.find(|c: char| c.is_ascii_alphabetic() || c == '%');
    conversion.map_or(text.len(), |index| key + 1 + index + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_have_many_forms() {
        for text in [
            "do_%s_open",
            "do_%(kind)s_open",
            "do_%02d_open",
            "do_{}_open",
            "do_{0}_{1}_open",
        ] {
            let parts = around_placeholders(text).unwrap();
            assert_eq!((parts.prefix, parts.suffix), ("do_", "_open"), "{text}");
        }
        assert_eq!(around_placeholders("do_%").unwrap().suffix, "");
        assert_eq!(around_placeholders("do_open"), None);
    }

    #[test]
    fn texts_are_put_together_in_many_ways() {
        for (code, prefix, suffix) in [
            ("'a.' + x", "a.", ""),
            ("x + '.b'", "", ".b"),
            ("'a.' + x + '.b'", "a.", ".b"),
            ("'a.' + (x + '.b')", "a.", ".b"),
            ("f'a.{x}.b'", "a.", ".b"),
            ("f'{x}'", "", ""),
            ("'a.%s.b' % x", "a.", ".b"),
            ("'a.{}.b'.format(x)", "a.", ".b"),
        ] {
            let parsed = ruff_python_parser::parse_expression(code).unwrap();
            let parts = literal_parts(parsed.expr()).unwrap();
            assert_eq!((parts.prefix, parts.suffix), (prefix, suffix), "{code}");
        }
    }
}
