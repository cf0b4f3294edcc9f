//! Finds `from __future__` imports that CPython's compiler rejects although they parse (`compiler_from_import` in
//! `Python/compile.c`).

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

/// Returns where the first `from __future__` import is that does not come before all other statements but the docstring.
pub(super) fn late_future_import(body: &[Stmt]) -> Option<TextSize> {
    let is_docstring = |statement: &Stmt| match statement {
        Stmt::Expr(expression) => matches!(&*expression.value, Expr::StringLiteral(_)),
        _ => false,
    };
    let after_docstring = usize::from(body.first().is_some_and(is_docstring));
    let rest = &body[after_docstring..];
    let late = rest.iter().skip_while(|statement| is_future(statement));
    let mut late = late.filter(|statement| is_future(statement));
    late.next().map(Ranged::start)
}

fn is_future(statement: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = statement else {
        return false;
    };
    let module = import.module.as_ref();
    import.level == 0 && module.is_some_and(|module| module.as_str() == "__future__")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::scan::{Scanned, SourceOrigin, scan_text};

    fn line_of_error(text: &str) -> Option<u32> {
        match scan_text(text, None, SourceOrigin::Library) {
            Scanned::Rejected(error) => Some(error.line),
            Scanned::Summary(_) => None,
        }
    }

    #[test]
    fn late_future_imports_are_left_to_python() {
        let future = "from __future__ import annotations\n";
        for valid in [
            future.repeat(2),
            format!("'doc'\n{future}{future}import os\n"),
            "import os\nfrom .__future__ import x\n".to_owned(),
        ] {
            assert_eq!(line_of_error(&valid), None, "{valid}");
        }
        for (late, line) in [
            (format!("import os\n{future}"), 2),
            (format!("{future}'no docstring'\n{future}"), 3),
            (format!("'doc'\n'no docstring'\n{future}"), 3),
        ] {
            assert_eq!(line_of_error(&late), Some(line), "{late}");
        }
    }
}
