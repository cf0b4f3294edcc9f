//! The import graph as a picture that others draw: DOT, Mermaid, or JSON.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::svg;
use crate::escape;
use crate::graph::{Edge, ImportGraph, Origin};
use crate::types::ModuleName;

/// Most imports that are drawn. layout-rs looks for the order with the fewest crossings, and takes about two seconds
/// for so many, and more than half a minute for three times as many.
const MAX_DRAWN_EDGES: usize = 150;

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
    /// `stdlib`, `c` or `app`.
    origin: &'static str,
}

/// One module imports another; of several imports the plainest.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EdgeView {
    from: ModuleName,
    to: ModuleName,
    reason: &'static str,
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
                Origin::App => "app",
                Origin::C => "c",
                Origin::Stdlib | Origin::MetaRoot => "stdlib",
            },
        });
        let edges = graph.imports().into_iter();
        let edges = edges.filter(|((from, to), _)| shown.contains(*from) && shown.contains(*to));
        Some(Self {
            nodes: nodes.collect(),
            edges: edges.map(|(ends, edge)| arrow(ends, edge)).collect(),
        })
    }

    /// The language of Graphviz.
    pub fn to_dot(&self) -> String {
        let mut text =
            String::from("digraph imports {\n  node [shape=box, fontname=\"sans-serif\"];\n");
        for NodeView { module, origin } in &self.nodes {
            let style = match *origin {
                "app" => " [style=bold]",
                "c" => " [style=rounded, color=gray]",
                _ => "",
            };
            let module = escape::dot(module.as_str());
            let _ = writeln!(text, "  \"{module}\"{style};");
        }
        for arrow in &self.edges {
            let (from, to) = (
                escape::dot(arrow.from.as_str()),
                escape::dot(arrow.to.as_str()),
            );
            let style = if arrow.is_certain() {
                ""
            } else {
                " [style=dashed]"
            };
            let _ = writeln!(text, "  \"{from}\" -> \"{to}\"{style};");
        }
        text + "}\n"
    }

    /// How many imports it shows.
    pub fn imports(&self) -> usize {
        self.edges.len()
    }

    /// Whether it shows more imports than can be drawn.
    pub fn is_large(&self) -> bool {
        self.imports() > MAX_DRAWN_EDGES
    }

    /// Only one way to each module: what a large picture is readable with. Around a centre the ways lead away from
    /// it, along the arrows or against them; else they are those by which modules are told to be there.
    #[must_use]
    pub fn without_extra_edges(mut self, graph: &ImportGraph, centre: Option<&ModuleName>) -> Self {
        let ways = centre.map(|centre| shortest_edges_from(&self.edges, centre));
        let is_told = |arrow: &EdgeView| {
            let step = graph.reached_by(&arrow.to);
            step.is_some_and(|step| step.importer.name == arrow.from)
        };
        self.edges.retain(|arrow| match &ways {
            Some(ways) => ways.contains(&(arrow.from.clone(), arrow.to.clone())),
            None => is_told(arrow),
        });
        self
    }

    /// A drawing that browsers show.
    pub fn to_svg(&self) -> String {
        let nodes = self.nodes.iter().map(|node| {
            let kind = match node.origin {
                "app" => svg::NodeShape::App,
                "c" => svg::NodeShape::C,
                _ => svg::NodeShape::Stdlib,
            };
            (&node.module, kind)
        });
        let edges = self.edges.iter();
        svg::svg(
            nodes,
            edges.map(|arrow| (&arrow.from, &arrow.to, arrow.is_certain())),
        )
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
            let _ = match *origin {
                "c" => writeln!(text, "  m{place}(\"{module}\")"),
                "app" => writeln!(text, "  m{place}[[\"{module}\"]]"),
                _ => writeln!(text, "  m{place}[\"{module}\"]"),
            };
        }
        for arrow in &self.edges {
            let line = if arrow.is_certain() { "-->" } else { "-.->" };
            if let (Some(from), Some(to)) = (places.get(&arrow.from), places.get(&arrow.to)) {
                let _ = writeln!(text, "  m{from} {line} m{to}");
            }
        }
        text
    }
}

impl EdgeView {
    /// Whether the import happens whenever the importer is imported.
    fn is_certain(&self) -> bool {
        matches!(self.reason, "eager" | "parent")
    }
}

fn arrow((from, to): (&ModuleName, &ModuleName), edge: &Edge) -> EdgeView {
    EdgeView {
        from: from.clone(),
        to: to.clone(),
        reason: edge.kind.as_str(),
        line: (edge.line > 0).then_some(edge.line),
        detail: edge.kind.detail().map(str::to_owned),
    }
}

/// For each module an import by which it is as near to `centre` as can be.
fn shortest_edges_from(
    edges: &[EdgeView],
    centre: &ModuleName,
) -> BTreeSet<(ModuleName, ModuleName)> {
    let mut reached = BTreeSet::from([centre]);
    let mut ways = BTreeSet::new();
    loop {
        let open = edges.iter().filter_map(|arrow| {
            let EdgeView { from, to, .. } = arrow;
            match (reached.contains(from), reached.contains(to)) {
                (true, false) => Some((to, arrow)),
                (false, true) => Some((from, arrow)),
                _ => None,
            }
        });
        let open: BTreeMap<&ModuleName, &EdgeView> = open.collect();
        if open.is_empty() {
            return ways;
        }
        reached.extend(open.keys());
        ways.extend(open.values().map(|way| (way.from.clone(), way.to.clone())));
    }
}

fn nodes_around(
    graph: &ImportGraph,
    centre: &ModuleName,
    distance: usize,
) -> Option<BTreeSet<ModuleName>> {
    graph.node(centre)?;
    let mut neighbours: BTreeMap<&ModuleName, Vec<&ModuleName>> = BTreeMap::new();
    for ((from, to), _) in graph.imports() {
        neighbours.entry(from).or_default().push(to);
        neighbours.entry(to).or_default().push(from);
    }
    let mut seen = BTreeSet::from([centre.clone()]);
    let mut open = VecDeque::from([(centre, 0)]);
    while let Some((module, steps)) = open.pop_front() {
        if steps == distance {
            continue;
        }
        for &next in neighbours.get(module).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push_back((next, steps + 1));
            }
        }
    }
    Some(seen)
}
