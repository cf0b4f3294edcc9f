//! Tests of lazy imports (PEP 810).

use super::*;

/// Returns which of `b`, `c` and `d` are in the closure `reachable` of the program `main`.
fn needed(minor: u16, main: &str, stdlib: &[(&str, &str)]) -> Vec<String> {
    let empty = [("b", ""), ("c", ""), ("d", "")];
    let mut library: BTreeMap<&str, &str> = empty.into();
    library.extend(stdlib.iter().copied());
    let library: Vec<_> = library.into_iter().collect();
    let context = Fixture::new(&library)
        .on_target("native", minor)
        .app(&[("main", main)]);
    let mut kept = context.reachable(&[]);
    kept.retain(|name| ["b", "c", "d"].contains(&name.as_str()));
    kept
}

#[test]
fn a_lazy_import_is_followed_from_what_reads_its_name() {
    let needed = |main| needed(15, main, &[]);
    assert_eq!(needed("lazy import b"), [""; 0]);
    assert_eq!(needed("lazy import b\nlazy import c\nb.x"), ["b"]);
    assert_eq!(needed("lazy import b\ndef f():\n    return b"), ["b"]);
    assert_eq!(needed("lazy import b as x\nclass K(x.Y): pass"), ["b"]);
    assert_eq!(needed("lazy from b import x as y, z\ny()"), ["b"]);
    assert_eq!(needed("lazy from b import x as y\nx()"), [""; 0]);
    assert_eq!(needed("lazy import b\nprint('b')"), [""; 0]);
}

#[test]
fn of_a_library_only_live_functions_read_names() {
    let a = "lazy import b\nlazy from c import x\ndef f():\n    return b.y\ndef g():\n    return x";
    let needed = |main| needed(15, main, &[("a", a)]);
    assert_eq!(needed("import a"), [""; 0]);
    assert_eq!(needed("import a\na.f()"), ["b"]);
    assert_eq!(needed("import a\na.f(), a.g()"), ["b", "c"]);
}

#[test]
fn names_are_read_from_other_modules() {
    let a = "lazy import b\nlazy from c import x\nlazy import d as _d\n";
    let exporting = format!("{a}__all__ = ['x']");
    let needed = |main, a: &str| needed(15, main, &[("a", a)]);
    assert_eq!(needed("import a\na.b", a), ["b"]);
    assert_eq!(needed("import a\ngetattr(a, 'x')", a), ["c"]);
    // Python reads the name when the statement runs, whether or not the importer ever does.
    assert_eq!(needed("from a import b", a), ["b"]);
    assert_eq!(needed("from a import *", a), ["b", "c"]);
    assert_eq!(needed("from a import *", &exporting), ["c"]);
    assert_eq!(needed("lazy from a import b", a), [""; 0]);
    assert_eq!(needed("lazy from a import b\nb", a), ["b"]);
}

#[test]
fn what_is_listed_is_lazy_since_3_15() {
    let main = "__lazy_modules__ = ['b', 'c', 'd.e']\nimport b\nfrom c import x\nx()";
    assert_eq!(needed(14, main, &[]), ["b", "c"]);
    assert_eq!(needed(15, main, &[]), ["c"]);
}

#[test]
fn a_body_reads_names_while_it_is_imported() {
    let library = [
        (
            "a",
            "lazy import b\nlazy import c\nclass K(b.X):\n    def m(self): return c",
        ),
        ("b", ""),
        ("c", ""),
    ];
    let context = Fixture::new(&library);
    let kept = |closure| names(&context.close(closure, &["a"]));
    assert_eq!(kept(Closure::ImportTime), ["a", "b"]);
    assert_eq!(kept(Closure::Everything), ["a", "b", "c"]);
}

#[test]
fn a_module_without_what_it_imports_lazily_can_be_imported() {
    let library = [("a", "lazy import b\ndef f(): return b"), ("b", "")];
    let context = Fixture::new(&library).without("b", "not here");
    let graph = context.close(Closure::Reachable, &["a"]);
    assert!(!graph.unimportable.contains_key(&name("a")));
}

#[test]
fn lazy_imports_may_go_in_a_circle() {
    let a = "lazy from a import x\nlazy from b import y\nlazy import c\nx, y";
    let b = "lazy from a import y\ndef f(): return y";
    let needed = needed(
        15,
        "from a import x, y\nfrom b import y",
        &[("a", a), ("b", b)],
    );
    assert_eq!(needed, ["b"]);
}
