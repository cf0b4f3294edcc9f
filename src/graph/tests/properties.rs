//! Property tests of the graph, on small random libraries.

use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, NodeFiltered, Walker};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Modules of a random library. The last one is in a package with an `__init__`.
const NAMES: [&str; 7] = ["m0", "m1", "m2", "m3", "m4", "p", "p.q"];
/// Modules of a random app. The library imports none of them.
const APP_NAMES: [&str; 2] = ["app0", "app1"];
const CLOSURES: [Closure; 3] = [Closure::ImportTime, Closure::Reachable, Closure::Everything];

/// Generates up to two statements, without indentation.
fn statements() -> impl Strategy<Value = Vec<String>> {
    // `grp` is missing on the target, and `zlib` is build-dependent.
    let modules = [&NAMES[..], &["grp", "zlib"]].concat();
    let import = (prop::sample::select(modules), 0..8u8).prop_map(|(m, form)| match form {
        0 => format!("import {m}"),
        1 => format!("from {m} import *"),
        2 => format!("from {m} import f, K"),
        3 => format!("import {m}\n{m}.f()"),
        4 => format!("try:\n    import {m}\nexcept ImportError:\n    import m1"),
        5 => format!("try:\n    import {m}\nexcept ImportError:\n    pass\nelse:\n    import m2"),
        6 => format!("if sys.platform == 'win32':\n    import {m}\nelse:\n    import p.q"),
        _ => format!("try:\n    import {m}\n    import m3\nexcept ImportError:\n    raise"),
    });
    let code = [
        "pass",
        "f()",
        "g()",
        "K()",
        "x.run()",
        "K().go()",
        "getattr(x, 'go' + y)",
        "h(m4)",
    ];
    let code = prop::sample::select(code.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![2 => import, 1 => code], 0..3)
}

/// Generates the source of a module: a body, two functions, and a class with two methods.
fn source() -> impl Strategy<Value = String> {
    let bodies = prop::collection::vec(statements(), 5);
    (bodies, prop::sample::select(vec!["", "(m0.K)", "(g)"])).prop_map(|(bodies, bases)| {
        let block = |depth: usize, body: &[String]| {
            let all = format!("pass\n{}", body.join("\n"));
            let lines = all.lines().map(|line| format!("{}{line}\n", " ".repeat(depth)));
            lines.collect::<String>()
        };
        format!(
            "{}def f():\n{}def g():\n{}class K{bases}:\n    def run(self):\n{}    def go(self):\n{}",
            block(0, &bodies[0]),
            block(4, &bodies[1]),
            block(4, &bodies[2]),
            block(8, &bodies[3]),
            block(8, &bodies[4]),
        )
    })
}

/// The sources of a random library and a random app, by module name.
#[derive(Clone, Debug)]
struct Sources {
    library: Vec<(&'static str, String)>,
    app: Vec<(&'static str, String)>,
}

fn sources() -> impl Strategy<Value = Sources> {
    let all = prop::collection::vec(source(), NAMES.len() + APP_NAMES.len());
    // Takes the last names, so that the package is always included.
    (all, 3..=NAMES.len()).prop_map(|(mut all, count)| {
        let app = all.split_off(NAMES.len());
        let library = NAMES.into_iter().zip(all).rev().take(count);
        Sources {
            library: library.collect(),
            app: APP_NAMES.into_iter().zip(app).collect(),
        }
    })
}

fn borrowed<'a>(modules: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    modules
        .iter()
        .map(|(name, source)| (*name, source.as_str()))
        .collect()
}

impl Sources {
    fn context(&self, app: usize) -> Fixture {
        Fixture::new(&borrowed(&self.library)).app(&borrowed(&self.app[..app]))
    }

    fn name(&self, index: Index) -> &'static str {
        self.library[index.index(self.library.len())].0
    }
}

fn set(graph: &ImportGraph) -> BTreeSet<String> {
    graph.modules().map(|node| node.name.to_string()).collect()
}

fn entry_point(module: &str) -> EntryPoint {
    EntryPoint {
        module: name(module),
        kind: EdgeKind::Root,
        all_functions_live: false,
        called_functions: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_roots_keep_no_fewer_modules(sources in sources(), few: Index, more: [Index; 2]) {
        let context = sources.context(1);
        let few = sources.name(few);
        let [more, most] = more.map(|index| sources.name(index));
        for closure in CLOSURES {
            let fewer = set(&context.close(closure, &[few]));
            prop_assert!(fewer.is_subset(&set(&context.close(closure, &[few, more, most]))));
        }
    }

    // Only for app modules that the library does not import. If it does so in a `try`, having the module means that the
    // fallback in the handler is not needed.
    #[test]
    fn more_app_modules_keep_no_fewer_modules(sources in sources(), root: Index) {
        let root = sources.name(root);
        for closure in CLOSURES {
            let fewer = set(&sources.context(1).close(closure, &[root]));
            let more = set(&sources.context(2).close(closure, &[root]));
            prop_assert!(fewer.is_subset(&more));
        }
    }

    // The closure is a complete library: nothing that was left out is missing from it.
    #[test]
    fn closure_of_a_bundle_is_the_bundle(sources in sources(), roots: [Index; 2]) {
        let roots = roots.map(|index| sources.name(index));
        let context = sources.context(1);
        for closure in CLOSURES {
            let kept = names(&context.close(closure, &roots));
            let mut bundle = sources.context(1);
            bundle.stdlib.modules.retain(|name, _| kept.contains(&name.to_string()));
            // An unimportable root is an error, for which no bundle is written.
            if !roots.iter().all(|root| kept.iter().any(|kept| kept == root)) {
                continue;
            }
            prop_assert_eq!(&names(&bundle.close(closure, &roots)), &kept);
        }
    }

    // Except for `reachable`, where a root keeps more than an imported module, because its public API is live.
    #[test]
    fn closure_of_the_result_adds_nothing(sources in sources(), root: Index) {
        let context = sources.context(0);
        for closure in [Closure::ImportTime, Closure::Everything] {
            let kept = names(&context.close_from(closure, &[entry_point(sources.name(root))]));
            let again: Vec<EntryPoint> = kept.iter().map(|name| entry_point(name)).collect();
            prop_assert_eq!(names(&context.close_from(closure, &again)), kept);
        }
    }

    #[test]
    fn order_of_roots_does_not_matter(sources in sources(), roots: [Index; 3]) {
        let context = sources.context(2);
        let mut roots = roots.map(|index| sources.name(index));
        for closure in CLOSURES {
            let forward = context.close(closure, &roots);
            roots.reverse();
            let reversed = context.close(closure, &roots);
            prop_assert_eq!(set(&forward), set(&reversed));
            prop_assert_eq!(&forward.unimportable, &reversed.unimportable);
            for node in forward.modules() {
                prop_assert_eq!(forward.import_chain(&node.name), reversed.import_chain(&node.name));
            }
        }
    }

    // What is known from another closure only saves time, and modules that only unimportable ones import are not found.
    #[test]
    fn known_failures_change_nothing(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let app = context.app.keys().map(|module| entry_point(module.as_str()));
        let roots = roots.iter().map(|root| entry_point(sources.name(*root)));
        let entry_points: Vec<EntryPoint> = roots.chain(app).collect();
        for closure in CLOSURES {
            let graph = context.close_from(closure, &entry_points);
            let start = context.close_from(Closure::ImportTime, &entry_points);
            for known in [&start.unimportable, &graph.unimportable] {
                let again = context.close_with(closure, &entry_points, known);
                prop_assert_eq!(set(&again), set(&graph));
                prop_assert!(again.unimportable.keys().all(|name| graph.unimportable.contains_key(name)));
                prop_assert_eq!(&again.live_functions, &graph.live_functions);
            }
        }
    }

    #[test]
    fn import_time_is_a_subset_of_reachable(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        let kept = |closure| set(&context.close(closure, &roots));
        prop_assert!(kept(Closure::ImportTime).is_subset(&kept(Closure::Reachable)));
    }

    // Only without implicit imports: `reachable` alone follows codecs, strings of the app that name objects, and what C
    // code does unasked.
    #[test]
    fn reachable_is_a_subset_of_everything(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        let kept = |closure| set(&context.close(closure, &roots));
        prop_assert!(kept(Closure::Reachable).is_subset(&kept(Closure::Everything)));
        prop_assert!(kept(Closure::ImportTime).is_subset(&kept(Closure::Everything)));
    }

    // A module retains the modules that are not reached by a search without it.
    #[test]
    fn retained_modules_are_not_reached_without_their_dominator(sources in sources(), roots: [Index; 2]) {
        let graph = sources.context(2).close(Closure::Reachable, &roots.map(|index| sources.name(index)));
        let retained = graph.dominator_tree().retained_sizes(|_| 1);
        for node in graph.modules() {
            let without = |index: NodeIndex| graph.graph[index].name != node.name;
            let rest = NodeFiltered::from_fn(&graph.graph, without);
            let reached = Dfs::new(&rest, graph.meta_root).iter(&rest).count() - 1;
            prop_assert_eq!(retained[&node.name], (graph.modules().count() - reached) as u64);
        }
    }

    #[test]
    fn links_of_a_chain_are_imports_at_their_lines(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        for closure in CLOSURES {
            let graph = context.close(closure, &roots);
            for node in graph.modules() {
                let chain = graph.import_chain(&node.name);
                prop_assert!(chain[0].importer.origin == Origin::MetaRoot);
                prop_assert_eq!(&chain[chain.len() - 1].imported.name, &node.name);
                for link in chain {
                    prop_assert!(matches_source(&sources, &link), "{link:?}");
                }
            }
        }
    }
}

/// Returns whether a link matches the source: its line imports the module, or it needs no line.
fn matches_source(sources: &Sources, link: &crate::graph::ChainLink<'_>) -> bool {
    let (importer, imported) = (link.importer.name.as_str(), link.imported.name.as_str());
    match link.edge.kind {
        EdgeKind::Root | EdgeKind::App => link.importer.origin == Origin::MetaRoot,
        EdgeKind::Parent => link.importer.name.parent().unwrap().as_str() == imported,
        _ => {
            let mut all = sources.library.iter().chain(&sources.app);
            let (_, source) = all.find(|(name, _)| *name == importer).unwrap();
            let line = source.lines().nth(link.edge.line as usize - 1).unwrap();
            let words: Vec<&str> = line.split_whitespace().collect();
            matches!(&words[..], ["import", module] | ["from", module, "import", ..] if *module == imported)
        }
    }
}
