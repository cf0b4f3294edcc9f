//! Walks a syntax tree: its statements, and the conditions around them.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

use super::builder::Builder;
use super::calls::{ComputedImport, dynamic_import};
use super::caught::{Caught, ends_by_raising, suppresses_import_errors};
use super::codecs::{about_codecs, codecs_of_call, computes_codec, declared_by_xml, text};
use super::condition::{Test, understand};
use super::constants::Constants;
use super::decorators::may_register_class;
use super::expressions::{chain_of, computed_getattr, literal_getattr, texts_in};
use super::guards::{Attempt, Guard, GuardId};
use super::parse::number;
use super::summary::{
    Computed, Import, ImportSite, Lookup, ModuleSummary, Place, RaiseSite, ScopeId,
};

/// The summary of a module's statements.
pub(super) fn summarise(body: &[Stmt], text: &str, lines: &LineIndex) -> ModuleSummary {
    let mut walk = Walk {
        text,
        lines,
        constants: Constants::of(body),
        built: Builder::new(),
        guard: GuardId::ALWAYS,
    };
    walk.visit_body(body);
    walk.built.finish(body)
}

/// How manifests call the syntax of generic classes, functions and aliases.
const TYPE_PARAMETERS: &str = "<type parameters>";

pub(super) struct Walk<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    constants: Constants,
    pub(super) built: Builder,
    /// The condition at the point the walk has reached.
    pub(super) guard: GuardId,
}

impl Walk<'_> {
    fn line(&self, at: TextSize) -> u32 {
        number(self.lines.line_index(at).get())
    }

    /// Notes an import; the answer is its place in the summary.
    fn site(&mut self, at: TextSize, import: Import, lazy: bool) -> usize {
        let position = self.lines.line_column(at, self.text);
        let place = match self.built.scope() {
            ScopeId::BODY if lazy => Place::FirstUse,
            ScopeId::BODY => Place::Body,
            function => Place::Function(function),
        };
        self.built.summary.imports.push(ImportSite {
            line: number(position.line.get()),
            column: number(position.column.get()),
            import,
            place,
            guard: self.guard,
        });
        self.built.summary.imports.len() - 1
    }

    fn import(&mut self, statement: &ast::StmtImport) {
        let ast::StmtImport { names, is_lazy, .. } = statement;
        for ast::Alias {
            name,
            asname,
            range,
            ..
        } in names
        {
            self.site(range.start(), Import::Module(name.to_string()), *is_lazy);
            self.built
                .bind_module(name, asname.as_ref().map(|name| name.as_str()));
        }
    }

    fn import_from(&mut self, statement: &ast::StmtImportFrom) {
        let ast::StmtImportFrom {
            module,
            names,
            level,
            is_lazy,
            range,
            ..
        } = statement;
        let import = Import::From {
            level: *level,
            module: module.as_ref().map(ToString::to_string).unwrap_or_default(),
            names: names.iter().map(|alias| alias.name.to_string()).collect(),
        };
        let site = self.site(range.start(), import, *is_lazy);
        for ast::Alias { name, asname, .. } in names {
            let bound = asname.as_ref().unwrap_or(name);
            self.built.bind_from(site, name, bound);
            // What a class body imports is an attribute of the class.
            if self.built.in_class_body() {
                self.built.read(self.guard, &[bound.as_str()]);
            }
        }
    }

    /// Walks `body` under a further condition.
    fn under(&mut self, guard: Guard, body: &[Stmt]) {
        let outer = self.guard;
        self.guard = self.built.summary.guards.add(guard, outer);
        self.visit_body(body);
        self.guard = outer;
    }

    fn branches(&mut self, statement: &ast::StmtIf) {
        let outer = self.guard;
        self.visit_expr(&statement.test);
        let mut test = understand(&statement.test, &self.constants);
        self.branch(&test, &statement.test, &statement.body);
        for clause in &statement.elif_else_clauses {
            // Each clause lies in the "no" of the tests before it.
            self.enter(&test, false);
            match &clause.test {
                Some(next) => {
                    self.visit_expr(next);
                    test = understand(next, &self.constants);
                    self.branch(&test, next, &clause.body);
                }
                None => self.visit_body(&clause.body),
            }
        }
        self.guard = outer;
    }

    fn enter(&mut self, test: &Test, holds: bool) {
        // An unknown test is still a guard: what it guards need not run.
        let test = test.clone();
        self.guard = self
            .built
            .summary
            .guards
            .add(Guard::Branch { test, holds }, self.guard);
    }

    fn branch(&mut self, test: &Test, expr: &Expr, body: &[Stmt]) {
        let outer = self.guard;
        self.enter(test, true);
        // `def __getattr__(name): if name == "x": ...` runs when somebody asks for x.
        let names = texts_in(expr);
        if self.built.in_module_getattr() && !names.is_empty() {
            self.guard = self
                .built
                .summary
                .guards
                .add(Guard::Asked(names), self.guard);
        }
        self.visit_body(body);
        self.guard = outer;
    }

    /// A body that may run or not (loops, `case`).
    fn perhaps(&mut self, body: &[Stmt]) {
        self.under(
            Guard::Branch {
                test: Test::Unknown,
                holds: true,
            },
            body,
        );
    }

    fn attempt(&mut self, statement: &ast::StmtTry) {
        let catching = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let caught = Caught::of(handler.type_.as_deref());
            caught
                .import_errors
                .then(|| !ends_by_raising(&handler.body))
        };
        let attempt = self.built.summary.guards.add_attempt(Attempt {
            survives_import_errors: statement.handlers.iter().find_map(catching) == Some(true),
            unpredictable: false,
        });
        self.under(Guard::Body(attempt), &statement.body);
        for handler in &statement.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if let Some(kind) = &handler.type_ {
                self.visit_expr(kind);
            }
            let import_errors_only = Caught::of(handler.type_.as_deref()).nothing_else;
            self.under(
                Guard::Handler {
                    attempt,
                    import_errors_only,
                },
                &handler.body,
            );
        }
        if !statement.orelse.is_empty() {
            self.under(Guard::Else(attempt), &statement.orelse);
        }
        self.visit_body(&statement.finalbody);
    }

    /// `with suppress(ImportError):` is a `try` in other words.
    fn with(&mut self, statement: &ast::StmtWith) {
        for item in &statement.items {
            self.visit_with_item(item);
        }
        if statement
            .items
            .iter()
            .any(|item| suppresses_import_errors(&item.context_expr))
        {
            let attempt = self.built.summary.guards.add_attempt(Attempt {
                survives_import_errors: true,
                unpredictable: false,
            });
            self.under(Guard::Body(attempt), &statement.body);
        } else {
            self.visit_body(&statement.body);
        }
    }

    /// The `try` bodies around this point can fail in ways that their imports do not show.
    fn unpredictable(&mut self) {
        let guards = &mut self.built.summary.guards;
        let around: Vec<_> = guards
            .chain(self.guard)
            .filter_map(|(_, guard)| match guard {
                Guard::Body(attempt) => Some(*attempt),
                _ => None,
            })
            .collect();
        for attempt in around {
            guards.attempt_mut(attempt).unpredictable = true;
        }
    }

    /// `class A[T]`, `def f[T]()`, `type A[T] = ...` (PEP 695).
    fn type_parameters(&mut self, parameters: Option<&ast::TypeParams>) {
        if let Some(parameters) = parameters {
            self.built.member(self.guard, TYPE_PARAMETERS);
            self.visit_type_params(parameters);
        }
    }

    fn computed(&mut self, at: TextSize, what: Lookup) {
        let line = self.line(at);
        self.built.summary.computed.push(Computed { line, what });
    }

    fn function(&mut self, statement: &ast::StmtFunctionDef) {
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
        let opened = self.built.open_function(name, decorator_list, line);
        for parameter in &**parameters {
            self.built.local(parameter.name());
        }
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(codec) = parameter.default.as_deref().and_then(text)
                && about_codecs(parameter.name())
            {
                self.built.codec(codec);
            }
        }
        // Its body runs at other times than the code around it, but only if its definition ran.
        self.visit_body(body);
        self.built.close_function(opened);
    }

    fn class(&mut self, statement: &ast::StmtClassDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.type_parameters(statement.type_params.as_deref());
        let arguments = statement.arguments.as_deref();
        if let Some(arguments) = arguments {
            // What a class's bases are is known when it is defined, and live when it is.
            self.built.in_bases = self.built.open_class(&statement.name);
            self.visit_arguments(arguments);
            self.built.in_bases = None;
        } else {
            self.built.open_class(&statement.name);
        }
        if statement.decorator_list.iter().any(may_register_class) {
            self.built.register_class();
        }
        self.visit_body(&statement.body);
        self.built.close_class();
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(statement) => self.import(statement),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::If(statement) => self.branches(statement),
            Stmt::Try(statement) => self.attempt(statement),
            Stmt::With(statement) => self.with(statement),
            Stmt::For(ast::StmtFor {
                target,
                iter,
                body,
                orelse,
                ..
            }) => {
                self.visit_expr(iter);
                self.visit_expr(target);
                self.perhaps(body);
                self.perhaps(orelse);
            }
            Stmt::While(ast::StmtWhile {
                test, body, orelse, ..
            }) => {
                self.visit_expr(test);
                self.perhaps(body);
                self.perhaps(orelse);
            }
            Stmt::Match(ast::StmtMatch { subject, cases, .. }) => {
                self.visit_expr(subject);
                for ast::MatchCase {
                    pattern,
                    guard,
                    body,
                    ..
                } in cases
                {
                    self.visit_pattern(pattern);
                    guard.iter().for_each(|guard| self.visit_expr(guard));
                    self.perhaps(body);
                }
            }
            Stmt::FunctionDef(statement) => self.function(statement),
            Stmt::ClassDef(statement) => self.class(statement),
            Stmt::TypeAlias(statement) => {
                self.type_parameters(statement.type_params.as_deref());
                walk_stmt(self, stmt);
            }
            Stmt::Global(statement) => {
                self.built
                    .declare_global(statement.names.iter().map(|name| name.as_str()));
            }
            Stmt::Raise(statement) => {
                self.unpredictable();
                if self.built.scope() == ScopeId::BODY {
                    let line = self.line(statement.start());
                    let guard = self.guard;
                    self.built.summary.raises.push(RaiseSite { line, guard });
                }
                walk_stmt(self, stmt);
            }
            // `ENCODING = "cp1252"`
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if text(value).is_some()
                    && targets
                        .iter()
                        .any(|t| matches!(t, Expr::Name(n) if about_codecs(&n.id))) =>
            {
                text(value).iter().for_each(|codec| self.built.codec(codec));
                walk_stmt(self, stmt);
            }
            // Docstrings and other lone texts are read by nobody.
            Stmt::Expr(statement) if matches!(*statement.value, Expr::StringLiteral(_)) => {}
            // What `__all__` lists is not used thereby.
            Stmt::Assign(ast::StmtAssign { targets, .. }) if matches!(&**targets, [Expr::Name(name)] if name.id == "__all__") =>
                {}
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(ast::ExprName { id, ctx, .. }) => {
                if ctx.is_load() {
                    self.built.read(self.guard, &[id.as_str()]);
                } else {
                    self.built.assign(id);
                }
            }
            Expr::Attribute(attribute) => match chain_of(attribute) {
                Some(chain) => self.built.read(self.guard, &chain),
                None => {
                    self.built.member(self.guard, &attribute.attr);
                    self.visit_expr(&attribute.value);
                }
            },
            Expr::StringLiteral(literal) => self.built.text(self.guard, literal.value.to_str()),
            Expr::FString(literal) => {
                for (place, part) in literal.value.elements().enumerate() {
                    match part {
                        ast::InterpolatedStringElement::Literal(text) => {
                            self.built.text(self.guard, &text.value);
                            if place == 0 {
                                self.built.beginning(&text.value);
                            } else {
                                self.built.ending(&text.value);
                            }
                        }
                        ast::InterpolatedStringElement::Interpolation(value) => {
                            let spec = value.format_spec.iter().flat_map(|s| s.elements.literals());
                            spec.for_each(|text| self.built.format(self.guard, &text.value));
                        }
                    }
                }
                walk_expr(self, expr);
            }
            // `getattr(module, "name")` reads the name of the module; it does not pass it around.
            Expr::Call(call) if literal_getattr(call).is_some() => {
                if let Some(chain) = literal_getattr(call) {
                    self.built.read(self.guard, &chain);
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
                text(left)
                    .iter()
                    .for_each(|beginning| self.built.beginning(beginning));
                text(right)
                    .iter()
                    .for_each(|ending| self.built.ending(ending));
                walk_expr(self, expr);
            }
            Expr::BytesLiteral(literal) => {
                let bytes: Vec<u8> = literal.value.bytes().collect();
                if let Some(codec) = declared_by_xml(&String::from_utf8_lossy(&bytes)) {
                    self.built.codec(codec);
                }
            }
            Expr::Call(call) => {
                if let Some(chain) = computed_getattr(call) {
                    self.built.read(self.guard, &chain);
                }
                codecs_of_call(call).for_each(|codec| self.built.codec(codec));
                if computes_codec(call) {
                    self.computed(call.start(), Lookup::Codec);
                }
                match dynamic_import(call) {
                    Some(ComputedImport::Literal(import)) => {
                        self.site(call.start(), import, false);
                    }
                    Some(ComputedImport::Unknown) => {
                        self.unpredictable();
                        self.computed(call.start(), Lookup::Module);
                    }
                    None => {}
                }
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}
