//! Reads the `MODULE_*_STATE` values in the `_sysconfigdata_…` file of a CPython build. They record what `configure`
//! decided for each C module (`configure.ac`, `PY_STDLIB_MOD`); `CONFIG_ARGS` has the options that it was given.

use std::collections::BTreeMap;
use std::path::Path;

use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::Parsed;

use super::{ProbeError, ProbeResult};
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::scan::with_parsed;

/// Reads a `_sysconfigdata_…` file. C modules without a state are built into every CPython.
///
/// # Errors
/// If the file cannot be read, or is not a `_sysconfigdata_…` file.
pub fn from_sysconfigdata(file: &Path, manifests: &Manifests) -> Result<ProbeResult, ProbeError> {
    let file_error = |problem: String| ProbeError::File {
        file: file.display().to_string(),
        problem,
    };
    let text = limited::read_text(file, limited::MAX_BUILD_FILE)
        .map_err(|error| file_error(format!("cannot be read: {error}")))?;
    let variables = build_time_vars(&text).ok_or_else(|| {
        file_error(
            "is not a _sysconfigdata file: it does not set build_time_vars to a dict".to_owned(),
        )
    })?;
    let value = |name: &str| {
        let missing = || file_error(format!("does not define {name}"));
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
    let c_modules = facts.into_iter();
    let c_modules = c_modules.flat_map(|facts| facts.c_modules.iter().chain(&facts.c_test_modules));
    let mut result = ProbeResult {
        sysconfigdata: format!("{flags}_{sys_platform}_{architecture}"),
        source: "as the MODULE_*_STATE values of its _sysconfigdata file say".to_owned(),
        release,
        sys_platform,
        ..ProbeResult::default()
    };
    for name in c_modules {
        let key = format!("MODULE_{}_STATE", name.as_str().to_uppercase());
        let reason = match variables.get(&key).map(String::as_str) {
            None | Some("yes") => {
                result.c_modules.insert(name.to_string());
                continue;
            }
            Some("n/a") => "CPython does not build it for this platform",
            Some("disabled") => "Switched off when the build was configured",
            Some("missing") => "A library or header that it needs was missing at build time",
            Some(_) => "configure did not enable it",
        };
        result.reasons.insert(name.to_string(), reason.to_owned());
    }
    if let Some(names) = variables.get(DISABLED_MODULES) {
        result.disable(names);
    }
    let options = variables.get("CONFIG_ARGS").map_or("", String::as_str);
    let options = shlex::split(options).unwrap_or_default();
    for check in manifests.functional_checks() {
        let feature = check.feature.as_ref();
        if feature.is_some_and(|feature| is_enabled(feature, &options)) {
            result.checks.insert(check.name.clone(), true);
        }
    }
    Ok(result)
}

/// Returns whether the last option of `configure` that is about a feature enables it.
fn is_enabled(feature: &str, options: &[String]) -> bool {
    let enables = |option: &String| {
        let (name, value) = option.split_once('=').unwrap_or((option, "yes"));
        match name.strip_prefix("--")?.split_once('-')? {
            ("enable", name) if name == feature => Some(value != "no"),
            ("disable", name) if name == feature => Some(false),
            _ => None,
        }
    };
    options.iter().rev().find_map(enables).unwrap_or(false)
}

/// The variable with the names that are listed under `*disabled*` in `Modules/Setup.local`. Their states, which
/// `configure` sets, do not say so (`Modules/makesetup`).
const DISABLED_MODULES: &str = "MODDISABLED_NAMES";

impl ProbeResult {
    /// Removes the modules that a `Makefile` disables. It is newer than the `_sysconfigdata_…` file if only
    /// `Modules/Setup.local` has changed.
    pub(crate) fn disable_as_in_makefile(&mut self, makefile: &str) {
        let mut lines = makefile.lines();
        let names = lines.find_map(|line| line.strip_prefix(DISABLED_MODULES)?.strip_prefix('='));
        self.disable(names.unwrap_or_default());
    }

    fn disable(&mut self, names: &str) {
        for name in names.split_ascii_whitespace() {
            if self.c_modules.remove(name) {
                let reason = "Disabled in Modules/Setup.local when CPython was built";
                self.reasons.insert(name.to_owned(), reason.to_owned());
            }
        }
    }
}

/// Returns the items of the dict `build_time_vars` whose keys and values are string literals.
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
            let is_build_time_vars =
                |target: &Expr| matches!(target, Expr::Name(name) if name.id == "build_time_vars");
            match &*assign.value {
                Expr::Dict(dict) if assign.targets.iter().any(is_build_time_vars) => Some(dict),
                _ => None,
            }
        }
        _ => None,
    })?;
    let string_literal = |expression: &Expr| match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    };
    let pairs = dict.items.iter();
    let pairs = pairs.filter_map(|item| {
        Some((
            string_literal(item.key.as_ref()?)?,
            string_literal(&item.value)?,
        ))
    });
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
    fn module_states_are_parsed() {
        let result = read(WASM64).unwrap();
        assert_eq!(result.sysconfigdata, "_emscripten_wasm64-emscripten");
        assert!(result.c_modules.contains("zlib"));
        // A module without a state is in every build.
        assert!(result.c_modules.contains("_abc"));
        assert!(!result.c_modules.contains("_ctypes") && !result.c_modules.contains("pwd"));
        assert!(result.reasons["pwd"].contains("for this platform"));
    }

    #[test]
    fn disabled_modules_are_missing() {
        let disabled = WASM64.replace("'CC'", "'MODDISABLED_NAMES': ' _decimal _pickle', 'CC'");
        let mut result = read(&disabled).unwrap();
        assert!(!result.c_modules.contains("_decimal") && !result.c_modules.contains("_pickle"));
        assert!(result.reasons["_decimal"].contains("Setup.local"));
        assert!(result.c_modules.contains("_datetime"));

        result.disable_as_in_makefile("CC=cc\nMODDISABLED_NAMES=  _datetime pyexpat\n");
        assert!(!result.c_modules.contains("_datetime") && !result.c_modules.contains("pyexpat"));
        assert!(result.c_modules.contains("zlib"));
    }

    #[test]
    fn options_of_configure_pass_checks() {
        let with = |options: &str| {
            let variable = format!(r#"'CONFIG_ARGS': "{options}", 'CC'"#);
            read(&WASM64.replace("'CC'", &variable)).unwrap().checks
        };
        let threads = BTreeMap::from([("threads".to_owned(), true)]);
        assert_eq!(with("'-C' '--enable-wasm-pthreads' 'CC=x'"), threads);
        assert_eq!(with("'--enable-wasm-pthreads=yes'"), threads);
        assert!(with("'-C' '--enable-wasm-pthreads' '--disable-wasm-pthreads'").is_empty());
        assert!(with("'--enable-wasm-pthreads=no'").is_empty());
    }

    #[test]
    fn other_files_are_rejected() {
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
