//! Visits the statements of a module and the conditions around them.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

use super::builder::SummaryBuilder;
use super::codecs::{is_codec_function, string_literal};
use super::constants::Constants;
use super::exports::{is_all, literal};
use super::guards::{Guard, GuardId};
use super::nesting::with_stack;
use super::source_origin::{SourceOrigin, to_u32};
use super::string_code::{self, PLACEHOLDER};
use super::summary::{
    Import, ImportSite, LookupKind, ModuleSummary, RaiseSite, ScopeId, SitePlace,
};

/// The summary of a module's statements.
pub(super) fn summarize(
    body: &[Stmt],
    text: &str,
    lines: &LineIndex,
    code: SourceOrigin,
) -> ModuleSummary {
    let mut walk = ScanVisitor {
        text,
        lines,
        constants: Constants::of(body),
        built: SummaryBuilder::new(),
        guard: GuardId::ALWAYS,
        code,
        within: None,
        depth: 0,
    };
    walk.visit_body(body);
    walk.built.finish(body)
}

/// Code in texts in texts is followed so far.
const MAX_STRING_CODE_DEPTH: u8 = 3;

pub(super) struct ScanVisitor<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    pub(super) constants: Constants,
    pub(super) built: SummaryBuilder,
    /// The condition at the point the walk has reached.
    pub(super) guard: GuardId,
    pub(super) code: SourceOrigin,
    /// Where the text begins whose code is walked, and how many such texts are inside one another.
    within: Option<TextSize>,
    depth: u8,
}

impl ScanVisitor<'_> {
    pub(super) fn line(&self, at: TextSize) -> u32 {
        let at = self.within.unwrap_or(at);
        to_u32(self.lines.line_index(at).get())
    }

    /// Walks code that stands in a text at that place.
    fn visit_string_code(&mut self, at: TextSize, body: &[Stmt], constants: Constants) {
        // A text in a text: only the outer one has a place in the file.
        let outer = self.within;
        let at = *self.within.get_or_insert(at);
        self.depth += 1;
        let function = self.built.open_text(self.line(at));
        let constants = std::mem::replace(&mut self.constants, constants);
        self.visit_conditional(body);
        self.constants = constants;
        self.built.close_text(function);
        self.within = outer;
        self.depth -= 1;
    }

    /// A text of an app may be code, which may have texts in turn.
    pub(super) fn code(&mut self, at: TextSize, text: &str) {
        if self.code == SourceOrigin::App
            && self.depth < MAX_STRING_CODE_DEPTH
            && let Some(body) = string_code::parse_string_code(text)
        {
            with_stack(string_code::MAX_NESTING, || {
                self.visit_string_code(at, &body, Constants::of(&body));
            });
        }
    }

    /// A text that no expression reads may hold examples for `doctest`.
    fn docstring(&mut self, at: TextSize, text: &str) {
        if self.code == SourceOrigin::App
            && self.depth < MAX_STRING_CODE_DEPTH
            && text.contains(">>> ")
        {
            let examples = string_code::doctest_examples(text);
            let outer = self.guard;
            let asked = Guard::GetattrName(string_code::doctest());
            self.guard = self.built.summary.guards.add(asked, outer);
            // Each is a text of its own.
            let constants = Constants::default();
            with_stack(string_code::MAX_NESTING, || {
                self.visit_string_code(at, &examples, constants);
            });
            self.guard = outer;
        }
    }

    /// `"-m", "json.tool"` in a row.
    pub(super) fn run_modules(&mut self, at: TextSize, arguments: &[Expr]) {
        if self.code == SourceOrigin::App {
            for name in string_code::modules_run_by(arguments) {
                self.add_import_site(at, Import::RunModule(name.to_owned()), false);
            }
        }
    }

    /// Notes an import; the answer is its place in the summary.
    pub(super) fn add_import_site(&mut self, at: TextSize, import: Import, lazy: bool) -> usize {
        let at = self.within.unwrap_or(at);
        let position = self.lines.line_column(at, self.text);
        let place = match self.built.scope() {
            ScopeId::BODY if lazy => SitePlace::LazyStatement,
            ScopeId::BODY => SitePlace::Body,
            function => SitePlace::Function(function),
        };
        self.built.summary.imports.push(ImportSite {
            line: to_u32(position.line.get()),
            column: to_u32(position.column.get()),
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
                self.computed(range.start(), LookupKind::Module);
                continue;
            }
            self.add_import_site(range.start(), Import::Module(name.to_string()), *is_lazy);
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
            return self.computed(range.start(), LookupKind::Module);
        }
        let import = Import::From {
            level: *level,
            module: module.as_ref().map(ToString::to_string).unwrap_or_default(),
            names: names.iter().map(|alias| alias.name.to_string()).collect(),
        };
        let site = self.add_import_site(range.start(), import, *is_lazy);
        for ast::Alias { name, asname, .. } in names {
            let bound = asname.as_ref().unwrap_or(name);
            self.built.bind_from(site, name, bound);
            // What a class body imports is an attribute of the class.
            if self.built.in_class_body() {
                self.built.add_use(self.guard, &[bound.as_str()]);
            }
        }
    }
}

impl<'a> Visitor<'a> for ScanVisitor<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(statement) => self.import(statement),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::If(statement) => self.visit_if(statement),
            Stmt::Try(statement) => self.visit_try(statement),
            Stmt::With(statement) => self.visit_with(statement),
            Stmt::For(ast::StmtFor {
                target,
                iter,
                body,
                orelse,
                ..
            }) => {
                self.visit_expr(iter);
                self.visit_expr(target);
                self.visit_conditional(body);
                self.visit_conditional(orelse);
            }
            Stmt::While(ast::StmtWhile {
                test, body, orelse, ..
            }) => {
                self.visit_expr(test);
                self.visit_conditional(body);
                self.visit_conditional(orelse);
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
                    self.visit_conditional(body);
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
                self.mark_unpredictable();
                if self.built.scope() == ScopeId::BODY {
                    let line = self.line(statement.start());
                    let guard = self.guard;
                    self.built.summary.raises.push(RaiseSite { line, guard });
                }
                walk_stmt(self, stmt);
            }
            // `ENCODING = "cp1252"`
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if string_literal(value).is_some()
                    && targets
                        .iter()
                        .any(|t| matches!(t, Expr::Name(n) if is_codec_function(&n.id))) =>
            {
                string_literal(value)
                    .iter()
                    .for_each(|codec| self.built.add_codec(codec));
                walk_stmt(self, stmt);
            }
            // Docstrings and other lone texts are read by nobody.
            Stmt::Expr(ast::StmtExpr { value, .. }) if string_literal(value).is_some() => {
                self.docstring(stmt.start(), string_literal(value).unwrap_or_default());
            }
            // What `__all__` lists is not used thereby.
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if targets.iter().all(is_all) && literal(value).is_some() => {}
            Stmt::AugAssign(ast::StmtAugAssign { target, value, .. })
                if is_all(target) && literal(value).is_some() => {}
            // `x.y += 1` reads first.
            Stmt::AugAssign(ast::StmtAugAssign { target, .. }) => {
                if let Expr::Attribute(attribute) = &**target {
                    self.built.add_attribute_name(self.guard, &attribute.attr);
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
