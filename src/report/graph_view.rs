//! Views of the import graph: as DOT, Mermaid or JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use petgraph::algo::dijkstra;
use petgraph::graph::UnGraph;
use schemars::JsonSchema;
use serde::Serialize;

use crate::escape;
use crate::graph::{Edge, EdgeKind, ImportGraph, Origin};
use crate::types::ModuleName;

/// The import graph, or a part of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GraphView {
    /// The modules, sorted by name.
    nodes: Vec<NodeView>,
    /// The imports, sorted by importer and imported module.
    edges: Vec<EdgeView>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NodeView {
    module: ModuleName,
    origin: NodeOrigin,
}

/// The origin of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum NodeOrigin {
    /// The standard library.
    Stdlib,
    /// A C module.
    C,
    /// A dependency of the app.
    Dependency,
    /// The app.
    App,
}

/// An import between two modules. If there are several, the strongest one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EdgeView {
    from: ModuleName,
    to: ModuleName,
    reason: &'static str,
    /// Whether the import runs whenever the importer is imported.
    #[serde(skip)]
    certain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The importing function, or the evidence for an implicit import.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl GraphView {
    /// Creates a view of all reached modules or, with a `center`, of the modules that are at most `distance` imports
    /// away from it, in either direction. Returns `None` if the center was not reached.
    pub fn new(graph: &ImportGraph, center: Option<(&ModuleName, usize)>) -> Option<Self> {
        let visible = match center {
            Some((center, distance)) => nodes_around(graph, center, distance)?,
            None => graph.modules().map(|node| node.name.clone()).collect(),
        };
        let nodes = graph.modules().filter(|node| visible.contains(&node.name));
        let nodes = nodes.map(|node| NodeView {
            module: node.name.clone(),
            origin: match node.origin {
                Origin::App => NodeOrigin::App,
                Origin::Dependency => NodeOrigin::Dependency,
                Origin::C => NodeOrigin::C,
                Origin::Stdlib | Origin::MetaRoot => NodeOrigin::Stdlib,
            },
        });
        let edges = graph.imports().into_iter();
        let edges =
            edges.filter(|((from, to), _)| visible.contains(*from) && visible.contains(*to));
        Some(Self {
            nodes: nodes.collect(),
            edges: edges.map(|(ends, edge)| edge_view(ends, edge)).collect(),
        })
    }

    /// Renders the graph in DOT, the language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut text =
            String::from("digraph imports {\n  node [shape=box, fontname=\"sans-serif\"];\n");
        for NodeView { module, origin } in &self.nodes {
            let style = match origin {
                NodeOrigin::App => " [style=bold]",
                NodeOrigin::Dependency => " [style=filled, fillcolor=gray95]",
                NodeOrigin::C => " [style=rounded, color=gray]",
                NodeOrigin::Stdlib => "",
            };
            let module = escape::dot(module.as_str());
            let _ = writeln!(text, "  \"{module}\"{style};");
        }
        for edge in &self.edges {
            let (from, to) = (
                escape::dot(edge.from.as_str()),
                escape::dot(edge.to.as_str()),
            );
            let style = if edge.certain { "" } else { " [style=dashed]" };
            let _ = writeln!(text, "  \"{from}\" -> \"{to}\"{style};");
        }
        text + "}\n"
    }

    /// Renders the graph as a Mermaid flowchart.
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let indexes: BTreeMap<&ModuleName, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (&node.module, index))
            .collect();
        for (index, NodeView { module, origin }) in self.nodes.iter().enumerate() {
            let module = escape::mermaid(module.as_str());
            let _ = match origin {
                NodeOrigin::C => writeln!(text, "  m{index}(\"{module}\")"),
                NodeOrigin::App => writeln!(text, "  m{index}[[\"{module}\"]]"),
                NodeOrigin::Dependency => writeln!(text, "  m{index}([\"{module}\"])"),
                NodeOrigin::Stdlib => writeln!(text, "  m{index}[\"{module}\"]"),
            };
        }
        for edge in &self.edges {
            let arrow = if edge.certain { "-->" } else { "-.->" };
            if let (Some(from), Some(to)) = (indexes.get(&edge.from), indexes.get(&edge.to)) {
                let _ = writeln!(text, "  m{from} {arrow} m{to}");
            }
        }
        text
    }
}

fn edge_view((from, to): (&ModuleName, &ModuleName), edge: &Edge) -> EdgeView {
    EdgeView {
        from: from.clone(),
        to: to.clone(),
        reason: edge.kind.as_str(),
        certain: matches!(edge.kind, EdgeKind::Eager | EdgeKind::Parent),
        line: (edge.line > 0).then_some(edge.line),
        detail: edge.kind.detail().map(str::to_owned),
    }
}

/// Returns the modules that are at most `distance` imports away from `center`, in either direction, or `None` if it was
/// not reached.
fn nodes_around(
    graph: &ImportGraph,
    center: &ModuleName,
    distance: usize,
) -> Option<BTreeSet<ModuleName>> {
    graph.origin(center)?;
    let mut undirected = UnGraph::<&ModuleName, ()>::default();
    let nodes = graph.modules().map(|node| &node.name);
    let nodes: BTreeMap<_, _> = nodes
        .map(|name| (name, undirected.add_node(name)))
        .collect();
    for (from, to) in graph.imports().into_keys() {
        undirected.add_edge(nodes[from], nodes[to], ());
    }
    let distances = dijkstra(&undirected, nodes[center], None, |_| 1_usize);
    let nearby = distances
        .into_iter()
        .filter(|(_, steps)| *steps <= distance);
    Some(nearby.map(|(node, _)| undirected[node].clone()).collect())
}
