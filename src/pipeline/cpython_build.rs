//! A cross build of CPython: where its library is, what its build wrote for `sysconfig`, and which C modules it
//! has. A build folder holds a `Makefile`, which says where the sources are, and `pybuilddir.txt`, which says where the
//! generated modules are (`Makefile.pre.in` of CPython).

use std::fs;
use std::path::{Path, PathBuf};

use super::PackError;
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::probe::{build_manifest, from_sysconfigdata};

/// Where CPython's own scripts for WebAssembly build, below the folder of a target.
const BUILD_SUBFOLDERS: [&str; 2] = ["", "build/python"];

/// What is used of a build.
pub(super) struct CpythonBuild {
    /// The sources of the library.
    pub(super) library: PathBuf,
    /// The module that the build wrote.
    pub(super) sysconfigdata: PathBuf,
}

impl CpythonBuild {
    /// Looks into `folder`, and narrows `target` to what was built.
    pub(super) fn open(
        folder: &Path,
        target: &str,
        manifests: &mut Manifests,
    ) -> Result<Self, PackError> {
        let bad = |problem: String| PackError::CpythonBuild {
            folder: folder.display().to_string(),
            problem,
        };
        let places = BUILD_SUBFOLDERS.iter().map(|below| folder.join(below));
        let place = places
            .into_iter()
            .find(|place| place.join("pybuilddir.txt").is_file())
            .ok_or_else(|| {
                bad("it holds no pybuilddir.txt: build CPython there first".to_owned())
            })?;
        let read = |name: &str| {
            let text = limited::read_text(&place.join(name), limited::MAX_BUILD_FILE);
            text.map_err(|error| bad(format!("cannot read its {name}: {error}")))
        };
        let generated = place.join(read("pybuilddir.txt")?.trim());
        let sysconfigdata = find_sysconfigdata(&generated).ok_or_else(|| {
            bad(format!(
                "there is not one _sysconfigdata_*.py in its {}",
                generated.display()
            ))
        })?;
        let makefile = read("Makefile")?;
        let sources = makefile
            .lines()
            .find_map(|line| line.strip_prefix("srcdir="));
        let sources = sources.ok_or_else(|| bad("its Makefile sets no srcdir".to_owned()))?;
        let found = from_sysconfigdata(&sysconfigdata, manifests)
            .map_err(|error| bad(error.to_string()))?;
        let like = manifests.target(target);
        if let Some(like) = like.filter(|like| like.sys_platform != found.sys_platform) {
            return Err(bad(format!(
                "it is for {}, and the target '{target}' is {}",
                found.sys_platform, like.sys_platform
            )));
        }
        let narrowed = build_manifest(&found, target, like, manifests);
        let narrowed = narrowed.map_err(|error| bad(error.to_string()))?;
        manifests.add_target(narrowed);
        let read = ["pybuilddir.txt", "Makefile"].map(|name| place.join(name));
        manifests.add_files(read.into_iter().chain([sysconfigdata.clone()]));
        Ok(Self {
            library: place.join(sources.trim()).join("Lib"),
            sysconfigdata,
        })
    }
}

fn find_sysconfigdata(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("_sysconfigdata_") && name.ends_with(".py")
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
