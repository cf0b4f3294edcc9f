//! Parses a project file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::entry::{NonEmptyPath, OneOrMany, ProjectEntry};
use crate::bundle::SideFiles;
use crate::diagnostic::{Code, Diagnostic, Provenance, SourceText, Sourced};
use crate::fs::limited;
use crate::pipeline::{InputPaths, PackOptions};
use crate::profile::{Overrides, is_target_file};
use crate::pyproject::{TABLE, ToolTable, read_tool_table};
use crate::yaml::{self, Spanned, YamlError};

/// The maximum number of worker processes of a bundle.
const MAX_JOBS: u16 = 1024;

/// A bundle of a project. Its paths are relative to the current directory.
#[derive(Clone, Debug)]
pub struct ProjectBundle {
    /// The options that decide what the bundle contains.
    pub options: PackOptions,
    /// The output folder; by default `dist/NAME` beside the project.
    pub out: PathBuf,
    /// The path of the file for `configure --with-missing-stdlib-config` of Python 3.15.
    pub missing_stdlib_config: Option<PathBuf>,
    /// The path of the depfile, which contains a Make rule.
    pub depfile: Option<PathBuf>,
    /// The folder of a copy of Pyodide with the bundle as its library.
    pub drop_in: Option<PathBuf>,
    /// Whether the cache is disabled.
    pub no_cache: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    bundles: BTreeMap<String, Spanned<ProjectEntry>>,
}

/// Reads the bundles of a project, by name.
///
/// # Errors
/// If the file cannot be read, or all errors in it.
pub fn read_project(file: &Path) -> Result<BTreeMap<String, ProjectBundle>, Vec<Diagnostic>> {
    let label = file.display().to_string();
    let text = limited::read_text(file, limited::MAX_YAML).map_err(|error| {
        let message = format!("cannot read the project '{label}': {error}");
        let help =
            "it names bundles, each with the flags that make it: see 'stdlib-pack build --help'";
        vec![Diagnostic::error(Code::InvalidProject, message).with_help(help.to_owned())]
    })?;
    parse_project(&label, file.parent().unwrap_or(Path::new("")), &text)
}

/// Parses the bundles of a project. Paths in it are relative to `folder`, and `label` names it in messages: if it ends in
/// `.toml`, the text is that of a `pyproject.toml`.
///
/// # Errors
/// All errors in the project.
pub fn parse_project(
    label: &str,
    folder: &Path,
    text: &str,
) -> Result<BTreeMap<String, ProjectBundle>, Vec<Diagnostic>> {
    let mut source = ProjectSource {
        label,
        folder,
        text: text.into(),
        table: None,
    };
    if Path::new(label)
        .extension()
        .is_some_and(|extension| extension == "toml")
    {
        let table = read_tool_table(text).map_err(|error| vec![source.syntax_error(error)])?;
        let missing = || {
            let error = Diagnostic::error(Code::InvalidProject, format!("there is no {TABLE}"));
            vec![source.with_provenance(error, &(0..0))]
        };
        source.table = Some(table.ok_or_else(missing)?);
    }
    let yaml = source.table.as_ref().map_or(text, |table| &table.yaml);
    let project: ProjectFile =
        yaml::parse(yaml).map_err(|error| vec![source.syntax_error(error)])?;
    if project.bundles.is_empty() {
        let error = Diagnostic::error(Code::InvalidProject, "the project names no bundles");
        return Err(vec![source.with_provenance(error, &(0..0))]);
    }
    let mut errors = Vec::new();
    let mut bundles = BTreeMap::new();
    for (name, entry) in project.bundles {
        match source.bundle(&name, entry) {
            Ok(bundle) => _ = bundles.insert(name, bundle),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() {
        Ok(bundles)
    } else {
        Err(errors)
    }
}

struct ProjectSource<'a> {
    label: &'a str,
    folder: &'a Path,
    text: SourceText,
    /// The part of the text that is about the project, if it is TOML.
    table: Option<ToolTable>,
}

impl ProjectSource<'_> {
    /// Returns the provenance of a range of the YAML, which may have been made of TOML.
    fn provenance(&self, range: &Range<usize>) -> Provenance {
        let range = &match &self.table {
            Some(table) => table.toml_range(range),
            None => range.clone(),
        };
        Provenance::File {
            file: self.label.into(),
            text: self.text.clone(),
            range: range.clone(),
            built_in: false,
        }
    }

    fn with_provenance(&self, diagnostic: Diagnostic, range: &Range<usize>) -> Diagnostic {
        diagnostic.with_provenance(&self.provenance(range))
    }

    /// Returns the diagnostic of a text that is neither YAML nor TOML, or has other keys or values.
    fn syntax_error(&self, error: YamlError) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::InvalidYaml, error.message);
        self.with_provenance(diagnostic.with_help(error.help), &error.range)
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// Returns the folder of a bundle, given that of its entry.
    fn out(&self, name: &str, folder: Option<NonEmptyPath>) -> PathBuf {
        folder.map_or_else(
            || self.path(format!("dist/{name}")),
            |folder| self.path(folder),
        )
    }

    fn bundle(
        &self,
        name: &str,
        entry: Spanned<ProjectEntry>,
    ) -> Result<ProjectBundle, Box<Diagnostic>> {
        let is_folder_name =
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
        if !is_folder_name {
            let message =
                format!("'{name}' cannot be the name of a bundle, whose folder is named after it");
            let error = Diagnostic::error(Code::InvalidProject, message);
            return Err(self.with_provenance(error, &entry.range).into());
        }
        let ProjectEntry {
            profile,
            app,
            dependency,
            requirements,
            wheels,
            root,
            run_module,
            entry,
            exclude,
            app_exclude,
            extra_module,
            target,
            closure,
            tiers,
            start_recorded,
            payload,
            optimize,
            strip,
            compress,
            app_zip,
            app_strip,
            budget,
            stdlib,
            build_python,
            cpython_build,
            manifests,
            delta_from,
            check_against,
            jobs,
            out,
            missing_stdlib_config,
            depfile,
            drop_in,
            sbom,
            checksums,
            no_cache,
        } = entry.value;
        let overrides = Overrides {
            roots: self.sourced(root),
            run_modules: self.sourced(run_module),
            entries: self.sourced(entry),
            exclude: self.sourced(exclude),
            app_exclude: app_exclude.0,
            target: target.map(|target| self.target(target)),
            extra_modules: self
                .sourced(extra_module)
                .into_iter()
                .map(|file| file.map(|file| self.path(file)))
                .collect(),
            closure,
            tiers,
            start_recorded: start_recorded.map(|file| self.path(file)),
            payload,
            strip: strip.map(|strip| strip.0),
            compress: compress.map(|compress| compress.0),
            app_zip,
            app_strip: app_strip.map(|strip| strip.0),
            budget,
            optimize,
        };
        Ok(ProjectBundle {
            options: PackOptions {
                profile: Sourced {
                    provenance: self.provenance(&profile.range),
                    value: profile.value,
                },
                folder: self.folder.to_owned(),
                overrides,
                apps: app.0.iter().map(|path| self.path(path)).collect(),
                dependencies: dependency.0.iter().map(|path| self.path(path)).collect(),
                wheels: wheels.map(|folder| {
                    let files = requirements.0.iter().map(|path| self.path(path));
                    (files.collect(), self.path(folder))
                }),
                inputs: InputPaths {
                    stdlib: stdlib.map(|path| self.path(path)),
                    build_python: build_python.map(|command| self.command(&command)),
                    cpython_build: cpython_build.map(|path| self.path(path)),
                    manifests: manifests.map(|path| self.path(path)),
                },
                delta_from: delta_from.map(|path| self.path(path)),
                check_against: check_against.0.iter().map(|path| self.path(path)).collect(),
                side_files: SideFiles { sbom, checksums },
                workers: self.jobs(jobs)?,
            },
            out: self.out(name, out),
            missing_stdlib_config: missing_stdlib_config.map(|path| self.path(path)),
            depfile: depfile.map(|path| self.path(path)),
            drop_in: drop_in.map(|folder| self.path(folder)),
            no_cache,
        })
    }

    fn sourced(&self, values: Option<Spanned<OneOrMany<String>>>) -> Vec<Sourced<String>> {
        let Some(Spanned { value, range }) = values else {
            return Vec::new();
        };
        let provenance = self.provenance(&range);
        let with_provenance = |value| Sourced {
            value,
            provenance: provenance.clone(),
        };
        value.0.into_iter().map(with_provenance).collect()
    }

    fn target(&self, target: Spanned<String>) -> Sourced<String> {
        let value = if is_target_file(&target.value) {
            self.path(target.value).to_string_lossy().into_owned()
        } else {
            target.value
        };
        Sourced {
            value,
            provenance: self.provenance(&target.range),
        }
    }

    /// Resolves a command: if its program is a path, it is relative to the folder of the project.
    fn command(&self, command: &str) -> String {
        if let Some(folder) = command.strip_prefix("pyodide:") {
            return format!("pyodide:{}", self.path(folder).display());
        }
        let parts = shlex::split(command).unwrap_or_default();
        match parts.split_first() {
            Some((program, arguments)) if program.contains('/') => {
                let program = self.path(program).to_string_lossy().into_owned();
                let parts = [&program].into_iter().chain(arguments);
                let command = shlex::try_join(parts.map(String::as_str));
                command.unwrap_or_else(|_| program.clone())
            }
            _ => command.to_owned(),
        }
    }

    fn jobs(&self, jobs: Option<Spanned<u16>>) -> Result<Option<usize>, Box<Diagnostic>> {
        match jobs {
            Some(jobs) if !(1..=MAX_JOBS).contains(&jobs.value) => {
                let message = format!("'jobs' is a number from 1 to {MAX_JOBS}");
                let error = Diagnostic::error(Code::InvalidProject, message);
                Err(self.with_provenance(error, &jobs.range).into())
            }
            jobs => Ok(jobs.map(|jobs| usize::from(jobs.value))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
