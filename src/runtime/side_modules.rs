//! Extension modules that an Emscripten build for Node.js loads from files (`--enable-wasm-dynamic-linking`).

use std::path::Path;
use std::{fs, io};

use crate::fs::limited;

/// Puts the side modules of the build of the file `program` where Python looks for them in the folder `home`, whose library
/// is `zip`. A build names the folder that has them in its `pybuilddir.txt` (`Makefile.pre.in` of CPython).
///
/// # Errors
/// If a side module cannot be copied.
pub(super) fn add_side_modules(program: &Path, zip: &Path, home: &Path) -> io::Result<()> {
    let build = program.parent().unwrap_or(Path::new(""));
    let generated = limited::read_text(&build.join("pybuilddir.txt"), limited::MAX_BUILD_FILE);
    let stem = zip.file_stem().and_then(|stem| stem.to_str());
    let version = stem.and_then(|stem| stem.strip_prefix("python")?.split_at_checked(1));
    let (Ok(generated), Some((major, minor))) = (generated, version) else {
        return Ok(());
    };
    let folder = home.join(format!("lib/python{major}.{minor}/lib-dynload"));
    let Ok(files) = fs::read_dir(build.join(generated.trim())) else {
        return Ok(());
    };
    for file in files {
        let file = file?;
        let copy = folder.join(file.file_name());
        if file.path().extension().is_some_and(|ending| ending == "so") && !copy.exists() {
            fs::create_dir_all(&folder)?;
            fs::copy(file.path(), copy)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn side_modules_are_copied_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("build/lib")).unwrap();
        fs::write(at("build/pybuilddir.txt"), "lib\n").unwrap();
        fs::write(at("build/lib/_x.cpython-313-wasm32-emscripten.so"), "1").unwrap();
        fs::write(at("build/lib/_sysconfigdata.py"), "").unwrap();
        let add = || {
            add_side_modules(
                &at("build/python.js"),
                &at("home/lib/python313.zip"),
                &at("home"),
            )
        };
        for _ in 0..2 {
            add().unwrap();
            let files = fs::read_dir(at("home/lib/python3.13/lib-dynload")).unwrap();
            assert_eq!(files.count(), 1);
        }
        fs::remove_file(at("build/pybuilddir.txt")).unwrap();
        add().unwrap();
    }
}
