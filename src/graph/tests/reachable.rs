//! Tests of the closure `reachable`, which follows only imports of live functions.

use super::*;

/// Returns whether the app `main` reaches the library module `b`, where `a` is another library module.
fn reaches(a: &str, main: &str) -> bool {
    let context = Fixture::new(&[("a", a), ("b", ""), ("c", "def other(): pass")]);
    let context = context.app(&[("main", &dedent(main))]);
    context.reachable(&[]).contains(&"b".to_owned())
}

/// Returns whether the root `a` reaches `b` through its public API.
fn api_reaches(a: &str) -> bool {
    reached(&[("a", a), ("b", "")], &["a"]).contains(&"b".to_owned())
}

#[test]
fn functions_are_live_if_their_name_is_read() {
    let a = "
        def called():
            inner()
        def inner():
            import b
        def other():
            pass
    ";
    assert!(reaches(a, "import a\na.called()"));
    assert!(reaches(a, "import a as x\nx.called"));
    assert!(reaches(a, "from a import called\ncalled()"));
    assert!(reaches(a, "from a import inner as x\nx()"));
    assert!(reaches(
        a,
        "def f():\n    from a import called\n    called()"
    ));
    assert!(!reaches(a, "import a\na.other()"));
    assert!(!reaches(a, "from a import called, other\nother()"));
    assert!(!reaches(a, "import a\ncalled()"));
}

#[test]
fn names_are_followed_through_other_modules() {
    let library = [
        ("a", "from p.m import f"),
        ("p", ""),
        ("p.m", "def f():\n    import b"),
        ("b", ""),
    ];
    let main = |source| {
        let context = Fixture::new(&library).app(&[("main", source)]);
        context.reachable(&[]).contains(&"b".to_owned())
    };
    assert!(main("import a\na.f()"));
    assert!(main("import p.m\np.m.f()"));
    assert!(main("import p.m as x\nx.f()"));
    assert!(main("from p import m\nm.f()"));
    assert!(main("from a import *\nf()"));
    assert!(!main("import a, p.m\np.f()"));
}

#[test]
fn order_of_loading_does_not_matter() {
    // `late` is loaded only after `late.f` was read.
    let library = [
        ("a", "import late\nlate.f()"),
        ("late", "def f():\n    import b"),
        ("b", ""),
    ];
    assert_eq!(reached(&library, &["a"]), ["a", "b", "late"]);
}

#[test]
fn public_api_is_the_names_in_all() {
    let functions = "
        def f():
            import b
        def g():
            pass
    ";
    let with = |all: &str| api_reaches(&format!("{}{all}", dedent(functions)));
    assert!(with(""));
    assert!(with("__all__ = ['f']"));
    assert!(with("__all__ = ['g']\n__all__ += ['f']"));
    assert!(!with("__all__ = ['g']"));
    assert!(!api_reaches("def _f():\n    import b"));
    assert!(api_reaches("def _f():\n    import b\n__all__ = ['_f']"));
}

#[test]
fn public_methods_of_roots_are_live() {
    let method = |name: &str, class: &str| {
        api_reaches(&format!(
            "class {class}:\n    def {name}(self):\n        import b"
        ))
    };
    assert!(method("run", "K"));
    assert!(!method("_run", "K"));
    assert!(!method("run", "_K"));
    assert!(api_reaches(
        "class K:\n    class Inner:\n        def f(self):\n            import b"
    ));
    assert!(api_reaches(
        "class _Base:\n    def f(self):\n        import b\nclass K(_Base): pass"
    ));
}

#[test]
fn public_api_includes_imports_from_the_own_package() {
    let context = |p: &str| {
        let library = [
            ("p", p),
            ("p.m", "def f():\n    import b"),
            ("b", ""),
            ("q", "def f():\n    import b"),
        ];
        reached(&library, &["p"]).contains(&"b".to_owned())
    };
    assert!(context("from .m import f"));
    assert!(context("from p.m import *"));
    assert!(!context("from .m import f as _f"));
    assert!(!context("from q import f"));
    assert!(context("from q import f\n__all__ = ['f']"));
}

#[test]
fn functions_of_the_app_are_live() {
    for main in [
        "def _never():\n    import b",
        "class _K:\n    def _never(self):\n        import b",
        "def f():\n    def g():\n        import b",
        "def f():\n    class K:\n        def g(self):\n            import b",
    ] {
        assert!(reaches("", main), "{main}");
    }
}

#[test]
fn methods_are_live_if_their_class_and_name_are_referenced() {
    let a = "
        class K:
            def run(self):
                import b
            def __len__(self):
                import c
    ";
    assert!(reaches(a, "from a import K\nK().run()"));
    assert!(reaches(
        a,
        "from a import K\nx = K()\ndef f(y):\n    y.z.run"
    ));
    assert!(reaches(a, "from a import K\nf(K)[0].run()"));
    assert!(reaches(a, "from a import K\ngetattr(K(), 'run')"));
    assert!(!reaches(a, "from a import K\nK().walk()"));
    assert!(!reaches(a, "import a\nx.run()"));
}

#[test]
fn dunder_methods_are_live_with_their_class() {
    let a = "class K:\n    def __len__(self):\n        import b";
    assert!(reaches(a, "from a import K\nK()"));
    assert!(!reaches(a, "import a"));
    let private = "class K:\n    def __len(self):\n        import b";
    assert!(!reaches(private, "from a import K\nK()"));
}

#[test]
fn bases_of_a_live_class_are_live() {
    let a = "
        import c
        class _Base:
            def run(self):
                import b
        class K(c.other, _Base):
            pass
    ";
    assert!(reaches(a, "from a import K\nK().run()"));
    assert!(!reaches(a, "import a\nx.run()"));
    let other_module = "from a import _Base\nclass K(_Base): pass\nK().run()";
    assert!(reaches(a, other_module));
}

#[test]
fn class_statements_call_hooks_of_bases_and_metaclasses() {
    let reaches_hook = |hook: &str, bases: &str| {
        let a = format!(
            "class H:\n    def {hook}(self):\n        import b\ndef f(x):\n    import b\nclass G(H): pass\nclass K({bases}): pass"
        );
        reaches(&a, "import a")
    };
    assert!(reaches_hook("__init_subclass__", "G"));
    assert!(!reaches_hook("run", "G"));
    assert!(!reaches_hook("__len__", "G"));
    assert!(reaches_hook("__call__", "metaclass=H"));
    assert!(reaches_hook("__class_getitem__", "H[int]"));
    assert!(reaches_hook("run", "f(1)"));
}

#[test]
fn computed_names_match_by_prefix_and_suffix() {
    let method = |name: &str| {
        let a = format!("class K:\n    def {name}(self):\n        import b");
        move |computed: &str| reaches(&a, &format!("from a import K\ngetattr(K(), {computed})()"))
    };
    let visit = method("visit_Name");
    assert!(visit("'visit_' + kind"));
    assert!(visit("f'visit_{kind}'"));
    assert!(visit("'visit_%s' % kind"));
    assert!(!visit("'leave_' + kind"));
    assert!(!visit("'visit_Call'"));
    let open = method("http_open");
    assert!(open("kind + '_open'"));
    assert!(open("f'{kind}_open'"));
    assert!(open("'%s_open' % kind"));
    assert!(!open("kind + '_close'"));
    // The class may become live after the string was read.
    let a = "class K:\n    def http_open(self):\n        import b";
    assert!(reaches(
        a,
        "x = kind + '_open'\ndef f():\n    from a import K\n    K()"
    ));
}

#[test]
fn names_under_dead_guards_are_not_followed() {
    let a = "
        def f():
            import b
        class K:
            def run(self):
                import b
    ";
    let under =
        |test: &str, code: &str| reaches(a, &format!("import a, sys\na.K\nif {test}:\n    {code}"));
    for code in ["a.f()", "x().run()"] {
        assert!(!under("sys.platform == 'win32'", code), "{code}");
        assert!(under("sys.platform == 'emscripten'", code), "{code}");
        assert!(!under("sys.version_info < (3, 10)", code), "{code}");
        assert!(under("x", code), "{code}");
    }
    let missing =
        "try:\n    import grp\nexcept ImportError:\n    pass\nelse:\n    import a\n    a.f()";
    assert!(!reaches(a, missing));
}

#[test]
fn module_getattr_imports_referenced_names() {
    for reference in [
        "import a\na.x",
        "from a import x",
        "import a\ngetattr(a, 'x')",
    ] {
        assert!(reaches(GETATTR, reference), "{reference}");
    }
    assert!(!reaches(GETATTR, "x = 1"));
    assert!(reaches("def __getattr__(name):\n    import b", "import a"));
}

const GETATTR: &str = "
    def __getattr__(name):
        if name == 'x':
            import b
        raise AttributeError
";

#[test]
fn star_imports_of_packages_import_the_submodules_in_all() {
    let library = [
        ("p", "__all__ = ['m']"),
        ("p.m", "import a"),
        ("p.n", ""),
        ("a", ""),
    ];
    for source in ["from p import *", "def f():\n    from p import *"] {
        let fixture = Fixture::new(&library).app(&[("main", source)]);
        assert_eq!(fixture.reachable(&[]), ["a", "main", "p", "p.m"]);
        let graph = fixture.close(Closure::ImportTime, &[]);
        assert_eq!(names(&graph), ["a", "main", "p", "p.m"]);
    }
}

#[test]
fn code_in_getattr_runs_for_names_that_are_read_from_its_module() {
    let getattr = "
        def __getattr__(name):
            if name == 'version':
                import b
            elif name in ('x', 'y'):
                import c
            raise AttributeError(name)
    ";
    let other = "version = 1\nx = 2\ndef read(module): return module.version";
    let library = [("a", getattr), ("b", ""), ("c", ""), ("other", other)];
    let reached = |app| {
        let fixture = Fixture::new(&library).app(&[("main", app)]);
        let mut modules = fixture.reachable(&[]);
        modules.retain(|module| module != "main" && module != "other");
        modules
    };
    // Another module has such a name.
    assert_eq!(
        reached("import a, other\nother.version\nfrom other import x"),
        ["a"]
    );
    assert_eq!(reached("import a\na.version"), ["a", "b"]);
    assert_eq!(reached("from a import y"), ["a", "c"]);
    assert_eq!(reached("import a\ngetattr(a, 'version')"), ["a", "b"]);
    // The module is passed around.
    assert_eq!(reached("import a, other\nother.read(a)"), ["a", "b"]);
    assert_eq!(
        reached("import other\nother.read(__import__('a'))"),
        ["a", "b"]
    );
    assert_eq!(
        reached("import a\ndef f(name): return getattr(a, name)"),
        ["a", "b", "c"]
    );
}

#[test]
fn module_getattr_from_a_factory() {
    let maker = "
        def make(module):
            def __getattr__(name):
                if name not in ('version', 'info'):
                    raise AttributeError(name)
                import b
            return __getattr__
        __getattr__ = make(__name__)
    ";
    let library = [
        ("a", maker),
        ("b", ""),
        ("p", "from a import make\n__getattr__ = make(__name__)"),
        ("other", "version = 1"),
    ];
    let reaches = |app| {
        let fixture = Fixture::new(&library).app(&[("main", app)]);
        fixture.reachable(&[]).contains(&"b".to_owned())
    };
    assert!(!reaches("import a, p, other\nother.version"));
    assert!(reaches("import a\na.version"));
    assert!(reaches("import p\np.info"));
    assert!(reaches("from p import version"));
}
