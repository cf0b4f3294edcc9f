//! The import graph as DOT, Mermaid or JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use petgraph::algo::dijkstra;
use petgraph::graph::UnGraph;
use schemars::JsonSchema;
use serde::Serialize;

use crate::escape;
use crate::graph::{Edge, EdgeKind, ImportGraph, Origin};
use crate::types::ModuleName;

/// Modules and the imports between them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GraphView {
    /// By name.
    nodes: Vec<NodeView>,
    /// By importer, then imported.
    edges: Vec<EdgeView>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NodeView {
    module: ModuleName,
    origin: NodeOrigin,
}

/// Where a module comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum NodeOrigin {
    /// A file or folder of the standard library.
    Stdlib,
    /// A C module.
    C,
    /// The user's code.
    App,
}

/// One module imports another; of several imports the plainest.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EdgeView {
    from: ModuleName,
    to: ModuleName,
    reason: &'static str,
    /// The import happens whenever the importer is imported.
    #[serde(skip)]
    certain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The function that imports, or the evidence for an import that no source shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl GraphView {
    /// All that was reached; or, around `centre`, what is at most `distance` imports away from it,
    /// along the arrows or against them. None when the centre was not reached.
    pub fn new(graph: &ImportGraph, centre: Option<(&ModuleName, usize)>) -> Option<Self> {
        let shown = match centre {
            Some((centre, distance)) => nodes_around(graph, centre, distance)?,
            None => graph.modules().map(|node| node.name.clone()).collect(),
        };
        let nodes = graph.modules().filter(|node| shown.contains(&node.name));
        let nodes = nodes.map(|node| NodeView {
            module: node.name.clone(),
            origin: match node.origin {
                Origin::App => NodeOrigin::App,
                Origin::C => NodeOrigin::C,
                Origin::Stdlib | Origin::MetaRoot => NodeOrigin::Stdlib,
            },
        });
        let edges = graph.imports().into_iter();
        let edges = edges.filter(|((from, to), _)| shown.contains(*from) && shown.contains(*to));
        Some(Self {
            nodes: nodes.collect(),
            edges: edges.map(|(ends, edge)| edge_view(ends, edge)).collect(),
        })
    }

    /// The language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut text =
            String::from("digraph imports {\n  node [shape=box, fontname=\"sans-serif\"];\n");
        for NodeView { module, origin } in &self.nodes {
            let style = match origin {
                NodeOrigin::App => " [style=bold]",
                NodeOrigin::C => " [style=rounded, color=gray]",
                NodeOrigin::Stdlib => "",
            };
            let module = escape::dot(module.as_str());
            let _ = writeln!(text, "  \"{module}\"{style};");
        }
        for edge_view in &self.edges {
            let (from, to) = (
                escape::dot(edge_view.from.as_str()),
                escape::dot(edge_view.to.as_str()),
            );
            let style = if edge_view.certain {
                ""
            } else {
                " [style=dashed]"
            };
            let _ = writeln!(text, "  \"{from}\" -> \"{to}\"{style};");
        }
        text + "}\n"
    }

    /// The language of Mermaid.
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let places: BTreeMap<&ModuleName, usize> = self
            .nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (&node.module, place))
            .collect();
        for (place, NodeView { module, origin }) in self.nodes.iter().enumerate() {
            let module = escape::mermaid(module.as_str());
            let _ = match origin {
                NodeOrigin::C => writeln!(text, "  m{place}(\"{module}\")"),
                NodeOrigin::App => writeln!(text, "  m{place}[[\"{module}\"]]"),
                NodeOrigin::Stdlib => writeln!(text, "  m{place}[\"{module}\"]"),
            };
        }
        for edge_view in &self.edges {
            let line = if edge_view.certain { "-->" } else { "-.->" };
            if let (Some(from), Some(to)) = (places.get(&edge_view.from), places.get(&edge_view.to))
            {
                let _ = writeln!(text, "  m{from} {line} m{to}");
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

/// The modules that are at most `distance` imports away from `centre`, along the imports or against them; none when it was
/// not reached.
fn nodes_around(
    graph: &ImportGraph,
    centre: &ModuleName,
    distance: usize,
) -> Option<BTreeSet<ModuleName>> {
    graph.origin(centre)?;
    let mut undirected = UnGraph::<&ModuleName, ()>::default();
    let nodes = graph.modules().map(|node| &node.name);
    let nodes: BTreeMap<_, _> = nodes
        .map(|name| (name, undirected.add_node(name)))
        .collect();
    for (from, to) in graph.imports().into_keys() {
        undirected.add_edge(nodes[from], nodes[to], ());
    }
    let distances = dijkstra(&undirected, nodes[centre], None, |_| 1_usize);
    let near = distances
        .into_iter()
        .filter(|(_, steps)| *steps <= distance);
    Some(near.map(|(node, _)| undirected[node].clone()).collect())
}
