//! Visits expressions: names, attributes, strings and dynamic imports.

use std::borrow::Cow;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};

use super::call_sites::dotted;
use super::calls::{DynamicCall, dynamic_import, is_run_module};
use super::codecs::{
    ComputedCodec, codec_functions, codecs_of_call, computed_codec, may_be_codec, string_literal,
};
use super::constant_text::constant_text;
use super::exports::{appended_exports, literal};
use super::expressions::{chain_of, computed_getattr, literal_getattr};
use super::pickled::pickled_objects;
use super::source_origin::SourceOrigin;
use super::string_code::{PLACEHOLDER, text_of};
use super::summary::{DynamicLookup, Identifier, Import, LookupKind};
use super::visit::ScanVisitor;

impl ScanVisitor<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) {
        // `".".join(["json", "tool"])` names a module as `"json.tool"` does.
        if self.origin != SourceOrigin::Library
            && let Some(Cow::Owned(text)) = constant_text(expr)
        {
            self.builder.add_string(self.guard, &text);
            self.visit_string(expr.start(), &text);
        }
        match expr {
            Expr::Name(ast::ExprName { id, ctx, .. }) => {
                if ctx.is_load() {
                    self.builder.add_use(self.guard, &[id.as_str()]);
                } else {
                    self.builder.add_assigned(id);
                }
            }
            // Setting an attribute calls its setter, and only reads the object that it belongs to.
            Expr::Attribute(attribute) if attribute.ctx.is_store() => {
                self.builder.add_store(self.guard, &attribute.attr);
                match &*attribute.value {
                    Expr::Name(name) => self.builder.add_use(self.guard, &[&name.id, "__dict__"]),
                    value => self.visit_expr(value),
                }
            }
            Expr::Attribute(attribute) => match chain_of(attribute) {
                Some(chain) => self.builder.add_use(self.guard, &chain),
                None => {
                    self.builder.add_attribute_name(self.guard, &attribute.attr);
                    self.visit_expr(&attribute.value);
                }
            },
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                self.builder.add_string(self.guard, text);
                self.visit_string(literal.start(), text);
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                self.run_modules(expr.start(), None, elts);
                walk_expr(self, expr);
            }
            Expr::FString(literal) => {
                self.f_string(literal);
                walk_expr(self, expr);
            }
            // Adding a name to `__all__` does not use it.
            Expr::Call(call) if appended_exports(call).is_some() => {
                let computed = call
                    .arguments
                    .args
                    .iter()
                    .filter(|value| literal(value).is_none());
                computed.for_each(|value| self.visit_expr(value));
            }
            // `getattr(module, "name")` reads a name of the module, and does not pass the module on.
            Expr::Call(call) if literal_getattr(call).is_some() => {
                if let Some(chain) = literal_getattr(call) {
                    self.builder.add_use(self.guard, &chain);
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
                    .for_each(|prefix| self.builder.add_prefix(prefix));
                string_literal(right)
                    .iter()
                    .for_each(|suffix| self.builder.add_suffix(suffix));
                walk_expr(self, expr);
            }
            Expr::BytesLiteral(literal) => {
                let bytes: Vec<u8> = literal.value.bytes().collect();
                self.builder
                    .add_declared_codecs(&String::from_utf8_lossy(&bytes));
                if self.origin == SourceOrigin::App && bytes.ends_with(b".") {
                    for object in pickled_objects(&bytes) {
                        self.builder.add_string(self.guard, &object.to_string());
                    }
                }
            }
            Expr::Call(call) if self.receiver_getattr(call) => {}
            Expr::Call(call) => {
                self.call(call);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    /// Visits the literal parts of an f-string, which come before and after its computed parts.
    fn f_string(&mut self, literal: &ast::ExprFString) {
        for (index, part) in literal.value.elements().enumerate() {
            match part {
                ast::InterpolatedStringElement::Literal(text) => {
                    self.builder.add_string(self.guard, &text.value);
                    if index == 0 {
                        self.builder.add_prefix(&text.value);
                    } else {
                        self.builder.add_suffix(&text.value);
                    }
                }
                ast::InterpolatedStringElement::Interpolation(value) => {
                    let spec = value.format_spec.iter().flat_map(|s| s.elements.literals());
                    spec.for_each(|text| self.builder.add_format_spec(self.guard, &text.value));
                }
            }
        }
        self.visit_string(literal.start(), &text_of(literal));
    }

    /// Visits a call that may import, look up a codec or read attributes, according to the names in it.
    fn call(&mut self, call: &ast::ExprCall) {
        if let Some(chain) = computed_getattr(call) {
            self.builder.add_use(self.guard, &chain);
        }
        codecs_of_call(call).for_each(|codec| self.builder.add_codec(codec));
        codec_functions(call).for_each(|name| self.builder.add_codec_function(name));
        if self.origin == SourceOrigin::Dependency {
            let named = call.arguments.keywords.iter();
            let arguments = call.arguments.args.iter();
            let arguments = arguments.chain(named.map(|keyword| &keyword.value));
            let strings = arguments.filter_map(string_literal);
            let strings = strings.filter(|text| may_be_codec(text));
            strings.for_each(|text| self.builder.add_argument(text));
        }
        if let Some(codec) = computed_codec(call) {
            let kind = match codec {
                ComputedCodec::Named => LookupKind::NamedCodec,
                ComputedCodec::Positional => LookupKind::Codec,
            };
            self.add_dynamic_lookup(call.start(), kind, Some(&call.func));
        }
        self.call_site(call);
        self.run_modules(call.start(), Some(&call.func), &call.arguments.args);
        match dynamic_import(call, |name| self.builder.may_be_module(name, "resources")) {
            // The computed imports of the library are known, and are listed in the manifests.
            Some(DynamicCall::Literal(Import::Computed { .. }))
                if self.origin == SourceOrigin::Library =>
            {
                self.mark_unpredictable();
            }
            // JavaScript computes a part of the name.
            Some(DynamicCall::Literal(import)) if names_placeholder(&import) => {
                self.mark_unpredictable();
                self.add_dynamic_lookup(call.start(), LookupKind::Module, Some(&call.func));
            }
            Some(DynamicCall::Literal(import)) => {
                if let Import::Dynamic(module) = &import
                    && is_run_module(&call.func)
                    && self.origin != SourceOrigin::Library
                {
                    let run = Import::RunModule(module.clone());
                    self.add_import_site(call.start(), run, false);
                }
                self.add_import_site(call.start(), import, false);
            }
            Some(DynamicCall::Unknown) => {
                self.mark_unpredictable();
                self.add_dynamic_lookup(call.start(), LookupKind::Module, Some(&call.func));
                self.builder.mark_imports_dynamically();
            }
            None => {}
        }
    }

    /// Records a look-up by a computed name, which `function` makes.
    pub(super) fn add_dynamic_lookup(
        &mut self,
        at: TextSize,
        kind: LookupKind,
        function: Option<&Expr>,
    ) {
        let function = function.and_then(dotted).unwrap_or_default();
        let lookup = DynamicLookup {
            line: self.line(at),
            kind,
            scope: self.builder.scope(),
            function: function.into_iter().map(Identifier::new).collect(),
        };
        self.builder.summary.dynamic_lookups.push(lookup);
    }
}

/// Returns whether a part of the name of a module that is imported is computed outside of the text.
fn names_placeholder(import: &Import) -> bool {
    match import {
        Import::Module(name)
        | Import::From { module: name, .. }
        | Import::Dynamic(name)
        | Import::RunModule(name) => name.contains(PLACEHOLDER),
        Import::Computed { prefix, suffix } => {
            prefix.contains(PLACEHOLDER) || suffix.contains(PLACEHOLDER)
        }
    }
}
