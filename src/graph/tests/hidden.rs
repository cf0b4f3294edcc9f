//! Hidden imports: of C code, of codecs, by computed names.

use super::*;

#[test]
fn c_modules_import_python_modules() {
    let context = |moment: &str| {
        let entry = format!("- {{from: math, to: [b], {moment}, evidence: seen}}");
        Small::new(&[
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
    let mut with_group = context("trigger: call, runtime-feature: warnings");
    with_group.groups.insert(RuntimeFeature::Warnings);
    assert_eq!(with_group.reachable(&["a"]), ["a", "b", "c"]);
}

#[test]
fn the_name_may_come_before_the_module_is_loaded_or_after() {
    let entry = "- {from: c, to: [b], trigger: call, if-referenced: [floor], evidence: seen}";
    let early = [("a", "floor\ndef f():\n    import c"), ("b", ""), ("c", "")];
    let late = [("a", "import c, d"), ("b", ""), ("c", ""), ("d", "x.floor")];
    for context in [&early[..], &late[..]] {
        let context = Small::new(context).hidden(entry);
        assert!(context.reachable(&["a"]).contains(&"b".to_owned()));
    }
}

#[test]
fn c_code_calls_what_the_entry_says_or_anything() {
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
        Small::new(&library).hidden(&entry).reachable(&["a"])
    };
    assert_eq!(context("calls: [],"), ["a", "b"]);
    assert_eq!(context("calls: [called],"), ["a", "b", "c"]);
    assert_eq!(context("calls: [K],"), ["a", "b", "e"]);
    assert_eq!(context(""), ["a", "b", "c", "d", "e"]);
}

#[test]
fn the_whole_api_of_a_c_module_that_is_a_root() {
    let entry = "- {from: math, to: [b], trigger: call, if-referenced: [floor], evidence: seen}";
    let context = Small::new(&[("b", "")]).hidden(entry);
    assert_eq!(context.reachable(&["math"]), ["b"]);
}

#[test]
fn names_that_c_code_reads_of_objects() {
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
        let context = Small::new(&[("a", &a), ("b", "")]);
        context.called_members(&entries(from)).reachable(&["a"])
    };
    assert_eq!(context("", ""), ["a", "b"]);
    assert_eq!(context(", from: math", ""), ["a"]);
    assert_eq!(context(", from: math", "import math"), ["a", "b"]);
}

#[test]
fn a_star_stands_for_what_begins_so() {
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
        Small::new(&library)
            .on("native", 13)
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

/// What is kept of three codecs, from `a` of that source as a root.
fn codecs_of(source: &str) -> Vec<String> {
    codec_world(&[("a", source)]).reachable(&["a"])[1..].to_vec()
}

fn codec_world(more: &[(&str, &str)]) -> Small {
    let codecs = [
        ("encodings", ""),
        ("encodings.cp1252", "def getregentry():\n    import b"),
        ("encodings.shift_jis", ""),
        ("encodings.utf_8", ""),
        ("b", ""),
    ];
    let mut context = Small::new(&[&codecs[..], more].concat());
    let alias = ("windows_1252".to_owned(), "cp1252".to_owned());
    context.aliases = BTreeMap::from([alias]);
    context
}

#[test]
fn codecs_named_in_calls() {
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
    ] {
        assert_eq!(codecs_of(named), cp1252, "{named}");
    }
    assert_eq!(codecs_of("x = 'cp1252'"), [""; 0]);
    assert_eq!(codecs_of("def _f():\n    x.encode('cp1252')"), [""; 0]);
    assert_eq!(codecs_of("x.encode('no-such')"), [""; 0]);
    assert_eq!(
        codecs_of("# coding: utf-8"),
        ["encodings", "encodings.utf_8"]
    );
}

#[test]
fn any_text_of_the_app_may_name_a_codec_or_an_object() {
    let context = codec_world(&[]).app(&[("main", "x = 'shift-jis'")]);
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
        Small::new(&library).app(&[("main", &main)]).reachable(&[])
    };
    assert_eq!(context("p.q.run"), ["b", "main", "p", "p.q"]);
    assert_eq!(context("p.q:run"), ["main", "p", "p.q"]);
    assert_eq!(context("q.run"), ["main"]);
}

#[test]
fn codecs_that_the_profile_wants() {
    let mut context = codec_world(&[("a", "")]);
    context.wanted_codecs = vec!["windows-1252".to_owned()];
    assert_eq!(
        context.reachable(&["a"]),
        ["a", "b", "encodings", "encodings.cp1252"]
    );
}

#[test]
fn functions_that_are_held_and_seldom_called() {
    let library = [
        (
            "a",
            "def f():\n    import b\ndef g():\n    import c\nhook = f\nhelp = g",
        ),
        ("b", ""),
        ("c", ""),
    ];
    let with = |groups: &[RuntimeFeature], app: &str| {
        let mut context = Small::new(&library).app(&[("main", app)]).held_functions(
            "[{function: a.f, runtime-feature: interactive, evidence: x}, {function: a.g, builtins: [help], evidence: x}]",
        );
        context.groups = groups.iter().copied().collect();
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

/// A table of functions is read when its module is imported; who calls what is in it is known.
#[test]
fn functions_that_are_held_for_a_few_callers() {
    let tar = "def _tar():\n    import b\ntable = {'tar': _tar}\ndef pack():\n    table['tar']()";
    let library = [("a", tar), ("b", "")];
    let entry = "[{function: a._tar, callers: [a.pack], evidence: x}]";
    let root = Small::new(&library).held_functions(entry);
    assert_eq!(root.reachable(&["a"]), ["a", "b"]);
    let with = |app| {
        let small = Small::new(&library).app(&[("main", app)]);
        small.held_functions(entry).reachable(&[])
    };
    assert_eq!(with("import a"), ["a", "main"]);
    assert_eq!(with("import a\na.pack()"), ["a", "b", "main"]);
    assert_eq!(with("from a import pack\nf(pack)"), ["a", "b", "main"]);
}

/// What the module itself names does not count, what others name does, and all that is promised may be called.
#[test]
fn functions_that_are_held_until_others_name_them() {
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
        let small = Small::new(&library).app(&[("main", app)]);
        small.held_functions(entry).reachable(&[])
    };
    assert_eq!(with("import a"), ["a", "main"]);
    assert_eq!(with("import a\na.B().f()"), ["a", "b", "main"]);
    assert_eq!(with("import a, c"), ["a", "b", "c", "main"]);
    assert_eq!(with("import c, a"), ["a", "b", "c", "main"]);
    let root = Small::new(&library).held_functions(entry);
    assert_eq!(root.reachable(&["a"]), ["a", "b"]);
    let package = [("p", "from p.m import B"), ("p.m", library[0].1), ("b", "")];
    let entry = entry.replace("a.A", "p.m.A");
    let package = Small::new(&package).held_functions(&entry);
    assert_eq!(package.reachable(&["p"]), ["b", "p", "p.m"]);
}

/// A module's `__getattr__` follows what is asked for, and all that it does not tell apart.
#[test]
fn names_that_a_module_gives_when_asked() {
    let with = |test: &str, app: &str| {
        let a =
            format!("def __getattr__(name):\n    kind = f(name)\n    if {test}:\n        import b");
        let context = Small::new(&[("a", &a), ("b", "")]).app(&[("main", app)]);
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

/// An import that only a missing C module leads to is followed where that may be missing.
#[test]
fn settled_imports() {
    let sources = [
        (
            "digests",
            "try:\n    x = f()\nexcept ValueError:\n    import sorry\n",
        ),
        ("sorry", ""),
    ];
    let entry = |given: &str| {
        format!("- {{from: digests, to: [sorry], when-present: [{given}], evidence: here}}\n")
    };
    let reached = |given: &str| {
        Small::new(&sources)
            .redundant(&entry(given))
            .reachable(&["digests"])
    };
    assert_eq!(reached("_md5"), ["digests"]);
    assert_eq!(reached("_md5, _ctypes"), ["digests", "sorry"]);
    // An app that names a C module may put something else in its place.
    let hiding = [("main", "import sys, digests\nsys.modules['_md5'] = None\n")];
    let small = Small::new(&sources).redundant(&entry("_md5")).app(&hiding);
    assert_eq!(small.reachable(&[]), ["digests", "main", "sorry"]);
}

/// What the app names, wherever it stands.
#[test]
fn words_of_an_app() {
    let named = |app: &str| {
        crate::graph::app_references_any(
            &Small::new(&[]).app(&[("main", app)]).app,
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
        assert!(named(app), "{app}");
    }
    assert!(!named("import a\na.b('not shown', shown=1)\n# shown"));
}
