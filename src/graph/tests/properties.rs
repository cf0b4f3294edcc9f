//! Properties of the graph, on small random libraries.

use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, NodeFiltered, Walker};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// Modules of a random library; the last lies in a package with an `__init__`.
const NAMES: [&str; 7] = ["m0", "m1", "m2", "m3", "m4", "p", "p.q"];
/// Modules of a random app. The library imports none of them.
const OF_APP: [&str; 2] = ["app0", "app1"];
const CLOSURES: [Closure; 3] = [Closure::ImportTime, Closure::Reachable, Closure::Everything];

/// A statement or two, without the blanks before them.
fn statements() -> impl Strategy<Value = Vec<String>> {
    // `grp` is missing on the target and `zlib` uncertain.
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

/// The source of a module: a body, two functions, and a class with two methods.
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

/// Sources of a random world: of the library by name, and of the app.
#[derive(Clone, Debug)]
struct Sources {
    library: Vec<(&'static str, String)>,
    app: Vec<(&'static str, String)>,
}

fn sources() -> impl Strategy<Value = Sources> {
    let all = prop::collection::vec(source(), NAMES.len() + OF_APP.len());
    // Without the package, three to eight modules are enough to find the rest.
    (all, 3..=NAMES.len()).prop_map(|(mut all, count)| {
        let app = all.split_off(NAMES.len());
        let library = NAMES.into_iter().zip(all).rev().take(count);
        Sources {
            library: library.collect(),
            app: OF_APP.into_iter().zip(app).collect(),
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
    fn context(&self, app: usize) -> Small {
        Small::new(&borrowed(&self.library)).app(&borrowed(&self.app[..app]))
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
    fn more_roots_never_keep_less(sources in sources(), few: Index, more: [Index; 2]) {
        let context = sources.context(1);
        let few = sources.name(few);
        let [more, most] = more.map(|index| sources.name(index));
        for closure in CLOSURES {
            let less = set(&context.close(closure, &[few]));
            prop_assert!(less.is_subset(&set(&context.close(closure, &[few, more, most]))));
        }
    }

    // Of app modules whose names the library does not import. Where it does, in a `try`, having the
    // module means that the handler's substitute is not needed any more.
    #[test]
    fn more_app_modules_never_keep_less(sources in sources(), root: Index) {
        let root = sources.name(root);
        for closure in CLOSURES {
            let less = set(&sources.context(1).close(closure, &[root]));
            let more = set(&sources.context(2).close(closure, &[root]));
            prop_assert!(less.is_subset(&more));
        }
    }

    // What is kept is a library of its own: nothing that was left out is missed in it.
    #[test]
    fn a_bundle_closed_again_is_itself(sources in sources(), roots: [Index; 2]) {
        let roots = roots.map(|index| sources.name(index));
        let context = sources.context(1);
        for closure in CLOSURES {
            let kept = names(&context.close(closure, &roots));
            let mut bundle = sources.context(1);
            bundle.stdlib.0.retain(|name, _| kept.contains(&name.to_string()));
            // A root that cannot be imported is an error: there would be no bundle.
            if !roots.iter().all(|root| kept.iter().any(|kept| kept == root)) {
                continue;
            }
            prop_assert_eq!(&names(&bundle.close(closure, &roots)), &kept);
        }
    }

    // In `reachable`, a root promises more than a module that is only imported, so that more roots
    // keep more. The other two follow a module in the same way, whoever asks for it.
    #[test]
    fn closing_over_the_result_adds_nothing(sources in sources(), root: Index) {
        let context = sources.context(0);
        for closure in [Closure::ImportTime, Closure::Everything] {
            let kept = names(&context.close_from(closure, &[entry_point(sources.name(root))]));
            let again: Vec<EntryPoint> = kept.iter().map(|name| entry_point(name)).collect();
            prop_assert_eq!(names(&context.close_from(closure, &again)), kept);
        }
    }

    #[test]
    fn the_order_of_seeds_does_not_matter(sources in sources(), roots: [Index; 3]) {
        let context = sources.context(2);
        let mut roots = roots.map(|index| sources.name(index));
        for closure in CLOSURES {
            let one = context.close(closure, &roots);
            roots.reverse();
            let other = context.close(closure, &roots);
            prop_assert_eq!(set(&one), set(&other));
            prop_assert_eq!(&one.unimportable, &other.unimportable);
            for node in one.modules() {
                prop_assert_eq!(one.import_chain(&node.name), other.import_chain(&node.name));
            }
        }
    }

    #[test]
    fn import_time_is_part_of_reachable(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        let kept = |closure| set(&context.close(closure, &roots));
        prop_assert!(kept(Closure::ImportTime).is_subset(&kept(Closure::Reachable)));
    }

    // In worlds where each import stands in a statement: codecs, texts of the app that name objects,
    // and what C code does unasked are followed by `reachable` alone.
    #[test]
    fn reachable_is_part_of_everything(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        let kept = |closure| set(&context.close(closure, &roots));
        prop_assert!(kept(Closure::Reachable).is_subset(&kept(Closure::Everything)));
        prop_assert!(kept(Closure::ImportTime).is_subset(&kept(Closure::Everything)));
    }

    // What a module retains is what is not found when the search does not go through it.
    #[test]
    fn what_is_retained_is_not_found_without_it(sources in sources(), roots: [Index; 2]) {
        let graph = sources.context(2).close(Closure::Reachable, &roots.map(|index| sources.name(index)));
        let retained = graph.dominator_tree().retained_sizes(|_| 1);
        for node in graph.modules() {
            let without = |index: NodeIndex| graph.graph[index].name != node.name;
            let rest = NodeFiltered::from_fn(&graph.graph, without);
            let found = Dfs::new(&rest, graph.meta_root).iter(&rest).count() - 1;
            prop_assert_eq!(retained[&node.name], (graph.modules().count() - found) as u64);
        }
    }

    #[test]
    fn each_link_of_a_chain_is_an_import_at_its_line(sources in sources(), roots: [Index; 2]) {
        let context = sources.context(2);
        let roots = roots.map(|index| sources.name(index));
        for closure in CLOSURES {
            let graph = context.close(closure, &roots);
            for node in graph.modules() {
                let chain = graph.import_chain(&node.name);
                prop_assert!(chain[0].importer.origin == Origin::MetaRoot);
                prop_assert_eq!(&chain[chain.len() - 1].imported.name, &node.name);
                for step in chain {
                    prop_assert!(stands_in(&sources, &step), "{step:?}");
                }
            }
        }
    }
}

/// Whether the source says what the step says: its line imports the module, or no line has to.
fn stands_in(sources: &Sources, step: &crate::graph::ChainLink<'_>) -> bool {
    let (importer, imported) = (step.importer.name.as_str(), step.imported.name.as_str());
    match step.edge.kind {
        EdgeKind::Root | EdgeKind::App => step.importer.origin == Origin::MetaRoot,
        EdgeKind::Parent => step.importer.name.parent().unwrap().as_str() == imported,
        _ => {
            let mut all = sources.library.iter().chain(&sources.app);
            let (_, source) = all.find(|(name, _)| *name == importer).unwrap();
            let line = source.lines().nth(step.edge.line as usize - 1).unwrap();
            let words: Vec<&str> = line.split_whitespace().collect();
            matches!(&words[..], ["import", module] | ["from", module, "import", ..] if *module == imported)
        }
    }
}
