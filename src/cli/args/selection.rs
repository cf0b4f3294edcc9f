//! Arguments that decide what a bundle contains.

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use super::{ArtifactArgs, Choice, InputArgs, chosen, jobs};
use crate::cache::Cache;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::project::Project;
use crate::diagnostic::Sourced;
use crate::pipeline::{PackOptions, PackRequest};
use crate::profile::{Closure, Optimize, Overrides, Payload, Strip};

/// The flags that decide what a bundle contains.
#[derive(Debug, Default, Args)]
pub(crate) struct SelectionArgs {
    /// Built-in profile or YAML file ('profile list' shows the built-in ones)
    #[arg(long, value_name = "NAME|FILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profile: Option<String>,
    /// Application code to analyse: script, package, project folder, notebook, web page or
    /// JavaScript with Python in it, wheel or zip; '-' reads a script from standard input
    /// (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(crate) app: Vec<PathBuf>,
    /// File or folder of the app that is not part of the program, as a pattern; with 'none', a
    /// project's tests, documentation and build files count (repeatable)
    #[arg(long, value_name = "PATTERN")]
    pub(crate) app_exclude: Vec<String>,
    /// What the app depends on: wheel, zip, package, or folder of packages such as site-packages
    /// (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(crate) dependency: Vec<PathBuf>,
    /// Requirements or lock file (requirements.txt, pylock.toml, uv.lock, pyodide-lock.json) that
    /// names which wheels of --wheels are dependencies (repeatable)
    #[arg(long, value_name = "FILE", requires = "wheels")]
    pub(crate) requirements: Vec<PathBuf>,
    /// Folder with the wheels of --requirements; nothing is downloaded
    #[arg(long, value_name = "DIR", requires = "requirements")]
    pub(crate) wheels: Option<PathBuf>,
    /// Also write the app and what it needs of its dependencies, as app.zip
    #[arg(long)]
    pub(crate) app_zip: bool,
    /// Additional root module: its full public API is kept (repeatable)
    #[arg(long, value_name = "MODULE", add = ArgValueCompleter::new(complete::modules))]
    pub(crate) root: Vec<String>,
    /// Module that is run with 'python -m' (repeatable)
    #[arg(long, value_name = "MODULE", add = ArgValueCompleter::new(complete::modules))]
    pub(crate) run_module: Vec<String>,
    /// Function that the program starts with, such as package.cli:main (repeatable)
    #[arg(long, value_name = "MODULE:FUNC")]
    pub(crate) entry: Vec<String>,
    /// Module or pattern that must not be in the bundle (repeatable)
    #[arg(long, value_name = "MODULE", add = ArgValueCompleter::new(complete::modules))]
    pub(crate) exclude: Vec<String>,

    #[command(flatten)]
    pub(crate) inputs: InputArgs,

    /// Built-in target or YAML file, overriding the profile ('target list' shows the built-in ones,
    /// 'target probe' writes one)
    #[arg(long, value_name = "NAME|FILE", help_heading = "Options",
          add = ArgValueCompleter::new(complete::targets))]
    pub(crate) target: Option<String>,
    /// Import closure mode, overriding the profile
    #[arg(long, value_enum, help_heading = "Options")]
    pub(crate) closure: Option<Closure>,
    /// Split the bundle into zips that are fetched when needed: what the program starts with, the
    /// rest of what it can reach, and every other module that the target can import
    #[arg(long, help_heading = "Options")]
    pub(crate) tiers: bool,
    /// Put exactly what a recording of 'stdlib-pack record' has loaded into the first of these zips
    /// (implies --tiers)
    #[arg(long, value_name = "FILE", help_heading = "Options")]
    pub(crate) start_recorded: Option<PathBuf>,
    /// What the bundle contains of each module, overriding the profile
    #[arg(long, value_enum, help_heading = "Options")]
    pub(crate) payload: Option<Payload>,
    /// Python's own optimization level: 1 drops assertions, 2 docstrings as well
    #[arg(long, value_name = "0|1|2", help_heading = "Options",
          value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(crate) optimize: Option<u8>,
    /// What to strip from modules, overriding the profile (comma-separated)
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) strip: Option<Vec<Choice<Strip>>>,
    /// What to strip from the modules in app.zip, beside the columns, lines and dead-branches of
    /// --strip: programs can see the rest, such as docstrings (comma-separated)
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) app_strip: Option<Vec<Choice<Strip>>>,
}

/// The bundle that a command is about: one of the project, or one of these flags.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// Bundle of the project, in place of the flags that make it [default without --profile: the project's only one]
    #[arg(long, value_name = "NAME",
          add = ArgValueCompleter::new(complete::bundles))]
    pub(crate) bundle: Option<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

impl BundleArgs {
    /// Builds a request from these flags, or for the bundle of the project.
    pub(crate) fn request(&self, cache: Cache) -> Result<PackRequest, CliError> {
        let is_flags = self.selection.profile.is_some();
        if is_flags && self.bundle.is_none() {
            return self.selection.request(cache);
        }
        if is_flags || self.selection.changes_bundle() {
            return Err(CliError::Usage(BUNDLE_OR_FLAGS.to_owned()));
        }
        let project = Project::open(None).map_err(|error| match &self.bundle {
            Some(_) => error,
            None => CliError::Usage(NO_PROFILE.to_owned()),
        })?;
        let mut options = project.bundle(self.bundle.as_deref())?.options.clone();
        options.inputs = options.inputs.overridden_by(self.selection.inputs.paths());
        options.workers = jobs().or(options.workers);
        options.into_request(cache).map_err(CliError::Diagnostics)
    }
}

/// The message when flags would change a bundle of the project.
const BUNDLE_OR_FLAGS: &str = "flags that change a bundle need --profile, and cannot change a bundle of the project: \
                               change its keys";

/// The message when nothing says what to pack.
const NO_PROFILE: &str = "there is no profile: name one with --profile ('stdlib-pack profile list' shows the built-in \
                          ones), or list bundles in stdlib-pack.yaml or pyproject.toml ('stdlib-pack build --help' shows \
                          how)";

impl SelectionArgs {
    /// Builds a request from these flags, without output options.
    pub(crate) fn request(&self, cache: Cache) -> Result<PackRequest, CliError> {
        let options = self.options()?;
        options.into_request(cache).map_err(CliError::Diagnostics)
    }

    /// Builds a request from these flags and those for the artifacts.
    pub(crate) fn request_with(
        &self,
        artifacts: &ArtifactArgs,
        cache: Cache,
    ) -> Result<PackRequest, CliError> {
        let mut options = self.options()?;
        options.overrides.compress = chosen(artifacts.compress.as_deref());
        options.overrides.budget = artifacts.budget;
        options.delta_from.clone_from(&artifacts.delta_from);
        options.into_request(cache).map_err(CliError::Diagnostics)
    }

    /// Returns whether a flag beside `--profile` is given that decides what the bundle contains.
    fn changes_bundle(&self) -> bool {
        let Self {
            profile: _,
            app,
            app_exclude,
            dependency,
            requirements,
            wheels,
            app_zip,
            root,
            run_module,
            entry,
            exclude,
            inputs,
            target,
            closure,
            tiers,
            start_recorded,
            payload,
            optimize,
            strip,
            app_strip,
        } = self;
        let paths = [app, dependency, requirements, &inputs.extra_module];
        let texts = [app_exclude, root, run_module, entry, exclude];
        *app_zip
            || *tiers
            || start_recorded.is_some()
            || wheels.is_some()
            || target.is_some()
            || closure.is_some()
            || payload.is_some()
            || optimize.is_some()
            || strip.is_some()
            || app_strip.is_some()
            || !paths.iter().all(|paths| paths.is_empty())
            || !texts.iter().all(|texts| texts.is_empty())
    }

    fn options(&self) -> Result<PackOptions, CliError> {
        let sourced = |flag, values: &[String]| {
            let with_flag = |value: &String| Sourced::of_flag(flag, value, value.clone());
            values.iter().map(with_flag).collect()
        };
        let extra_modules = self.inputs.extra_module.iter();
        let optimize = self.optimize;
        let profile = self.profile.clone();
        let profile = profile.ok_or_else(|| CliError::Usage(NO_PROFILE.to_owned()))?;
        let target = self.target.as_ref();
        let mut options =
            PackOptions::new(Sourced::of_flag("--profile", &profile, profile.clone()));
        options.overrides = Overrides {
            roots: sourced("--root", &self.root),
            run_modules: sourced("--run-module", &self.run_module),
            entries: sourced("--entry", &self.entry),
            app_exclude: self.app_exclude.clone(),
            exclude: sourced("--exclude", &self.exclude),
            extra_modules: extra_modules
                .map(|file| Sourced::of_flag("--extra-module", file.display(), file.clone()))
                .collect(),
            target: target.map(|name| Sourced::of_flag("--target", name, name.clone())),
            closure: self.closure,
            tiers: self.tiers.then_some(true),
            start_recorded: self.start_recorded.clone(),
            payload: self.payload,
            strip: chosen(self.strip.as_deref()),
            app_zip: self.app_zip.then_some(true),
            app_strip: chosen(self.app_strip.as_deref()),
            optimize: optimize.and_then(|level| Optimize::try_from(level).ok()),
            ..Overrides::default()
        };
        options.apps.clone_from(&self.app);
        options.dependencies.clone_from(&self.dependency);
        let wheels = self.wheels.clone();
        options.wheels = wheels.map(|folder| (self.requirements.clone(), folder));
        options.inputs = self.inputs.paths();
        options.workers = jobs();
        Ok(options)
    }
}
