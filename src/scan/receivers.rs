//! Reads of attributes with computed names from the object that a method is called on: `getattr(self, "do_" + name)`.
//!
//! Such a name is one of a class in the hierarchy of the method's class, not of any object.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement};

use super::computed_text::literal_parts;
use super::expressions::name_part;
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

/// Returns the literal parts of a computed name, if it has any.
fn name_parts(name: &Expr) -> Option<NameParts<'_>> {
    let parts = literal_parts(name)?;
    let (prefix, suffix) = (name_part(parts.prefix), name_part(parts.suffix));
    (prefix.is_some() || suffix.is_some()).then_some(NameParts { prefix, suffix })
}
