//! Functions that are called without their name being read: by decorators, by their module, by `getattr`.

use super::*;

/// Whether `b` is reached from the app `main` of that source, over a library with `a` of that source.
fn reaches(a: &str, main: &str) -> bool {
    let library = [
        ("a", a),
        ("b", ""),
        ("p", ""),
        ("p.m", "def run():\n    import b"),
    ];
    let context = Small::new(&library).app(&[("main", &dedent(main))]);
    context.reachable(&[]).contains(&"b".to_owned())
}

const RUN: &str = "def run():\n    import b";

#[test]
fn a_decorator_may_hand_a_function_to_somebody() {
    let with =
        |decorator: &str| reaches(&format!("@{decorator}\ndef f():\n    import b"), "import a");
    for hands_on in [
        "register",
        "registry.add",
        "route('/')",
        "atexit.register",
        "x[0]",
    ] {
        assert!(with(hands_on), "{hands_on}");
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
fn a_decorated_method_of_a_live_class_counts() {
    let with = |decorator: &str| {
        let a = format!("class K:\n    @{decorator}\n    def f(self):\n        import b");
        reaches(&a, "from a import K\nK()")
    };
    assert!(with("handler"));
    assert!(!with("staticmethod"));
}

#[test]
fn a_module_that_is_passed_around_gives_its_functions_to_whoever_reads_their_names() {
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
fn what_a_handed_module_imports_is_its_own_business() {
    let library = [("a", "import c"), ("b", ""), ("c", RUN)];
    let context = |main| {
        let context = Small::new(&library).app(&[("main", main)]);
        context.reachable(&[])
    };
    assert_eq!(context("import a\nf(a)\nx.run()"), ["a", "c", "main"]);
}

#[test]
fn getattr_with_a_literal_reads_that_name() {
    assert!(reaches(RUN, "import a\ngetattr(a, 'run')"));
    assert!(reaches(RUN, "import a\nhasattr(a, 'run')"));
    assert!(reaches("", "import p.m\ngetattr(p.m, 'run', None)"));
    assert!(!reaches(RUN, "import a\ngetattr(a, 'walk')"));
    // It does not pass the module around.
    assert!(!reaches(RUN, "import a\ngetattr(a, 'walk')\nx.run()"));
}

#[test]
fn functions_of_a_codec_or_start_up_module_may_all_be_called() {
    let context = Small::new(&[("a", "def _f():\n    import b"), ("b", "")]);
    let entry_point = |reason| EntryPoint {
        module: name("a"),
        kind: reason,
        all_functions_live: false,
        called_functions: Vec::new(),
    };
    let kept = |reason| names(&context.close_from(Closure::Reachable, &[entry_point(reason)]));
    assert_eq!(kept(EdgeKind::Startup), ["a", "b"]);
    assert_eq!(kept(EdgeKind::Root), ["a"]);
}

#[test]
fn a_getattr_may_test_for_other_names_or_beginnings() {
    let a = |test: &str| format!("def __getattr__(name):\n    if {test}:\n        import b");
    assert!(reaches(&a("name != 'x'"), "import a\na.y"));
    assert!(reaches(
        &a("name.startswith('visit')"),
        "import a\na.visitor"
    ));
}

#[test]
fn a_local_value_that_is_called_like_a_module_is_any_value() {
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
fn an_import_of_an_inner_function_hides_nothing_outside_it() {
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
fn a_star_import_may_replace_what_was_defined_before() {
    assert!(reaches(
        "def run(): pass\nfrom p.m import *",
        "import a\na.run()"
    ));
}

#[test]
fn a_submodule_is_an_attribute_of_a_package_that_is_passed_around() {
    assert!(reaches("", "import p.m\ndef f(x):\n    x.m.run()\nf(p)"));
}

#[test]
fn a_class_statement_calls_its_bases_when_it_runs() {
    let base = "class Base:\n    def __init_subclass__(cls):\n        import b\n";
    assert!(reaches(&format!("{base}class K(Base): pass"), "import a"));
}

#[test]
fn a_class_statement_calls_its_metaclass_when_it_runs() {
    let meta = "class Meta(type):\n    def __new__(cls, *a):\n        import b\n";
    assert!(reaches(
        &format!("{meta}class K(metaclass=Meta): pass"),
        "import a"
    ));
}

#[test]
fn decorators_of_methods_run_with_the_class_statement() {
    let a = "class K:\n    @atexit.register\n    def f():\n        import b";
    assert!(reaches(a, "import a"));
}

#[test]
fn a_decorator_may_hand_a_class_to_somebody() {
    let a = "@register\nclass K:\n    def run(self):\n        import b";
    assert!(reaches(a, "import a\nx.run()"));
}

#[test]
fn names_can_be_computed_by_format_and_from_any_beginning() {
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
