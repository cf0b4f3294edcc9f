//! The project that `stdlib-pack profile init` writes beside the profile, so that no flag has to be given again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::args::InputArgs;
use crate::escape;
use crate::project::{PROJECT_FILE, find_project};

/// The bundle of a new project. All paths are relative to the current folder, which is that of the project.
pub(super) struct NewProject<'a> {
    /// The profile that was written.
    pub(super) profile: &'a Path,
    /// The apps.
    pub(super) apps: &'a [PathBuf],
    /// The library, the build Python and what else the flags name.
    pub(super) inputs: &'a InputArgs,
}

impl NewProject<'_> {
    /// Returns the text of the project's file. `None` if there is a project already, or a project cannot say the same as
    /// the flags.
    pub(super) fn text(&self) -> Option<String> {
        // A pipe or device can be read only once.
        let is_stream = |path: &Path| {
            path == Path::new("-") || path.starts_with("/dev") || path.exists() && !path.is_file()
        };
        let mut apps = self.apps.iter().filter(|app| !app.is_dir());
        let can_be_said = !is_stream(self.profile) && !apps.any(|app| is_stream(app));
        let is_first = !Path::new(PROJECT_FILE).exists() && find_project().is_err();
        if !can_be_said || !is_first {
            return None;
        }
        let name = escape::yaml(self.name());
        let mut text = format!(
            "# Written by stdlib-pack {} profile init: 'stdlib-pack build' makes the bundles in this file. The keys are the \
             flags of\n# 'stdlib-pack pack', without dashes.\nbundles:\n  {name}:\n",
            env!("CARGO_PKG_VERSION")
        );
        let paths = |paths: &[PathBuf]| paths.iter().map(|path| display(path)).collect::<Vec<_>>();
        let InputArgs {
            stdlib,
            build_python,
            cpython_build,
            manifests,
            extra_module,
        } = self.inputs;
        let profile = match self.profile.parent() {
            // A bare name would be that of a built-in profile.
            Some(folder) if folder == Path::new("") => format!("./{}", self.profile.display()),
            _ => display(self.profile),
        };
        for (key, values) in [
            ("profile", vec![profile]),
            ("app", paths(self.apps)),
            ("stdlib", stdlib.iter().map(|path| display(path)).collect()),
            ("build-python", build_python.iter().cloned().collect()),
            (
                "cpython-build",
                cpython_build.iter().map(|path| display(path)).collect(),
            ),
            (
                "manifests",
                manifests.iter().map(|path| display(path)).collect(),
            ),
            ("extra-module", paths(extra_module)),
        ] {
            let values: Vec<String> = values.iter().map(|value| escape::yaml(value)).collect();
            match &values[..] {
                [] => {}
                [value] => _ = writeln!(text, "    {key}: {value}"),
                values => _ = writeln!(text, "    {key}: [{}]", values.join(", ")),
            }
        }
        Some(text)
    }

    /// Returns the name of the bundle, after which its folder is named: that of the first app.
    fn name(&self) -> &str {
        let stem = self.apps.first().and_then(|app| app.file_stem()?.to_str());
        stem.filter(|stem| !stem.starts_with('.')).unwrap_or("app")
    }
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
