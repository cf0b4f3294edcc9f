//! Tests of functions that may read the annotations of functions.

use super::*;

fn readers(modules: &[(&str, &str)], app: &str) -> Vec<String> {
    let fixture = Fixture::new(modules).app(&[("app", app)]);
    let graph = fixture.close(Closure::Reachable, &[]);
    let name = |(module, function): &(ModuleName, String)| format!("{module}.{function}");
    graph.annotation_readers.iter().map(name).collect()
}

#[test]
fn live_functions_may_read_annotations() {
    let library = [(
        "a",
        "TABLE = ['__annotations__']\ndef hints(f):\n    return f.__annotations__\ndef other(): pass",
    )];
    assert_eq!(readers(&library, "import a\na.hints(f)"), ["a.hints"]);
    assert!(readers(&library, "import a\na.other()").is_empty());
    let dynamic = [("a", "def hints(f):\n    return getattr(f, '__annotate__')")];
    assert_eq!(
        readers(&dynamic, "from a import hints as h\nh(f)"),
        ["a.hints"]
    );
}

#[test]
fn app_may_read_annotations() {
    assert_eq!(readers(&[], "f.__annotations__"), ["app."]);
    assert_eq!(readers(&[], "getattr(f, '__annotations__')"), ["app."]);
    assert_eq!(readers(&[], "getattr(f, '__anno' + rest)"), ["app."]);
    assert!(readers(&[], "f(annotations='no')").is_empty());
}

#[test]
fn import_time_closure_includes_all_annotation_readers() {
    let fixture = Fixture::new(&[("a", "def f(g):\n    return g.__annotations__")]);
    let graph = fixture.close(Closure::ImportTime, &["a"]);
    assert_eq!(graph.annotation_readers.len(), 1);
}
