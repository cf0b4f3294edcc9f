//! Visits function and class definitions.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::codecs::{is_codec_variable, string_literal};
use super::decorators::may_register_class;
use super::visit::ScanVisitor;
use crate::types::Syntax;

impl ScanVisitor<'_> {
    /// Visits the type parameters of `class A[T]`, `def f[T]()` or `type A[T] = ...` (PEP 695).
    pub(super) fn type_parameters(&mut self, parameters: Option<&ast::TypeParams>) {
        if let Some(parameters) = parameters {
            self.builder
                .add_attribute_name(self.guard, Syntax::TypeParameters.marker());
            self.visit_type_params(parameters);
        }
    }

    pub(super) fn function(&mut self, statement: &ast::StmtFunctionDef) {
        let ast::StmtFunctionDef {
            decorator_list,
            parameters,
            returns,
            body,
            name,
            ..
        } = statement;
        for decorator in decorator_list {
            self.visit_decorator(decorator);
        }
        self.type_parameters(statement.type_params.as_deref());
        self.visit_parameters(parameters);
        if let Some(returns) = returns {
            self.visit_annotation(returns);
        }
        let line = self.line(statement.start());
        let opened = self.builder.open_function(name, decorator_list, line);
        let is_getattr = name == "__getattr__" && self.builder.in_module_function();
        let first = parameters.iter().next();
        let parameter = first
            .filter(|_| is_getattr)
            .map(|parameter| parameter.name().as_str().into());
        let outer_parameter = std::mem::replace(&mut self.builder.getattr_parameter, parameter);
        if opened {
            self.builder.receiver = first.map(|parameter| parameter.name().as_str().into());
        }
        for parameter in &**parameters {
            self.builder.add_local(parameter.name());
        }
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(codec) = parameter.default.as_deref().and_then(string_literal)
                && is_codec_variable(parameter.name())
            {
                self.builder.add_codec(codec);
            }
        }
        // The body runs later than the code around it, but only if the definition ran, so the guard stays.
        if is_getattr {
            self.visit_getattr_body(body);
        } else {
            self.visit_body(body);
        }
        self.builder.getattr_parameter = outer_parameter;
        self.builder.close_function(opened);
    }

    pub(super) fn class(&mut self, statement: &ast::StmtClassDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.type_parameters(statement.type_params.as_deref());
        let arguments = statement.arguments.as_deref();
        if let Some(arguments) = arguments {
            // The class statement itself calls metaclasses and evaluates computed bases.
            let is_plain = |base: &&Expr| matches!(base, Expr::Name(_) | Expr::Attribute(_));
            for computed in arguments.args.iter().filter(|base| !is_plain(base)) {
                self.visit_expr(computed);
            }
            for keyword in &arguments.keywords {
                self.visit_keyword(keyword);
            }
            // Bases are evaluated when the class is defined, and are live when the class is.
            self.builder.in_bases = self.builder.open_class(&statement.name);
            if self.builder.in_bases.is_none() {
                self.builder.add_local_bases(&arguments.args);
            }
            self.visit_arguments(arguments);
            self.builder.in_bases = None;
            self.base_sites(&arguments.args);
        } else {
            self.builder.open_class(&statement.name);
        }
        if statement.decorator_list.iter().any(may_register_class) {
            self.builder.register_class();
        }
        self.visit_body(&statement.body);
        self.builder.close_class();
    }
}
