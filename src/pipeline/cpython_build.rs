//! Opens a cross build of CPython: finds its library and its `_sysconfigdata` module, and reads which C modules it has.
//! A build folder contains a `Makefile` with the path of the sources, and `pybuilddir.txt` with the path of the
//! generated modules (`Makefile.pre.in` of CPython).

use std::fs;
use std::path::{Path, PathBuf};

use super::PackError;
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::probe::{build_manifest, from_sysconfigdata};

/// The folders below a target's folder that CPython's scripts for WebAssembly build in.
const BUILD_SUBFOLDERS: [&str; 2] = ["", "build/python"];

/// The files of a build that a bundle uses.
pub(super) struct CpythonBuild {
    /// The `Lib` folder of the sources.
    pub(super) library: PathBuf,
    /// The `_sysconfigdata` module that the build generated.
    pub(super) sysconfigdata: PathBuf,
}

impl CpythonBuild {
    /// Opens the build in `folder`, and narrows `target` in `manifests` to what was built.
    pub(super) fn open(
        folder: &Path,
        target: &str,
        manifests: &mut Manifests,
    ) -> Result<Self, PackError> {
        let build_error = |problem: String| PackError::CpythonBuild {
            folder: folder.display().to_string(),
            problem,
        };
        let build_folders = BUILD_SUBFOLDERS
            .iter()
            .map(|subfolder| folder.join(subfolder));
        let build_folder = build_folders
            .into_iter()
            .find(|build_folder| build_folder.join("pybuilddir.txt").is_file())
            .ok_or_else(|| {
                build_error("it holds no pybuilddir.txt: build CPython there first".to_owned())
            })?;
        let read = |name: &str| {
            let text = limited::read_text(&build_folder.join(name), limited::MAX_BUILD_FILE);
            text.map_err(|error| build_error(format!("cannot read its {name}: {error}")))
        };
        let generated = build_folder.join(read("pybuilddir.txt")?.trim());
        let sysconfigdata = find_sysconfigdata(&generated).ok_or_else(|| {
            build_error(format!(
                "there is not one _sysconfigdata_*.py in its {}",
                generated.display()
            ))
        })?;
        let makefile = read("Makefile")?;
        let sources = makefile
            .lines()
            .find_map(|line| line.strip_prefix("srcdir="));
        let sources =
            sources.ok_or_else(|| build_error("its Makefile sets no srcdir".to_owned()))?;
        let mut facts = from_sysconfigdata(&sysconfigdata, manifests)
            .map_err(|error| build_error(error.to_string()))?;
        facts.disable_as_in_makefile(&makefile);
        let base_target = manifests.target(target);
        if let Some(base_target) =
            base_target.filter(|base_target| base_target.sys_platform != facts.sys_platform)
        {
            return Err(build_error(format!(
                "it is for {}, and the target '{target}' is {}",
                facts.sys_platform, base_target.sys_platform
            )));
        }
        let manifest = build_manifest(&facts, target, base_target, manifests);
        let manifest = manifest.map_err(|error| build_error(error.to_string()))?;
        manifests.add_target(manifest);
        let read = ["pybuilddir.txt", "Makefile"].map(|name| build_folder.join(name));
        manifests.add_files(read.into_iter().chain([sysconfigdata.clone()]));
        Ok(Self {
            library: build_folder.join(sources.trim()).join("Lib"),
            sysconfigdata,
        })
    }
}

fn find_sysconfigdata(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut candidates = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("_sysconfigdata_") && name.ends_with(".py")
    });
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}
