//! Removes what a module of the library does not need when the bundle lacks other modules.

use std::collections::BTreeSet;

use ruff_python_ast::{DictItem, Expr, Mod, Stmt, StmtAssign};
use ruff_text_size::{Ranged, TextSize};

use super::edits::{Edit, apply_edits};
use crate::scan::with_parsed;

/// The parts of a module that only do something with modules which the bundle lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unneeded {
    /// The top-level functions whose callers do without their result.
    pub functions: BTreeSet<String>,
    /// The modules whose imports at the top level only serve these functions.
    pub imports: BTreeSet<String>,
    /// If given, the only keys that the dict `build_time_vars` keeps.
    pub build_variables: Option<BTreeSet<String>>,
}

/// The name of the dict in `_sysconfigdata_*` (`_generate_posix_vars` in `Lib/sysconfig`).
const BUILD_VARIABLES: &str = "build_time_vars";

impl Unneeded {
    /// Replaces the bodies of the functions by `return` and the imports by `pass`, and removes items of the dict. The lines and columns of all other
    /// code stay. `None` if the source is not UTF-8 or cannot be parsed, or has nothing of the kind.
    pub fn remove_from(&self, source: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(source).ok()?;
        let edits = with_parsed(text, |parsed| match parsed.syntax() {
            Mod::Module(module) => {
                let statements = module.body.iter();
                statements.flat_map(|stmt| self.edits(stmt)).collect()
            }
            Mod::Expression(_) => Vec::new(),
        })?;
        (!edits.is_empty()).then(|| apply_edits(text, edits).into_bytes())
    }

    fn edits(&self, statement: &Stmt) -> Vec<Edit> {
        match (statement, &self.build_variables) {
            (Stmt::Assign(assignment), Some(kept)) => variables_but(kept, assignment),
            _ => self.edit(statement).into_iter().collect(),
        }
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

/// Returns the edits that remove all variables but those in `kept`. An item ends where the next one begins.
fn variables_but(kept: &BTreeSet<String>, assignment: &StmtAssign) -> Vec<Edit> {
    let is_dict = |target: &Expr| matches!(target, Expr::Name(name) if name.id == BUILD_VARIABLES);
    let (true, Expr::Dict(dict)) = (assignment.targets.iter().all(is_dict), &*assignment.value)
    else {
        return Vec::new();
    };
    let starts = dict.items.iter().map(|item| item.range().start());
    let end = dict.end() - TextSize::new(1);
    let ends = starts.clone().skip(1).chain([end]);
    let is_kept = |item: &DictItem| match &item.key {
        Some(Expr::StringLiteral(key)) => kept.contains(key.value.to_str()),
        _ => true,
    };
    let items = dict.items.iter().zip(starts.zip(ends));
    let removed = items.filter(|(item, _)| !is_kept(item));
    let edit = |(_, (start, end)): (_, (TextSize, TextSize))| Edit {
        start: start.to_usize(),
        end: end.to_usize(),
        new: "",
    };
    removed.map(edit).collect()
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
                build_variables: None,
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
    fn variables_of_the_build_that_nothing_names() {
        let source = "# generated\nbuild_time_vars = {'A': 1,\n 'B': 'b'\n      'c',\n 'C': 0}\nother = {'A': 1}\n";
        let kept = |names: &[&str]| {
            let names = names.iter().map(ToString::to_string).collect();
            let unneeded = Unneeded {
                build_variables: Some(names),
                ..Unneeded::default()
            };
            let text = String::from_utf8(unneeded.remove_from(source.as_bytes())?).unwrap();
            Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let other = "other = {'A': 1}";
        let expected = |dict: &str| Some(format!("# generated build_time_vars = {dict} {other}"));
        assert_eq!(kept(&["B", "X"]), expected("{ 'B': 'b' 'c', }"));
        assert_eq!(kept(&["A", "C"]), expected("{'A': 1, 'C': 0}"));
        assert_eq!(kept(&[]), expected("{ }"));
        assert_eq!(kept(&["A", "B", "C"]), None);
    }

    #[test]
    fn what_is_no_python_stays() {
        let unneeded = Unneeded {
            functions: BTreeSet::from(["f".to_owned()]),
            ..Unneeded::default()
        };
        for source in [&b"def f(): '\xff'"[..], b"", b"def f(:"] {
            assert_eq!(unneeded.remove_from(source), None);
        }
    }
}
