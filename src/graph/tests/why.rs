//! Tests of import chains, and of the reasons why functions are live.

use super::*;

/// Returns the import chain to a module, as `importer:line reason imported`.
fn chain(graph: &ImportGraph, module: &str) -> Vec<String> {
    let links = graph.import_chain(&name(module));
    let describe = |link: &crate::graph::ChainLink<'_>| {
        let (importer, imported) = (&link.importer.name, &link.imported.name);
        let (line, reason) = (link.edge.line, link.edge.kind.as_str());
        format!("{importer}:{line} {reason} {imported}")
    };
    links.iter().map(describe).collect()
}

#[test]
fn chains_start_at_a_root_and_have_lines() {
    let context = Fixture::new(&[
        (
            "a",
            "x = 1\ntry:\n    import p.b\nexcept ImportError:\n    pass",
        ),
        ("p", "y = 2\nz = 3\nfrom c import x"),
        ("p.b", ""),
        ("c", "def __getattr__(n):\n    import d"),
        ("d", ""),
    ]);
    let graph = context.close(Closure::Reachable, &["a"]);
    assert_eq!(
        chain(&graph, "d"),
        [
            "<start>:0 root a",
            "a:3 optional p.b",
            "p.b:0 parent p",
            "p:3 eager c",
            "c:2 lazy d",
        ]
    );
    assert!(graph.import_chain(&name("nowhere")).is_empty());
}

#[test]
fn chain_is_the_shortest_and_most_direct() {
    let context = Fixture::new(&[
        ("a", "import long\ndef f():\n    import d\nimport d"),
        ("long", "import d"),
        ("d", ""),
    ]);
    for closure in [Closure::ImportTime, Closure::Reachable, Closure::Everything] {
        let graph = context.close(closure, &["a"]);
        assert_eq!(chain(&graph, "d"), ["<start>:0 root a", "a:4 eager d"]);
    }
}

/// Returns why a function is live, as `module.function by READER ATTRIBUTE`.
fn live(graph: &ImportGraph, module: &str, function: &str) -> Vec<String> {
    let liveness_chain = graph.liveness_chain(&name(module), function);
    let describe = |((module, function), reason): &(
        &crate::graph::Function,
        &crate::graph::LivenessReason,
    )| {
        let by = reason
            .by
            .as_ref()
            .map(|(module, function)| format!("{module}.{function}"));
        let attribute = reason.attribute.as_deref().unwrap_or("-");
        format!(
            "{module}.{function} by {} {attribute}",
            by.as_deref().unwrap_or("-")
        )
    };
    liveness_chain.iter().map(describe).collect()
}

#[test]
fn functions_are_live_because_their_name_is_read() {
    let context = Fixture::new(&[
        ("a", "import c\ndef f():\n    c.g()"),
        ("c", "def g():\n    h()\ndef h():\n    import b"),
        ("b", ""),
    ]);
    let graph = context.close(Closure::Reachable, &["a"]);
    let expected = ["c.h by c.g -", "c.g by a.f -", "a.f by - -"];
    assert_eq!(live(&graph, "c", "h"), expected);
    assert!(live(&graph, "c", "nothing").is_empty());
}

#[test]
fn methods_are_live_because_an_attribute_is_read() {
    let context = Fixture::new(&[
        ("a", "from c import K\ndef f(x):\n    K\n    x.run()"),
        ("c", "class K:\n    def run(self):\n        import b"),
        ("b", ""),
    ]);
    let graph = context.close(Closure::Reachable, &["a"]);
    assert_eq!(live(&graph, "c", "K.run").last().unwrap(), "a.f by - -");
    assert_eq!(live(&graph, "c", "K.run").len(), 2);
}
