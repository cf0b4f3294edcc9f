//! Finds modules that are only named in data: `class: rich.logging.RichHandler` in a YAML file, the class of a pickled
//! object, the codec that a page declares.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::module_provider::ScannedStdlib;
use super::own_files::{has_own_content, is_of_this_program, without_own_table};
use super::{Inputs, PackError};
use crate::graph::{AnalysisContext, EdgeKind, EntryPoint, ImportGraph, Origin, Resolved};
use crate::scan::{DataFileKind, Identifier, NamedInDataFile};
use crate::types::{ByteSize, ModuleName};

/// The extensions of files in which programs name modules: those of formats for configuration.
const EXTENSIONS: [&str; 7] = ["cfg", "conf", "ini", "json", "toml", "yaml", "yml"];

/// The maximum size of such a file. Larger ones are tables.
const MAX_CONFIGURATION: ByteSize = ByteSize(256 << 10);

/// Returns entry points for the modules that data files of the app and of reached dependencies name, and that `graph`
/// does not have. The files of the app may name modules of the library and of dependencies, others only the latter.
/// Pickles and texts only count if a literal of the app has their name: they are often samples.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn modules_named_in_data(
    inputs: &Inputs,
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
    graph: &ImportGraph,
) -> Result<Vec<EntryPoint>, PackError> {
    let opened = context.app.values();
    let opened = opened.flat_map(|(_, summary)| &summary.data_files);
    let opened: BTreeSet<&str> = opened.map(|path| file_name(path)).collect();
    let mut named = Named {
        context,
        graph,
        modules: BTreeMap::new(),
        objects: BTreeMap::new(),
    };
    let counts = |path: &str| match DataFileKind::of(path) {
        Some(DataFileKind::Catalog) => true,
        Some(_) => opened.contains(file_name(path)),
        None => is_configuration(path),
    };
    for app in &inputs.apps {
        let data = app.data.iter();
        let data = data
            .filter(|(path, file)| counts(path) && !is_of_this_program(inputs, Path::new(file)));
        for (path, file) in data {
            let content = app.read(file)?;
            if has_own_content(path, &content) {
                continue;
            }
            app.record_read(file, &content);
            if let Some(kind) = DataFileKind::of(path) {
                named.add_data_file(&kind.names_in(&content), path);
            } else if ByteSize::of(&content) <= MAX_CONFIGURATION {
                let content = without_own_table(path, content.into());
                named.add_configuration(&content, path, &[Origin::Dependency, Origin::Stdlib]);
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
        if ByteSize::of(&text) <= MAX_CONFIGURATION {
            named.add_configuration(&text, &data.path, &[Origin::Dependency]);
        }
    }
    Ok(named.entry_points())
}

/// The modules that data files name.
struct Named<'a, 'c, 's> {
    context: &'a AnalysisContext<'c, ScannedStdlib<'s>>,
    graph: &'a ImportGraph,
    /// The path of a file that names it, by module.
    modules: BTreeMap<ModuleName, String>,
    /// The path of a file that names it, by the module and the attributes of an object.
    objects: BTreeMap<(ModuleName, Box<[Identifier]>), String>,
}

impl Named<'_, '_, '_> {
    fn add_configuration(&mut self, text: &[u8], path: &str, origins: &[Origin]) {
        for name in dotted_names(text) {
            if let Some(module) = module_of(name, self.context, origins) {
                self.add_module(module, path);
            }
        }
    }

    fn add_data_file(&mut self, named: &NamedInDataFile, path: &str) {
        let codecs = named.codecs.iter();
        let modules = codecs.flat_map(|codec| self.context.codecs.modules(codec));
        let modules: Vec<String> = modules.collect();
        for module in modules {
            if let Resolved::Module(module, _) = self.context.resolve(&module) {
                self.add_module(module, path);
            }
        }
        for object in &named.objects {
            if let Resolved::Module(module, origin) = self.context.resolve(object.module.as_str())
                && origin != Origin::App
            {
                let object = (module, object.attributes.clone());
                let objects = self.objects.entry(object);
                objects.or_insert_with(|| path.to_owned());
            }
        }
    }

    fn add_module(&mut self, module: ModuleName, path: &str) {
        if self.graph.origin(&module).is_none() {
            let modules = self.modules.entry(module);
            modules.or_insert_with(|| path.to_owned());
        }
    }

    fn entry_points(self) -> Vec<EntryPoint> {
        let modules = self.modules.into_iter();
        let modules = modules.map(|(module, path)| (module, Vec::new(), path));
        let objects = self.objects.into_iter();
        let objects = objects.map(|((module, attributes), path)| (module, vec![attributes], path));
        let entry_point = |(module, called_functions, path)| EntryPoint {
            module,
            kind: EdgeKind::Implicit(format!("named in the file '{path}'")),
            all_functions_live: false,
            called_functions,
        };
        modules.chain(objects).map(entry_point).collect()
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
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
