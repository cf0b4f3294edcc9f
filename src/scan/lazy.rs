//! Reads `__lazy_modules__`, which lists modules whose imports are lazy (PEP 810).

use std::collections::BTreeSet;

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::exports::literal;
use super::summary::Import;

/// The modules that the code so far lists in `__lazy_modules__`.
#[derive(Default)]
pub(super) struct LazyModules {
    listed: BTreeSet<String>,
    /// How many `try` statements are being visited. What they import is never lazy.
    pub(super) open_try_statements: u32,
}

impl LazyModules {
    /// Returns whether an import of the top level is one of a listed module. A relative name is that of a listed module if
    /// that ends in it.
    pub(super) fn has(&self, import: &Import) -> bool {
        match import {
            _ if self.open_try_statements > 0 => false,
            Import::Module(name) => self.listed.contains(name),
            Import::From { names, .. } if names.iter().any(|name| name == "*") => false,
            Import::From {
                level: 0, module, ..
            } => self.listed.contains(module),
            Import::From { module, .. } if module.is_empty() => false,
            Import::From { module, .. } => {
                let ends_in_it = |name: &String| {
                    name.strip_suffix(module)
                        .is_some_and(|package| package.ends_with('.'))
                };
                self.listed.iter().any(ends_in_it)
            }
            Import::Dynamic(_) | Import::Computed { .. } | Import::RunModule(_) => false,
        }
    }

    /// Visits a statement at the top level, which `certain`ly runs or may, and returns whether it is
    /// `__lazy_modules__ = ["json"]`.
    pub(super) fn visit(&mut self, stmt: &Stmt, certain: bool) -> bool {
        let (value, extends) = match stmt {
            Stmt::Assign(ast::StmtAssign { targets, value, .. })
                if targets.iter().all(is_lazy_modules) =>
            {
                (&**value, false)
            }
            Stmt::AnnAssign(ast::StmtAnnAssign {
                target,
                value: Some(value),
                ..
            }) if is_lazy_modules(target) => (&**value, false),
            Stmt::AugAssign(ast::StmtAugAssign { target, value, .. })
                if is_lazy_modules(target) =>
            {
                (&**value, true)
            }
            _ => return false,
        };
        let names = literal_names(value);
        if !extends {
            self.listed.clear();
        }
        match &names {
            // What may not be listed is imported at once.
            Some(names) if certain => self.listed.extend(names.iter().cloned()),
            _ => self.listed.clear(),
        }
        names.is_some()
    }
}

fn is_lazy_modules(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id == "__lazy_modules__")
}

/// Returns the strings of a list, tuple, set or sum, or `None` if any part is computed.
fn literal_names(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Set(set) => {
            let names: Option<Vec<_>> = set.elts.iter().map(literal).collect();
            names.map(|names| names.concat())
        }
        _ => literal(expr),
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use crate::scan::{
        ImportSite, ModuleSummary, Scanned, ScopeId, SitePlace, SourceOrigin, scan_text,
    };

    fn summary(source: &str) -> ModuleSummary {
        match scan_text(source, None, SourceOrigin::App) {
            Scanned::Summary(summary) => *summary,
            Scanned::Rejected(error) => panic!("{error}"),
        }
    }

    /// The places of the imports in `source`, each as `eager`, `lazy`, `listed` or `function`.
    fn places(source: &str) -> Vec<&'static str> {
        let place = |site: &ImportSite| match site.place {
            SitePlace::Body => "eager",
            SitePlace::LazyStatement => "lazy",
            SitePlace::ListedAsLazy => "listed",
            SitePlace::Function(_) => "function",
        };
        summary(source).imports.iter().map(place).collect()
    }

    #[test]
    fn listed_modules_are_lazy_where_an_import_may_be() {
        let listed = |source: &str| places(&format!("__lazy_modules__ = ['a', 'p.b']\n{source}"));
        for source in [
            "import a",
            "from a import x",
            "import p.b as b",
            "from .b import x",
            "if y:\n    import a",
            "with y:\n    import a",
        ] {
            assert_eq!(listed(source), ["listed"], "{source}");
        }
        for source in [
            "import b",
            "import a.c",
            "from p import b",
            "from .c import x",
            "from . import a",
            "from a import *",
            "try:\n    import a\nexcept E:\n    pass",
            "try:\n    pass\nfinally:\n    import a",
            "class K:\n    import a",
        ] {
            assert_eq!(listed(source), ["eager"], "{source}");
        }
        assert_eq!(listed("def f():\n    import a"), ["function"]);
        assert_eq!(listed("lazy import a"), ["lazy"]);
    }

    #[test]
    fn the_list_is_what_was_last_assigned() {
        for source in [
            "__lazy_modules__ = {'a'}\nimport a",
            "__lazy_modules__: list[str] = ['a']\nimport a",
            "__lazy_modules__ = ['b']\n__lazy_modules__ += ['a']\nimport a",
        ] {
            assert_eq!(places(source), ["listed"], "{source}");
        }
        for source in [
            "import a\n__lazy_modules__ = ['a']",
            "__lazy_modules__ = ['a']\n__lazy_modules__ = []\nimport a",
            "__lazy_modules__ = ['a'] + f()\nimport a",
            "if x:\n    __lazy_modules__ = ['a']\nimport a",
            "def f():\n    __lazy_modules__ = ['a']\nimport a",
        ] {
            assert_eq!(places(source), ["eager"], "{source}");
        }
    }

    #[test]
    fn names_of_lazy_imports_are_known_and_listing_uses_nothing() {
        let source = "__lazy_modules__ = ['a', 'b.c']\nimport a\nimport b.c\nlazy from d import e as f\nimport g";
        let summary = summary(source);
        let names: Vec<_> = summary.lazy_names.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b", "f"]);
        let body = summary.scope(ScopeId::BODY);
        assert!(
            body.attribute_names.is_empty() && body.strings.is_empty(),
            "{body:?}"
        );
    }
}
