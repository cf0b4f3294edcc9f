//! The files of a project that are not part of its program: tests, documentation and build files.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The files that tell a project from other folders of modules.
const PROJECT_MARKERS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// Patterns of the paths of such files, by the names that setuptools leaves out of packages
/// (`FlatLayoutPackageFinder` and `FlatLayoutModuleFinder` in `setuptools.discovery`) and pytest collects.
const PATTERNS: [&str; 6] = [
    "**/{test,tests,unit_test,unit_tests}/**",
    "{doc,docs,documentation,example,examples,benchmark,benchmarks}/**",
    "**/{test_*,*_test,conftest}.py",
    "src/{test,tests}/**",
    "{setup,noxfile,toxfile,dodo,fabfile,pavement}.py",
    "{test,tests}.py",
];

/// The word that stands for no patterns at all, in place of those for projects.
const NONE: &str = "none";

/// Files of an app that only count when the program imports them.
#[derive(Clone, Debug)]
pub struct AppExclusions {
    own: GlobSet,
    /// The patterns for projects; `None` if they do not apply.
    project: Option<GlobSet>,
}

impl AppExclusions {
    /// Creates exclusions from patterns of paths in the app, such as `legacy` or `tools/*.py`, in addition to those for
    /// projects. The pattern `none` stands for none of the latter.
    ///
    /// # Errors
    /// The first pattern that is invalid, with the reason.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let own = patterns.iter().map(String::as_str);
        let own = own.filter(|pattern| *pattern != NONE);
        let whole_project = patterns.iter().any(|pattern| pattern == NONE);
        let project = (!whole_project).then(|| glob_set(PATTERNS.into_iter()));
        Ok(Self {
            own: glob_set(own)?,
            project: project.transpose()?,
        })
    }

    /// Returns whether a file is excluded. `is_project` tells whether the app is a project.
    pub(super) fn excludes(&self, path: &str, is_project: bool) -> bool {
        let project = self.project.as_ref().filter(|_| is_project);
        // A pattern of a folder excludes all that is in it.
        let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
        parents.chain([path]).any(|path| self.own.is_match(path))
            || project.is_some_and(|project| project.is_match(path))
    }
}

/// Returns whether a folder is a project.
pub(super) fn is_project(folder: &std::path::Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    !has("__init__.py") && PROJECT_MARKERS.into_iter().any(has)
}

fn glob_set<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(|error| format!("'{pattern}' is not a pattern: {}", error.kind()))?);
    }
    set.build().map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tests_docs_and_build_files_of_projects_are_excluded() {
        let exclusions = AppExclusions::new(&[]).unwrap();
        for path in [
            "tests/test_a.py",
            "src/package/tests/helper.py",
            "docs/conf.py",
            "setup.py",
            "package/conftest.py",
        ] {
            assert!(exclusions.excludes(path, true), "{path}");
            assert!(!exclusions.excludes(path, false), "{path}");
        }
        for path in [
            "package/docs/a.py",
            "main.py",
            "package/setup.py",
            "testing.py",
        ] {
            assert!(!exclusions.excludes(path, true), "{path}");
        }
        let whole = AppExclusions::new(&["none".to_owned()]).unwrap();
        assert!(!whole.excludes("tests/test_a.py", true));
    }

    #[test]
    fn own_patterns_exclude_files_and_folders() {
        let patterns = ["legacy".to_owned(), "tools/*.py".to_owned()];
        let exclusions = AppExclusions::new(&patterns).unwrap();
        for (path, excluded) in [
            ("legacy/a/b.py", true),
            ("tools/a.py", true),
            ("tools/a/b.py", false),
            ("legacy.py", false),
        ] {
            assert_eq!(exclusions.excludes(path, false), excluded, "{path}");
        }
        assert!(AppExclusions::new(&["[".to_owned()]).is_err());
    }
}
