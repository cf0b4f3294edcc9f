//! Which errors an `except` clause catches.

use ruff_python_ast::{Expr, Stmt};

/// The errors of one `except`.
pub(super) struct ExceptClause {
    /// Import errors are among them.
    pub(super) import_errors: bool,
    /// Nothing else is.
    pub(super) nothing_else: bool,
}

impl ExceptClause {
    /// The errors of `except kind:`; without a kind, all.
    pub(super) fn of(kind: Option<&Expr>) -> Self {
        let Some(kind) = kind else {
            return Self {
                import_errors: true,
                nothing_else: false,
            };
        };
        let of_import = |kind: &Expr| matches!(name(kind), "ImportError" | "ModuleNotFoundError");
        let wider = |kind: &Expr| matches!(name(kind), "Exception" | "BaseException");
        let kinds = match kind {
            Expr::Tuple(tuple) => &*tuple.elts,
            kind => std::slice::from_ref(kind),
        };
        Self {
            import_errors: kinds.iter().any(|kind| of_import(kind) || wider(kind)),
            nothing_else: kinds.iter().all(of_import),
        }
    }
}

/// Whether a handler hands the error on.
pub(super) fn ends_by_raising(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Raise(_)))
}

/// Whether `expr` is `suppress(ImportError)`, by whatever name `contextlib` goes.
pub(super) fn suppresses_import_errors(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    let mut kinds = call.arguments.args.iter();
    name(&call.func) == "suppress" && kinds.any(|kind| ExceptClause::of(Some(kind)).import_errors)
}

fn name(expr: &Expr) -> &str {
    match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}
