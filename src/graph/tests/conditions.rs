//! Imports under conditions.

use super::*;

/// How module `a` of that source needs `b` in a browser, in one word; none when it does not.
pub(super) fn need(source: &str) -> Option<&'static str> {
    Small::new(&[
        ("a", source),
        ("b", ""),
        ("c", ""),
        ("os", ""),
        ("typing", ""),
    ])
    .reason(&["a"], "b")
}

/// The same for `import b` under `if TEST:`, below two imports.
fn need_if(test: &str) -> Option<&'static str> {
    need(&format!(
        "import os, sys, typing\nfrom typing import TYPE_CHECKING\nif {test}:\n    import b\n"
    ))
}

#[test]
fn kinds_of_imports() {
    assert_eq!(need("import b"), Some("eager"));
    assert_eq!(need("class A:\n    import b"), Some("eager"));
    assert_eq!(need("def f():\n    import b"), Some("lazy"));
    assert_eq!(need("lazy import b"), Some("lazy"));
    assert_eq!(need("__import__('b')"), Some("eager"));
    let optional = "try:\n    import b\nexcept ImportError:\n    pass";
    assert_eq!(need(optional), Some("optional"));
    assert_eq!(need("'import b'  # import b"), None);
}

#[test]
fn code_that_only_type_checkers_see() {
    assert_eq!(need_if("TYPE_CHECKING"), None);
    assert_eq!(need_if("typing.TYPE_CHECKING"), None);
    assert_eq!(need_if("not TYPE_CHECKING"), Some("eager"));
    let otherwise = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import c\nelse:\n    import b";
    assert_eq!(need(otherwise), Some("eager"));
}

#[test]
fn code_for_a_program_does_not_run_in_a_module_of_the_library() {
    assert_eq!(need_if("__name__ == '__main__'"), None);
    assert_eq!(need_if("__name__ != '__main__'"), Some("eager"));
}

#[test]
fn tests_of_the_platform() {
    for holds in [
        "sys.platform == 'emscripten'",
        "sys.platform != 'win32'",
        "sys.platform in ('wasi', 'emscripten')",
        "sys.platform not in {'win32', 'cygwin'}",
        "sys.platform.startswith('emsc')",
        "sys.platform.startswith(('win', 'emsc'))",
        "os.name == 'posix'",
        "sys.implementation.name == 'cpython'",
        "not sys.platform == 'win32'",
        "os.name == 'posix' and sys.platform == 'emscripten'",
        "os.name == 'nt' or sys.platform == 'emscripten'",
        "unknown or os.name == 'posix'",
        "'posix' in sys.builtin_module_names",
        "True",
        "1",
    ] {
        assert_eq!(need_if(holds), Some("eager"), "{holds}");
    }
    for fails in [
        "sys.platform == 'win32'",
        "sys.platform.startswith('win')",
        "os.name == 'nt'",
        "unknown and os.name == 'nt'",
        "os.name == 'nt' or sys.platform == 'darwin'",
        "'nt' in sys.builtin_module_names",
        "False",
        "0",
    ] {
        assert_eq!(need_if(fails), None, "{fails}");
    }
    for open in ["unknown", "unknown or os.name == 'nt'", "f()", "not x"] {
        assert_eq!(need_if(open), Some("optional"), "{open}");
    }
}

#[test]
fn another_target_decides_otherwise() {
    let context = |platform| {
        let source = format!("import sys\nif sys.platform == '{platform}':\n    import b");
        Small::new(&[("a", &source), ("b", "")])
    };
    assert_eq!(context("wasi").reachable(&["a"]), ["a"]);
    assert_eq!(context("wasi").on("wasi", 13).reachable(&["a"]), ["a", "b"]);
    assert_eq!(
        context("linux").on("native", 13).reachable(&["a"]),
        ["a", "b"]
    );
}

#[test]
fn each_branch_lies_in_the_no_of_those_before_it() {
    let chain = |first: &str, second: &str, branch: usize| {
        let mut imports = ["c"; 3];
        imports[branch] = "b";
        let [yes, other, none] = imports;
        need(&format!(
            "import sys\nif {first}:\n    import {yes}\nelif {second}:\n    import {other}\nelse:\n    import {none}"
        ))
    };
    let (win, wasm) = ("sys.platform == 'win32'", "sys.platform == 'emscripten'");
    assert_eq!(chain(win, wasm, 0), None);
    assert_eq!(chain(win, wasm, 1), Some("eager"));
    assert_eq!(chain(win, wasm, 2), None);
    assert_eq!(chain(wasm, "x", 1), None);
    assert_eq!(chain(win, "x", 1), Some("optional"));
    assert_eq!(chain(win, win, 2), Some("eager"));
}

#[test]
fn constants_of_the_module() {
    let under = |constant: &str, test: &str| {
        need(&format!("import sys\n{constant}\nif {test}:\n    import b"))
    };
    let windows = "WINDOWS = (sys.platform == 'win32')";
    assert_eq!(under(windows, "WINDOWS"), None);
    assert_eq!(under(windows, "not WINDOWS"), Some("eager"));
    assert_eq!(
        under("p = sys.platform", "p == 'emscripten'"),
        Some("eager")
    );
    let names = "names = sys.builtin_module_names";
    assert_eq!(under(names, "'nt' in names"), None);
    let both = format!("{windows}; OTHER = not WINDOWS");
    assert_eq!(under(&both, "OTHER"), Some("eager"));
    // What is assigned again, or may be, is no constant; nor is a plain default.
    for open in [
        format!("{windows}; WINDOWS = x"),
        format!("{windows}\ndef f():\n    global WINDOWS"),
        "WINDOWS = False".to_owned(),
    ] {
        assert_eq!(under(&open, "WINDOWS"), Some("optional"), "{open}");
    }
}

#[test]
fn tests_of_the_version() {
    let on = |minor, test: &str| {
        let source = format!("import sys\nif sys.version_info {test}:\n    import b");
        let context = Small::new(&[("a", &source), ("b", "")]);
        context.on("emscripten-browser", minor).reason(&["a"], "b")
    };
    for (minor, test, expected) in [
        (13, ">= (3, 13)", Some("eager")),
        (12, ">= (3, 13)", None),
        (12, "< (3, 13)", Some("eager")),
        (13, "< (3, 13)", None),
        (13, "> (3, 12)", Some("eager")),
        (13, ">= (3,)", Some("eager")),
        (13, "< (3,)", None),
        // The real tuple is longer: (3, 13, 0, 'final', 0).
        (13, "> (3, 13)", Some("eager")),
        (13, "<= (3, 13)", None),
        (13, "== (3, 13)", None),
        (13, ">= (3, 13, 2)", Some("optional")),
        (14, ">= (3, 13, 2)", Some("eager")),
        (12, ">= (3, 13, 2)", None),
        (13, "[0] == 3", Some("optional")),
    ] {
        assert_eq!(on(minor, test), expected, "{test} on 3.{minor}");
    }
}

#[test]
fn loops_and_cases_may_run_or_not() {
    assert_eq!(need("for x in y:\n    import b"), Some("optional"));
    assert_eq!(need("while x:\n    import b"), Some("optional"));
    let case = "match x:\n    case 1:\n        import b";
    assert_eq!(need(case), Some("optional"));
}

#[test]
fn a_script_of_the_app_is_run_as_main() {
    let main = "if __name__ == '__main__':\n    import b";
    let context = Small::new(&[("b", "")]).app(&[("script", main)]);
    assert_eq!(context.reachable(&[]), ["b", "script"]);
}

#[test]
fn a_parameter_or_an_import_of_that_name_is_no_constant() {
    let bound_again = [
        "def f(WINDOWS):\n    if WINDOWS:\n        import b",
        "from c import WINDOWS\nif WINDOWS:\n    import b",
        "for WINDOWS in x:\n    if WINDOWS:\n        import b",
        "with x as WINDOWS:\n    if WINDOWS:\n        import b",
    ];
    let constant = "import sys\nWINDOWS = sys.platform == 'win32'\n";
    let missed = |again: &&str| need(&format!("{constant}{again}")).is_none();
    let missed: Vec<&str> = bound_again.into_iter().filter(missed).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_else_of_a_loop_may_run_or_not() {
    // With `break` in the loop, its `else` is skipped.
    let other = "for x in y:\n    if x: break\nelse:\n    import b";
    assert_eq!(need(other), Some("optional"));
    let raising = "import b\nwhile x:\n    break\nelse:\n    raise ImportError";
    let context = Small::new(&[("a", raising), ("b", "")]);
    assert_eq!(context.reachable(&["a"]), ["a", "b"]);
}

#[test]
fn in_a_text_is_a_part_of_it() {
    let part = "sys.platform in 'wasi emscripten'";
    assert!(need_if(part).is_some());
}

/// A test is decided only where its names are known to be what they are called.
#[test]
fn names_that_are_not_what_they_seem() {
    let platform = "if sys.platform == 'win32':\n    import b";
    let implementation = "if sys.implementation.name != 'cpython':\n        import b";
    let sources = [
        format!("def f(sys):\n    {implementation}"),
        format!("from c import sys\n{platform}"),
        format!("import sys\nfrom c import *\n{platform}"),
        format!("from c import *\n{platform}"),
        format!("import sys\ndef f():\n    global sys\n    sys = x\n{platform}"),
        format!("try:\n    import sys\nexcept ImportError:\n    sys = None\n{platform}"),
        format!("import sys\nsys = x\n{platform}"),
        format!("import c as sys\n{platform}"),
        format!("class A:\n    import sys\n{platform}"),
        platform.to_owned(),
        "from c import os\nif os.name == 'nt':\n    import b".to_owned(),
        "from c import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b".to_owned(),
        "from c import *\nif TYPE_CHECKING:\n    import b".to_owned(),
        "import c as t\nif t.TYPE_CHECKING:\n    import b".to_owned(),
        "def f(typing):\n    if typing.TYPE_CHECKING:\n        import b".to_owned(),
        "def f(__name__):\n    if __name__ == '__main__':\n        import b".to_owned(),
        "if __name__ in '__main__':\n    import b".to_owned(),
    ];
    let missed = |source: &String| need(source).is_none();
    let missed: Vec<String> = sources.into_iter().filter(missed).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn names_by_which_the_target_is_known() {
    for source in [
        "import sys as s\nif s.platform == 'win32':\n    import b",
        "from sys import platform\nif platform == 'win32':\n    import b",
        "from c import *\nimport sys\nif sys.platform == 'win32':\n    import b",
        "def f():\n    import os\n    if os.name == 'nt':\n        import b",
        "import typing as t\nif t.TYPE_CHECKING:\n    import b",
        "import sys\ntry:\n    import sys\nfinally:\n    pass\nif sys.platform == 'win32':\n    import b",
        "import sys\nnames = sys.builtin_module_names\nif 'nt' in names:\n    import b\ndel names",
    ] {
        assert_eq!(need(source), None, "{source}");
    }
}
