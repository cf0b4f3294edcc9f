//! What the build of a CPython left behind: the `MODULE_*_STATE` values in its `_sysconfigdata_…` file,
//! which say what `configure` made of each C module (`configure.ac`, `PY_STDLIB_MOD`).

use std::collections::BTreeMap;
use std::path::Path;

use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::Parsed;

use super::{ProbeError, ProbeResult};
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::scan::with_parsed;

/// Reads the file. Modules that it does not speak of are built into every CPython.
///
/// # Errors
/// When it cannot be read, or is no such file.
pub fn from_sysconfigdata(file: &Path, manifests: &Manifests) -> Result<ProbeResult, ProbeError> {
    let bad = |problem: String| ProbeError::File {
        file: file.display().to_string(),
        problem,
    };
    let text = limited::read_text(file, limited::MAX_BUILD_FILE)
        .map_err(|error| bad(format!("cannot be read: {error}")))?;
    let variables = build_time_vars(&text).ok_or_else(|| {
        bad("is not a _sysconfigdata file: it does not set build_time_vars to a dict".to_owned())
    })?;
    let value = |name: &str| {
        let missing = || bad(format!("does not define {name}"));
        variables.get(name).cloned().ok_or_else(missing)
    };
    let release = value("VERSION")?;
    let sys_platform = value("MACHDEP")?;
    let architecture = variables.get("MULTIARCH").map_or("", String::as_str);
    let flags = variables.get("ABIFLAGS").map_or("", String::as_str);
    let facts = release
        .parse()
        .ok()
        .and_then(|version| manifests.version(version));
    let all = facts.into_iter();
    let all = all.flat_map(|facts| facts.c_modules.iter().chain(&facts.c_test_modules));
    let mut found = ProbeResult {
        sysconfigdata: format!("{flags}_{sys_platform}_{architecture}"),
        source: "as the MODULE_*_STATE values of its _sysconfigdata file say".to_owned(),
        release,
        sys_platform,
        ..ProbeResult::default()
    };
    for name in all {
        let key = format!("MODULE_{}_STATE", name.as_str().to_uppercase());
        let reason = match variables.get(&key).map(String::as_str) {
            None | Some("yes") => {
                found.c_modules.insert(name.to_string());
                continue;
            }
            Some("n/a") => "CPython does not build it for this platform",
            Some("disabled") => "Switched off when the build was configured",
            Some("missing") => "A library or header that it needs was missing at build time",
            Some(_) => "configure did not enable it",
        };
        found.reasons.insert(name.to_string(), reason.to_owned());
    }
    Ok(found)
}

/// The plain texts of the dict that the file sets `build_time_vars` to.
fn build_time_vars(text: &str) -> Option<BTreeMap<String, String>> {
    with_parsed(text, variables_in)?
}

fn variables_in(parsed: &Parsed<Mod>) -> Option<BTreeMap<String, String>> {
    if !parsed.errors().is_empty() {
        return None;
    }
    let Mod::Module(module) = parsed.syntax() else {
        return None;
    };
    let dict = module.body.iter().find_map(|statement| match statement {
        Stmt::Assign(assign) => {
            let names_it =
                |target: &Expr| matches!(target, Expr::Name(name) if name.id == "build_time_vars");
            match &*assign.value {
                Expr::Dict(dict) if assign.targets.iter().any(names_it) => Some(dict),
                _ => None,
            }
        }
        _ => None,
    })?;
    let plain = |expression: &Expr| match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    };
    let pairs = dict.items.iter();
    let pairs = pairs.filter_map(|item| Some((plain(item.key.as_ref()?)?, plain(&item.value)?)));
    Some(pairs.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    const WASM64: &str = "# generated\nbuild_time_vars = {'VERSION': '3.13', 'MACHDEP': 'emscripten',\n \
        'MULTIARCH': 'wasm64-emscripten', 'ABIFLAGS': '', 'HAVE_FORK': 0, 'MODULE__CTYPES_STATE': 'missing',\n \
        'MODULE_ZLIB_STATE': 'yes', 'MODULE_PWD_STATE': 'n/a', 'CC': f'{X}/cc'}\n";

    fn read(text: &str) -> Result<ProbeResult, ProbeError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        from_sysconfigdata(file.path(), &Manifests::embedded().unwrap())
    }

    #[test]
    fn states_are_read() {
        let found = read(WASM64).unwrap();
        assert_eq!(found.sysconfigdata, "_emscripten_wasm64-emscripten");
        assert!(found.c_modules.contains("zlib"));
        // It has no state: it is in every build.
        assert!(found.c_modules.contains("_abc"));
        assert!(!found.c_modules.contains("_ctypes") && !found.c_modules.contains("pwd"));
        assert!(found.reasons["pwd"].contains("for this platform"));
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "",
            "x = {}\n",
            "build_time_vars = 1\n",
            "build_time_vars = {}\n",
            "(",
        ] {
            assert!(matches!(read(text), Err(ProbeError::File { .. })), "{text}");
        }
    }
}
