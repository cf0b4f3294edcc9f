//! Tests of the closures `import-time` and `everything`.

use super::*;

/// Returns the modules of a library that are in the closure of these roots.
fn kept(closure: Closure, stdlib: &[(&str, &str)], roots: &[&str]) -> Vec<String> {
    names(&Fixture::new(stdlib).close(closure, roots))
}

fn loaded(stdlib: &[(&str, &str)], roots: &[&str]) -> Vec<String> {
    kept(Closure::ImportTime, stdlib, roots)
}

#[test]
fn body_imports_are_followed_transitively() {
    let chain = [("a", "import b"), ("b", "import c"), ("c", ""), ("d", "")];
    assert_eq!(loaded(&chain, &["a"]), ["a", "b", "c"]);
    let cycle = [("a", "import b"), ("b", "import a")];
    assert_eq!(loaded(&cycle, &["b"]), ["a", "b"]);
}

#[test]
fn everything_follows_functions_and_import_time_those_of_the_app() {
    let library = [
        ("a", "import b\ndef f():\n    import c"),
        ("b", ""),
        ("c", ""),
    ];
    assert_eq!(loaded(&library, &["a"]), ["a", "b"]);
    assert_eq!(kept(Closure::Everything, &library, &["a"]), ["a", "b", "c"]);
    let context = Fixture::new(&library).app(&[("main", "def _f():\n    import a")]);
    assert_eq!(
        names(&context.close(Closure::ImportTime, &[])),
        ["a", "b", "main"]
    );
}

#[test]
fn packages_are_loaded_with_their_modules() {
    let context = [
        ("p", "import b"),
        ("p.q.r", ""),
        ("a", "import p.q.r"),
        ("b", ""),
    ];
    assert_eq!(loaded(&context, &["a"]), ["a", "b", "p", "p.q", "p.q.r"]);
    assert_eq!(loaded(&context, &["p.q.r"]), ["b", "p", "p.q", "p.q.r"]);
}

#[test]
fn relative_imports_are_resolved() {
    let context = |source| {
        let context = [
            ("p", ""),
            ("p.q", ""),
            ("p.q.m", source),
            ("p.q.n", ""),
            ("p.n", ""),
        ];
        loaded(&context, &["p.q.m"])
    };
    assert_eq!(context("from . import n"), ["p", "p.q", "p.q.m", "p.q.n"]);
    assert_eq!(context("from .n import x"), ["p", "p.q", "p.q.m", "p.q.n"]);
    assert_eq!(context("from .. import n"), ["p", "p.n", "p.q", "p.q.m"]);
    assert_eq!(context("from ..n import x"), ["p", "p.n", "p.q", "p.q.m"]);
    assert_eq!(
        context("import_module('..n', __package__)"),
        ["p", "p.n", "p.q", "p.q.m"]
    );
    // In a package, one dot refers to the package itself.
    let package = [("p", "from .m import x"), ("p.m", ""), ("m", "")];
    assert_eq!(loaded(&package, &["p"]), ["p", "p.m"]);
}

#[test]
fn relative_imports_beyond_the_top_fail() {
    let context = [("p", ""), ("p.m", "from ... import b"), ("b", "")];
    let graph = Fixture::new(&context).close(Closure::ImportTime, &["p.m"]);
    assert!(names(&graph).is_empty());
    assert!(
        matches!(&graph.unimportable["p.m"].error, crate::graph::ImportError::Unknown(name) if name == "...")
    );
}

#[test]
fn from_imports_may_import_submodules() {
    let context = |package| {
        let context = [
            ("p", package),
            ("p.x", ""),
            ("p.y", ""),
            ("a", "from p import x"),
        ];
        loaded(&context, &["a"])
    };
    assert_eq!(context(""), ["a", "p", "p.x"]);
    assert_eq!(context("x = 1"), ["a", "p", "p.x"]);
    // A name that the package does not bind can only be the submodule, so `a` fails without it.
    let fails = |package: &str| {
        let broken = [
            ("p", package),
            ("p.x", "import grp"),
            ("a", "from p import x"),
        ];
        !loaded(&broken, &["a"]).contains(&"a".to_owned())
    };
    assert!(fails(""));
    for binding in [
        "x = 1",
        "def x(): pass",
        "from m import *",
        "def __getattr__(n): pass",
    ] {
        let binding = format!("try:\n    import m\nexcept ImportError:\n    pass\n{binding}");
        assert_eq!(fails(&binding), binding.contains('*'), "{binding}");
    }
}

#[test]
fn star_imports_import_the_names_in_all() {
    let context = |package| {
        let context = [
            ("p", package),
            ("p.x", ""),
            ("p.y", ""),
            ("a", "from p import *"),
        ];
        loaded(&context, &["a"])
    };
    assert_eq!(context("__all__ = ['x']"), ["a", "p", "p.x"]);
    assert_eq!(
        context("__all__ = ['x']\n__all__ += ('y',)"),
        ["a", "p", "p.x", "p.y"]
    );
    assert_eq!(context(""), ["a", "p"]);
}

#[test]
fn modules_without_files_resolve_to_their_parent() {
    let context = [
        ("os", ""),
        ("a", "import os.path\nfrom os.path import join"),
    ];
    assert_eq!(loaded(&context, &["a"]), ["a", "os"]);
}

#[test]
fn app_modules_shadow_library_modules() {
    let context =
        Fixture::new(&[("b", "import c"), ("c", "")]).app(&[("a", "import b"), ("b", "")]);
    assert_eq!(names(&context.close(Closure::ImportTime, &[])), ["a", "b"]);
}

#[test]
fn third_party_modules_have_their_importer() {
    let context = Fixture::new(&[("b", "")]).app(&[("a", "import b\nimport numpy.linalg")]);
    let graph = context.close(Closure::ImportTime, &[]);
    let expected = ("numpy.linalg".to_owned(), (name("a"), 2));
    assert_eq!(
        graph.third_party.into_iter().collect::<Vec<_>>(),
        [expected]
    );
}
