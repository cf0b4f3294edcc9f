//! Reads the table `[tool.stdlib-pack]` of a `pyproject.toml` as YAML, so that one parser and its messages serve both
//! formats.

use std::fmt::Write as _;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::yaml::YamlError;

/// The file name.
pub const PYPROJECT_FILE: &str = "pyproject.toml";
/// The name of the table, as messages have it.
pub const TABLE: &str = "[tool.stdlib-pack]";
/// The name of the table in `[tool]`.
const KEY: &str = "stdlib-pack";

/// The table as YAML, with the place of each key and value in the TOML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolTable {
    /// The table in the flow style of YAML.
    pub yaml: String,
    /// The ranges of keys and values: in the YAML, and in the TOML. Those inside of a value come before it.
    places: Vec<(Range<usize>, Range<usize>)>,
}

/// Reads the table from the text of a `pyproject.toml`; `None` if there is none.
///
/// # Errors
/// When the text is not TOML.
pub fn read_tool_table(text: &str) -> Result<Option<ToolTable>, YamlError> {
    // Most files of this name are about other tools, and need not be parsed.
    if !text.contains(KEY) {
        return Ok(None);
    }
    let document = DeTable::parse(text).map_err(|error| YamlError {
        message: error.message().lines().collect::<Vec<_>>().join(", "),
        help: None,
        range: error.span().unwrap_or(0..0),
    })?;
    let tools = document.get_ref().get("tool");
    let table = tools.and_then(|tools| tools.get_ref().get(KEY));
    Ok(table.map(|table| {
        let mut written = ToolTable::default();
        written.write_value(table.get_ref(), table.span());
        written
    }))
}

impl ToolTable {
    /// Returns the range in the TOML of a range of the YAML.
    pub fn toml_range(&self, yaml: &Range<usize>) -> Range<usize> {
        let containing = |(written, _): &&(Range<usize>, Range<usize>)| {
            written.start <= yaml.start && yaml.start < written.end
        };
        // Of a key or value and what contains it, the one that starts where the range does.
        let containing = self.places.iter().filter(containing);
        let place = containing.min_by_key(|(written, _)| {
            (yaml.start - written.start, written.end.abs_diff(yaml.end))
        });
        place.map_or(0..0, |(_, toml)| toml.clone())
    }

    /// Replaces what the table contains by spaces in `text`, the TOML that it was read from.
    pub fn blank(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for (_, toml) in &self.places {
            if let Some(place) = bytes.get_mut(toml.clone()) {
                place.fill(b' ');
            }
        }
        // Only whole keys and values are replaced, so it stays UTF-8.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn write_value(&mut self, value: &DeValue<'_>, toml: Range<usize>) {
        let start = self.yaml.len();
        match value {
            DeValue::Boolean(value) => _ = write!(self.yaml, "{value}"),
            DeValue::Integer(value) if value.radix() == 10 => self.yaml.push_str(value.as_str()),
            DeValue::Integer(value) => {
                let number = i64::from_str_radix(value.as_str(), value.radix());
                match number {
                    Ok(number) => _ = write!(self.yaml, "{number}"),
                    Err(_) => self.write_string(value.as_str()),
                }
            }
            DeValue::String(text) => self.write_string(text),
            DeValue::Float(value) => self.write_string(value.as_str()),
            DeValue::Datetime(value) => self.write_string(&value.to_string()),
            DeValue::Array(items) => {
                self.yaml.push('[');
                for item in items {
                    self.write_value(item.get_ref(), item.span());
                    self.yaml.push_str(", ");
                }
                self.yaml.push(']');
            }
            DeValue::Table(table) => {
                self.yaml.push('{');
                for (key, value) in table {
                    let start = self.yaml.len();
                    self.write_string(key.get_ref());
                    self.places.push((start..self.yaml.len(), key.span()));
                    self.yaml.push_str(": ");
                    self.write_value(value.get_ref(), value.span());
                    self.yaml.push_str(", ");
                }
                self.yaml.push('}');
            }
        }
        self.places.push((start..self.yaml.len(), toml));
    }

    /// Writes a string in double quotes, whose escapes in JSON are those of YAML as well.
    fn write_string(&mut self, text: &str) {
        let _ = write!(self.yaml, "{}", serde_json::Value::from(text));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "[project]\nname = 'é'\n\n[tool.stdlib-pack.bundles.web]\nprofile = \"wasm\"\n\
                        app = [\n  'a b.py',\n]\njobs = 0x2\noptimize = 1\nsbom = true\n\n[tool.other]\nx = 'ssl'\n";

    #[test]
    fn tables_are_read_as_yaml_with_their_places() {
        let table = read_tool_table(TEXT).unwrap().unwrap();
        let expected = r#"{"bundles": {"web": {"app": ["a b.py", ], "jobs": 2, "optimize": 1, "profile": "wasm", "sbom": true, }, }, }"#;
        assert_eq!(table.yaml, expected);
        for (yaml, toml) in [
            ("\"jobs\"", "jobs"),
            ("\"wasm\"", "\"wasm\""),
            ("\"a b.py\"", "'a b.py'"),
            ("2, ", "0x2"),
            ("[\"a b", "[\n  'a b.py',\n]"),
        ] {
            let start = table.yaml.find(yaml).unwrap();
            assert_eq!(&TEXT[table.toml_range(&(start..start + 1))], toml);
        }
    }

    #[test]
    fn blank_leaves_other_tables() {
        let table = read_tool_table(TEXT).unwrap().unwrap();
        let blank = table.blank(TEXT);
        assert!(blank.contains("x = 'ssl'") && blank.contains("name = 'é'"));
        assert!(!blank.contains("wasm") && !blank.contains("a b.py"));
    }

    #[test]
    fn files_of_other_tools_are_not_parsed() {
        assert_eq!(read_tool_table("[tool.ruff]\nx = 1\n"), Ok(None));
        assert_eq!(read_tool_table("= no TOML"), Ok(None));
        assert_eq!(read_tool_table("[tool]\nx = 'stdlib-pack'\n"), Ok(None));
        let error = read_tool_table("[tool.stdlib-pack]\nx =\n").unwrap_err();
        assert_eq!(error.range.start, 22);
    }
}
