//! Distributions: what is installed under one name and version, such as `PyYAML 6.0`, with its metadata.

use std::collections::BTreeSet;

use super::locked_package::normalized_name;
use super::{DataFile, Dependencies, Package, libraries_of};
use crate::stdlib::{StdlibError, is_extension_module};
use crate::types::{ModuleName, RECORD, paths_in_record};

/// The files that `importlib.metadata` reads, except for the lists of files: `RECORD`, and `SOURCES.txt` of
/// `*.egg-info`.
const METADATA: [&str; 5] = [
    "METADATA",
    "PKG-INFO",
    "entry_points.txt",
    "top_level.txt",
    "direct_url.json",
];

/// A distribution with modules that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The metadata files, the licences that they name, and shared libraries.
    pub files: Vec<DataFile>,
    /// The path of the list of files, if there is one.
    pub record: Option<String>,
    /// The paths with which the files of that list are read.
    pub listed: BTreeSet<String>,
}

/// The headers of `METADATA` that matter here (Core metadata specifications).
#[derive(Default)]
struct Headers {
    name: String,
    version: String,
    licence_files: Vec<String>,
}

impl Headers {
    fn parse(text: &str) -> Self {
        let mut headers = Self::default();
        // The description follows after an empty line.
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim().to_owned();
            match key {
                "Name" => headers.name = value,
                "Version" => headers.version = value,
                "License-File" => headers.licence_files.push(value),
                _ => {}
            }
        }
        headers
    }
}

impl Dependencies {
    /// Returns the distributions that the kept modules belong to, according to their lists of files.
    ///
    /// # Errors
    /// If a metadata file cannot be read.
    pub fn distributions(
        &self,
        kept: &BTreeSet<&ModuleName>,
    ) -> Result<Vec<Distribution>, StdlibError> {
        let mut distributions = Vec::new();
        for (index, package) in self.packages.iter().enumerate() {
            let modules = kept
                .iter()
                .filter_map(|name| self.module_in(index, name.as_str()));
            let modules: BTreeSet<&str> = modules.map(|(_, path)| path).collect();
            let folders = package.data.iter().filter_map(|path| {
                let (folder, file) = path.split_once('/')?;
                (is_metadata_folder(folder) && matches!(file, "METADATA" | "PKG-INFO"))
                    .then_some((folder, path))
            });
            for (folder, metadata) in folders {
                distributions.extend(self.distribution(package, folder, metadata, &modules)?);
            }
        }
        Ok(distributions)
    }

    /// Returns the distribution with the metadata in `folder`, if one of `modules` belongs to it.
    fn distribution(
        &self,
        package: &Package,
        folder: &str,
        metadata: &str,
        modules: &BTreeSet<&str>,
    ) -> Result<Option<Distribution>, StdlibError> {
        let read = |path: &str| -> Result<String, StdlibError> {
            let bytes = self.read(&package.full_path(path))?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let has = |path: &String| package.data.binary_search(path).is_ok();
        let record = Some(format!("{folder}/{RECORD}")).filter(has);
        let top_level = Some(format!("{folder}/top_level.txt")).filter(has);
        let listed: BTreeSet<String> = match &record {
            Some(record) => paths_in_record(&read(record)?).collect(),
            None => BTreeSet::new(),
        };
        let headers = Headers::parse(&read(metadata)?);
        let is_kept = if record.is_some() {
            modules.iter().any(|path| listed.contains(*path))
        } else {
            let top_levels = match &top_level {
                Some(file) => read(file)?
                    .lines()
                    .map(|line| line.trim().to_owned())
                    .collect(),
                None => vec![headers.name.replace('-', "_").to_lowercase()],
            };
            let top_level = |path: &str| -> String {
                let end = path.find(['/', '.']).unwrap_or(path.len());
                path[..end].to_owned()
            };
            modules
                .iter()
                .any(|path| top_levels.contains(&top_level(path)))
        };
        if !is_kept {
            return Ok(None);
        }
        let licences = headers.licence_files.iter().flat_map(|file| {
            let places = [format!("licenses/{file}"), file.clone()];
            places.map(|file| format!("{folder}/{file}"))
        });
        let files = METADATA.iter().map(|file| format!("{folder}/{file}"));
        let mut files: BTreeSet<String> = files.chain(licences).filter(has).collect();
        if modules.iter().any(|path| is_extension_module(path)) {
            let name = normalized_name(&headers.name);
            let is_own = |path: &&String| {
                libraries_of(path).is_some_and(|owner| normalized_name(owner) == name)
            };
            files.extend(package.data.iter().filter(is_own).cloned());
        }
        Ok(Some(Distribution {
            name: headers.name,
            version: headers.version,
            files: files.iter().map(|path| package.data_file(path)).collect(),
            record,
            listed: listed.iter().map(|path| package.full_path(path)).collect(),
        }))
    }
}

/// Returns whether a folder has the metadata of a distribution.
fn is_metadata_folder(folder: &str) -> bool {
    folder.ends_with(".dist-info") || folder.ends_with(".egg-info")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_end_at_the_description() {
        let headers = Headers::parse(
            "Metadata-Version: 2.4\nName: A\nVersion: 1\nLicense-File: LICENSE\n\nName: B\n",
        );
        assert_eq!((&*headers.name, &*headers.version), ("A", "1"));
        assert_eq!(headers.licence_files, ["LICENSE"]);
    }
}
