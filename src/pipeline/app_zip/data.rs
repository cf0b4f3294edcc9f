//! Selects the files of `app.zip` that are not modules: data, and the metadata of distributions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{AppZipFile, AppZipModule, ModuleContent, Owner};
use crate::app::App;
use crate::bundle::entry_path;
use crate::dependency::Distribution;
use crate::pipeline::Inputs;
use crate::pipeline::own_files::is_of_this_program;
use crate::types::ModuleName;

/// Returns the files by their path in the zip. The first of several files with the same path counts, as on `sys.path`:
/// one of the app, or of the first dependency that has it.
pub(super) fn data_files(
    inputs: &Inputs,
    modules: &BTreeMap<ModuleName, AppZipModule>,
    of_dependencies: &BTreeSet<&ModuleName>,
    distributions: &[Distribution],
    mut files: BTreeMap<String, AppZipFile>,
) -> BTreeMap<String, AppZipFile> {
    for (index, app) in inputs.apps.iter().enumerate() {
        let folders = program_folders(app, index, modules);
        let data = app.data.iter();
        let data = data.filter(|(path, file)| {
            is_in(path, &folders) && !is_of_this_program(inputs, Path::new(file))
        });
        for (path, file) in data {
            let file = AppZipFile::OfApp(index, file.clone());
            files.entry(path.clone()).or_insert(file);
        }
    }
    let data = inputs.dependencies.data_files(of_dependencies).into_iter();
    let metadata = distributions
        .iter()
        .flat_map(|distribution| distribution.files.clone());
    let mut packed = BTreeMap::new();
    for data in data.chain(metadata) {
        packed.insert(data.file.clone(), data.path.clone());
        let file = AppZipFile::OfDependency(data.file);
        files.entry(data.path).or_insert(file);
    }
    packed.extend(module_files(inputs, modules));
    for distribution in distributions {
        if let Some(record) = &distribution.record {
            let text = AppZipFile::Generated(record_text(distribution, &packed));
            files.entry(record.clone()).or_insert(text);
        }
    }
    // A module has precedence, as in imports.
    for module in modules.values() {
        files.remove(&entry_path(&module.path, inputs.profile.payload));
    }
    files
}

/// Returns the paths in the zip of the dependencies' modules, by the paths of their files.
fn module_files<'a>(
    inputs: &'a Inputs,
    modules: &'a BTreeMap<ModuleName, AppZipModule>,
) -> impl Iterator<Item = (String, String)> + 'a {
    let of_dependencies = modules.iter().filter(|(_, module)| {
        module.owner == Owner::Dependency && !matches!(module.content, ModuleContent::Namespace)
    });
    of_dependencies.filter_map(|(name, module)| {
        let file = inputs.dependencies.modules().get(name)?;
        let path = entry_path(&module.path, inputs.profile.payload);
        Some((file.path.clone(), path))
    })
}

/// Returns the text of a `RECORD` that lists those files of a distribution that are packed. The digest and the size of
/// a file may be missing (Python packaging specifications, "Recording installed projects").
fn record_text(distribution: &Distribution, packed: &BTreeMap<String, String>) -> String {
    let listed = distribution.listed.iter();
    let paths: BTreeSet<&String> = listed.filter_map(|file| packed.get(file)).collect();
    let line = |path: &&String| {
        if path.contains([',', '"']) {
            format!("\"{}\",,\n", path.replace('"', "\"\""))
        } else {
            format!("{path},,\n")
        }
    };
    paths.iter().map(line).collect()
}

/// Returns the folders whose files are part of the program: of a project, its packages, and the folder itself if there
/// are modules of the program in it; else all. The folder itself is empty.
fn program_folders<'a>(
    app: &App,
    index: usize,
    modules: &'a BTreeMap<ModuleName, AppZipModule>,
) -> BTreeSet<&'a str> {
    if !app.is_project {
        return BTreeSet::from([""]);
    }
    let of_app = modules
        .values()
        .filter(|module| module.owner == Owner::App(index));
    let folders = of_app.map(|module| match module.path.split_once('/') {
        Some((folder, _)) => folder,
        None => "",
    });
    folders.collect()
}

fn is_in(path: &str, folders: &BTreeSet<&str>) -> bool {
    let top_level = path.split_once('/').map(|(folder, _)| folder);
    folders.contains("") || top_level.is_some_and(|folder| folders.contains(folder))
}
