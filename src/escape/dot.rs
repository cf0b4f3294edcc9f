//! Escapes for Graphviz (<https://graphviz.org/doc/info/lang.html>).

use super::line;

/// Escapes a text for a quoted identifier, which is also the label of its node.
pub fn dot(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in line(text).chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            // Graphviz decodes HTML entities in labels.
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use layout::gv::DotParser;
    use layout::gv::parser::ast::Stmt;
    use proptest::prelude::*;

    use super::*;

    /// Returns the names of the nodes that a DOT parser finds.
    fn nodes(text: &str) -> Vec<String> {
        let graph = DotParser::new(text).process().unwrap();
        let nodes = graph.list.list.iter().map(|statement| match statement {
            Stmt::Node(node) => {
                assert!(node.list.list.is_empty(), "{text}");
                node.id.name.clone()
            }
            _ => panic!("{text}"),
        });
        nodes.collect()
    }

    #[test]
    fn name_cannot_add_attributes() {
        let name = "x\"[URL=\"javascript:alert(1)\"];\"y";
        let text = format!("digraph {{\n  \"{}\";\n}}\n", dot(name));
        assert_eq!(nodes(&text), [name]);
    }

    proptest! {
        #[test]
        fn any_text_stays_one_node(text in any::<String>()) {
            let graph = format!("digraph {{ \"{}\"; \"last\"; }}", dot(&text));
            let nodes = nodes(&graph);
            prop_assert_eq!(&nodes[0].replace("&amp;", "&"), &line(&text));
            prop_assert_eq!(nodes.len(), 2);
        }
    }
}
