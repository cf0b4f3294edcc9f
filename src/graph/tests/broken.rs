//! Unimportable modules, and how that spreads to their importers.

use super::*;
use crate::graph::{ImportError, ImportFailure, UnavailableBecause};

/// The failures in `reachable` from these roots.
fn failures(context: &Small, roots: &[&str]) -> Vec<(String, u32, ImportError)> {
    let broken = context.close(Closure::Reachable, roots).unimportable;
    let one = |(name, ImportFailure { line, error: cause }): (ModuleName, _)| {
        (name.to_string(), line, cause)
    };
    broken.into_iter().map(one).collect()
}

fn row(module: &str, line: u32, cause: ImportError) -> (String, u32, ImportError) {
    (module.to_owned(), line, cause)
}

#[test]
fn what_imports_the_broken_is_broken() {
    let context = Small::new(&[
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
fn what_can_do_without_is_not_broken() {
    for source in [
        "try:\n    import grp\nexcept ImportError:\n    pass",
        "def f():\n    import grp",
        "if x:\n    import grp",
        "import sys\nif sys.platform == 'win32':\n    import grp",
        "with suppress(ImportError):\n    import grp",
        "import zlib",
    ] {
        assert_eq!(
            failures(&Small::new(&[("a", source)]), &["a"]),
            [],
            "{source}"
        );
    }
}

#[test]
fn what_raises_on_this_target() {
    let raises = |source: &str| failures(&Small::new(&[("a", source)]), &["a"]);
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
fn exclusions_spread_like_missing_modules() {
    let context = Small::new(&[
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
fn a_broken_package_breaks_what_is_in_it() {
    let context = Small::new(&[("p", "import grp"), ("p.m", ""), ("a", "import p.m")]);
    let broken = failures(&context, &["a"]);
    assert!(broken.contains(&row("p.m", 0, ImportError::Unimportable(name("p")))));
    assert!(broken.contains(&row("a", 1, ImportError::Unimportable(name("p.m")))));
}

#[test]
fn modules_that_are_known_to_fail() {
    let context = Small::new(&[("encodings", ""), ("encodings.mbcs", "")]);
    let broken = failures(&context, &["encodings.mbcs"]);
    let [(module, 0, ImportError::Known(reason))] = &broken[..] else {
        panic!("{broken:?}")
    };
    assert_eq!(module, "encodings.mbcs");
    assert!(reason.contains("Windows"), "{reason}");
}

#[test]
fn modules_that_do_not_compile() {
    let context = Small::new(&[("a", "def f(:"), ("b", "import a")]);
    let broken = failures(&context, &["b"]);
    let [
        (_, 0, ImportError::DoesNotCompile(reason)),
        (_, 1, ImportError::Unimportable(of)),
    ] = &broken[..]
    else {
        panic!("{broken:?}")
    };
    assert!(reason.starts_with("line 1, column 7"), "{reason}");
    assert_eq!(*of, name("a"));
}

#[test]
fn names_that_no_python_has() {
    let context = Small::new(&[("a", "import nowhere.at.all")]);
    let unknown = ImportError::Unknown("nowhere.at.all".to_owned());
    assert_eq!(failures(&context, &["a"]), [row("a", 1, unknown)]);
}

#[test]
fn the_app_is_never_dropped_and_its_failure_is_told() {
    let context = Small::new(&[("b", "import grp")]).app(&[("a", "x = 1\nimport b")]);
    let graph = context.close(Closure::Reachable, &[]);
    assert_eq!(names(&graph), ["a"]);
    let hidden = HashMap::new();
    let nothing = Exclusions::default();
    let whole = AnalysisContext {
        stdlib: &context.stdlib,
        app: &context.app,
        target: &context.target,
        hidden_imports: hidden,
        runtime_features: BTreeSet::new(),
        c_attribute_reads: &[],
        deferred_callbacks: &[],
        redundant_imports: Vec::new(),
        codecs: Codecs::default(),
        requested_codecs: Vec::new(),
        possibly_shadowed_c_modules: BTreeSet::new(),
        exclusions: &nothing,
    };
    let failure = crate::graph::app_import_failure(&whole, &name("a"), &graph.unimportable);
    let error = ImportError::Unimportable(name("b"));
    assert_eq!(failure, Some(ImportFailure { line: 2, error }));
}

#[test]
fn breaking_one_module_brings_the_substitute_of_another() {
    // `b` breaks, so the handler in `c` runs, which needs `d`, which breaks, and so on to `e`.
    let context = Small::new(&[
        ("a", "try:\n    import b\nexcept ImportError:\n    import c"),
        ("b", "import grp"),
        ("c", "try:\n    import d\nexcept ImportError:\n    import e"),
        ("d", "import b"),
        ("e", ""),
    ]);
    assert_eq!(context.reachable(&["a"]), ["a", "c", "e"]);
}
