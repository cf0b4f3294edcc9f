//! Finds the files beside a page or script that it names by their addresses.

use std::path::{Component, Path, PathBuf};

/// Where an address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A file, by its path relative to the folder of the app.
    File(PathBuf),
    /// A file that does not exist.
    Missing,
    /// A file outside the folder of the app, which is not read.
    Outside,
    /// Another server, from which nothing is fetched.
    Remote,
}

/// Returns where an address in the file at `document` leads, a path relative to the folder `root` of the app.
pub(super) fn find(root: &Path, document: &Path, address: &str) -> Named {
    let path = address.split(['?', '#']).next().unwrap_or(address).trim();
    let is_remote = path.starts_with("//")
        || path.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
        });
    if is_remote {
        return Named::Remote;
    }
    // An absolute address starts at the root of the site.
    let folder = match path.strip_prefix('/') {
        Some(_) => Path::new(""),
        None => document.parent().unwrap_or(Path::new("")),
    };
    let Some(relative) = normal(&folder.join(path.trim_start_matches('/'))) else {
        return Named::Outside;
    };
    let Ok(file) = root.join(&relative).canonicalize() else {
        return Named::Missing;
    };
    // A link may lead elsewhere.
    if !file.starts_with(root) {
        return Named::Outside;
    }
    if file.is_file() {
        Named::File(relative)
    } else {
        Named::Missing
    }
}

/// Returns a relative path without `.` and `..`, or `None` if it leads outside.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut parts = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::ParentDir if parts.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_files_of_the_app_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let site = root.join("site");
        fs::create_dir_all(site.join("pages")).unwrap();
        fs::write(site.join("a.py"), "").unwrap();
        fs::write(root.join("secret.py"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("secret.py"), site.join("link.py")).unwrap();
        let page = Path::new("pages/index.html");
        let found = |address| find(&site, page, address);
        let a = Named::File("a.py".into());
        assert_eq!(found("../a.py?v=1#x"), a);
        assert_eq!(found("/a.py"), a);
        assert_eq!(found("./../a.py"), a);
        assert_eq!(found("a.py"), Named::Missing);
        assert_eq!(found("../../secret.py"), Named::Outside);
        assert_eq!(found("/../secret.py"), Named::Outside);
        #[cfg(unix)]
        assert_eq!(found("../link.py"), Named::Outside);
        for remote in ["https://x.org/a.py", "//x.org/a.py", "data:text/plain,a.py"] {
            assert_eq!(found(remote), Named::Remote);
        }
    }
}
