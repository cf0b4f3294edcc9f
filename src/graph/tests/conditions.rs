//! Tests of imports under conditions.

use super::*;

/// Returns the reason for which module `a` needs `b` in a browser, or `None` if it does not.
pub(super) fn need(source: &str) -> Option<&'static str> {
    Fixture::new(&[
        ("a", source),
        ("b", ""),
        ("c", ""),
        ("os", ""),
        ("typing", ""),
    ])
    .reason(&["a"], "b")
}

/// Like `need`, for `import b` under `if TEST:`, after some imports.
fn need_if(test: &str) -> Option<&'static str> {
    need(&format!(
        "import os, sys, typing\nfrom typing import TYPE_CHECKING\nif {test}:\n    import b\n"
    ))
}

#[test]
fn imports_have_a_reason() {
    assert_eq!(need("import b"), Some("eager"));
    assert_eq!(need("class A:\n    import b"), Some("eager"));
    assert_eq!(need("def f():\n    import b"), Some("lazy"));
    assert_eq!(need("lazy import b\nb"), Some("lazy"));
    assert_eq!(need("__import__('b')"), Some("eager"));
    let optional = "try:\n    import b\nexcept ImportError:\n    pass";
    assert_eq!(need(optional), Some("optional"));
    assert_eq!(need("'import b'  # import b"), None);
}

#[test]
fn type_checking_branches_are_dead() {
    assert_eq!(need_if("TYPE_CHECKING"), None);
    assert_eq!(need_if("typing.TYPE_CHECKING"), None);
    assert_eq!(need_if("not TYPE_CHECKING"), Some("eager"));
    let otherwise = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import c\nelse:\n    import b";
    assert_eq!(need(otherwise), Some("eager"));
}

#[test]
fn library_modules_do_not_run_as_main() {
    assert_eq!(need_if("__name__ == '__main__'"), None);
    assert_eq!(need_if("__name__ != '__main__'"), Some("eager"));
}

#[test]
fn platform_tests_are_folded() {
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
    for unknown in ["unknown", "unknown or os.name == 'nt'", "f()", "not x"] {
        assert_eq!(need_if(unknown), Some("optional"), "{unknown}");
    }
}

#[test]
fn conditions_depend_on_the_target() {
    let context = |platform| {
        let source = format!("import sys\nif sys.platform == '{platform}':\n    import b");
        Fixture::new(&[("a", &source), ("b", "")])
    };
    assert_eq!(context("wasi").reachable(&["a"]), ["a"]);
    assert_eq!(
        context("wasi").on_target("wasi", 13).reachable(&["a"]),
        ["a", "b"]
    );
    assert_eq!(
        context("linux").on_target("native", 13).reachable(&["a"]),
        ["a", "b"]
    );
}

#[test]
fn branches_run_only_if_earlier_tests_fail() {
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
fn module_constants_are_folded() {
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
    // A name that is or may be assigned again is not a constant, and neither is a plain default.
    for unknown in [
        format!("{windows}; WINDOWS = x"),
        format!("{windows}\ndef f():\n    global WINDOWS"),
        "WINDOWS = False".to_owned(),
    ] {
        assert_eq!(under(&unknown, "WINDOWS"), Some("optional"), "{unknown}");
    }
}

#[test]
fn version_tests_are_folded() {
    let on = |minor, test: &str| {
        let source = format!("import sys\nif sys.version_info {test}:\n    import b");
        let context = Fixture::new(&[("a", &source), ("b", "")]);
        context
            .on_target("emscripten-browser", minor)
            .reason(&["a"], "b")
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
fn loops_and_cases_may_not_run() {
    assert_eq!(need("for x in y:\n    import b"), Some("optional"));
    assert_eq!(need("while x:\n    import b"), Some("optional"));
    let case = "match x:\n    case 1:\n        import b";
    assert_eq!(need(case), Some("optional"));
}

#[test]
fn app_modules_may_run_as_main() {
    let main = "if __name__ == '__main__':\n    import b";
    let context = Fixture::new(&[("b", "")]).app(&[("script", main)]);
    assert_eq!(context.reachable(&[]), ["b", "script"]);
}

#[test]
fn rebound_names_are_not_constants() {
    let rebindings = [
        "def f(WINDOWS):\n    if WINDOWS:\n        import b",
        "from c import WINDOWS\nif WINDOWS:\n    import b",
        "for WINDOWS in x:\n    if WINDOWS:\n        import b",
        "with x as WINDOWS:\n    if WINDOWS:\n        import b",
    ];
    let constant = "import sys\nWINDOWS = sys.platform == 'win32'\n";
    let folded = |rebinding: &&str| need(&format!("{constant}{rebinding}")).is_none();
    let folded: Vec<&str> = rebindings.into_iter().filter(folded).collect();
    assert!(folded.is_empty(), "{folded:?}");
}

#[test]
fn loop_else_may_not_run() {
    // A `break` in the loop skips its `else`.
    let other = "for x in y:\n    if x: break\nelse:\n    import b";
    assert_eq!(need(other), Some("optional"));
    let raising = "import b\nwhile x:\n    break\nelse:\n    raise ImportError";
    let context = Fixture::new(&[("a", raising), ("b", "")]);
    assert_eq!(context.reachable(&["a"]), ["a", "b"]);
}

#[test]
fn in_with_a_string_tests_for_a_substring() {
    let part = "sys.platform in 'wasi emscripten'";
    assert!(need_if(part).is_some());
}

/// A condition is folded only if its names certainly refer to the modules.
#[test]
fn uncertain_names_are_not_folded() {
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
    let folded = |source: &String| need(source).is_none();
    let folded: Vec<String> = sources.into_iter().filter(folded).collect();
    assert!(folded.is_empty(), "{folded:#?}");
}

#[test]
fn aliases_of_known_modules_are_folded() {
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
