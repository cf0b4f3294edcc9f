//! Finds modules that are only named in data: `class: rich.logging.RichHandler` in a YAML file.

use std::collections::{BTreeMap, BTreeSet};

use super::module_provider::ScannedStdlib;
use super::{Inputs, PackError};
use crate::graph::{AnalysisContext, EdgeKind, EntryPoint, ImportGraph, Origin, Resolved};
use crate::types::{ByteSize, ModuleName};

/// The extensions of files in which programs name modules: those of formats for configuration.
const EXTENSIONS: [&str; 7] = ["cfg", "conf", "ini", "json", "toml", "yaml", "yml"];

/// The maximum size of such a file. Larger ones are tables.
const MAX_FILE: ByteSize = ByteSize(256 << 10);

/// Returns entry points for the modules that data files of the app and of reached dependencies name, and that `graph`
/// does not have. The files of the app may name modules of the library and of dependencies, others only the latter.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn modules_named_in_data(
    inputs: &Inputs,
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    graph: &ImportGraph,
) -> Result<Vec<EntryPoint>, PackError> {
    let mut named: BTreeMap<ModuleName, String> = BTreeMap::new();
    let mut add = |text: &[u8], path: &str, origins: &[Origin]| {
        for name in dotted_names(text) {
            if let Some(module) = module_of(name, context, origins)
                && graph.origin(&module).is_none()
            {
                named.entry(module).or_insert_with(|| path.to_owned());
            }
        }
    };
    for app in &inputs.apps {
        for (path, file) in app.data.iter().filter(|(path, _)| is_configuration(path)) {
            let text = app.read(file)?;
            if ByteSize::of(&text) <= MAX_FILE {
                add(&text, path, &[Origin::Dependency, Origin::Stdlib]);
            }
        }
    }
    let reached: Vec<ModuleName> = graph
        .modules()
        .filter(|node| node.origin == Origin::Dependency)
        .map(|node| node.name.clone())
        .collect();
    let reached: BTreeSet<&ModuleName> = reached.iter().collect();
    let data = inputs.dependencies.data_files(&reached).into_iter();
    for data in data.filter(|data| is_configuration(&data.path)) {
        let text = inputs.dependencies.read(&data.file)?;
        if ByteSize::of(&text) <= MAX_FILE {
            add(&text, &data.path, &[Origin::Dependency]);
        }
    }
    let entry_point = |(module, path): (ModuleName, String)| EntryPoint {
        module,
        kind: EdgeKind::Implicit(format!("named in the file '{path}'")),
        all_functions_live: false,
        called_functions: Vec::new(),
    };
    Ok(named.into_iter().map(entry_point).collect())
}

fn is_configuration(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// Iterates over the dotted names in a text, such as `a.b` in `"class": "a.b"`.
fn dotted_names(text: &[u8]) -> impl Iterator<Item = &str> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let words = text.split(move |byte| !is_part(*byte));
    let words = words.filter_map(|word| str::from_utf8(word).ok());
    words.filter(|word| word.contains('.') && !word.starts_with('.') && !word.ends_with('.'))
}

/// Returns the module that a name is of, or that has the object with this name. Only names with a dot count, because
/// others are ordinary words.
fn module_of(
    name: &str,
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    origins: &[Origin],
) -> Option<ModuleName> {
    let parent = name.rsplit_once('.').map(|(parent, _)| parent);
    let parent = parent.filter(|parent| parent.contains('.'));
    let modules = [Some(name), parent].into_iter().flatten();
    let mut modules = modules.filter_map(|name| match context.resolve(name) {
        Resolved::Module(module, origin) if origins.contains(&origin) => Some(module),
        _ => None,
    });
    modules.next()
}

#[cfg(test)]
mod tests {
    use super::dotted_names;

    #[test]
    fn dotted_names_are_words_with_dots_inside() {
        let text = b"style = a.b:C\n{\"x\": \"d.e.F\"} 'g' .h i. \xff.j https://k.l/";
        let found: Vec<&str> = dotted_names(text).collect();
        assert_eq!(found, ["a.b", "d.e.F", "k.l"]);
    }
}
