//! Tests of unimportable modules and their importers.

use super::*;
use crate::graph::{ImportError, UnavailableBecause};

/// Returns the import failures of the closure `reachable` of these roots.
fn failures(context: &Fixture, roots: &[&str]) -> Vec<(String, u32, ImportError)> {
    let unimportable = context.close(Closure::Reachable, roots).unimportable;
    let row_of =
        |(name, ImportFailure { line, error }): (ModuleName, _)| (name.to_string(), line, error);
    unimportable.into_iter().map(row_of).collect()
}

fn row(module: &str, line: u32, cause: ImportError) -> (String, u32, ImportError) {
    (module.to_owned(), line, cause)
}

#[test]
fn importers_of_unimportable_modules_are_unimportable() {
    let context = Fixture::new(&[
        ("a", "import b"),
        ("b", "import d\nx = 1\nfrom c import y"),
        ("c", "import grp"),
        ("d", ""),
    ]);
    let missing = match context.target.c_module("grp").unwrap() {
        crate::manifest::Presence::Missing(reason) => {
            UnavailableBecause::NotOnTarget(reason.clone())
        }
        other => panic!("grp is {other:?}"),
    };
    assert_eq!(
        failures(&context, &["a"]),
        [
            row("a", 1, ImportError::Unimportable(name("b"))),
            row("b", 3, ImportError::Unimportable(name("c"))),
            row("c", 1, ImportError::Unavailable(name("grp"), missing)),
        ]
    );
    assert!(context.reachable(&["a"]).is_empty());
}

#[test]
fn optional_imports_do_not_make_modules_unimportable() {
    for source in [
        "try:\n    import grp\nexcept ImportError:\n    pass",
        "def f():\n    import grp",
        "if x:\n    import grp",
        "import sys\nif sys.platform == 'win32':\n    import grp",
        "with suppress(ImportError):\n    import grp",
        "import zlib",
    ] {
        assert_eq!(
            failures(&Fixture::new(&[("a", source)]), &["a"]),
            [],
            "{source}"
        );
    }
}

#[test]
fn raises_on_the_target_make_modules_unimportable() {
    let raises = |source: &str| failures(&Fixture::new(&[("a", source)]), &["a"]);
    let here = "import sys\nif sys.platform == 'emscripten':\n    raise ImportError('no')";
    assert_eq!(raises(here), [row("a", 3, ImportError::Raises)]);
    let without = "try:\n    import grp\nexcept ImportError:\n    raise OSError";
    assert_eq!(
        raises(without),
        [row(
            "a",
            2,
            match raises(without).remove(0).2 {
                cause @ ImportError::Unavailable(..) => cause,
                other => panic!("{other:?}"),
            }
        )]
    );
    for fine in [
        "import sys\nif sys.platform == 'win32':\n    raise ImportError",
        "if x:\n    raise ImportError",
        "def f():\n    raise ImportError",
        "try:\n    raise ImportError\nexcept ImportError:\n    pass",
        "try:\n    import math\nexcept ImportError:\n    raise OSError",
    ] {
        assert_eq!(raises(fine), [], "{fine}");
    }
}

#[test]
fn exclusions_propagate_like_missing_modules() {
    let context = Fixture::new(&[
        ("a", "import b"),
        ("b", "import c"),
        ("c", ""),
        ("d", "import a"),
    ]);
    let context = context.without("c", "not wanted");
    let excluded = UnavailableBecause::Excluded(exclusion("c", "not wanted"));
    let excluded = ImportError::Unavailable(name("c"), excluded);
    assert_eq!(
        failures(&context, &["d"]),
        [
            row("a", 1, ImportError::Unimportable(name("b"))),
            row("b", 1, excluded),
            row("d", 1, ImportError::Unimportable(name("a"))),
        ]
    );
}

#[test]
fn unimportable_packages_make_their_modules_unimportable() {
    let context = Fixture::new(&[("p", "import grp"), ("p.m", ""), ("a", "import p.m")]);
    let unimportable = failures(&context, &["a"]);
    assert!(unimportable.contains(&row("p.m", 0, ImportError::Unimportable(name("p")))));
    assert!(unimportable.contains(&row("a", 1, ImportError::Unimportable(name("p.m")))));
}

#[test]
fn known_import_failures_have_their_reason() {
    let context = Fixture::new(&[("encodings", ""), ("encodings.mbcs", "")]);
    let unimportable = failures(&context, &["encodings.mbcs"]);
    let [(module, 0, ImportError::Known(reason))] = &unimportable[..] else {
        panic!("{unimportable:?}")
    };
    assert_eq!(module, "encodings.mbcs");
    assert!(reason.contains("Windows"), "{reason}");
    assert_eq!(failures(&context, &["encodings"]), []);
}

#[test]
fn syntax_errors_make_modules_unimportable() {
    let context = Fixture::new(&[("a", "def f(:"), ("b", "import a")]);
    let unimportable = failures(&context, &["b"]);
    let [
        (_, 0, ImportError::DoesNotCompile(reason)),
        (_, 1, ImportError::Unimportable(imported)),
    ] = &unimportable[..]
    else {
        panic!("{unimportable:?}")
    };
    assert!(reason.starts_with("line 1, column 7"), "{reason}");
    assert_eq!(*imported, name("a"));
}

#[test]
fn unknown_modules_make_importers_unimportable() {
    let context = Fixture::new(&[("a", "import nowhere.at.all")]);
    let unknown = ImportError::Unknown("nowhere.at.all".to_owned());
    assert_eq!(failures(&context, &["a"]), [row("a", 1, unknown)]);
}

#[test]
fn app_modules_are_kept_although_they_fail() {
    let context = Fixture::new(&[("b", "import grp")]).app(&[("a", "x = 1\nimport b")]);
    let graph = context.close(Closure::Reachable, &[]);
    assert_eq!(names(&graph), ["a"]);
    let hidden = HashMap::new();
    let nothing = Exclusions::default();
    let whole = AnalysisContext {
        dependencies: &context.dependencies,
        entry_points: &context.entry_points,
        stdlib: &context.stdlib,
        app: &context.app,
        target: &context.target,
        hidden_imports: hidden,
        runtime_features: BTreeSet::new(),
        c_attribute_reads: &[],
        deferred_callbacks: &[],
        redundant_imports: Vec::new(),
        codecs: CodecAliases::default(),
        requested_codecs: Vec::new(),
        possibly_shadowed_c_modules: BTreeSet::new(),
        exclusions: &nothing,
    };
    let failure = crate::graph::app_import_failure(&whole, &name("a"), &graph.unimportable);
    let error = ImportError::Unimportable(name("b"));
    assert_eq!(failure, Some(ImportFailure { line: 2, error }));
}

#[test]
fn unimportable_modules_make_fallbacks_live() {
    // `b` fails, so the handler in `a` imports `c`. Then `d` is reached and fails, so the handler in `c` imports `e`.
    let context = Fixture::new(&[
        ("a", "try:\n    import b\nexcept ImportError:\n    import c"),
        ("b", "import grp"),
        ("c", "try:\n    import d\nexcept ImportError:\n    import e"),
        ("d", "import b"),
        ("e", ""),
    ]);
    assert_eq!(context.reachable(&["a"]), ["a", "c", "e"]);
}
