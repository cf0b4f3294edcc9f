//! Visits the statements of a module and tracks the guards around them.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

use super::builder::SummaryBuilder;
use super::codecs::{is_codec_variable, string_literal};
use super::constants::Constants;
use super::data_file::is_data_file;
use super::exports::{is_all, literal};
use super::guards::{Guard, GuardId};
use super::lazy::LazyModules;
use super::nesting::with_stack;
use super::source_origin::{SourceOrigin, to_u32};
use super::string_code::{self, PLACEHOLDER};
use super::summary::{
    Identifier, Import, ImportSite, LookupKind, ModuleSummary, RaiseSite, ScopeId,
};

/// Summarizes the statements of a module.
pub(super) fn summarize(
    body: &[Stmt],
    text: &str,
    lines: &LineIndex,
    origin: SourceOrigin,
) -> ModuleSummary {
    let mut visitor = ScanVisitor {
        text,
        lines,
        constants: Constants::of(body),
        builder: SummaryBuilder::new(),
        lazy_modules: LazyModules::default(),
        guard: GuardId::ALWAYS,
        origin,
        outer_string: None,
        string_depth: 0,
    };
    visitor.visit_body(body);
    visitor.builder.finish(body)
}

/// Maximum number of nested strings whose code is followed.
const MAX_STRING_CODE_DEPTH: u8 = 3;

pub(super) struct ScanVisitor<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    pub(super) constants: Constants,
    pub(super) builder: SummaryBuilder,
    pub(super) lazy_modules: LazyModules,
    /// The guard of the current code.
    pub(super) guard: GuardId,
    pub(super) origin: SourceOrigin,
    /// Where the outermost string starts whose code is being visited.
    outer_string: Option<TextSize>,
    /// How many nested strings are being visited.
    string_depth: u8,
}

impl ScanVisitor<'_> {
    pub(super) fn line(&self, at: TextSize) -> u32 {
        let at = self.outer_string.unwrap_or(at);
        to_u32(self.lines.line_index(at).get())
    }

    /// Visits the code of the string at `at`.
    fn visit_string_code(&mut self, at: TextSize, body: &[Stmt], constants: Constants) {
        // Of nested strings, only the outermost one has a position in the file.
        let outer = self.outer_string;
        let at = *self.outer_string.get_or_insert(at);
        self.string_depth += 1;
        let enclosing = self.builder.open_text(self.line(at));
        let constants = std::mem::replace(&mut self.constants, constants);
        self.visit_conditional(body);
        self.constants = constants;
        self.builder.close_text(enclosing);
        self.outer_string = outer;
        self.string_depth -= 1;
    }

    /// Visits a string of the app if it is a command line, or code, which may contain strings in turn.
    pub(super) fn visit_string(&mut self, at: TextSize, text: &str) {
        if self.origin == SourceOrigin::App {
            if is_data_file(text) {
                let files = &mut self.builder.summary.data_files;
                files.insert(Identifier::new(text));
            }
            for name in string_code::modules_run_in(text) {
                self.add_import_site(at, Import::RunModule(name.to_owned()), false);
            }
        }
        if self.origin == SourceOrigin::App
            && self.string_depth < MAX_STRING_CODE_DEPTH
            && let Some(body) = string_code::parse_string_code(text)
        {
            with_stack(string_code::MAX_NESTING, || {
                self.visit_string_code(at, &body, Constants::of(&body));
            });
        }
    }

    /// Visits the `doctest` examples in a string that no expression reads.
    fn docstring(&mut self, at: TextSize, text: &str) {
        if self.origin == SourceOrigin::App
            && self.string_depth < MAX_STRING_CODE_DEPTH
            && text.contains(">>> ")
        {
            let examples = string_code::doctest_examples(text);
            let outer = self.guard;
            let uses_doctest = Guard::NameReferenced(string_code::doctest());
            self.guard = self.builder.summary.guards.add(uses_doctest, outer);
            // Constants are keyed by position, and each example is parsed as a separate text.
            let constants = Constants::default();
            with_stack(string_code::MAX_NESTING, || {
                self.visit_string_code(at, &examples, constants);
            });
            self.guard = outer;
        }
    }

    /// Visits the arguments of `function`, or a list of them, which may contain `"-m", "json.tool"`.
    pub(super) fn run_modules(
        &mut self,
        at: TextSize,
        function: Option<&Expr>,
        arguments: &[Expr],
    ) {
        if self.origin == SourceOrigin::App
            && string_code::runs_computed_module(function, arguments)
        {
            self.add_dynamic_lookup(at, LookupKind::RunModule, function);
        }
        if self.origin != SourceOrigin::Library {
            for name in string_code::modules_run_by(arguments) {
                self.add_import_site(at, Import::RunModule(name.to_owned()), false);
            }
        }
    }

    /// Adds an import and returns its index in the summary.
    pub(super) fn add_import_site(&mut self, at: TextSize, import: Import, lazy: bool) -> usize {
        let at = self.outer_string.unwrap_or(at);
        let position = self.lines.line_column(at, self.text);
        let place = self.builder.place(lazy, self.lazy_modules.has(&import));
        self.builder.summary.imports.push(ImportSite {
            line: to_u32(position.line.get()),
            column: to_u32(position.column.get()),
            import,
            place,
            guard: self.guard,
        });
        self.builder.summary.imports.len() - 1
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
                self.add_dynamic_lookup(range.start(), LookupKind::Module, None);
                continue;
            }
            let import = Import::Module(name.to_string());
            let site = self.add_import_site(range.start(), import, *is_lazy);
            let alias = asname.as_ref().map(|name| name.as_str());
            self.builder.bind_module(name, alias);
            let first = name.split('.').next().unwrap_or(name);
            self.builder.add_lazy_name(site, alias.unwrap_or(first));
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
            return self.add_dynamic_lookup(range.start(), LookupKind::Module, None);
        }
        let import = Import::From {
            level: *level,
            module: module.as_ref().map(ToString::to_string).unwrap_or_default(),
            names: names.iter().map(|alias| alias.name.to_string()).collect(),
        };
        let site = self.add_import_site(range.start(), import, *is_lazy);
        for ast::Alias { name, asname, .. } in names {
            let bound = asname.as_ref().unwrap_or(name);
            self.builder.bind_from(site, name, bound);
            self.builder.add_lazy_name(site, bound);
            // An import in a class body binds an attribute of the class, which other code may read.
            if self.builder.in_class_body() {
                self.builder.add_use(self.guard, &[bound.as_str()]);
            }
        }
    }
}

impl<'a> Visitor<'a> for ScanVisitor<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        // Listing a module does not use it.
        let certain = self.guard == GuardId::ALWAYS;
        if self.builder.at_top_level() && self.lazy_modules.visit(stmt, certain) || self.table(stmt)
        {
            return;
        }
        match stmt {
            Stmt::Import(statement) => self.import(statement),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::If(statement) => self.visit_if(statement),
            Stmt::Try(statement) => {
                self.lazy_modules.open_try_statements += 1;
                self.visit_try(statement);
                self.lazy_modules.open_try_statements -= 1;
            }
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
                self.builder
                    .declare_global(statement.names.iter().map(|name| name.as_str()));
            }
            Stmt::Raise(statement) => {
                self.mark_unpredictable();
                if self.builder.scope() == ScopeId::BODY {
                    let line = self.line(statement.start());
                    let guard = self.guard;
                    self.builder.summary.raises.push(RaiseSite { line, guard });
                }
                walk_stmt(self, stmt);
            }
            // `ENCODING = "cp1252"`
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if string_literal(value).is_some()
                    && targets
                        .iter()
                        .any(|t| matches!(t, Expr::Name(n) if is_codec_variable(&n.id))) =>
            {
                string_literal(value)
                    .iter()
                    .for_each(|codec| self.builder.add_codec(codec));
                walk_stmt(self, stmt);
            }
            // Nothing reads docstrings and other strings that are statements.
            Stmt::Expr(ast::StmtExpr { value, .. }) if string_literal(value).is_some() => {
                self.docstring(stmt.start(), string_literal(value).unwrap_or_default());
            }
            // Listing a name in `__all__` does not use it.
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if targets.iter().all(is_all) && literal(value).is_some() => {}
            Stmt::AugAssign(ast::StmtAugAssign { target, value, .. })
                if is_all(target) && literal(value).is_some() => {}
            // `x.y += 1` also reads the attribute.
            Stmt::AugAssign(ast::StmtAugAssign { target, .. }) => {
                if let Expr::Attribute(attribute) = &**target {
                    self.builder.add_attribute_name(self.guard, &attribute.attr);
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
