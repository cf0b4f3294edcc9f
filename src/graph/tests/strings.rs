//! Tests of code in strings, modules that are run, and module names in strings.

use super::*;

const LIBRARY: [(&str, &str); 8] = [
    ("a", "def f():\n    import b"),
    ("b", ""),
    ("doctest", ""),
    ("p", ""),
    ("p.__main__", "import a"),
    ("runpy", "import p"),
    (
        "tool",
        "def main():\n    import b\nif __name__ == '__main__':\n    main()",
    ),
    (
        "helper",
        "def fresh(name):\n    return __import__(name)\ndef other(name):\n    pass",
    ),
];

/// Returns the modules that an app of this source reaches.
fn reached(app: &str) -> Vec<String> {
    Fixture::new(&LIBRARY)
        .app(&[("main", &dedent(app))])
        .reachable(&[])
        .into_iter()
        .filter(|name| name != "main")
        .collect()
}

#[test]
fn code_in_strings_is_followed() {
    for app in [
        "exec('import b')",
        "x = '''\n    import b\n    b.run()\n    '''",
        "def f():\n    return f'import {x}; import b'",
        "timeit('x', setup='from b import x')",
        "run('import %s; from b import %s' % (x, y))",
    ] {
        assert_eq!(reached(app), ["b"], "{app}");
    }
    assert_eq!(reached("exec('import a; a.f()')"), ["a", "b"]);
    for app in ["x = 'to import b is costly'", "x = 'import b is costly'"] {
        assert!(reached(app).is_empty(), "{app}");
    }
}

#[test]
fn imports_in_strings_are_not_third_party() {
    let context = Fixture::new(&LIBRARY).app(&[("main", "exec('import numpy')\nimport requests")]);
    let graph = context.close(Closure::Reachable, &[]);
    assert_eq!(graph.third_party.keys().collect::<Vec<_>>(), ["requests"]);
}

#[test]
fn docstring_examples_are_followed_with_doctest() {
    let app = "def f():\n    '''Does.\n\n    >>> import b\n    '''\n";
    assert!(reached(app).is_empty());
    let app = format!("{app}import doctest\ndoctest.testmod()");
    assert_eq!(reached(&app), ["b", "doctest"]);
}

#[test]
fn modules_run_by_another_interpreter_run_as_main() {
    for app in [
        "call([python, '-m', 'tool'])",
        "call(python, '-Im', 'tool', 'x')",
        "x = ('-m', 'tool')",
    ] {
        assert_eq!(reached(app), ["b", "p", "runpy", "tool"], "{app}");
    }
    assert_eq!(
        reached("call([python, '-m', 'p'])"),
        ["a", "p", "p.__main__", "runpy"]
    );
    assert!(reached("call([python, '-m', 'pytest'])").is_empty());
    for app in [
        "name = 'p'\ncall([sys.executable, '-m', name])",
        "class A:\n    name = 'p'\n    def f(self):\n        run_python('-m', self.name, 'x')",
        "call('python3', '-m', *['p'])",
        "import p\nrun_python('-m', p.__name__)",
    ] {
        let expected = ["a", "p", "p.__main__", "runpy"];
        assert_eq!(reached(app), expected, "{app}");
    }
    // Other programs have such flags too.
    assert!(reached("call(['git', 'commit', '-m', x], 'p')").is_empty());
    assert_eq!(reached("import tool"), ["tool"]);
}

#[test]
fn each_module_that_uses_a_function_that_imports_is_known() {
    let library = [
        (
            "helper",
            "import importlib\ndef load(name): return importlib.import_module(name)\n",
        ),
        ("others", "from helper import load\n"),
        (
            "importlib",
            "def import_module(name, package=None): __import__(name)\n",
        ),
        ("a", ""),
        ("b", ""),
        ("c", "import helper\nhelper.load(x)\n"),
    ];
    let context = Fixture::new(&library).app(&[
        ("first", "import c, helper\nhelper.load('a')\n"),
        (
            "second",
            "import others\nothers.load('b')\nimport helper\nhelper.load\n",
        ),
    ]);
    let names = context.reachable(&[]);
    assert!(
        names.contains(&"a".to_owned()) && names.contains(&"b".to_owned()),
        "{names:?}"
    );
}

#[test]
fn modules_may_be_run_and_imported() {
    assert_eq!(
        reached("import tool\ncall(['-m', 'tool'])"),
        ["b", "p", "runpy", "tool"]
    );
}

#[test]
fn modules_that_runpy_runs_run_as_main() {
    for call in [
        "runpy.run_module('tool')",
        "run_module('tool', run_name='__main__')",
    ] {
        let reached = reached(&format!("import runpy\n{call}"));
        assert!(reached.contains(&"b".to_owned()), "{call}: {reached:?}");
    }
    assert!(reached("run_module('p')").contains(&"p.__main__".to_owned()));
}

#[test]
fn run_modules_run_as_main() {
    let context = Fixture::new(&LIBRARY);
    let entry_point = |reason| EntryPoint {
        module: name("tool"),
        kind: reason,
        all_functions_live: false,
        called_functions: Vec::new(),
    };
    for closure in [Closure::Reachable, Closure::Everything] {
        let graph = context.close_from(closure, &[entry_point(EdgeKind::RunModule)]);
        assert_eq!(names(&graph), ["b", "tool"], "{closure:?}");
    }
}

#[test]
fn computed_module_names_match_by_prefix() {
    for app in [
        "import_module(f'p.{x}')",
        "__import__('p.' + x)",
        "import_module('p.%s' % x)",
        "import_module('p.{}'.format(x))",
    ] {
        assert_eq!(reached(app), ["a", "p", "p.__main__"], "{app}");
    }
    assert_eq!(
        reached("__import__('p', fromlist=['__main__'])"),
        ["a", "p", "p.__main__"]
    );
    assert!(reached("import_module(f'{x}.p')").is_empty());
}

/// `sys.modules["_a"] = None` makes importers of `_a` use their fallbacks.
#[test]
fn app_may_hide_c_modules() {
    let library = [
        (
            "a",
            "try:\n    from _json import x\nexcept ImportError:\n    import b",
        ),
        ("b", ""),
    ];
    let with = |app| Fixture::new(&library).app(&[("main", app)]).reachable(&[]);
    assert_eq!(with("import a"), ["a", "main"]);
    assert_eq!(
        with("import a\nsys.modules['_json'] = None"),
        ["a", "b", "main"]
    );
}

#[test]
fn strings_passed_to_dynamic_importers_are_followed() {
    let with = |function| reached(&format!("import helper\nhelper.{function}('b')"));
    assert_eq!(with("fresh"), ["b", "helper"]);
    assert_eq!(with("other"), ["helper"]);
}

#[test]
fn strings_of_the_app_may_begin_or_end_the_names_of_modules() {
    let library = [
        ("helper", "def load(name): __import__(name)"),
        ("p", ""),
        ("p.q", "import b"),
        ("p.r", ""),
        ("b", ""),
    ];
    let with = |app: &str| {
        let fixture = Fixture::new(&library).app(&[("main", app)]);
        let mut modules = fixture.reachable(&[]);
        modules.retain(|module| module != "main");
        modules
    };
    assert_eq!(with("x = 'p.q.' + y"), ["b", "p", "p.q"]);
    let dynamic = "import helper, p\nhelper.load(f'{p.__name__}.q')";
    assert_eq!(with(dynamic), ["b", "helper", "p", "p.q"]);
    // protocol 4: the module and the name of an object
    let pickle = r"pickle.loads(b'\x80\x04\x8c\x03p.q\x94\x8c\x01f\x94\x93\x94.')";
    assert_eq!(with(pickle), ["b", "p", "p.q"]);
}
