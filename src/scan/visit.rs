//! Walks a syntax tree and notes import sites with their guards.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextSize};

use super::calls::{ComputedImport, dynamic_import};
use super::condition::{Test, understand};
use super::constants::Constants;
use super::guards::{Attempt, AttemptId, Guard, GuardId};
use super::parse::number;
use super::summary::{Import, ImportSite, ModuleSummary, Place, RaiseSite};

/// The summary of a module's statements.
pub(super) fn summarise(body: &[Stmt], text: &str, lines: &LineIndex) -> ModuleSummary {
    let mut walk = Walk {
        text,
        lines,
        constants: Constants::of(body),
        summary: ModuleSummary::default(),
        guard: GuardId::ALWAYS,
        function: None,
        classes: Vec::new(),
    };
    walk.visit_body(body);
    walk.summary.exports = exports(body);
    walk.summary
}

/// The texts of `__all__ = [...]` and `__all__ += [...]` at the top level.
fn exports(body: &[Stmt]) -> Option<Vec<String>> {
    let is_all = |target: &Expr| matches!(target, Expr::Name(name) if name.id == "__all__");
    let mut found: Option<Vec<String>> = None;
    for stmt in body {
        let value = match stmt {
            Stmt::Assign(assign) if assign.targets.iter().any(is_all) => &assign.value,
            Stmt::AugAssign(assign) if is_all(&assign.target) => &assign.value,
            _ => continue,
        };
        let names = match &**value {
            Expr::List(list) => &list.elts[..],
            Expr::Tuple(tuple) => &tuple.elts[..],
            _ => continue,
        };
        let names = names.iter().filter_map(|name| match name {
            Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            _ => None,
        });
        found.get_or_insert_default().extend(names);
    }
    found
}

struct Walk<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    constants: Constants,
    summary: ModuleSummary,
    /// The condition at the point the walk has reached.
    guard: GuardId,
    /// Dotted name of the outermost function around this point.
    function: Option<String>,
    /// Names of the classes around this point.
    classes: Vec<String>,
}

impl Walk<'_> {
    fn site(&mut self, at: TextSize, import: Import, lazy: bool) {
        let place = self.lines.line_column(at, self.text);
        self.summary.imports.push(ImportSite {
            line: number(place.line.get()),
            column: number(place.column.get()),
            import,
            place: match &self.function {
                Some(name) => Place::Function(name.clone()),
                None if lazy => Place::FirstUse,
                None => Place::Body,
            },
            guard: self.guard,
        });
    }

    /// Walks `body` under a further condition.
    fn under(&mut self, guard: Guard, body: &[Stmt]) {
        let outer = self.guard;
        self.guard = self.summary.guards.add(guard, outer);
        self.visit_body(body);
        self.guard = outer;
    }

    fn branches(&mut self, statement: &ast::StmtIf) {
        let outer = self.guard;
        self.visit_expr(&statement.test);
        let mut test = understand(&statement.test, &self.constants);
        self.branch(&test, true, &statement.body);
        for clause in &statement.elif_else_clauses {
            // Each clause lies in the "no" of the tests before it.
            self.enter(&test, false);
            match &clause.test {
                Some(next) => {
                    self.visit_expr(next);
                    test = understand(next, &self.constants);
                    self.branch(&test, true, &clause.body);
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
            .summary
            .guards
            .add(Guard::Branch { test, holds }, self.guard);
    }

    fn branch(&mut self, test: &Test, holds: bool, body: &[Stmt]) {
        let outer = self.guard;
        self.enter(test, holds);
        self.visit_body(body);
        self.guard = outer;
    }

    /// A body that may run or not (loops, `case`).
    fn perhaps(&mut self, body: &[Stmt]) {
        self.branch(&Test::Unknown, true, body);
    }

    fn attempt(&mut self, statement: &ast::StmtTry) {
        let catching = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            let caught = Caught::of(handler.type_.as_deref());
            caught
                .import_errors
                .then(|| !ends_by_raising(&handler.body))
        };
        let attempt = self.summary.guards.add_attempt(Attempt {
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
    fn suppression(&mut self, statement: &ast::StmtWith) -> bool {
        let suppresses = statement.items.iter().any(|item| {
            let Expr::Call(call) = &item.context_expr else {
                return false;
            };
            let named = match &*call.func {
                Expr::Name(name) => name.id == "suppress",
                Expr::Attribute(attribute) => attribute.attr.id == "suppress",
                _ => false,
            };
            named
                && call
                    .arguments
                    .args
                    .iter()
                    .any(|kind| Caught::of(Some(kind)).import_errors)
        });
        if suppresses {
            let attempt = self.summary.guards.add_attempt(Attempt {
                survives_import_errors: true,
                unpredictable: false,
            });
            self.under(Guard::Body(attempt), &statement.body);
        }
        suppresses
    }

    /// The innermost `try` body around this point, within the same function.
    fn around(&self) -> Option<AttemptId> {
        self.summary
            .guards
            .chain(self.guard)
            .find_map(|(_, guard)| match guard {
                Guard::Body(attempt) => Some(*attempt),
                _ => None,
            })
    }

    fn unpredictable(&mut self) {
        if let Some(attempt) = self.around() {
            self.summary.guards.attempt_mut(attempt).unpredictable = true;
        }
    }

    fn function(&mut self, statement: &ast::StmtFunctionDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.visit_parameters(&statement.parameters);
        let outermost = self.function.is_none();
        if outermost {
            let mut name = self.classes.join(".");
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&statement.name);
            self.function = Some(name);
        }
        self.visit_body(&statement.body);
        if outermost {
            self.function = None;
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(ast::StmtImport { names, is_lazy, .. }) => {
                for alias in names {
                    let import = Import::Module(alias.name.to_string());
                    self.site(alias.start(), import, *is_lazy);
                }
            }
            Stmt::ImportFrom(statement) => {
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
                self.site(range.start(), import, *is_lazy);
            }
            Stmt::If(statement) => self.branches(statement),
            Stmt::Try(statement) => self.attempt(statement),
            Stmt::With(statement) => {
                if !self.suppression(statement) {
                    walk_stmt(self, stmt);
                }
            }
            Stmt::For(ast::StmtFor {
                iter, body, orelse, ..
            }) => {
                self.visit_expr(iter);
                self.perhaps(body);
                self.visit_body(orelse);
            }
            Stmt::While(ast::StmtWhile {
                test, body, orelse, ..
            }) => {
                self.visit_expr(test);
                self.perhaps(body);
                self.visit_body(orelse);
            }
            Stmt::Match(ast::StmtMatch { subject, cases, .. }) => {
                self.visit_expr(subject);
                for case in cases {
                    self.perhaps(&case.body);
                }
            }
            Stmt::FunctionDef(statement) => self.function(statement),
            Stmt::ClassDef(statement) => {
                self.classes.push(statement.name.to_string());
                walk_stmt(self, stmt);
                self.classes.pop();
            }
            Stmt::Raise(statement) => {
                self.unpredictable();
                if self.function.is_none() {
                    let line = number(self.lines.line_index(statement.start()).get());
                    let guard = self.guard;
                    self.summary.raises.push(RaiseSite { line, guard });
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            match dynamic_import(call) {
                Some(ComputedImport::Literal(import)) => self.site(call.start(), import, false),
                Some(ComputedImport::Unknown) => self.unpredictable(),
                None => {}
            }
        }
        walk_expr(self, expr);
    }
}

/// Which errors a handler takes.
struct Caught {
    import_errors: bool,
    nothing_else: bool,
}

impl Caught {
    fn of(kind: Option<&Expr>) -> Self {
        let Some(kind) = kind else {
            return Self {
                import_errors: true,
                nothing_else: false,
            };
        };
        let one = |kind: &Expr| {
            let name = match kind {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            let of_import = matches!(name, "ImportError" | "ModuleNotFoundError");
            let wider = matches!(name, "Exception" | "BaseException");
            (of_import || wider, of_import)
        };
        let kinds = match kind {
            Expr::Tuple(tuple) => &*tuple.elts,
            kind => std::slice::from_ref(kind),
        };
        Self {
            import_errors: kinds.iter().any(|kind| one(kind).0),
            nothing_else: kinds.iter().all(|kind| one(kind).1),
        }
    }
}

fn ends_by_raising(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Raise(_)))
}
