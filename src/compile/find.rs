//! Finds Pythons: on the `PATH`, and those that uv and pyenv installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::command::PythonCommand;
use crate::types::Version;

/// Returns the commands to try for a Python of the `wanted` version, or else of any of `versions`, the best first.
pub(super) fn candidates(wanted: Option<Version>, versions: &[Version]) -> Vec<PythonCommand> {
    let named = |version: &Version| format!("python{version}");
    let any = ["python3".to_owned(), "python".to_owned()];
    // Without a wanted version, the user's own Python comes first, and then the newest.
    let newest: Vec<Version> = versions.iter().rev().copied().collect();
    let wanted: Vec<Version> = wanted.map_or(newest, |wanted| vec![wanted]);
    let of_version = wanted.iter().map(named);
    let on_path: Vec<String> = if wanted.len() == 1 {
        of_version.chain(any).collect()
    } else {
        any.into_iter().chain(of_version).collect()
    };
    let on_path = on_path.into_iter().map(|name| vec![name]);
    let installed = wanted.iter().flat_map(|version| installed(*version));
    let installed = installed.map(|path| vec![path.to_string_lossy().into_owned()]);
    on_path
        .chain(installed)
        .map(PythonCommand::Native)
        .collect()
}

/// Returns the Pythons of a version that uv and pyenv installed, the newest release of each first.
fn installed(version: Version) -> Vec<PathBuf> {
    let prefixes = [format!("cpython-{version}."), format!("{version}.")];
    let folders = [uv_folder(), pyenv_folder()];
    let mut found = Vec::new();
    for (folder, prefix) in folders.into_iter().zip(prefixes) {
        let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
        let names = entries.into_iter().flatten().flatten();
        let mut releases: Vec<(u32, PathBuf)> = names
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let rest = name.strip_prefix(&prefix)?;
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let is_release = matches!(rest.as_bytes().get(digits), None | Some(b'-'));
                let release = rest[..digits].parse().ok().filter(|_| is_release)?;
                Some((release, entry.path()))
            })
            .collect();
        releases.sort();
        let programs = releases
            .into_iter()
            .rev()
            .map(|(_, folder)| program(&folder, version));
        found.extend(programs.filter(|program| program.is_file()));
    }
    found
}

/// Returns the path of the interpreter of an installation.
fn program(folder: &Path, version: Version) -> PathBuf {
    if cfg!(windows) {
        folder.join("python.exe")
    } else {
        folder.join(format!("bin/python{version}"))
    }
}

/// Returns the folder of uv's Pythons (`uv python dir`,
/// <https://docs.astral.sh/uv/reference/storage/#python-versions>).
fn uv_folder() -> Option<PathBuf> {
    let data = || match env::var_os("XDG_DATA_HOME").map(PathBuf::from) {
        Some(folder) if folder.is_absolute() => Some(folder.join("uv")),
        _ if cfg!(windows) => Some(PathBuf::from(env::var_os("APPDATA")?).join("uv/data")),
        _ => Some(env::home_dir()?.join(".local/share/uv")),
    };
    let set = env::var_os("UV_PYTHON_INSTALL_DIR").map(PathBuf::from);
    set.or_else(|| Some(data()?.join("python")))
}

/// Returns the folder of pyenv's Pythons.
fn pyenv_folder() -> Option<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(env::home_dir()?.join(".pyenv")));
    Some(root?.join("versions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wanted_version_is_tried_first() {
        let version = |minor| Version { major: 3, minor };
        let versions = [version(98), version(99)];
        let names = |wanted| -> Vec<String> {
            let candidates = candidates(wanted, &versions);
            candidates.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            names(Some(version(98))),
            ["python3.98", "python3", "python"]
        );
        assert_eq!(
            names(None),
            ["python3", "python", "python3.99", "python3.98"]
        );
    }
}
