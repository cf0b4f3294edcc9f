//! Reads of attributes with computed names from the object that a method is called on: `getattr(self, "do_" + name)`.
//!
//! Such a name is one of a class in the hierarchy of the method's class, not of any object.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Operator};

use super::codecs::string_literal;
use super::expressions::{around_placeholders, name_part};
use super::summary::Identifier;
use super::visit::ScanVisitor;

/// The parts of a computed name that are literal; each may be missing, but not both.
struct NameParts<'a> {
    prefix: Option<&'a str>,
    suffix: Option<&'a str>,
}

impl ScanVisitor<'_> {
    /// Visits a call if it is a `getattr` or `hasattr` of the receiver with a partly computed name, and returns whether
    /// it was.
    pub(super) fn receiver_getattr(&mut self, call: &ast::ExprCall) -> bool {
        let (Expr::Name(function), [Expr::Name(object), name, rest @ ..]) =
            (&*call.func, &*call.arguments.args)
        else {
            return false;
        };
        let is_getattr = matches!(function.id.as_str(), "getattr" | "hasattr");
        if !is_getattr || !self.builder.is_receiver(&object.id) {
            return false;
        }
        let Some(parts) = name_parts(name) else {
            return false;
        };
        match parts {
            NameParts {
                prefix: Some(prefix),
                ..
            } => {
                let names = self.builder.receiver_prefixes();
                names.insert(Identifier::new(prefix));
            }
            NameParts { suffix, .. } => {
                let names = self.builder.receiver_suffixes();
                names.extend(suffix.map(Identifier::new));
            }
        }
        // The literal parts name nothing else.
        ComputedParts(self).visit_expr(name);
        rest.iter().for_each(|value| self.visit_expr(value));
        true
    }
}

/// Visits what a computed name is computed from.
struct ComputedParts<'v, 's>(&'v mut ScanVisitor<'s>);

impl<'a> Visitor<'a> for ComputedParts<'_, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(_) => {}
            Expr::FString(text) => {
                for part in text.value.elements() {
                    if let InterpolatedStringElement::Interpolation(value) = part {
                        self.0.visit_expr(&value.expression);
                    }
                }
            }
            Expr::BinOp(_) => walk_expr(self, expr),
            _ => self.0.visit_expr(expr),
        }
    }
}

/// Returns the literal parts of `"do_" + x`, `x + "_open"`, `"do_%s" % x` or `f"do_{x}"`.
fn name_parts(name: &Expr) -> Option<NameParts<'_>> {
    let (prefix, suffix) = match name {
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Add,
            right,
            ..
        }) => (string_literal(left), string_literal(right)),
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Mod,
            ..
        }) => around_placeholders(string_literal(left)?),
        Expr::FString(text) => {
            let elements: Vec<&InterpolatedStringElement> = text.value.elements().collect();
            let first = elements.first().and_then(|part| literal_part(part));
            (first, elements.last().and_then(|part| literal_part(part)))
        }
        _ => return None,
    };
    let prefix = prefix.and_then(name_part);
    let suffix = suffix.and_then(name_part);
    (prefix.is_some() || suffix.is_some()).then_some(NameParts { prefix, suffix })
}

fn literal_part(part: &InterpolatedStringElement) -> Option<&str> {
    match part {
        InterpolatedStringElement::Literal(text) => Some(&text.value),
        InterpolatedStringElement::Interpolation(_) => None,
    }
}
