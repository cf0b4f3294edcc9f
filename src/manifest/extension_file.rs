//! The file names of extension modules, which say what can load them.

use super::TargetFacts;

impl TargetFacts {
    /// Returns whether the target loads an extension module with this file name, such as
    /// `x.cpython-313-x86_64-linux-gnu.so`. It never looks at files with other names (`_PyImport_DynLoadFiletab` in
    /// CPython's `Python/dynload_shlib.c` and `Python/dynload_win.c`).
    pub fn loads_extension(&self, file_name: &str) -> bool {
        let Some((_, suffix)) = file_name.split_once('.') else {
            return false;
        };
        let is_windows = self.sys_platform == "win32";
        let (tag, extension) = suffix.rsplit_once('.').unwrap_or(("", suffix));
        match extension {
            _ if tag.is_empty() => extension == if is_windows { "pyd" } else { "so" },
            "pyd" if is_windows => tag.starts_with(&format!("cp{}-", self.version.tag())),
            "so" if !is_windows => self.is_own_tag(tag),
            _ => false,
        }
    }

    /// Returns whether a tag such as `cpython-313-x86_64-linux-gnu` is that of this version and, if known, platform.
    fn is_own_tag(&self, tag: &str) -> bool {
        let known = self.flags_and_multiarch();
        let (flags, multiarch) = known.unwrap_or_default();
        let (abi, platform) = match tag.strip_prefix("cpython-") {
            Some(rest) => rest.split_once('-').unwrap_or((rest, "")),
            None => match tag.split_once('-') {
                Some((abi, platform)) => (abi, platform),
                None => return tag == "abi3",
            },
        };
        let is_abi = abi == "abi3" || abi == format!("{}{flags}", self.version.tag());
        is_abi && (known.is_none() || platform == multiarch)
    }

    /// Returns the ABI flags and the architecture of the target, from the name of its `_sysconfigdata` module: flags,
    /// `_`, platform, `_` and architecture (`sysconfig._get_sysconfigdata_name`).
    pub fn flags_and_multiarch(&self) -> Option<(&str, &str)> {
        let suffix = self.sysconfigdata.as_deref()?;
        let (flags, multiarch) = suffix.split_once(&format!("_{}_", self.sys_platform))?;
        Some((flags, multiarch)).filter(|(_, multiarch)| !multiarch.is_empty())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::manifest::{Manifests, NativePlatform, TargetFacts};

    fn facts(target: &str, native: &NativePlatform) -> TargetFacts {
        let manifests = Manifests::embedded().unwrap();
        let target = manifests.target(target).unwrap();
        TargetFacts::new(target, "3.14".parse().unwrap(), &manifests, native).unwrap()
    }

    /// Returns which of the names the target loads, of those that interpreters list in `_imp.extension_suffixes()`.
    fn loaded(facts: &TargetFacts) -> Vec<&'static str> {
        let names = [
            "a.so",
            "a.abi3.so",
            "a.abi3-x86_64-linux-gnu.so",
            "a.cpython-314-x86_64-linux-gnu.so",
            "a.cpython-314t-x86_64-linux-gnu.so",
            "a.cpython-313-x86_64-linux-gnu.so",
            "a.cpython-314-wasm32-emscripten.so",
            "a.cpython-314-darwin.so",
            "a.pypy311-pp73-x86_64-linux-gnu.so",
            "a.pyd",
            "a.cp314-win_amd64.pyd",
            "a.cp313-win_amd64.pyd",
            "a.so.1",
            "a",
        ];
        let loaded = names.into_iter().filter(|name| facts.loads_extension(name));
        loaded.collect()
    }

    #[test]
    fn names_say_which_target_loads_an_extension_module() {
        let native = |sys_platform: &str, sysconfigdata: &str| NativePlatform {
            sys_platform: sys_platform.to_owned(),
            sysconfigdata: sysconfigdata.to_owned(),
            ..NativePlatform::default()
        };
        let linux = native("linux", "_linux_x86_64-linux-gnu");
        let of_linux = [
            "a.so",
            "a.abi3.so",
            "a.abi3-x86_64-linux-gnu.so",
            "a.cpython-314-x86_64-linux-gnu.so",
        ];
        assert_eq!(loaded(&facts("native", &linux)), of_linux);
        let free_threaded = native("linux", "t_linux_x86_64-linux-gnu");
        assert_eq!(
            loaded(&facts("native", &free_threaded))[3],
            "a.cpython-314t-x86_64-linux-gnu.so"
        );
        let of_pyodide = ["a.so", "a.abi3.so", "a.cpython-314-wasm32-emscripten.so"];
        assert_eq!(loaded(&facts("pyodide", &linux)), of_pyodide);
        let windows = native("win32", "_win32_");
        let of_windows = ["a.pyd", "a.cp314-win_amd64.pyd"];
        assert_eq!(loaded(&facts("native", &windows)), of_windows);
    }
}
