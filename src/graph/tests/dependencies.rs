//! Dependencies are libraries: only what is reached of them counts.

use super::*;

const STDLIB: [(&str, &str); 7] = [
    ("json", ""),
    ("csv", ""),
    ("html", ""),
    ("socket", ""),
    ("logging", ""),
    (
        "importlib",
        "def import_module(name, package=None): __import__(name)",
    ),
    ("email", ""),
];

fn reached(app: &str, dependencies: &[(&str, &str)]) -> Vec<String> {
    let fixture = Fixture::new(&STDLIB).app(&[("main", app)]);
    let mut modules = fixture.dependencies(dependencies).reachable(&[]);
    modules.retain(|module| module != "main");
    modules
}

#[test]
fn only_imported_modules_and_live_functions_count() {
    let dependencies = [
        (
            "package",
            "import json\ndef used(): import csv\ndef unused(): import html",
        ),
        ("package.other", "import socket"),
        ("another", "import socket"),
    ];
    let found = reached("import package\npackage.used()", &dependencies);
    assert_eq!(found, ["csv", "json", "package"]);
}

#[test]
fn main_blocks_and_strings_of_dependencies_do_not_count() {
    let source = "
        text = 'socket'
        name = 'email.message'
        if __name__ == '__main__':
            import html
    ";
    assert_eq!(
        reached("import package", &[("package", source)]),
        ["package"]
    );
}

#[test]
fn the_standard_library_comes_before_dependencies() {
    let dependencies = [("json", "import socket")];
    assert_eq!(reached("import json", &dependencies), ["json"]);
    // What the bundle cannot have may come from a dependency.
    let fixture = Fixture::new(&STDLIB).app(&[("main", "import json")]);
    let fixture = fixture.without("json", "not wanted");
    let found = fixture.dependencies(&dependencies).reachable(&[]);
    assert_eq!(found, ["json", "main", "socket"]);
}

#[test]
fn a_computed_import_reaches_the_own_package_and_what_strings_name() {
    let dependencies = [
        ("package", "from package.loader import load"),
        (
            "package.loader",
            "
            import importlib
            def load(name): return importlib.import_module(name)
            ",
        ),
        ("package.plugin", "import csv"),
        ("package.tests.test_plugin", "import socket"),
        (
            "other",
            "import html\nPLUGINS = ['another.plugin', 'another.plugin2:Class']",
        ),
        ("another", ""),
        ("another.plugin", "import email"),
        ("another.plugin2", "import json\nclass Class: pass"),
        ("another.unnamed", "import socket"),
    ];
    let expected = [
        "another",
        "another.plugin",
        "another.plugin2",
        "csv",
        "email",
        "html",
        "importlib",
        "json",
        "other",
        "package",
        "package.loader",
        "package.plugin",
    ];
    let found = reached(
        "import package, other\npackage.load(other.PLUGINS[0])",
        &dependencies,
    );
    assert_eq!(found, expected);
    // Nobody calls the loader.
    let unused = ["html", "importlib", "other", "package", "package.loader"];
    assert_eq!(reached("import package, other", &dependencies), unused);
}

#[test]
fn strings_may_be_relative_to_packages_around_the_importer() {
    let source = "
        names = ('marks',)
        def load(): return [__import__(PREFIX + name) for name in names]
    ";
    let dependencies = [
        (
            "tool",
            "import tool.config.loader\ntool.config.loader.load()",
        ),
        ("tool.config", ""),
        ("tool.config.loader", source),
        ("tool.marks", "import csv"),
        ("tool.rest", "import socket"),
    ];
    let found = reached("import tool", &dependencies);
    assert_eq!(
        found,
        [
            "csv",
            "tool",
            "tool.config",
            "tool.config.loader",
            "tool.marks"
        ]
    );
}

#[test]
fn the_path_of_a_package_is_searched_for_modules() {
    let search = "from finder import walk\nwalk(__path__)";
    let namespace = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)";
    for (source, expected) in [
        (search, &["csv", "finder", "package", "package.plugin"][..]),
        (namespace, &["package"]),
    ] {
        let dependencies = [
            ("package", source),
            ("package.plugin", "import csv"),
            ("finder", "def walk(path): pass"),
        ];
        assert_eq!(reached("import package", &dependencies), expected);
    }
}

#[test]
fn entry_points_are_followed_when_their_group_is_named() {
    let dependencies = [
        ("host", "GROUP = 'host.plugins'\ndef load(): return GROUP"),
        (
            "plugin",
            "class Plugin:\n def run(self): import csv\ndef other(): import socket",
        ),
        ("tool", "import socket"),
    ];
    let fixture = |app| {
        let fixture = Fixture::new(&STDLIB).app(&[("main", app)]);
        fixture.dependencies(&dependencies).entry_points(
            "
            [host.plugins]
            one = plugin:Plugin
            [console_scripts]
            tool = tool:main
            ",
        )
    };
    let found = fixture("import host\nhost.load().run()").reachable(&[]);
    assert_eq!(found, ["csv", "host", "main", "plugin"]);
    assert_eq!(fixture("import json").reachable(&[]), ["json", "main"]);
}

#[test]
fn a_dependency_that_cannot_be_imported_is_left_out() {
    let dependencies = [
        (
            "package",
            "try:\n import package.unix\nexcept ImportError:\n import csv",
        ),
        ("package.unix", "import grp, socket"),
    ];
    // `grp` is missing in the browser.
    assert_eq!(reached("import package", &dependencies), ["csv", "package"]);
    // Another package may provide unknown modules.
    let dependencies = [("package", "import unknown, csv")];
    assert_eq!(reached("import package", &dependencies), ["csv", "package"]);
}

#[test]
fn names_of_the_own_module_may_be_computed() {
    for read in [
        "globals()['do_' + name]()",
        "getattr(sys.modules[__name__], f'do_{name}')()",
    ] {
        let source = format!(
            "import sys\ndef do_this(): import csv\ndef other(): import socket\ndef run(name): {read}"
        );
        let found = reached("import package\npackage.run('x')", &[("package", &source)]);
        assert_eq!(found, ["csv", "package"], "{read}");
    }
}

#[test]
fn tables_count_when_they_are_read() {
    let source = "
        def make_csv(): import csv
        def make_html(): import html
        def make_json(): import json
        TABLE = {'csv': make_csv}
        TABLE['html'] = make_html
        OTHER: dict = {'json': (make_json, None)}
        MADE = dict(other=make_json)
        def read(): return TABLE['csv']
        def read_other(): return OTHER
    ";
    let modules = [("package", source)];
    let found = |app| reached(app, &modules);
    assert_eq!(
        found("import package\npackage.read()"),
        ["csv", "html", "json", "package"]
    );
    let source = source.replace("MADE = dict(other=make_json)", "");
    let modules = [("package", source.as_str())];
    let found = |app| reached(app, &modules);
    assert_eq!(found("import package"), ["package"]);
    assert_eq!(
        found("import package\npackage.read()"),
        ["csv", "html", "package"]
    );
    assert_eq!(
        found("from package import OTHER\nOTHER['json']()"),
        ["json", "package"]
    );
    assert_eq!(
        found("import package\nfor x in vars(package): pass"),
        ["csv", "html", "json", "package"]
    );
}

/// As Django joins the names of `INSTALLED_APPS` with `migrations`, and imports the modules that it finds there.
#[test]
fn names_of_packages_and_of_modules_in_them_are_joined() {
    let loader = "
        import importlib, pkgutil
        PART = 'steps'
        def load(name):
            package = importlib.import_module('%s.%s' % (name, PART))
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module('%s.%s' % (package, module))
        ";
    let dependencies = [
        ("loader", loader),
        ("shop", ""),
        ("shop.cart", ""),
        ("shop.cart.steps", ""),
        ("shop.cart.steps.one", "import csv"),
        ("shop.cart.steps.tests", "import socket"),
        ("shop.cart.other", "import socket"),
        ("shop.unnamed", ""),
        ("shop.unnamed.steps", "import html"),
    ];
    let found = reached(
        "import loader\nfor name in ['shop.cart']: loader.load(name)",
        &dependencies,
    );
    let expected = [
        "csv",
        "importlib",
        "loader",
        "shop",
        "shop.cart",
        "shop.cart.steps",
        "shop.cart.steps.one",
    ];
    assert_eq!(found, expected);
}

/// As a program that runs one of its files in another interpreter.
#[test]
fn source_files_that_a_package_opens_are_run() {
    let source = "
        import os
        WORKER = os.path.join(os.path.dirname(__file__), 'worker.py')
        ";
    let worker = "
        if __name__ == '__main__':
            import csv
        ";
    let dependencies = [
        ("package", source),
        ("package.worker", worker),
        ("package.other", "import socket"),
    ];
    let found = reached("import package", &dependencies);
    assert_eq!(found, ["csv", "package", "package.worker"]);
    let unrelated = [("package", "WORKER = 'worker.py'"), dependencies[1]];
    assert_eq!(reached("import package", &unrelated), ["package"]);
}

/// The name of a codec may reach the function that looks it up in an indirect way.
#[test]
fn strings_of_what_looks_up_codecs_may_name_them() {
    let library = [("encodings", ""), ("encodings.cp1252", "")];
    let codecs = |other: &str, source: &str| {
        let fixture = Fixture::new(&library).app(&[("main", "import other")]);
        let dependencies = [("other", other), ("package", source)];
        let mut found = fixture.dependencies(&dependencies).reachable(&[]);
        found.retain(|module| module.starts_with("encodings."));
        found
    };
    let decoder = "def table(enc): return b''.decode(enc)\nTABLE = {'win': 'cp1252'}";
    let unused = "NAMES = ['cp1252']";
    for (other, source, is_named) in [
        ("from package import *\ntable(TABLE['win'])", decoder, true),
        ("import package\npackage.table('cp1252')", decoder, true),
        ("import package\npackage.T().t(enc='cp1252')", decoder, true),
        ("import package\nprint('cp1252')", "", false),
        (unused, decoder, false),
        (&format!("import package\n{unused}"), decoder, false),
    ] {
        let expected: &[&str] = if is_named { &["encodings.cp1252"] } else { &[] };
        // Names are only looked up by what is called.
        let other = format!("{other}\nimport package\npackage.table");
        assert_eq!(codecs(&other, source), expected, "{other}");
    }
    assert_eq!(codecs("import package\nf('cp1252')", decoder), [""; 0]);
}

#[test]
fn strings_may_begin_the_names_of_modules() {
    let loader = "def load(name): return __import__(name, {}, {}, ['x'])";
    for name in ["'kinds.' + kind", "f'kinds.{kind}'", "'kinds.%s' % kind"] {
        let source = format!("from loader import load\ndef all(): return load({name})");
        let dependencies = [
            ("package", &*source),
            ("loader", loader),
            ("kinds", ""),
            ("kinds.one", "import csv"),
            ("kinds.tests", "import socket"),
        ];
        let found = reached("import package\npackage.all()", &dependencies);
        let expected = ["csv", "kinds", "kinds.one", "loader", "package"];
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn strings_may_surround_a_part_of_the_name_of_a_module() {
    let loader = "def load(name): return __import__(name, {}, {}, ['x'])";
    for name in [
        "'kinds.' + kind + '.data'",
        "f'kinds.{kind}.data'",
        "'kinds.%s.data' % kind",
        "'kinds.{}.data'.format(kind)",
    ] {
        for call in ["load", "__import__"] {
            let source = format!("from loader import load\ndef all(): return {call}({name})");
            let dependencies = [
                ("package", &*source),
                ("loader", loader),
                ("kinds", ""),
                ("kinds.one", ""),
                ("kinds.one.data", "import csv"),
                ("kinds.one.other", "import socket"),
            ];
            let found = reached("import package\npackage.all()", &dependencies);
            let expected = [
                "csv",
                "kinds",
                "kinds.one",
                "kinds.one.data",
                "loader",
                "package",
            ];
            assert_eq!(found, expected, "{call} {name}");
        }
    }
}

/// It is unknown where a method is called.
#[test]
fn strings_of_the_app_may_be_passed_to_methods_that_import() {
    let source = "
        class Modules:
            def __getitem__(self, name): return __import__(name)
        ";
    let dependencies = [("package", source)];
    let app = "import package\npackage.Modules()['csv']";
    assert_eq!(reached(app, &dependencies), ["csv", "package"]);
    let app = "import package\npackage.other['csv']";
    assert_eq!(reached(app, &dependencies), ["package"]);
}
