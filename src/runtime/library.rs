//! The complete library of a build that carries none, such as CPython's own for Emscripten and WASI.

use std::fs;
use std::path::Path;

use super::{Files, RuntimeError};
use crate::bundle::{Entry, build_zip};
use crate::manifest::Manifests;
use crate::stdlib::{ModuleKind, Stdlib};

/// Writes the standard library at `path` as a zip of sources into a new folder of `scratch`.
///
/// # Errors
/// If there is no standard library, its version is not known, or the zip cannot be written.
pub fn complete_library(
    path: &Path,
    manifests: &Manifests,
    scratch: &Path,
) -> Result<Files, RuntimeError> {
    let stdlib = Stdlib::open(path, manifests)?;
    let version = stdlib.version().ok_or_else(|| {
        RuntimeError::NotFound(format!(
            "'{}' does not say which Python's library it is",
            path.display()
        ))
    })?;
    let mut entries = Vec::new();
    for module in stdlib.modules().values() {
        let bytes = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            ModuleKind::Module | ModuleKind::Package => stdlib.read(&module.path)?,
        };
        let path = module.path.clone();
        entries.push(Entry { path, bytes });
    }
    for path in stdlib.data() {
        entries.push(Entry {
            bytes: stdlib.read(path)?,
            path: path.clone(),
        });
    }
    let home = scratch.join("library");
    let lib = home.join("lib");
    fs::create_dir_all(&lib)?;
    let zip = lib.join(format!("python{}.zip", version.tag()));
    fs::write(&zip, build_zip(&entries)?)?;
    Ok(Files {
        zip,
        brotli: None,
        packed: None,
        further: Vec::new(),
        home,
    })
}
