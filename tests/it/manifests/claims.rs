//! What manifests say of the standard library, and whether it is so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use globset::Glob;
use stdlib_pack::manifest::{
    DataFiles, Manifests, ModuleNote, VersionManifest, codec_function_entries,
};
use stdlib_pack::types::{ModuleName, Version};
use walkdir::WalkDir;
use zip::ZipArchive;

use super::library::Library;
use crate::common::pythons::{PYODIDES, pyodide_stdlib};

/// Values of `sys.platform`, for entries that are about one.
const PLATFORMS: [&str; 6] = ["linux", "darwin", "win32", "ios", "emscripten", "wasi"];

/// What was looked at.
#[derive(Default)]
pub(super) struct Claims {
    /// What should be so in each version, and is not in one.
    wrong: BTreeSet<String>,
    /// What has to be so in one version at least, and whether it is.
    somewhere: BTreeMap<String, bool>,
}

/// A version's library beside its manifest.
struct Check<'a> {
    version: Version,
    facts: &'a VersionManifest,
    library: &'a Library,
    claims: Claims,
}

impl Claims {
    pub(super) fn check(
        manifests: &Manifests,
        version: Version,
        library: &Library,
        stdlib: &Path,
    ) -> Self {
        let facts = manifests.version(version).unwrap();
        let mut check = Check {
            version,
            facts,
            library,
            claims: Self::default(),
        };
        check.version_manifest(stdlib);
        check.hidden_imports(manifests);
        check.deferred_callbacks(manifests);
        check.redundant_imports(manifests);
        check.codec_groups(manifests);
        check.c_attribute_reads(manifests);
        for platform in PLATFORMS {
            for entry in manifests.import_failures(version, platform) {
                check.modules("import-failures.yaml", &entry.modules);
                check.c_modules("import-failures.yaml", &entry.needs);
            }
        }
        check.targets(manifests);
        check.data_lookups(manifests);
        check.codec_functions();
        check.failing_calls(manifests);
        check.claims
    }

    pub(super) fn add(&mut self, other: Self) {
        self.wrong.extend(other.wrong);
        for (claim, holds) in other.somewhere {
            *self.somewhere.entry(claim).or_default() |= holds;
        }
    }

    /// What is not so; what needs but one version can only be told when all were looked at.
    pub(super) fn wrong(self, every_version: bool) -> Vec<String> {
        let nowhere = self.somewhere.into_iter();
        let nowhere = nowhere.filter(|(_, holds)| every_version && !holds);
        let nowhere = nowhere.map(|(claim, _)| format!("no version: {claim}"));
        self.wrong.into_iter().chain(nowhere).collect()
    }
}

impl Check<'_> {
    fn expect(&mut self, holds: bool, claim: impl FnOnce() -> String) {
        if !holds {
            let claim = format!("{}: {}", self.version, claim());
            self.claims.wrong.insert(claim);
        }
    }

    /// Versions differ in what functions are called.
    fn expect_somewhere(&mut self, holds: bool, claim: String) {
        *self.claims.somewhere.entry(claim).or_default() |= holds;
    }

    fn is_c_module(&self, name: &ModuleName) -> bool {
        self.facts.c_modules.contains(name) || self.facts.c_test_modules.contains(name)
    }

    fn modules<'m>(&mut self, place: &str, names: impl IntoIterator<Item = &'m ModuleName>) {
        for name in names {
            let there = self.library.has_file(name.as_str())
                || self.library.is_cut(name.as_str())
                || self.is_c_module(name);
            self.expect(there, || format!("{place}: there is no module '{name}'"));
        }
    }

    fn files<'m>(&mut self, place: &str, names: impl IntoIterator<Item = &'m ModuleName>) {
        for name in names {
            let there = self.library.has_file(name.as_str()) || self.library.is_cut(name.as_str());
            self.expect(there, || format!("{place}: there is no '{name}' in a file"));
        }
    }

    fn c_modules<'m>(&mut self, place: &str, names: impl IntoIterator<Item = &'m ModuleName>) {
        for name in names {
            let there = self.is_c_module(name);
            self.expect(there, || format!("{place}: there is no C module '{name}'"));
        }
    }

    fn version_manifest(&mut self, stdlib: &Path) {
        let (facts, library) = (self.facts, self.library);
        let place = |key: &str| format!("python-{}.yaml, {key}", facts.version);
        self.files(&place("startup"), &facts.startup);
        self.files(&place("frozen"), &facts.frozen);
        self.files(&place("detect"), &facts.detect.has);
        for name in &facts.detect.lacks {
            let lacks = !library.has_file(name.as_str());
            self.expect(lacks, || format!("{}: '{name}' is there", place("detect")));
        }
        for name in &facts.c_modules {
            let there = library.c.contains(name.as_str()) || library.named.contains(name.as_str());
            self.expect(there, || {
                format!("{}: CPython has no '{name}'", place("c-modules"))
            });
        }
        for name in &facts.c_test_modules {
            let there = library.c.contains(name.as_str());
            self.expect_somewhere(there, format!("{}: '{name}'", place("c-test-modules")));
        }
        self.c_modules(
            &place("platform-dependent-exports"),
            &facts.platform_dependent_exports,
        );
        for entry in &facts.data_files {
            self.data_files(&place("data-files"), entry, stdlib);
        }
        for name in &facts.test_code {
            let there = library.has_file(name) || library.is_cut(name);
            self.expect(there, || {
                format!("{}: there is no '{name}'", place("test-code"))
            });
        }
    }

    fn data_files(&mut self, place: &str, entry: &DataFiles, stdlib: &Path) {
        self.files(place, [&entry.module]);
        self.files(place, &entry.required_by);
        if self.library.is_cut(entry.module.as_str()) {
            return;
        }
        let folder = stdlib.join(entry.folder());
        let files = WalkDir::new(&folder).into_iter().flatten();
        let files: Vec<_> = files.map(|file| file.into_path()).collect();
        for text in entry.files.iter().chain(&entry.required) {
            let glob = Glob::new(text).unwrap().compile_matcher();
            let mut inner = files
                .iter()
                .filter_map(|file| file.strip_prefix(&folder).ok());
            let matches = inner.any(|file| glob.is_match(file));
            self.expect(matches, || {
                format!("{place}: no file of {} matches '{text}'", entry.module)
            });
        }
    }

    fn hidden_imports(&mut self, manifests: &Manifests) {
        let library = self.library;
        for entry in manifests.hidden_imports(self.version) {
            let place = format!("hidden-imports.yaml, {}", entry.from);
            self.modules(&place, entry.to.iter().chain([&entry.from]));
            for name in &entry.if_referenced {
                // Programs come to many modules by way of others, and use the names of those.
                let builtin = name.strip_prefix("builtins.");
                let there = match builtin {
                    Some(builtin) => library.mentions("builtins", builtin),
                    None => library.mentions(entry.from.as_str(), name) || library.has_word(name),
                };
                self.expect_somewhere(there, format!("{place}, if-referenced: '{name}'"));
            }
            for name in entry.calls.iter().flatten() {
                let mut to = entry.to.iter();
                let there = to.any(|module| library.binds(module.as_str(), name));
                self.expect_somewhere(there, format!("{place}, calls: '{name}'"));
            }
        }
    }

    fn deferred_callbacks(&mut self, manifests: &Manifests) {
        let library = self.library;
        for entry in manifests.deferred_callbacks() {
            let place = format!("deferred-callbacks.yaml, {}", entry.function);
            for function in entry.callers.iter().chain([&entry.function]) {
                let there = library.defines(function);
                self.expect_somewhere(there, format!("{place}: '{function}' is defined"));
            }
            for name in &entry.builtins {
                let there = library.mentions("builtins", name);
                self.expect_somewhere(there, format!("{place}, builtins: '{name}'"));
            }
            for name in &entry.unless_referenced {
                let there = library.has_word(name);
                self.expect_somewhere(there, format!("{place}, unless-referenced: '{name}'"));
            }
        }
    }

    fn codec_groups(&mut self, manifests: &Manifests) {
        let library = self.library;
        for entry in manifests.codec_groups() {
            for codec in &entry.codecs {
                let there = library.has_file(&format!("encodings.{codec}"));
                self.expect(there, || {
                    format!("codec-groups.yaml, {}: '{codec}'", entry.group)
                });
            }
        }
    }

    fn data_lookups(&mut self, manifests: &Manifests) {
        for entry in manifests.data_lookups() {
            for function in &entry.functions {
                self.function(&format!("data-lookups.yaml, {}", entry.what), function);
            }
        }
    }

    fn codec_functions(&mut self) {
        for entry in codec_function_entries() {
            let modules: Vec<&str> = entry.modules.iter().map(ModuleName::as_str).collect();
            for name in &entry.names {
                let place = format!("codec-functions.yaml, {}", modules.join(", "));
                let there = self.library.has_word(name) || self.library.mentions("builtins", name);
                self.expect_somewhere(there, format!("{place}: '{name}'"));
            }
        }
    }

    fn failing_calls(&mut self, manifests: &Manifests) {
        for name in manifests.targets() {
            let target = manifests.target(name).unwrap();
            for call in target.failing_calls.iter().flat_map(|note| &note.calls) {
                let place = format!("targets/{name}.yaml, failing-calls");
                self.function(&place, call.trim_end_matches('*'));
            }
        }
    }

    /// Expects that the modules of functions are there, and that something has their last names.
    fn function(&mut self, place: &str, function: &str) {
        let (module, name) = function.rsplit_once('.').unwrap_or(("builtins", function));
        let library = self.library;
        let module = module.split('.').next().unwrap();
        let module_is_there = module == "builtins"
            || library.has_file(module)
            || ModuleName::new(module).is_ok_and(|module| self.is_c_module(&module));
        self.expect_somewhere(
            module_is_there,
            format!("{place}: the module of '{function}'"),
        );
        let there = library.has_word(name)
            || library.mentions(module, name)
            || library.binds(module, name)
            || library.mentions("builtins", name);
        self.expect_somewhere(there, format!("{place}: '{function}'"));
    }

    fn redundant_imports(&mut self, manifests: &Manifests) {
        let library = self.library;
        // Entries for WebAssembly are about the same sources.
        let of_platform = |platform| manifests.redundant_imports(self.version, platform);
        for entry in of_platform("linux").chain(of_platform("emscripten")) {
            let place = format!("redundant-imports.yaml, {}", entry.from);
            self.modules(&place, entry.to.iter().chain([&entry.from]));
            self.c_modules(&place, &entry.when_present);
            let from = library.module(entry.from.as_str());
            for name in &entry.to {
                let imports = from.is_some_and(|from| from.imports.contains(name.as_str()));
                self.expect(imports, || format!("{place}: it does not import '{name}'"));
            }
            let words = entry.unless_referenced.iter();
            for name in words.chain(&entry.unneeded_function) {
                let there = library.has_word(name);
                self.expect_somewhere(there, format!("{place}: '{name}'"));
            }
        }
    }

    fn c_attribute_reads(&mut self, manifests: &Manifests) {
        let library = self.library;
        for entry in manifests.c_attribute_reads() {
            self.modules("c-attribute-reads.yaml", &entry.from);
            for name in &entry.attributes {
                let from = entry.from.as_ref().map_or("builtins", |from| from.as_str());
                let there = library.mentions(from, name) || library.has_word(name);
                self.expect_somewhere(there, format!("c-attribute-reads.yaml: '{name}'"));
            }
        }
    }

    fn targets(&mut self, manifests: &Manifests) {
        for name in manifests.targets() {
            let target = manifests.target(name).unwrap();
            if !target.versions.contains(self.version) {
                continue;
            }
            let own = self.own_modules(name);
            for (key, notes) in [
                ("startup", &target.startup),
                ("not-at-startup", &target.not_at_startup),
                ("missing", &target.missing),
                ("build-dependent", &target.build_dependent),
                ("nonfunctional", &target.nonfunctional),
            ] {
                self.notes(&format!("targets/{name}.yaml, {key}"), notes, &own);
            }
        }
    }

    /// Modules in the library of a target that has one of its own.
    fn own_modules(&self, target: &str) -> BTreeSet<String> {
        let stem = format!("python{}", self.version.tag());
        let mut releases = PYODIDES.iter().filter(|_| target == "pyodide");
        let release = releases.find(|(_, bundle)| *bundle == stem);
        release.map_or_else(BTreeSet::new, |(release, _)| {
            modules_in(&pyodide_stdlib(release))
        })
    }

    fn notes(&mut self, place: &str, notes: &[ModuleNote], own: &BTreeSet<String>) {
        let (library, version) = (self.library, self.version);
        for note in notes.iter().filter(|note| note.versions.contains(version)) {
            for name in &note.modules {
                let text = name.as_str();
                let there = library.has_file(text)
                    || library.is_cut(text)
                    || self.is_c_module(name)
                    || library.named.contains(text)
                    || own.contains(text);
                self.expect(there, || format!("{place}: there is no module '{name}'"));
            }
        }
    }
}

/// The modules in a zip.
fn modules_in(zip: &Path) -> BTreeSet<String> {
    let zip = ZipArchive::new(File::open(zip).unwrap()).unwrap();
    let names = zip.file_names().map(|name| name.unwrap().into_owned());
    let names = names.filter_map(|name| name.strip_suffix(".py").map(str::to_owned));
    let modules = names.map(|name| {
        name.strip_suffix("/__init__")
            .unwrap_or(&name)
            .replace('/', ".")
    });
    modules.collect()
}
