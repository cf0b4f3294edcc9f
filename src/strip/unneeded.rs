//! Removes what a module of the library does not need when the bundle lacks other modules.

use std::collections::BTreeSet;

use ruff_python_ast::{Mod, Stmt};
use ruff_text_size::Ranged;

use super::edits::{Edit, apply_edits};
use crate::scan::with_parsed;

/// The parts of a module that only do something with modules which the bundle lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unneeded {
    /// The top-level functions whose callers do without their result.
    pub functions: BTreeSet<String>,
    /// The modules whose imports at the top level only serve these functions.
    pub imports: BTreeSet<String>,
}

impl Unneeded {
    /// Replaces the bodies of the functions by `return`, and the imports by `pass`. The lines and columns of all other
    /// code stay. `None` if the source is not UTF-8 or cannot be parsed, or has nothing of the kind.
    pub fn remove_from(&self, source: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(source).ok()?;
        let edits = with_parsed(text, |parsed| match parsed.syntax() {
            Mod::Module(module) => {
                let statements = module.body.iter();
                statements.filter_map(|stmt| self.edit(stmt)).collect()
            }
            Mod::Expression(_) => Vec::new(),
        })?;
        (!edits.is_empty()).then(|| apply_edits(text, edits).into_bytes())
    }

    fn edit(&self, statement: &Stmt) -> Option<Edit> {
        let edit = |start: &Stmt, end: &Stmt, new| Edit {
            start: start.start().to_usize(),
            end: end.end().to_usize(),
            new,
        };
        match statement {
            Stmt::FunctionDef(function) if self.functions.contains(function.name.as_str()) => {
                let (first, last) = (function.body.first()?, function.body.last()?);
                Some(edit(first, last, "return"))
            }
            Stmt::Import(import) => {
                let mut modules = import.names.iter();
                let is_unneeded = modules.all(|alias| self.imports.contains(alias.name.as_str()));
                is_unneeded.then(|| edit(statement, statement, "pass"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn other_code_stays_in_its_place() {
        let source = "import a\nimport b\nimport a, b\ndef f(x):\n    'doc'\n    import c\n    if x:\n        \
                      return b\ny = f(1)\ndef g(): import b\n";
        let without = |function: &str, import: &str| {
            let unneeded = Unneeded {
                functions: BTreeSet::from([function.to_owned()]),
                imports: BTreeSet::from([import.to_owned()]),
            };
            let text = String::from_utf8(unneeded.remove_from(source.as_bytes())?).unwrap();
            Some(
                text.lines()
                    .map(|line| line.trim_end().to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        let lines: Vec<&str> = source.lines().collect();
        let mut expected = lines.clone();
        expected[1] = "pass";
        expected.splice(4..8, ["    return", "", "", ""]);
        assert_eq!(without("f", "b").unwrap(), expected);
        let mut expected = lines;
        expected[9] = "def g(): return";
        assert_eq!(without("g", "c").unwrap(), expected);
        assert_eq!(without("y", "c"), None);
    }

    #[test]
    fn what_is_no_python_stays() {
        let unneeded = Unneeded {
            functions: BTreeSet::from(["f".to_owned()]),
            imports: BTreeSet::new(),
        };
        for source in [&b"def f(): '\xff'"[..], b"", b"def f(:"] {
            assert_eq!(unneeded.remove_from(source), None);
        }
    }
}
