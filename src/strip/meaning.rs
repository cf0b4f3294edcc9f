//! What code that never runs still means for the code around it.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, Pattern, Stmt};

use super::branches::Clause;

/// Whether a clause that never runs still changes the code around it: in a function, a name that it binds is local and
/// a `yield` makes a generator; anywhere, `global` and `nonlocal` are about the whole scope, and an annotation makes
/// that scope have `__annotations__`.
pub(super) fn has_meaning(clause: &Clause<'_>, in_function: bool) -> bool {
    let mut meaning = Meaning {
        in_function,
        found: false,
    };
    clause.test.iter().for_each(|test| meaning.visit_expr(test));
    meaning.visit_body(clause.body);
    meaning.found
}

/// Whether an expression gives a name a value, or makes its function a generator.
pub(super) fn binds(expr: &Expr) -> bool {
    let mut meaning = Meaning {
        in_function: true,
        found: false,
    };
    meaning.visit_expr(expr);
    meaning.found
}

struct Meaning {
    in_function: bool,
    found: bool,
}

impl Visitor<'_> for Meaning {
    fn visit_stmt(&mut self, statement: &Stmt) {
        self.found |= match statement {
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::AnnAssign(_) => true,
            Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Assign(_)
            | Stmt::AugAssign(_)
            | Stmt::Delete(_)
            | Stmt::For(_)
            | Stmt::With(_)
            | Stmt::TypeAlias(_) => self.in_function,
            _ => false,
        };
        // What is inside of functions and classes is their own affair.
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &Expr) {
        let binds = matches!(expr, Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_));
        self.found |= self.in_function && binds;
        walk_expr(self, expr);
    }

    fn visit_except_handler(&mut self, handler: &ExceptHandler) {
        let ExceptHandler::ExceptHandler(named) = handler;
        self.found |= self.in_function && named.name.is_some();
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, _: &Pattern) {
        self.found |= self.in_function;
    }
}
