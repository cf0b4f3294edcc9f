//! Tests of implicit imports by C code, codecs and computed names, and of deferred callbacks.

use super::*;

#[test]
fn hidden_imports_follow_their_trigger() {
    let context = |trigger: &str| {
        let entry = format!("- {{from: math, to: [b], {trigger}, evidence: seen}}");
        Fixture::new(&[
            ("a", "import math\ndef f(x):\n    x.floor()"),
            ("b", "import c"),
            ("c", ""),
        ])
        .hidden(&entry)
    };
    assert_eq!(
        context("trigger: import").reachable(&["a"]),
        ["a", "b", "c"]
    );
    assert_eq!(
        context("trigger: import").reason(&["a"], "b"),
        Some("implicit")
    );
    assert_eq!(context("trigger: call").reachable(&["a"]), ["a", "b", "c"]);
    assert_eq!(
        context("trigger: call, if-referenced: [floor]").reachable(&["a"]),
        ["a", "b", "c"]
    );
    assert_eq!(
        context("trigger: call, if-referenced: [ceil]").reachable(&["a"]),
        ["a"]
    );
    assert_eq!(
        context("trigger: call, runtime-feature: warnings").reachable(&["a"]),
        ["a"]
    );
    let mut with_feature = context("trigger: call, runtime-feature: warnings");
    with_feature
        .runtime_features
        .insert(RuntimeFeature::Warnings);
    assert_eq!(with_feature.reachable(&["a"]), ["a", "b", "c"]);
}

#[test]
fn hidden_imports_ignore_the_order_of_names_and_modules() {
    let entry = "- {from: c, to: [b], trigger: call, if-referenced: [floor], evidence: seen}";
    let early = [("a", "floor\ndef f():\n    import c"), ("b", ""), ("c", "")];
    let late = [("a", "import c, d"), ("b", ""), ("c", ""), ("d", "x.floor")];
    for context in [&early[..], &late[..]] {
        let context = Fixture::new(context).hidden(entry);
        assert!(context.reachable(&["a"]).contains(&"b".to_owned()));
    }
}

#[test]
fn hidden_imports_call_the_listed_functions_or_all() {
    let b = "
        def called():
            import c
        def other():
            import d
        class K:
            def __init__(self):
                import e
            def never(self):
                import f
    ";
    let library = [
        ("a", "import math"),
        ("b", b),
        ("c", ""),
        ("d", ""),
        ("e", ""),
        ("f", ""),
    ];
    let context = |calls: &str| {
        let entry = format!("- {{from: math, to: [b], trigger: import, {calls} evidence: seen}}");
        Fixture::new(&library).hidden(&entry).reachable(&["a"])
    };
    assert_eq!(context("calls: [],"), ["a", "b"]);
    assert_eq!(context("calls: [called],"), ["a", "b", "c"]);
    assert_eq!(context("calls: [K],"), ["a", "b", "e"]);
    assert_eq!(context(""), ["a", "b", "c", "d", "e"]);
}

#[test]
fn root_c_modules_trigger_all_hidden_imports() {
    let entry = "- {from: math, to: [b], trigger: call, if-referenced: [floor], evidence: seen}";
    let context = Fixture::new(&[("b", "")]).hidden(entry);
    assert_eq!(context.reachable(&["math"]), ["b"]);
}

#[test]
fn c_attribute_reads_make_methods_live() {
    let a = "
        class K:
            def write(self):
                import b
        _k = K()
        def _f():
            import math
    ";
    let entries = |from: &str| format!("- {{attributes: [write]{from}, evidence: seen}}");
    let context = |from: &str, more: &str| {
        let a = format!("__all__ = []\n{}{more}", dedent(a));
        let context = Fixture::new(&[("a", &a), ("b", "")]);
        context.c_attribute_reads(&entries(from)).reachable(&["a"])
    };
    assert_eq!(context("", ""), ["a", "b"]);
    assert_eq!(context(", from: math", ""), ["a"]);
    assert_eq!(context(", from: math", "import math"), ["a", "b"]);
}

#[test]
fn star_matches_modules_by_prefix() {
    let library = [
        ("a", "import c"),
        ("c", ""),
        ("fixes", ""),
        ("fixes.one", ""),
        ("fixes.two", ""),
        ("_sysconfigdata__linux_x86_64-linux-gnu", ""),
    ];
    let context = |to: &str| {
        let entry = format!("- {{from: c, to: ['{to}'], trigger: import, evidence: seen}}");
        Fixture::new(&library)
            .on_target("native", 13)
            .hidden(&entry)
            .reachable(&["a"])
    };
    assert_eq!(
        context("fixes.*"),
        ["a", "c", "fixes", "fixes.one", "fixes.two"]
    );
    let data = "_sysconfigdata__linux_x86_64-linux-gnu";
    assert_eq!(context("_sysconfigdata_*"), [data, "a", "c"]);
}

/// Returns what is kept of three codecs and `b`, with the root `a` of this source.
fn codecs_of(source: &str) -> Vec<String> {
    codec_library(&[("a", source)]).reachable(&["a"])[1..].to_vec()
}

fn codec_library(more: &[(&str, &str)]) -> Fixture {
    let codecs = [
        ("encodings", ""),
        ("encodings.cp1252", "def getregentry():\n    import b"),
        ("encodings.shift_jis", ""),
        ("encodings.utf_8", ""),
        ("b", ""),
    ];
    let mut context = Fixture::new(&[&codecs[..], more].concat());
    let alias = ("windows_1252".to_owned(), "cp1252".to_owned());
    context.aliases = BTreeMap::from([alias]);
    context
}

#[test]
fn codecs_in_calls_and_declarations_are_followed() {
    let cp1252 = ["b", "encodings", "encodings.cp1252"];
    for named in [
        "x.encode('cp1252')",
        "x.decode('Windows-1252')",
        "open(x, encoding='cp1252')",
        "codecs.lookup('windows-1252')",
        "def f(encoding='cp1252'): pass",
        "ENCODING = 'cp1252'",
        "x = '<?xml version=\"1.0\" encoding=\"cp1252\"?>'",
        "x = b'<?xml version=\"1.0\" encoding=\"cp1252\"?>'",
        "def detect(data):\n    return 'cp1252'\nx.decode(detect(x), 'strict')",
        "def detect(data):\n    return 'cp1252'\nopen(x, encoding=detect(x))",
        "for bom, name in [(b'', 'cp1252')]:\n    x.startswith(bom + y.encode(name))",
    ] {
        assert_eq!(codecs_of(named), cp1252, "{named}");
    }
    assert_eq!(codecs_of("x = 'cp1252'"), [""; 0]);
    assert_eq!(
        codecs_of("def detect():\n    return 'cp1252'\nx(detect())"),
        [""; 0]
    );
    assert_eq!(codecs_of("def _f():\n    x.encode('cp1252')"), [""; 0]);
    assert_eq!(codecs_of("x.encode('no-such')"), [""; 0]);
    assert_eq!(
        codecs_of("# coding: utf-8"),
        ["encodings", "encodings.utf_8"]
    );
}

#[test]
fn app_strings_may_name_codecs_and_objects() {
    let context = codec_library(&[]).app(&[("main", "x = 'shift-jis'")]);
    assert_eq!(
        context.reachable(&[]),
        ["encodings", "encodings.shift_jis", "main"]
    );
    let library = [
        ("p", ""),
        ("p.q", "def run():\n    import b\ndef rest():\n    import c"),
        ("b", ""),
        ("c", ""),
    ];
    let context = |text: &str| {
        let main = format!("x = {{'class': '{text}'}}");
        Fixture::new(&library)
            .app(&[("main", &main)])
            .reachable(&[])
    };
    assert_eq!(context("p.q.run"), ["b", "main", "p", "p.q"]);
    assert_eq!(context("p.q:run"), ["main", "p", "p.q"]);
    assert_eq!(context("q.run"), ["main"]);
}

#[test]
fn requested_codecs_are_kept() {
    let mut context = codec_library(&[("a", "")]);
    context.requested_codecs = vec!["windows-1252".to_owned()];
    assert_eq!(
        context.reachable(&["a"]),
        ["a", "b", "encodings", "encodings.cp1252"]
    );
}

#[test]
fn deferred_callbacks_are_activated_by_features_and_builtins() {
    let library = [
        (
            "a",
            "def f():\n    import b\ndef g():\n    import c\nhook = f\nhelp = g",
        ),
        ("b", ""),
        ("c", ""),
    ];
    let with = |runtime_features: &[RuntimeFeature], app: &str| {
        let mut context = Fixture::new(&library).app(&[("main", app)]).deferred_callbacks(
            "[{function: a.f, runtime-feature: interactive, evidence: x}, {function: a.g, builtins: [help], evidence: x}]",
        );
        context.runtime_features = runtime_features.iter().copied().collect();
        context.reachable(&[])
    };
    assert_eq!(with(&[], "import a"), ["a", "main"]);
    assert_eq!(
        with(&[RuntimeFeature::Interactive], "import a"),
        ["a", "b", "main"]
    );
    for app in [
        "help()",
        "import builtins\nx(builtins.help)",
        "getattr(__builtins__, 'help')",
        "from builtins import help as h\nh()",
    ] {
        let app = format!("import a\n{app}");
        assert_eq!(with(&[], &app), ["a", "c", "main"], "{app}");
    }
    for app in [
        "x.help",
        "def f(help):\n    help()",
        "help = 1\nx(help, help='help')",
        "import builtins\nbuiltins.help = x",
    ] {
        let app = format!("import a\n{app}");
        assert_eq!(with(&[], &app), ["a", "main"], "{app}");
    }
}

/// A table of functions is read when its module is imported, but only known functions call its entries.
#[test]
fn deferred_callbacks_are_activated_by_their_callers() {
    let tar = "def _tar():\n    import b\ntable = {'tar': _tar}\ndef pack():\n    table['tar']()";
    let library = [("a", tar), ("b", "")];
    let entry = "[{function: a._tar, callers: [a.pack], evidence: x}]";
    let root = Fixture::new(&library).deferred_callbacks(entry);
    assert_eq!(root.reachable(&["a"]), ["a", "b"]);
    let with = |app| {
        let fixture = Fixture::new(&library).app(&[("main", app)]);
        fixture.deferred_callbacks(entry).reachable(&[])
    };
    assert_eq!(with("import a"), ["a", "main"]);
    assert_eq!(with("import a\na.pack()"), ["a", "b", "main"]);
    assert_eq!(with("from a import pack\nf(pack)"), ["a", "b", "main"]);
}

/// References in the callback's own module do not count, but those in other modules and the public API of roots do.
#[test]
fn deferred_callbacks_are_activated_by_references() {
    let library = [
        (
            "a",
            "class A:\n    def f(self):\n        import b\nclass B(A):\n    f = A.f\nB()",
        ),
        ("b", ""),
        ("c", "x.f"),
    ];
    let entry = "[{function: a.A.f, unless-referenced: [f], evidence: x}]";
    let with = |app| {
        let fixture = Fixture::new(&library).app(&[("main", app)]);
        fixture.deferred_callbacks(entry).reachable(&[])
    };
    assert_eq!(with("import a"), ["a", "main"]);
    assert_eq!(with("import a\na.B().f()"), ["a", "b", "main"]);
    assert_eq!(with("import a, c"), ["a", "b", "c", "main"]);
    assert_eq!(with("import c, a"), ["a", "b", "c", "main"]);
    let root = Fixture::new(&library).deferred_callbacks(entry);
    assert_eq!(root.reachable(&["a"]), ["a", "b"]);
    let package = [("p", "from p.m import B"), ("p.m", library[0].1), ("b", "")];
    let entry = entry.replace("a.A", "p.m.A");
    let package = Fixture::new(&package).deferred_callbacks(&entry);
    assert_eq!(package.reachable(&["p"]), ["b", "p", "p.m"]);
}

/// A module's `__getattr__` follows an import under a test for a name once the name is referenced, and others at once.
#[test]
fn module_getattr_follows_referenced_names() {
    let with = |test: &str, app: &str| {
        let a =
            format!("def __getattr__(name):\n    kind = f(name)\n    if {test}:\n        import b");
        let context = Fixture::new(&[("a", &a), ("b", "")]).app(&[("main", app)]);
        context.reachable(&[]).contains(&"b".to_owned())
    };
    for test in ["name == 'x'", "name in ('x', 'y')"] {
        assert!(!with(test, "import a"), "{test}");
        assert!(with(test, "import a\na.x"), "{test}");
    }
    for test in [
        "name != 'x'",
        "kind == 'x'",
        "name.startswith('x')",
        "name == 'x' or z",
    ] {
        assert!(with(test, "import a"), "{test}");
    }
}

/// A redundant import is followed if the C module that makes it redundant may be missing.
#[test]
fn redundant_imports_are_followed_without_their_c_module() {
    let sources = [
        (
            "digests",
            "try:\n    x = f()\nexcept ValueError:\n    import sorry\n",
        ),
        ("sorry", ""),
    ];
    let entry = |present: &str| {
        format!("- {{from: digests, to: [sorry], when-present: [{present}], evidence: here}}\n")
    };
    let reached = |present: &str| {
        Fixture::new(&sources)
            .redundant(&entry(present))
            .reachable(&["digests"])
    };
    assert_eq!(reached("_md5"), ["digests"]);
    assert_eq!(reached("_md5, _ctypes"), ["digests", "sorry"]);
    // An app with the name of a C module in a string may replace the module.
    let shadowing_app = [("main", "import sys, digests\nsys.modules['_md5'] = None\n")];
    let fixture = Fixture::new(&sources)
        .redundant(&entry("_md5"))
        .app(&shadowing_app);
    assert_eq!(fixture.reachable(&[]), ["digests", "main", "sorry"]);
}

/// References count wherever they occur in the app.
#[test]
fn app_references_any_finds_all_kinds_of_references() {
    let references = |app: &str| {
        crate::graph::app_references_any(
            &Fixture::new(&[]).app(&[("main", app)]).app,
            &["shown".into()],
        )
    };
    for app in [
        "shown()",
        "a.b.shown(1)",
        "f().shown",
        "from a import shown as b",
        "import a.shown",
        "getattr(a, 'shown')",
        "getattr(a, 'show' + x)",
        "getattr(a, f'{x}hown')",
        "class K(a.shown): pass",
        "exec('a.shown()')",
        "def f():\n    class K:\n        def g(self):\n            a.shown",
    ] {
        assert!(references(app), "{app}");
    }
    assert!(!references("import a\na.b('not shown', shown=1)\n# shown"));
}
