//! Walks a syntax tree: its statements, and the conditions around them.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

use super::builder::Builder;
use super::code::{Code, number};
use super::codecs::{about_codecs, text};
use super::constants::Constants;
use super::embedded::{self, PLACEHOLDER};
use super::exports::{is_all, literal};
use super::guards::{Guard, GuardId};
use super::nesting::with_stack;
use super::summary::{Import, ImportSite, Lookup, ModuleSummary, Place, RaiseSite, ScopeId};

/// The summary of a module's statements.
pub(super) fn summarise(body: &[Stmt], text: &str, lines: &LineIndex, code: Code) -> ModuleSummary {
    let mut walk = Walk {
        text,
        lines,
        constants: Constants::of(body),
        built: Builder::new(),
        guard: GuardId::ALWAYS,
        code,
        within: None,
        depth: 0,
    };
    walk.visit_body(body);
    walk.built.finish(body)
}

/// Code in texts in texts is followed so far.
const DEEPEST: u8 = 3;

pub(super) struct Walk<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    pub(super) constants: Constants,
    pub(super) built: Builder,
    /// The condition at the point the walk has reached.
    pub(super) guard: GuardId,
    pub(super) code: Code,
    /// Where the text begins whose code is walked, and how many such texts are inside one another.
    within: Option<TextSize>,
    depth: u8,
}

impl Walk<'_> {
    pub(super) fn line(&self, at: TextSize) -> u32 {
        let at = self.within.unwrap_or(at);
        number(self.lines.line_index(at).get())
    }

    /// Walks code that stands in a text at that place.
    fn embedded(&mut self, at: TextSize, body: &[Stmt], constants: Constants) {
        // A text in a text: only the outer one has a place in the file.
        let outer = self.within;
        let at = *self.within.get_or_insert(at);
        self.depth += 1;
        let function = self.built.open_text(self.line(at));
        let constants = std::mem::replace(&mut self.constants, constants);
        self.perhaps(body);
        self.constants = constants;
        self.built.close_text(function);
        self.within = outer;
        self.depth -= 1;
    }

    /// A text of an app may be code, which may have texts in turn.
    pub(super) fn code(&mut self, at: TextSize, text: &str) {
        if self.code == Code::App
            && self.depth < DEEPEST
            && let Some(body) = embedded::code_in(text)
        {
            with_stack(embedded::MAX_NESTING, || {
                self.embedded(at, &body, Constants::of(&body));
            });
        }
    }

    /// A text that no expression reads may hold examples for `doctest`.
    fn docstring(&mut self, at: TextSize, text: &str) {
        if self.code == Code::App && self.depth < DEEPEST && text.contains(">>> ") {
            let examples = embedded::examples_in(text);
            let outer = self.guard;
            let asked = Guard::Asked(embedded::doctest());
            self.guard = self.built.summary.guards.add(asked, outer);
            // Each is a text of its own.
            let constants = Constants::default();
            with_stack(embedded::MAX_NESTING, || {
                self.embedded(at, &examples, constants);
            });
            self.guard = outer;
        }
    }

    /// `"-m", "json.tool"` in a row.
    pub(super) fn run_modules(&mut self, at: TextSize, arguments: &[Expr]) {
        if self.code == Code::App {
            for name in embedded::run_in(arguments) {
                self.site(at, Import::Run(name.to_owned()), false);
            }
        }
    }

    /// Notes an import; the answer is its place in the summary.
    pub(super) fn site(&mut self, at: TextSize, import: Import, lazy: bool) -> usize {
        let at = self.within.unwrap_or(at);
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
            if name.contains(PLACEHOLDER) {
                self.computed(range.start(), Lookup::Module);
                continue;
            }
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
        if module
            .as_ref()
            .is_some_and(|name| name.contains(PLACEHOLDER))
        {
            return self.computed(range.start(), Lookup::Module);
        }
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
            Stmt::Expr(ast::StmtExpr { value, .. }) if text(value).is_some() => {
                self.docstring(stmt.start(), text(value).unwrap_or_default());
            }
            // What `__all__` lists is not used thereby.
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if targets.iter().all(is_all) && literal(value).is_some() => {}
            Stmt::AugAssign(ast::StmtAugAssign { target, value, .. })
                if is_all(target) && literal(value).is_some() => {}
            // `x.y += 1` reads first.
            Stmt::AugAssign(ast::StmtAugAssign { target, .. }) => {
                if let Expr::Attribute(attribute) = &**target {
                    self.built.member(self.guard, &attribute.attr);
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.expression(expr);
    }
}
