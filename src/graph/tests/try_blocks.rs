//! Tests of imports inside `try` and `with suppress`.

use super::conditions::need;
use super::*;

/// Like `need`, for `import b` in the handler of a `try` with this body.
fn need_in_handler(body: &str) -> Option<&'static str> {
    need(&format!(
        "try:\n    {body}\nexcept ImportError:\n    import b\n"
    ))
}

#[test]
fn handler_is_live_if_an_import_may_fail() {
    // `math` and the library module `c` are available in every build.
    assert_eq!(need_in_handler("import math"), None);
    assert_eq!(need_in_handler("from math import sin"), None);
    assert_eq!(need_in_handler("import c"), None);
    // `grp` is missing in the browser.
    assert_eq!(need_in_handler("import grp"), Some("eager"));
    assert_eq!(need_in_handler("import math; import grp"), Some("eager"));
    assert_eq!(need_in_handler("import nowhere"), Some("eager"));
    // Only some builds have `zlib` or `time.tzset`.
    assert_eq!(need_in_handler("import zlib"), Some("optional"));
    assert_eq!(need_in_handler("from time import tzset"), Some("optional"));
    // A name may be missing although the module is available.
    assert_eq!(need_in_handler("from c import x"), Some("optional"));
    // The body can fail in ways that its imports do not show.
    let computed = "import math; __import__(x)";
    assert_eq!(need_in_handler(computed), Some("optional"));
    assert_eq!(need_in_handler("import math; raise X"), Some("optional"));
    let wider = "try:\n    import math\nexcept Exception:\n    import b";
    assert_eq!(need(wider), Some("optional"));
}

#[test]
fn excluded_and_unimportable_modules_make_handlers_live() {
    let a = "try:\n    import c\nexcept ImportError:\n    import b";
    let context = |c| Fixture::new(&[("a", a), ("b", ""), ("c", c)]);
    assert_eq!(context("").reachable(&["a"]), ["a", "c"]);
    assert_eq!(context("import grp").reachable(&["a"]), ["a", "b"]);
    let excluded = context("").without("c", "not wanted");
    assert_eq!(excluded.reachable(&["a"]), ["a", "b"]);
}

#[test]
fn only_the_handler_of_import_errors_certainly_runs() {
    let a = "try:\n    import c\nexcept ImportError:\n    import b";
    let context = |c| Fixture::new(&[("a", a), ("b", ""), ("c", c)]);
    let handled =
        "try:\n    import grp\nexcept ImportError:\n    grp = None\nexcept OSError:\n    raise";
    assert_eq!(context(handled).reachable(&["a"]), ["a", "c"]);
    let other = "try:\n    import grp\nexcept OSError:\n    raise\nexcept ImportError:\n    pass";
    assert_eq!(context(other).reachable(&["a"]), ["a", "c"]);
    let raised = "try:\n    import grp\nexcept ImportError:\n    raise";
    assert_eq!(context(raised).reachable(&["a"]), ["a", "b"]);
}

#[test]
fn handlers_of_the_app_are_always_live() {
    let a = "try:\n    import math\nexcept ImportError:\n    import b";
    let context = Fixture::new(&[("b", "")]).app(&[("a", a)]);
    assert_eq!(context.reachable(&[]), ["a", "b"]);
}

#[test]
fn code_after_a_failing_import_is_dead() {
    let attempt = |body: &str, rest: &str| need(&format!("try:\n    {body}\n{rest}"));
    let caught = "except ImportError:\n    pass\n";
    assert_eq!(attempt("import grp; import b", caught), None);
    assert_eq!(attempt("import b; import grp", caught), Some("optional"));
    let otherwise = &format!("{caught}else:\n    import b");
    assert_eq!(attempt("import math", otherwise), Some("eager"));
    assert_eq!(attempt("import grp", otherwise), None);
    let finally = "finally:\n    import b";
    assert_eq!(attempt("import math", finally), Some("eager"));
}

#[test]
fn suppress_is_like_try() {
    let with = |manager: &str, body: &str| need(&format!("with {manager}:\n    {body}"));
    assert_eq!(with("suppress(ImportError)", "import b"), Some("optional"));
    let wider = "contextlib.suppress(OSError, Exception)";
    assert_eq!(with(wider, "import b"), Some("optional"));
    assert_eq!(with("suppress(OSError)", "import b"), Some("eager"));
    assert_eq!(with("suppress(ImportError)", "import grp; import b"), None);
}

#[test]
fn reraising_handlers_do_not_make_imports_optional() {
    let attempt = |handler: &str| need(&format!("try:\n    import b\n{handler}"));
    let eager = Some("eager");
    assert_eq!(attempt("except ImportError:\n    raise"), eager);
    let other = "except ImportError as e:\n    x = 1\n    raise OSError from e";
    assert_eq!(attempt(other), eager);
    assert_eq!(attempt("except OSError:\n    pass"), eager);
    let reraised_first = "except ImportError:\n    raise\nexcept Exception:\n    pass";
    assert_eq!(attempt(reraised_first), eager);
    assert_eq!(attempt("except:\n    pass"), Some("optional"));
    let several = "except (OSError, ModuleNotFoundError):\n    pass";
    assert_eq!(attempt(several), Some("optional"));
}

#[test]
fn inner_try_is_part_of_the_outer_try() {
    let nested = |inner: &str| {
        need(&format!(
            "try:\n    try:\n        {inner}\n    except OSError:\n        pass\nexcept ImportError:\n    import b"
        ))
    };
    assert_eq!(nested("import math"), None);
    assert_eq!(nested("from c import x"), Some("optional"));
}

#[test]
fn functions_defined_in_a_try_do_not_run_in_it() {
    let attempt = "try:\n    def f():\n        import grp\nexcept ImportError:\n    raise\n";
    assert_eq!(
        need(&format!("{attempt}else:\n    import b")),
        Some("eager")
    );
}

#[test]
fn errors_of_an_inner_try_reach_the_outer_try() {
    let source = "
        try:
            import math
            try:
                raise ImportError
            except OSError:
                pass
        except ImportError:
            import b
    ";
    assert_eq!(need(source), Some("optional"));
}

#[test]
fn unknown_submodules_may_be_missing() {
    // `c` has no module `gone`. It is unknown whether it adds one to `sys.modules`.
    assert_eq!(need_in_handler("import c.gone"), Some("optional"));
}
