//! Reads notebooks: nbformat 3 and 4, as Jupyter, JupyterLite, Colab and marimo's export write them.

use serde::Deserialize;

use super::{Document, DocumentError, Place, Text};
use crate::scan::python_of_cell;

/// A notebook of nbformat 4, or of nbformat 3 with its cells in worksheets.
#[derive(Deserialize)]
struct Notebook {
    nbformat: Option<u32>,
    #[serde(default)]
    metadata: Metadata,
    cells: Option<Vec<Cell>>,
    #[serde(default)]
    worksheets: Vec<Worksheet>,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(rename = "cell_type")]
    kind: String,
    /// The code in nbformat 4.
    source: Option<Lines>,
    /// The code in nbformat 3.
    input: Option<Lines>,
    /// The language in nbformat 3.
    language: Option<String>,
}

/// A text, or its lines with their line ends.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    Text(String),
    Lines(Vec<String>),
}

impl Lines {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Lines(lines) => lines.concat(),
        }
    }
}

#[derive(Default, Deserialize)]
struct Metadata {
    kernelspec: Option<KernelSpec>,
    language_info: Option<LanguageInfo>,
}

#[derive(Deserialize)]
struct KernelSpec {
    name: Option<String>,
    language: Option<String>,
}

#[derive(Deserialize)]
struct LanguageInfo {
    name: Option<String>,
}

impl Metadata {
    /// Returns the language of the code; `None` if the notebook does not say it, as those from before Jupyter.
    fn language(&self) -> Option<&str> {
        let info = self.language_info.as_ref();
        let kernel = self.kernelspec.as_ref();
        info.and_then(|info| info.name.as_deref())
            .or_else(|| kernel.and_then(|kernel| kernel.language.as_deref()))
            .or_else(|| kernel.and_then(|kernel| kernel.name.as_deref()))
            .filter(|language| !language.is_empty())
    }
}

/// Returns whether a language, or a kernel, is Python: `python`, `python3`, `ipython`, `Pyodide`.
fn is_python(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    // The kernels of JupyterLite for WebAssembly, and Xeus.
    ["python", "pyodide", "xpython", "micropython"]
        .iter()
        .any(|name| language.contains(name))
        && language != "ironpython"
}

/// Reads the code cells of a notebook.
///
/// # Errors
/// If it is no notebook, or one for another language.
pub fn read_notebook(bytes: &[u8]) -> Result<Document, DocumentError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let notebook: Notebook = serde_json::from_slice(bytes)
        .map_err(|error| DocumentError::Format(format!("not a notebook: {error}")))?;
    let Notebook {
        nbformat,
        metadata,
        cells,
        worksheets,
    } = notebook;
    if cells.is_none() && worksheets.is_empty() {
        let reason = match nbformat {
            Some(_) => "a notebook without cells",
            None => "not a notebook: it has neither 'nbformat' nor 'cells'",
        };
        return Err(DocumentError::Format(reason.to_owned()));
    }
    if let Some(language) = metadata.language().filter(|language| !is_python(language)) {
        return Err(DocumentError::OtherLanguage(language.to_owned()));
    }
    let in_worksheets = worksheets.into_iter().flat_map(|worksheet| worksheet.cells);
    let cells = cells.into_iter().flatten().chain(in_worksheets);
    let code = cells.filter(|cell| cell.kind == "code");
    let mut document = Document::default();
    for (cell, number) in code.zip(1..) {
        if cell
            .language
            .as_deref()
            .is_some_and(|name| !is_python(name))
        {
            continue;
        }
        let text = cell.source.or(cell.input).map(Lines::text);
        let python = python_of_cell(&text.unwrap_or_default());
        if let Some(path) = python.written_to {
            let text = Text::starting_at(
                Place {
                    cell: number,
                    line: 2,
                },
                python.code,
            );
            document.modules.push((path, text));
            continue;
        }
        let first = Place {
            cell: number,
            line: 1,
        };
        if !python.code.trim().is_empty() {
            document.texts.push(Text::starting_at(first, python.code));
        }
    }
    Ok(document)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(notebook: &serde_json::Value) -> Vec<(u32, String)> {
        let document = read_notebook(notebook.to_string().as_bytes()).unwrap();
        let texts = document.texts.into_iter();
        texts
            .map(|text| (text.places[0].cell, text.code.trim_end().to_owned()))
            .collect()
    }

    #[test]
    fn code_cells_of_both_formats_are_read() {
        let new = json!({"nbformat": 4, "metadata": {"kernelspec": {"name": "python3"}}, "cells": [
            {"cell_type": "markdown", "source": "import not_code"},
            {"cell_type": "code", "source": ["import a\n", "import b"]},
            {"cell_type": "code", "source": "a.run()"},
        ]});
        let expected = [
            (1, "import a\nimport b".to_owned()),
            (2, "a.run()".to_owned()),
        ];
        assert_eq!(texts(&new), expected);
        let old = json!({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": [
            {"cell_type": "heading", "level": 1, "source": "x"},
            {"cell_type": "code", "language": "python", "input": ["import a\n", "import b"]},
            {"cell_type": "code", "language": "python", "input": "a.run()"},
        ]}]});
        assert_eq!(texts(&old), expected);
    }

    #[test]
    fn files_that_cells_write_are_modules() {
        let notebook = json!({"nbformat": 4, "cells": [
            {"cell_type": "code", "source": "%%writefile lib/a.py\nimport json"},
            {"cell_type": "code", "source": "%%writefile notes.txt\nnot code"},
        ]});
        let document = read_notebook(notebook.to_string().as_bytes()).unwrap();
        assert!(document.texts.is_empty());
        assert_eq!(document.modules.len(), 1);
        let (path, text) = &document.modules[0];
        assert_eq!((&**path, &*text.code), ("lib/a.py", "import json"));
        assert_eq!(text.places, [Place { cell: 1, line: 2 }]);
    }

    #[test]
    fn other_languages_and_broken_files_are_errors() {
        let error = |text: &str| read_notebook(text.as_bytes()).unwrap_err().to_string();
        let julia =
            r#"{"nbformat": 4, "metadata": {"language_info": {"name": "julia"}}, "cells": []}"#;
        assert_eq!(error(julia), "its code is julia, not Python");
        assert!(error("{").starts_with("not a notebook: EOF"));
        assert!(error("{}").starts_with("not a notebook: it has neither"));
        assert!(error("[]").starts_with("not a notebook"));
        assert_eq!(error(r#"{"nbformat": 4}"#), "a notebook without cells");
    }
}
