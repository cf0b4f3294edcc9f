//! Assignments of names, constants and containers of them at the top level: tables such as `FORMATS = {"zip": make_zip}`.
//!
//! Evaluating one runs no other code. What it names only counts when the table is read, so each is a scope of its own,
//! like a function.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use ruff_text_size::Ranged;

use super::visit::ScanVisitor;

impl ScanVisitor<'_> {
    /// Visits a statement if it assigns a table, or an item of one, and returns whether it did.
    pub(super) fn table(&mut self, stmt: &Stmt) -> bool {
        if !self.builder.at_top_level() {
            return false;
        }
        let (target, value) = match stmt {
            Stmt::Assign(ast::StmtAssign { targets, value, .. }) => match &**targets {
                [target] => (target, value),
                _ => return false,
            },
            Stmt::AnnAssign(ast::StmtAnnAssign {
                target,
                value: Some(value),
                ..
            })
            | Stmt::AugAssign(ast::StmtAugAssign {
                target,
                op: Operator::Add | Operator::BitOr,
                value,
                ..
            }) => (&**target, value),
            _ => return false,
        };
        let Some(name) = table_name(target) else {
            return false;
        };
        let is_item = matches!(target, Expr::Subscript(_));
        let is_table = is_container(value) || is_item && is_element(value);
        if name.starts_with("__") || !is_table {
            return false;
        }
        if let Stmt::AnnAssign(statement) = stmt {
            self.visit_annotation(&statement.annotation);
        }
        if let Expr::Subscript(item) = target {
            // Setting an item runs code if the object is no container.
            self.visit_expr(&item.slice);
        }
        self.builder.add_assigned(name);
        let line = self.line(stmt.start());
        let enclosing = self.builder.open_table(name, line);
        self.visit_expr(value);
        self.builder.close_text(enclosing);
        true
    }
}

/// Returns the name of the table that `target` is, or an item of.
fn table_name(target: &Expr) -> Option<&str> {
    match target {
        Expr::Name(name) => Some(&name.id),
        Expr::Subscript(item) if is_constant(&item.slice) => match &*item.value {
            Expr::Name(name) => Some(&name.id),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether an expression is a list, tuple, set or dictionary whose evaluation runs no other code.
fn is_container(expr: &Expr) -> bool {
    match expr {
        Expr::List(ast::ExprList { elts, .. })
        | Expr::Tuple(ast::ExprTuple { elts, .. })
        | Expr::Set(ast::ExprSet { elts, .. }) => elts.iter().all(is_element),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_element) && is_element(&item.value)),
        _ => false,
    }
}

fn is_element(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(_)) || is_constant(expr) || is_container(expr)
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant),
        Expr::UnaryOp(sign) => matches!(&*sign.operand, Expr::NumberLiteral(_)),
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::EllipsisLiteral(_) => true,
        _ => false,
    }
}
