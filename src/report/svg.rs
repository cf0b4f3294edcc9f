//! The import graph, drawn.

use std::collections::BTreeMap;

use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use crate::escape;
use crate::types::ModuleName;

/// Width of a letter and height of a line in the drawing's own font, of that size.
const LETTER: f64 = 8.4;
const LINE: f64 = 24.;
const FONT: usize = 14;

/// How a module is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeShape {
    /// A module of the library.
    Stdlib,
    /// A C module: with round corners.
    C,
    /// The app's.
    App,
}

/// Draws modules, and arrows between them: certain imports with a line, others dashed.
pub(super) fn svg<'a>(
    nodes: impl Iterator<Item = (&'a ModuleName, NodeShape)>,
    edges: impl Iterator<Item = (&'a ModuleName, &'a ModuleName, bool)>,
) -> String {
    let orientation = Orientation::LeftToRight;
    let mut graph = VisualGraph::new(orientation);
    let mut handles = BTreeMap::new();
    for (name, kind) in nodes {
        let (fill, round) = match kind {
            NodeShape::Stdlib => (0xFFFF_FFFF, 2),
            NodeShape::C => (0xEEEE_EEFF, 12),
            NodeShape::App => (0xDDEE_FFFF, 2),
        };
        let look = StyleAttr::new(
            Color::new(0x5555_55FF),
            1,
            Some(Color::new(fill)),
            round,
            FONT,
        );
        // The drawing's writer knows the characters that XML has for itself, and not those that it must not have.
        let label = escape::line(name.as_str());
        #[allow(clippy::cast_precision_loss)]
        let width = label.chars().count() as f64 * LETTER + LETTER;
        let shape = ShapeKind::new_box(&label);
        let element = Element::create(shape, look, orientation, Point::new(width, LINE));
        handles.insert(name, graph.add_node(element));
    }
    for (from, to, certain) in edges {
        let (Some(&from), Some(&to)) = (handles.get(from), handles.get(to)) else {
            continue;
        };
        let line = if certain {
            LineStyleKind::Normal
        } else {
            LineStyleKind::Dashed
        };
        let look = StyleAttr::new(Color::new(0x8888_88FF), 1, None, 0, FONT);
        let ends = (LineEndKind::None, LineEndKind::Arrow);
        graph.add_edge(
            Arrow::new(ends.0, ends.1, line, "", &look, &None, &None),
            from,
            to,
        );
    }
    let mut writer = SVGWriter::new();
    graph.do_it(false, false, false, &mut writer);
    writer.finalize().replace("Times, serif", "sans-serif")
}
