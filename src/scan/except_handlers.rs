//! Determines which errors an `except` clause catches.

use ruff_python_ast::{Expr, Stmt};

/// The errors that one `except` clause catches.
pub(super) struct ExceptClause {
    /// The clause catches import errors.
    pub(super) import_errors: bool,
    /// The clause catches nothing else.
    pub(super) only_import_errors: bool,
}

impl ExceptClause {
    /// Returns the errors that `except kind:` catches. Without a `kind`, the clause catches all errors.
    pub(super) fn of(kind: Option<&Expr>) -> Self {
        let Some(kind) = kind else {
            return Self {
                import_errors: true,
                only_import_errors: false,
            };
        };
        let is_import_error =
            |kind: &Expr| matches!(name(kind), "ImportError" | "ModuleNotFoundError");
        let is_base_class = |kind: &Expr| matches!(name(kind), "Exception" | "BaseException");
        let kinds = match kind {
            Expr::Tuple(tuple) => &*tuple.elts,
            kind => std::slice::from_ref(kind),
        };
        Self {
            import_errors: kinds
                .iter()
                .any(|kind| is_import_error(kind) || is_base_class(kind)),
            only_import_errors: kinds.iter().all(is_import_error),
        }
    }
}

/// Returns whether a handler ends with a `raise`.
pub(super) fn ends_by_raising(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt::Raise(_)))
}

/// Returns whether `expr` is `suppress(ImportError)`, however `contextlib` is imported.
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
