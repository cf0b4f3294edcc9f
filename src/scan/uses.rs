//! Visits expressions: names, attributes, strings and dynamic imports.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};

use super::calls::{DynamicCall, dynamic_import};
use super::codecs::{codecs_of_call, has_dynamic_codec, string_literal};
use super::exports::{appended_exports, literal};
use super::expressions::{chain_of, computed_getattr, literal_getattr};
use super::source_origin::SourceOrigin;
use super::string_code::text_of;
use super::summary::{DynamicImport, Import, LookupKind};
use super::visit::ScanVisitor;

impl ScanVisitor<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Name(ast::ExprName { id, ctx, .. }) => {
                if ctx.is_load() {
                    self.built.add_use(self.guard, &[id.as_str()]);
                } else {
                    self.built.add_assigned(id);
                }
            }
            // To set an attribute calls its setter, and reads no more than what it is an attribute of.
            Expr::Attribute(attribute) if attribute.ctx.is_store() => {
                self.built.add_store(self.guard, &attribute.attr);
                match &*attribute.value {
                    Expr::Name(name) => self.built.add_use(self.guard, &[&name.id, "__dict__"]),
                    value => self.visit_expr(value),
                }
            }
            Expr::Attribute(attribute) => match chain_of(attribute) {
                Some(chain) => self.built.add_use(self.guard, &chain),
                None => {
                    self.built.add_attribute_name(self.guard, &attribute.attr);
                    self.visit_expr(&attribute.value);
                }
            },
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                self.built.add_string(self.guard, text);
                self.code(literal.start(), text);
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.run_modules(expr.start(), elts);
                walk_expr(self, expr);
            }
            Expr::FString(literal) => {
                self.f_string(literal);
                walk_expr(self, expr);
            }
            // What is added to `__all__` is not used thereby.
            Expr::Call(call) if appended_exports(call).is_some() => {
                let computed = call
                    .arguments
                    .args
                    .iter()
                    .filter(|value| literal(value).is_none());
                computed.for_each(|value| self.visit_expr(value));
            }
            // `getattr(module, "name")` reads the name of the module; it does not pass it around.
            Expr::Call(call) if literal_getattr(call).is_some() => {
                if let Some(chain) = literal_getattr(call) {
                    self.built.add_use(self.guard, &chain);
                }
                call.arguments
                    .args
                    .iter()
                    .skip(1)
                    .for_each(|rest| self.visit_expr(rest));
                self.visit_expr(&call.func);
            }
            Expr::BinOp(ast::ExprBinOp {
                op: ast::Operator::Add,
                left,
                right,
                ..
            }) => {
                string_literal(left)
                    .iter()
                    .for_each(|beginning| self.built.add_prefix(beginning));
                string_literal(right)
                    .iter()
                    .for_each(|ending| self.built.add_suffix(ending));
                walk_expr(self, expr);
            }
            Expr::BytesLiteral(literal) => {
                let bytes: Vec<u8> = literal.value.bytes().collect();
                self.built
                    .add_declared_codecs(&String::from_utf8_lossy(&bytes));
            }
            Expr::Call(call) => {
                self.call(call);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    /// Texts of an f-string, in front of and behind what it computes.
    fn f_string(&mut self, literal: &ast::ExprFString) {
        for (place, part) in literal.value.elements().enumerate() {
            match part {
                ast::InterpolatedStringElement::Literal(text) => {
                    self.built.add_string(self.guard, &text.value);
                    if place == 0 {
                        self.built.add_prefix(&text.value);
                    } else {
                        self.built.add_suffix(&text.value);
                    }
                }
                ast::InterpolatedStringElement::Interpolation(value) => {
                    let spec = value.format_spec.iter().flat_map(|s| s.elements.literals());
                    spec.for_each(|text| self.built.add_format_spec(self.guard, &text.value));
                }
            }
        }
        self.code(literal.start(), &text_of(literal));
    }

    /// What a call does by the names that stand in it.
    fn call(&mut self, call: &ast::ExprCall) {
        if let Some(chain) = computed_getattr(call) {
            self.built.add_use(self.guard, &chain);
        }
        codecs_of_call(call).for_each(|codec| self.built.add_codec(codec));
        if has_dynamic_codec(call) {
            self.computed(call.start(), LookupKind::Codec);
        }
        self.run_modules(call.start(), &call.arguments.args);
        match dynamic_import(call) {
            // What the library's own code puts together is known, and stands in the manifests.
            Some(DynamicCall::Literal(Import::Prefix(_))) if self.code == SourceOrigin::Library => {
                self.mark_unpredictable();
            }
            Some(DynamicCall::Literal(import)) => {
                self.add_import_site(call.start(), import, false);
            }
            Some(DynamicCall::Unknown) => {
                self.mark_unpredictable();
                self.computed(call.start(), LookupKind::Module);
                self.built.mark_imports_dynamically();
            }
            None => {}
        }
    }

    pub(super) fn computed(&mut self, at: TextSize, what: LookupKind) {
        let line = self.line(at);
        self.built
            .summary
            .dynamic_imports
            .push(DynamicImport { line, kind: what });
    }
}
