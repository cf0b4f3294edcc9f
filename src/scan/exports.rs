//! Finds the exports of a module, the names in its `__all__`.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use serde::{Deserialize, Serialize};

/// The content of `__all__`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exports {
    /// The names that are literals.
    pub names: Vec<String>,
    /// Whether `__all__` also contains names that are not literals.
    pub has_computed: bool,
}

/// Returns the exports of a module, or `None` if it does not mention `__all__`.
pub(super) fn find_exports(body: &[Stmt]) -> Option<Exports> {
    let mut collector = ExportsCollector(None);
    collector.visit_body(body);
    collector.0
}

/// Returns the arguments of `__all__.append(...)` or `__all__.extend(...)`, or `None` for other calls.
pub(super) fn appended_exports(call: &ast::ExprCall) -> Option<&[Expr]> {
    match &*call.func {
        Expr::Attribute(ast::ExprAttribute { value, attr, .. })
            if is_all(value) && matches!(attr.as_str(), "append" | "extend") =>
        {
            Some(&call.arguments.args)
        }
        _ => None,
    }
}

/// Returns whether an expression is `__all__`.
pub(super) fn is_all(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id == "__all__")
}

/// Returns the strings of a string literal, or of a list, tuple or sum of them. Returns `None` if any part is computed.
pub(super) fn literal(expr: &Expr) -> Option<Vec<String>> {
    let elements = match expr {
        Expr::StringLiteral(text) => return Some(vec![text.value.to_str().to_owned()]),
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Add,
            right,
            ..
        }) => {
            let mut names = literal(left)?;
            names.extend(literal(right)?);
            return Some(names);
        }
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    let names: Option<Vec<_>> = elements.iter().map(literal).collect();
    names.map(|names| names.concat())
}

struct ExportsCollector(Option<Exports>);

impl ExportsCollector {
    fn add(&mut self, value: &Expr) {
        let exports = self.0.get_or_insert_default();
        match literal(value) {
            Some(names) => exports.names.extend(names),
            None => {
                exports.names.extend(literal_elements(value));
                exports.has_computed = true;
            }
        }
    }
}

/// Returns the literal strings of a list or tuple in which other elements are computed.
fn literal_elements(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::List(list) => list.elts.iter().filter_map(literal).flatten().collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().filter_map(literal).flatten().collect(),
        Expr::BinOp(sum) => [&sum.left, &sum.right]
            .map(|side| literal_elements(side))
            .concat(),
        _ => Vec::new(),
    }
}

impl<'a> Visitor<'a> for ExportsCollector {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Assign(assign) if assign.targets.iter().any(is_all) => self.add(&assign.value),
            Stmt::AnnAssign(assign) if is_all(&assign.target) => {
                assign.value.iter().for_each(|value| self.add(value));
            }
            Stmt::AugAssign(assign) if is_all(&assign.target) => self.add(&assign.value),
            Stmt::Expr(statement) => {
                if let Expr::Call(call) = &*statement.value {
                    appended_exports(call)
                        .into_iter()
                        .flatten()
                        .for_each(|value| self.add(value));
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ruff_python_parser::parse_module;

    fn exports_of(source: &str) -> Option<(Vec<String>, bool)> {
        let parsed = parse_module(source).unwrap();
        find_exports(&parsed.syntax().body).map(|exports| (exports.names, exports.has_computed))
    }

    #[test]
    fn exports_include_added_names() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(exports_of("x = ['a']"), None);
        assert_eq!(exports_of("__all__ = []"), Some((vec![], false)));
        for source in [
            "__all__ = ['a', 'b']",
            "__all__: list[str] = ('a', 'b')",
            "__all__ = ['a']\n__all__ += ['b']",
            "__all__ = ['a'] + ['b']",
            "__all__ = ['a']\nif x:\n    __all__.append('b')",
            "try:\n    __all__ = ['a']\nfinally:\n    __all__.extend(('b',))",
        ] {
            assert_eq!(
                exports_of(source),
                Some((names(&["a", "b"]), false)),
                "{source}"
            );
        }
        for source in [
            "__all__ = ['a']\n__all__ += other.__all__",
            "__all__ = ['a', f()]",
            "__all__ = ['a'] + list(x)",
        ] {
            assert_eq!(exports_of(source), Some((names(&["a"]), true)), "{source}");
        }
    }
}
