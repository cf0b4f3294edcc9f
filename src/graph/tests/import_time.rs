//! The closures `import-time` and `everything`.

use super::*;

/// What a closure keeps of a library, from these roots.
fn kept(closure: Closure, stdlib: &[(&str, &str)], roots: &[&str]) -> Vec<String> {
    names(&Small::new(stdlib).close(closure, roots))
}

fn loaded(stdlib: &[(&str, &str)], roots: &[&str]) -> Vec<String> {
    kept(Closure::ImportTime, stdlib, roots)
}

#[test]
fn imports_of_the_body_are_followed_all_the_way() {
    let chain = [("a", "import b"), ("b", "import c"), ("c", ""), ("d", "")];
    assert_eq!(loaded(&chain, &["a"]), ["a", "b", "c"]);
    let round = [("a", "import b"), ("b", "import a")];
    assert_eq!(loaded(&round, &["b"]), ["a", "b"]);
}

#[test]
fn functions_count_in_everything_and_those_of_the_app_in_import_time() {
    let library = [
        ("a", "import b\ndef f():\n    import c"),
        ("b", ""),
        ("c", ""),
    ];
    assert_eq!(loaded(&library, &["a"]), ["a", "b"]);
    assert_eq!(kept(Closure::Everything, &library, &["a"]), ["a", "b", "c"]);
    let context = Small::new(&library).app(&[("main", "def _f():\n    import a")]);
    assert_eq!(
        names(&context.close(Closure::ImportTime, &[])),
        ["a", "b", "main"]
    );
}

#[test]
fn a_package_is_loaded_before_what_is_in_it() {
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
fn relative_imports() {
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
    // In a package, one dot is the package itself.
    let package = [("p", "from .m import x"), ("p.m", ""), ("m", "")];
    assert_eq!(loaded(&package, &["p"]), ["p", "p.m"]);
}

#[test]
fn relative_imports_beyond_the_top_fail() {
    let context = [("p", ""), ("p.m", "from ... import b"), ("b", "")];
    let graph = Small::new(&context).close(Closure::ImportTime, &["p.m"]);
    assert!(names(&graph).is_empty());
    assert!(
        matches!(&graph.unimportable["p.m"].error, crate::graph::ImportError::Unknown(name) if name == "...")
    );
}

#[test]
fn names_of_from_imports_may_be_submodules() {
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
    // A name that the package lacks can only be the submodule: then `a` fails without it.
    let fails = |package: &str| {
        let broken = [
            ("p", package),
            ("p.x", "import grp"),
            ("a", "from p import x"),
        ];
        !loaded(&broken, &["a"]).contains(&"a".to_owned())
    };
    assert!(fails(""));
    for own in [
        "x = 1",
        "def x(): pass",
        "from m import *",
        "def __getattr__(n): pass",
    ] {
        let own = format!("try:\n    import m\nexcept ImportError:\n    pass\n{own}");
        assert_eq!(fails(&own), own.contains('*'), "{own}");
    }
}

#[test]
fn a_star_stands_for_the_names_in_all() {
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
fn modules_without_files_are_those_of_their_parent() {
    let context = [
        ("os", ""),
        ("a", "import os.path\nfrom os.path import join"),
    ];
    assert_eq!(loaded(&context, &["a"]), ["a", "os"]);
}

#[test]
fn modules_of_the_app_hide_those_of_the_library() {
    let context = Small::new(&[("b", "import c"), ("c", "")]).app(&[("a", "import b"), ("b", "")]);
    assert_eq!(names(&context.close(Closure::ImportTime, &[])), ["a", "b"]);
}

#[test]
fn what_others_provide_is_noted_where_the_app_imports_it() {
    let context = Small::new(&[("b", "")]).app(&[("a", "import b\nimport numpy.linalg")]);
    let graph = context.close(Closure::ImportTime, &[]);
    let expected = ("numpy.linalg".to_owned(), (name("a"), 2));
    assert_eq!(
        graph.third_party.into_iter().collect::<Vec<_>>(),
        [expected]
    );
}
