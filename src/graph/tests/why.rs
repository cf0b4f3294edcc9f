//! Explanations: import chains, and why functions are live.

use super::*;

/// The chain to a module: `importer:line reason imported`.
fn chain(graph: &ImportGraph, module: &str) -> Vec<String> {
    let steps = graph.import_chain(&name(module));
    let tell = |step: &crate::graph::ChainLink<'_>| {
        let (importer, imported) = (&step.importer.name, &step.imported.name);
        let (line, reason) = (step.edge.line, step.edge.kind.as_str());
        format!("{importer}:{line} {reason} {imported}")
    };
    steps.iter().map(tell).collect()
}

#[test]
fn a_chain_starts_at_a_root_and_names_lines() {
    let context = Small::new(&[
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
fn the_shortest_and_plainest_chain_is_told() {
    let context = Small::new(&[
        ("a", "import long\ndef f():\n    import d\nimport d"),
        ("long", "import d"),
        ("d", ""),
    ]);
    for closure in [Closure::ImportTime, Closure::Reachable, Closure::Everything] {
        let graph = context.close(closure, &["a"]);
        assert_eq!(chain(&graph, "d"), ["<start>:0 root a", "a:4 eager d"]);
    }
}

/// Why a function is live: `module.function by whom, by which member`.
fn live(graph: &ImportGraph, module: &str, function: &str) -> Vec<String> {
    let told = graph.liveness_chain(&name(module), function);
    let tell = |((module, function), because): &(
        &crate::graph::Function,
        &crate::graph::LivenessReason,
    )| {
        let by = because
            .by
            .as_ref()
            .map(|(module, function)| format!("{module}.{function}"));
        let member = because.attribute.as_deref().unwrap_or("-");
        format!(
            "{module}.{function} by {} {member}",
            by.as_deref().unwrap_or("-")
        )
    };
    told.iter().map(tell).collect()
}

#[test]
fn a_function_is_live_because_its_name_is_read() {
    let context = Small::new(&[
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
fn a_method_is_live_because_its_name_is_read_of_some_value() {
    let context = Small::new(&[
        ("a", "from c import K\ndef f(x):\n    K\n    x.run()"),
        ("c", "class K:\n    def run(self):\n        import b"),
        ("b", ""),
    ]);
    let graph = context.close(Closure::Reachable, &["a"]);
    assert_eq!(live(&graph, "c", "K.run").last().unwrap(), "a.f by - -");
    assert_eq!(live(&graph, "c", "K.run").len(), 2);
}
