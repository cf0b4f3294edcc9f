//! Tests of functions that are called without a read of their name: by decorators, through their module, by `getattr`.

use super::*;

/// Returns whether the app `main` reaches the library module `b`, where `a` is another library module.
fn reaches(a: &str, main: &str) -> bool {
    let library = [
        ("a", a),
        ("b", ""),
        ("p", ""),
        ("p.m", "def run():\n    import b"),
    ];
    let context = Fixture::new(&library).app(&[("main", &dedent(main))]);
    context.reachable(&[]).contains(&"b".to_owned())
}

const RUN: &str = "def run():\n    import b";

#[test]
fn unknown_decorators_make_functions_live() {
    let with =
        |decorator: &str| reaches(&format!("@{decorator}\ndef f():\n    import b"), "import a");
    for registering in [
        "register",
        "registry.add",
        "route('/')",
        "atexit.register",
        "x[0]",
    ] {
        assert!(with(registering), "{registering}");
    }
    for plain in [
        "property",
        "functools.lru_cache(maxsize=1)",
        "contextmanager",
        "x.setter",
    ] {
        assert!(!with(plain), "{plain}");
    }
}

#[test]
fn unknown_decorators_make_methods_of_live_classes_live() {
    let with = |decorator: &str| {
        let a = format!("class K:\n    @{decorator}\n    def f(self):\n        import b");
        reaches(&a, "from a import K\nK()")
    };
    assert!(with("handler"));
    assert!(!with("staticmethod"));
}

#[test]
fn escaped_modules_expose_their_functions_as_attributes() {
    for escapes in [
        "import a\nf(a)",
        "import a\nx = [a]",
        "import a as x\ny = x",
        "from importlib import import_module\nx = import_module('a')",
        "x = __import__('a')",
    ] {
        assert!(
            reaches(RUN, &format!("{escapes}\ndef f(m):\n    m.run()")),
            "{escapes}"
        );
        assert!(
            reaches(RUN, &format!("def f(m):\n    m.run()\n{escapes}")),
            "{escapes}"
        );
        assert!(
            !reaches(RUN, &format!("{escapes}\ndef f(m):\n    m.walk()")),
            "{escapes}"
        );
    }
    assert!(!reaches(RUN, "import a\na.x\ndef f(m):\n    m.run()"));
    assert!(reaches("", "from p import m\nf(m)\ndef f(m):\n    x.run()"));
}

#[test]
fn escaped_modules_do_not_expose_their_imports() {
    let library = [("a", "import c"), ("b", ""), ("c", RUN)];
    let context = |main| {
        let context = Fixture::new(&library).app(&[("main", main)]);
        context.reachable(&[])
    };
    assert_eq!(context("import a\nf(a)\nx.run()"), ["a", "c", "main"]);
}

#[test]
fn getattr_with_a_literal_reads_the_name() {
    assert!(reaches(RUN, "import a\ngetattr(a, 'run')"));
    assert!(reaches(RUN, "import a\nhasattr(a, 'run')"));
    assert!(reaches("", "import p.m\ngetattr(p.m, 'run', None)"));
    assert!(!reaches(RUN, "import a\ngetattr(a, 'walk')"));
    // `getattr` does not pass the module around.
    assert!(!reaches(RUN, "import a\ngetattr(a, 'walk')\nx.run()"));
}

#[test]
fn startup_modules_are_fully_live() {
    let context = Fixture::new(&[("a", "def _f():\n    import b"), ("b", "")]);
    let entry_point = |kind| EntryPoint {
        module: name("a"),
        kind,
        all_functions_live: false,
        called_functions: Vec::new(),
    };
    let kept = |kind| names(&context.close_from(Closure::Reachable, &[entry_point(kind)]));
    assert_eq!(kept(EdgeKind::Startup), ["a", "b"]);
    assert_eq!(kept(EdgeKind::Root), ["a"]);
}

#[test]
fn module_getattr_with_other_tests_is_always_live() {
    let a = |test: &str| format!("def __getattr__(name):\n    if {test}:\n        import b");
    assert!(reaches(&a("name != 'x'"), "import a\na.y"));
    assert!(reaches(
        &a("name.startswith('visit')"),
        "import a\na.visitor"
    ));
}

#[test]
fn local_names_shadow_modules() {
    let a = "class K:\n    def run(self):\n        import b";
    let main = "
        import p
        from a import K
        def f(p):
            p.run()
        f(K())
    ";
    assert!(reaches(a, main));
}

#[test]
fn imports_in_inner_functions_do_not_hide_outer_names() {
    let a = "
        from p import m as helper
        def f():
            def inner():
                from p import helper
            helper.run()
    ";
    assert!(reaches(a, "from a import f\nf()"));
}

#[test]
fn star_imports_may_rebind_names() {
    assert!(reaches(
        "def run(): pass\nfrom p.m import *",
        "import a\na.run()"
    ));
}

#[test]
fn escaped_packages_expose_their_submodules() {
    assert!(reaches("", "import p.m\ndef f(x):\n    x.m.run()\nf(p)"));
}

#[test]
fn class_statements_call_init_subclass() {
    let base = "class Base:\n    def __init_subclass__(cls):\n        import b\n";
    assert!(reaches(&format!("{base}class K(Base): pass"), "import a"));
}

#[test]
fn class_statements_call_metaclasses() {
    let meta = "class Meta(type):\n    def __new__(cls, *a):\n        import b\n";
    assert!(reaches(
        &format!("{meta}class K(metaclass=Meta): pass"),
        "import a"
    ));
}

#[test]
fn method_decorators_run_with_the_class_statement() {
    let a = "class K:\n    @atexit.register\n    def f():\n        import b";
    assert!(reaches(a, "import a"));
}

#[test]
fn unknown_decorators_make_classes_live() {
    let a = "@register\nclass K:\n    def run(self):\n        import b";
    assert!(reaches(a, "import a\nx.run()"));
}

#[test]
fn computed_names_match_by_any_prefix_or_suffix() {
    let computed = [
        ("visit_Name", "'visit_{}'.format(kind)"),
        ("visit_Name", "'visit_%r' % kind"),
        ("op_add_to", "'op_%s_to' % kind"),
        ("doWork", "'do' + kind"),
        ("httpOpen", "kind + 'Open'"),
    ];
    let missed = |(method, text): &(&str, &str)| {
        let a = format!("class K:\n    def {method}(self):\n        import b");
        !reaches(&a, &format!("from a import K\ngetattr(K(), {text})()"))
    };
    let missed: Vec<_> = computed.into_iter().filter(missed).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn computed_names_of_the_receiver_are_those_of_its_hierarchy() {
    let source = |read: &str| {
        format!(
            "
            class Base:
                def run(self, name):
                    {read}
            class Mixin:
                def do_mixin(self): import c
            class Derived(Base, Mixin):
                def do_derived(self): import d
            class Other:
                def do_other(self): import e
            ALL = [Base(), Mixin(), Derived(), Other()]
            "
        )
    };
    let found = |read: &str, main: &str| {
        let a = dedent(&source(read));
        let library = [("a", &*a), ("c", ""), ("d", ""), ("e", "")];
        let context = Fixture::new(&library).app(&[("main", main)]);
        let mut modules = context.reachable(&[]);
        modules.retain(|module| module != "a" && module != "main");
        modules
    };
    let main = "import a\na.ALL[0].run('x')";
    for read in [
        "getattr(self, 'do_' + name)()",
        "getattr(self, f'do_{name}')()",
        "getattr(self, 'do_%s' % name, None)",
    ] {
        assert_eq!(found(read, main), ["c", "d"], "{read}");
    }
    // Another object, and a class with an unknown base.
    assert_eq!(
        found("getattr(name, f'do_{self}')()", main),
        ["c", "d", "e"]
    );
    let read = "getattr(self, f'do_{name}')()";
    let unknown = format!("{main}\nimport a\nclass X(a.Base, a.Other): pass");
    assert_eq!(found(read, &unknown), ["c", "d", "e"]);
    let local = format!("{main}\ndef make(Other):\n    class X(a.Base, Other): pass");
    assert_eq!(found(read, &local), ["c", "d", "e"]);
}
