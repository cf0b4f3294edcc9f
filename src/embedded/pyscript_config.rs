//! Reads the configuration of PyScript, as TOML or JSON: the Python files that it copies into the interpreter.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Document, DocumentError, INSTALLS_PACKAGES, Reference, ReferenceKind, Text};

/// The format of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConfigFormat {
    Json,
    Toml,
    /// JSON if it is in braces, else TOML.
    Unknown,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    files: Map<String, Value>,
    /// The form of PyScript's first versions.
    #[serde(default)]
    fetch: Vec<Fetch>,
    #[serde(default)]
    packages: Vec<Value>,
}

#[derive(Deserialize)]
struct Fetch {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to_folder: String,
    to_file: Option<String>,
    #[serde(default)]
    files: Vec<String>,
}

/// Reads a file `pyscript.toml` or `pyscript.json`.
///
/// # Errors
/// If it is not valid.
pub fn read_pyscript_config(text: &str, is_json: bool) -> Result<Document, DocumentError> {
    let format = if is_json {
        ConfigFormat::Json
    } else {
        ConfigFormat::Toml
    };
    read_config_text(text, format, 1)
}

/// Reads a configuration that starts at a line of a document.
pub(super) fn read_config_text(
    text: &str,
    format: ConfigFormat,
    line: u32,
) -> Result<Document, DocumentError> {
    let is_json = match format {
        ConfigFormat::Json => true,
        ConfigFormat::Toml => false,
        ConfigFormat::Unknown => text.trim_start().starts_with('{'),
    };
    let invalid = |error: String| DocumentError::Format(format!("not a configuration: {error}"));
    let config: Config = if is_json {
        serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?
    } else {
        toml::from_str(text).map_err(|error| invalid(error.message().to_owned()))?
    };
    let line_of = |word: &str| {
        let at = text.find(word).unwrap_or_default();
        let before = text[..at].matches('\n').count();
        line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    };
    let mut document = Document::default();
    if !config.packages.is_empty() {
        let text = Text::implied(line_of("packages"), INSTALLS_PACKAGES);
        document.texts.push(text);
    }
    // `word` is what the text has of the address.
    let mut copy = |address: String, to: String, word: &str| {
        if to.ends_with(".py") {
            document.references.push(Reference {
                address,
                kind: ReferenceKind::Copied(to),
                line: line_of(word),
            });
        }
    };
    // `{FROM}` in an address is the value of the key `{FROM}` (PyScript, "Files").
    let variables: Vec<(&String, &str)> = config
        .files
        .iter()
        .filter(|(key, _)| key.starts_with('{') && key.ends_with('}'))
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
        .collect();
    for (key, to) in &config.files {
        if key.starts_with('{') && key.ends_with('}') {
            continue;
        }
        let mut address = key.clone();
        for (name, value) in &variables {
            address = address.replace(name.as_str(), value);
        }
        let to = to.as_str().unwrap_or_default();
        let to = copied_path(&address, to);
        copy(address, to, key);
    }
    for fetch in config.fetch {
        let join = |folder: &str, file: &str| match folder.trim_end_matches('/') {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        };
        for file in &fetch.files {
            copy(join(&fetch.from, file), join(&fetch.to_folder, file), file);
        }
        if fetch.files.is_empty() && !fetch.from.is_empty() {
            let name = fetch.to_file.as_deref();
            let name = name.unwrap_or_else(|| file_name(&fetch.from));
            let to = join(&fetch.to_folder, name);
            copy(fetch.from.clone(), to, &fetch.from);
        }
    }
    Ok(document)
}

/// Returns the path that a file is copied to: its own name, if the value is empty or names a folder.
fn copied_path(address: &str, to: &str) -> String {
    let path = if to.is_empty() || to.ends_with('/') {
        format!("{to}{}", file_name(address))
    } else {
        to.to_owned()
    };
    path.trim_start_matches("./").to_owned()
}

fn file_name(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn copied(text: &str, format: ConfigFormat) -> Vec<(String, String)> {
        let document = read_config_text(text, format, 1).unwrap();
        let references = document.references.into_iter();
        let copied = references.map(|reference| match reference.kind {
            ReferenceKind::Copied(to) => (reference.address, to),
            kind => (reference.address, format!("{kind:?}")),
        });
        copied.collect()
    }

    #[test]
    fn files_are_copied_to_their_paths() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let toml = "packages = ['numpy']\n[files]\n'{D}' = './lib'\n'{D}/a.py' = ''\n'b.py' = './pkg/'\n'data.csv' = ''\n";
        assert_eq!(
            copied(toml, ConfigFormat::Unknown),
            [pair("b.py", "pkg/b.py"), pair("./lib/a.py", "a.py")]
        );
        let json = r#"{"files": {"https://x.org/c.py?v=1": "./d.py"}}"#;
        assert_eq!(
            copied(json, ConfigFormat::Unknown),
            [pair("https://x.org/c.py?v=1", "d.py")]
        );
        let old = "[[fetch]]\nfrom = 'lib/'\nto_folder = 'pkg'\nfiles = ['a.py']\n[[fetch]]\nfrom = 'b.py'\n";
        assert_eq!(
            copied(old, ConfigFormat::Toml),
            [pair("lib/a.py", "pkg/a.py"), pair("b.py", "b.py")]
        );
    }

    #[test]
    fn packages_are_installed_and_addresses_have_lines() {
        let text = "{\n \"packages\": [\"x\"],\n \"files\": {\n  \"a.py\": \"\"\n }\n}";
        let document = read_config_text(text, ConfigFormat::Unknown, 10).unwrap();
        assert_eq!(document.texts, [Text::implied(11, INSTALLS_PACKAGES)]);
        assert_eq!(document.references[0].line, 13);
        let none = read_config_text("packages = []", ConfigFormat::Toml, 1).unwrap();
        assert!(none.is_empty());
    }

    #[test]
    fn invalid_configurations_are_errors() {
        for (text, is_json) in [("{", true), ("a = ", false), ("files = 1", false)] {
            let error = read_pyscript_config(text, is_json).unwrap_err().to_string();
            assert!(error.starts_with("not a configuration"), "{error}");
        }
    }
}
