//! Reads the bundles of a project, which `stdlib-pack.yaml` or `[tool.stdlib-pack]` of a `pyproject.toml` lists with the
//! flags of `pack` as keys.

mod find;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{self, IntoDeserializer, SeqAccess};
use serde::{Deserialize, Deserializer};

use crate::bundle::SideFiles;
use crate::diagnostic::{Code, Diagnostic, Provenance, SourceText, Sourced};
use crate::fs::limited;
pub use crate::pipeline::PROJECT_FILE;
use crate::pipeline::{InputPaths, PackOptions};
use crate::profile::{Closure, Compression, Optimize, Overrides, Payload, Strip, is_target_file};
use crate::pyproject::{TABLE, ToolTable, read_tool_table};
use crate::types::ByteSize;
use crate::yaml::{self, Spanned, YamlError};

pub use find::find_project;

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

/// The entry of a bundle in the file. The keys are the flags of `pack` without dashes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ProjectEntry {
    profile: Spanned<String>,
    #[serde(default)]
    app: OneOrMany<String>,
    #[serde(default)]
    dependency: OneOrMany<String>,
    #[serde(default)]
    requirements: OneOrMany<String>,
    wheels: Option<String>,
    #[serde(default)]
    root: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    run_module: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    entry: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    exclude: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    app_exclude: OneOrMany<String>,
    #[serde(default)]
    extra_module: Option<Spanned<OneOrMany<String>>>,
    target: Option<Spanned<String>>,
    closure: Option<Closure>,
    tiers: Option<bool>,
    start_recorded: Option<String>,
    payload: Option<Payload>,
    optimize: Option<Optimize>,
    strip: Option<Choices<Strip>>,
    compress: Option<Choices<Compression>>,
    app_zip: Option<bool>,
    app_strip: Option<Choices<Strip>>,
    budget: Option<ByteSize>,
    stdlib: Option<String>,
    build_python: Option<String>,
    cpython_build: Option<String>,
    manifests: Option<String>,
    delta_from: Option<String>,
    #[serde(default)]
    check_against: OneOrMany<String>,
    jobs: Option<Spanned<u16>>,
    out: Option<String>,
    missing_stdlib_config: Option<String>,
    drop_in: Option<String>,
    #[serde(default)]
    sbom: bool,
    #[serde(default)]
    checksums: bool,
    #[serde(default)]
    no_cache: bool,
}

/// Choices like those of a flag: one, a list, or `none`.
struct Choices<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choices<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let OneOrMany(choices) = OneOrMany::<Choice<T>>::deserialize(deserializer)?;
        Ok(Self(
            choices.into_iter().filter_map(|choice| choice.0).collect(),
        ))
    }
}

/// A choice; `None` for `none`.
struct Choice<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == "none" {
            return Ok(Self(None));
        }
        T::deserialize(name.into_deserializer()).map(|value| Self(Some(value)))
    }
}

/// One value, or a list of them.
struct OneOrMany<T>(Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(text.into_deserializer()).map(|value| OneOrMany(vec![value]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(OneOrMany(values))
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
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
            out: self.path(out.unwrap_or_else(|| format!("dist/{name}"))),
            missing_stdlib_config: missing_stdlib_config.map(|path| self.path(path)),
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
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(String, Option<(usize, usize)>)> {
        errors_in("p.yaml", text)
    }

    fn errors_in(label: &str, text: &str) -> Vec<(String, Option<(usize, usize)>)> {
        let errors = parse_project(label, Path::new(""), text).unwrap_err();
        let position = |error: &Diagnostic| match &error.location {
            Some(crate::diagnostic::Location::Source(provenance)) => provenance.line_and_column(),
            _ => None,
        };
        let errors = errors.iter();
        errors
            .map(|error| (error.message.clone(), position(error)))
            .collect()
    }

    #[test]
    fn paths_are_relative_to_the_project() {
        let text = "bundles:\n  web:\n    profile: browser-minimal\n    app: [a.py, b]\n    \
                    build-python: bin/python -X utf8\n  node: {profile: p.yaml, build-python: python3.13, out: o}\n";
        let bundles = parse_project("x/p.yaml", Path::new("x"), text).unwrap();
        let web = &bundles["web"];
        assert_eq!(web.options.apps, [Path::new("x/a.py"), Path::new("x/b")]);
        let python = |name: &str| bundles[name].options.inputs.build_python.clone().unwrap();
        assert_eq!(python("web"), "x/bin/python -X utf8");
        assert_eq!(python("node"), "python3.13");
        assert_eq!(web.out, Path::new("x/dist/web"));
        assert_eq!(bundles["node"].out, Path::new("x/o"));
    }

    #[test]
    fn errors_have_line_and_column() {
        let unknown = errors("bundles:\n  web:\n    profile: wasm\n    budgett: 3 KB\n");
        assert_eq!(
            unknown,
            [("unknown key 'budgett'".to_owned(), Some((4, 5)))]
        );
        let sizes = errors("bundles:\n  web:\n    profile: wasm\n    budget: x--y\n");
        assert_eq!(sizes.len(), 1, "{sizes:?}");
        assert!(sizes[0].0.contains("x--y"), "{sizes:?}");
        assert_eq!(sizes[0].1, Some((4, 13)));
        assert_eq!(errors("bundles: {}\n")[0].0, "the project names no bundles");
        let name = errors("bundles:\n  ../up: {profile: wasm}\n");
        assert!(name[0].0.starts_with("'../up'"), "{name:?}");
    }

    #[test]
    fn toml_has_the_same_keys() {
        let yaml = "bundles:\n  web: {profile: wasm, app: a.py, exclude: [ssl, csv], budget: 3 KB, jobs: 2}\n";
        let toml = "[tool.stdlib-pack.bundles.web]\nprofile = 'wasm'\napp = 'a.py'\n\
                    exclude = ['ssl', 'csv']\nbudget = '3 KB'\njobs = 2\n";
        let yaml = parse_project("x/p.yaml", Path::new("x"), yaml).unwrap();
        let toml = parse_project("x/p.toml", Path::new("x"), toml).unwrap();
        let values = |bundle: &ProjectBundle| {
            let options = &bundle.options;
            let overrides = &options.overrides;
            let exclude = overrides.exclude.iter().map(|name| name.value.clone());
            let exclude: Vec<String> = exclude.collect();
            let profile = options.profile.value.clone();
            (
                profile,
                options.apps.clone(),
                exclude,
                overrides.budget,
                options.workers,
            )
        };
        assert_eq!(values(&yaml["web"]), values(&toml["web"]));
    }

    #[test]
    fn errors_in_toml_have_line_and_column() {
        let of = |text: &str| {
            let text = format!("[project]\nname = 'x'\n{text}");
            errors_in("pyproject.toml", &text).remove(0)
        };
        let web = "[tool.stdlib-pack.bundles.web]\nprofile = 'wasm'\n";
        let unknown = of(&format!("{web}budgett = '3 KB'\n"));
        assert_eq!(unknown, ("unknown key 'budgett'".to_owned(), Some((5, 1))));
        let (message, place) = of(&format!("{web}budget = 'x--y'\n"));
        assert!(message.contains("x--y"), "{message}");
        assert_eq!(place, Some((5, 10)));
        let jobs = of(&format!("{web}jobs = 5000\n"));
        assert_eq!(jobs.1, Some((5, 8)));
        let missing = of("[tool.stdlib-pack.bundles.web]\napp = 'a.py'\n");
        assert_eq!(missing.0, "the key 'profile' is missing");
        assert_eq!(missing.1, Some((4, 1)));
        assert_eq!(of(&format!("{web}profile = 'a'\n")).1, Some((5, 1)));
        assert_eq!(of("").0, "there is no [tool.stdlib-pack]");
    }
}
