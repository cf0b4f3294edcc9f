//! Diagnostic codes: stable names, each with its meaning and a remedy.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares the codes by section of the reference: the name, meaning and remedy of each.
macro_rules! codes {
    ($($section:literal { $($variant:ident $name:literal: $meaning:literal, $remedy:literal;)* })*) => {
        /// The code of a diagnostic, which identifies the kind of problem. Names do not change between versions.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[non_exhaustive]
        pub enum Code {
            $($(
                #[doc = $meaning]
                #[serde(rename = $name)]
                $variant,
            )*)*
        }

        impl Code {
            /// All codes, in the order of the reference.
            pub const ALL: &[Self] = &[$($(Self::$variant,)*)*];

            /// Returns the name, such as `unknown-module`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)*)*
                }
            }

            /// Returns the section of the reference that lists the code.
            pub fn section(self) -> &'static str {
                match self {
                    $($(Self::$variant => $section,)*)*
                }
            }

            /// Returns the meaning of the code.
            pub fn meaning(self) -> &'static str {
                match self {
                    $($(Self::$variant => $meaning,)*)*
                }
            }

            /// Returns a suggestion for solving the problem.
            pub fn remedy(self) -> &'static str {
                match self {
                    $($(Self::$variant => $remedy,)*)*
                }
            }
        }
    };
}

codes! {
    "Profiles, projects and flags" {
        InvalidArgument "invalid-argument":
            "A flag or argument is wrong, missing, or does not go with another.",
            "See `stdlib-pack COMMAND --help`.";
        ProfileNotFound "profile-not-found":
            "There is no built-in profile of this name, and no such file.",
            "`stdlib-pack profile list` shows the built-in profiles; a file needs its `.yaml` extension or a slash.";
        InvalidYaml "invalid-yaml":
            "A YAML file has a syntax error, an unknown key, a duplicate key, or a value of the wrong type.",
            "`stdlib-pack profile schema` prints the schema of profiles, which editors can check against.";
        InvalidProfile "invalid-profile":
            "A value of a profile is not acceptable, or its `extends` form a cycle or go too deep.",
            "The message says what is accepted; the profile reference lists all keys.";
        InvalidProject "invalid-project":
            "`stdlib-pack.yaml` names no bundles, or a bundle's name cannot be a folder's name.",
            "`stdlib-pack build --help` shows an example.";
        InvalidModuleName "invalid-module-name":
            "A text is not a dotted module name.",
            "Write it as in an import statement: `xml.etree.ElementTree`.";
        InvalidPattern "invalid-pattern":
            "A pattern on module names cannot be read, or is too complex.",
            "Write several simpler patterns.";
        UnknownModule "unknown-module":
            "A root, a hidden import or a run module is in no Python of this version.",
            "Check the spelling and the Python version; modules of your app come with `--app`.";
        UnknownTarget "unknown-target":
            "There is no target of this name.",
            "`stdlib-pack target list` shows the built-in targets; `target probe` writes one of your own.";
        UnknownCodec "unknown-codec":
            "The library has no codec of this name.",
            "List codecs by the names that programs use, such as `cp1252`.";
        ExcludedRoot "excluded-root":
            "A root is also excluded.",
            "Remove the root, or narrow the exclusion's pattern.";
        ExcludedCodec "excluded-codec":
            "A requested codec's module is excluded.",
            "Remove the codec, or narrow the exclusion's pattern.";
        DuplicateRoot "duplicate-root":
            "A root is named more than once.",
            "Remove one of them.";
        NotRunnable "not-runnable":
            "A module of `run-modules` cannot be run with `python -m`.",
            "Name a module, or a package with a `__main__`.";
        UnmatchedExclusion "unmatched-exclusion":
            "An exclusion's pattern matches no module of this Python.",
            "Check the spelling, or remove the pattern.";
    }
    "Requirements of the bundle" {
        UnimportableRoot "unimportable-root":
            "A root cannot be imported on the target.",
            "Remove the root, keep what it needs, or choose another target.";
        UnimportableStartupModule "unimportable-startup-module":
            "The interpreter cannot start without a module that is excluded or cannot be imported.",
            "Remove the exclusion: no Python starts without this module.";
        UnimportableAppModule "unimportable-app-module":
            "A module of the app imports, at module level, what the bundle cannot have. As a warning: nothing imports that module on the target.",
            "Keep what it needs, or import it in a `try` that catches `ImportError`.";
        UnimportableModule "unimportable-module":
            "A reached module cannot be imported on the target, and the profile says `on-unimportable: error`.",
            "Set `on-unimportable: drop` to leave such modules out.";
        RecordedModuleMissing "recorded-module-missing":
            "The bundle lacks modules, codecs or data files that a program was recorded to load, and could have them.",
            "Add what the message lists, or delete it from the recording if the program does without it on the target.";
        RecordedModuleUnavailable "recorded-module-unavailable":
            "A program was recorded to load modules or data files that the target, or its library, does not have.",
            "Check that the program does without them there: no bundle can contain them.";
        RecordedStartupModule "recorded-startup-module":
            "The bundle lacks modules that were loaded before a recorded program started, so that it is unknown whether the program uses them.",
            "Record in an environment without `.pth` files that import, or check these modules yourself.";
        BudgetExceeded "budget-exceeded":
            "The bundle is larger than its budget.",
            "Exclude one of the modules that the message lists, or raise the budget.";
    }
    "The app" {
        InvalidApp "invalid-app":
            "The app cannot be read: no such file, no Python in it, too large, or a damaged notebook or zip.",
            "Pass a script, package, project folder, notebook, page, wheel or zip with `--app`.";
        ExcludedAppFiles "excluded-app-files":
            "Files of a project are not counted as part of its program: tests, documentation, build files, and what `--app-exclude` matches. What the program imports of them counts.",
            "`--app-exclude none` makes all files of a project count.";
        InvalidDependency "invalid-dependency":
            "A dependency cannot be read: no such file, no Python modules in it, too large, or a damaged zip.",
            "Pass a wheel, a zip, a package or a folder of packages such as `site-packages` with `--dependency`.";
        AppSyntaxError "app-syntax-error":
            "A file of the app does not compile. As a warning: nothing imports that file.",
            "Fix the file, or leave it out of the app.";
        ShadowedStdlibModule "shadowed-stdlib-module":
            "A module of the app has the name of a standard library module and hides it.",
            "Rename the module, unless that is what you want.";
        DynamicImport "dynamic-import":
            "The app imports a module by a name that is not a literal, so the module may be missing from the bundle.",
            "List the modules under `hidden-imports` in the profile.";
        DynamicCodec "dynamic-codec":
            "A codec is looked up by a name that is not a literal, or that only data has for it (mails, XML), so the codec may be missing from the bundle.",
            "List the codecs under `codecs` in the profile, or a group of them: `web`, `email`, `all`.";
        UnseenCode "unseen-code":
            "The app imports or runs something that only data names at run time, such as the objects in a pickle, so what that needs may be missing from the bundle.",
            "List the modules that it needs under `hidden-imports` in the profile, or give the code with `--app`.";
        ExtensionModulesInAppZip "extension-modules-in-app-zip":
            "`app.zip` has extension modules of the app or of its dependencies. Python cannot load them from a zip, and what they import is only known if their strings name it.",
            "Unpack `app.zip` where it runs, and list other imports under `hidden-imports`.";
        ForeignExtensionModules "foreign-extension-modules":
            "The name of an extension module says that it is for another platform or version of Python. The target does not look at such files, so it is left out.",
            "Name the packages for the target, or make sure that the program does without the module.";
        OpaqueExtensionModule "opaque-extension-module":
            "The app has compiled extension modules: only imports whose names appear as text in them are known.",
            "List other modules that they import under `hidden-imports` in the profile.";
        FailingLazyImport "failing-lazy-import":
            "A function of the app imports a module that the bundle cannot have: calling it raises ImportError.",
            "Guard the import with `try`, or choose a target that has the module.";
        FailingCall "failing-call":
            "The app calls a function that exists on the target, but always fails there.",
            "Check that the app copes with it; `stdlib-pack target show` lists such functions.";
        NonfunctionalModule "nonfunctional-module":
            "The app imports a module that imports on the target but does not work there.",
            "Check that the app copes with it; `stdlib-pack target show` lists such modules.";
        ThirdPartyImport "third-party-import":
            "The app imports a module that is neither in the standard library nor in the app.",
            "Something else has to provide it at run time.";
    }
    "The standard library and the build Python" {
        InvalidStdlib "invalid-stdlib":
            "The standard library cannot be used: not found, not a library, damaged, or with unsafe file names.",
            "Pass a `Lib` folder, an installed Python's library or a zip of one with `--stdlib`.";
        StdlibSyntaxError "stdlib-syntax-error":
            "A reached module of the standard library does not compile, and is left out.",
            "Check that the library and the build Python are of the same version.";
        StdlibContents "stdlib-contents":
            "The standard library holds something unusual, such as two files for one module.",
            "Check that it is the library you meant.";
        LinkOutsideStdlib "link-outside-stdlib":
            "A file of the library is a symbolic link to a place outside it; the linked file is what is packed.",
            "Check that this is what you want.";
        UnsupportedVersion "unsupported-version":
            "No manifest covers this version of Python.",
            "Use one of the supported versions.";
        NewerPython "newer-python":
            "This Python is newer than all that stdlib-pack has facts about; those of the newest are used.",
            "Run `stdlib-pack verify` on the bundle; a newer stdlib-pack may have the facts.";
        VersionMismatch "version-mismatch":
            "The library, the build Python, the target and the bundle are not all of one Python version.",
            "Name a build Python of the library's version with `--build-python`.";
        MagicMismatch "magic-mismatch":
            "The build Python writes bytecode that the target does not read.",
            "Use a final release of that Python version, not a pre-release.";
        MissingStartupModule "missing-startup-module":
            "The library lacks a module without which the target's interpreter does not start.",
            "Pass the target's own library with `--stdlib`.";
        BuildPythonNotFound "build-python-not-found":
            "No usable build Python was found.",
            "Install a Python of the library's version, or name one with `--build-python`.";
        BuildPythonFailed "build-python-failed":
            "The build Python crashed, timed out or gave an invalid answer.",
            "Run it by hand; the message has the last lines that it printed.";
        InvalidCpythonBuild "invalid-cpython-build":
            "The folder is not a finished cross build of CPython, or one for another platform.",
            "Build CPython there first, and pass the build folder.";
        InvalidManifest "invalid-manifest":
            "A manifest or target file cannot be read or has a mistake.",
            "The message says where; the built-in manifests are examples.";
    }
    "Bundles, locks and output" {
        InvalidRecording "invalid-recording":
            "The recording cannot be read, or is of another Python than what is to be added to it.",
            "`stdlib-pack record` writes one.";
        InvalidBundle "invalid-bundle":
            "There is no bundle at this path, or a file is missing or does not match its receipt.",
            "Pass the folder, the zip or the receipt of a bundle that this program wrote.";
        RawPackedModules "raw-packed-modules":
            "The packed form carries the bytecode of a module unchanged, because it differs from what CPython's compiler writes. The bundle works, but it is larger.",
            "Check that the build Python is an unmodified CPython; if it is, please report the module.";
        InvalidLock "invalid-lock":
            "The lock or snapshot is missing, cannot be read, or has no such bundle.",
            "`stdlib-pack lock` writes one.";
        LockMismatch "lock-mismatch":
            "The bundle is not what the lock says.",
            "Review the difference; `stdlib-pack lock --update-all` with the same flags accepts it.";
        InvalidDeltaBase "invalid-delta-base":
            "The zip that a delta is to be made from cannot be used.",
            "Pass the uncompressed `python3XX.zip` that clients already have.";
        OutputConflict "output-conflict":
            "Something would be written over an input, over a file of another program, or twice.",
            "Choose another place for the output.";
        WriteFailed "write-failed":
            "A file could not be written; nothing was changed.",
            "Check permissions and free space.";
        CompressionFailed "compression-failed":
            "The zip could not be assembled or compressed.",
            "The message says why.";
    }
    "Runtimes and the environment" {
        RuntimeNotFound "runtime-not-found":
            "The runtime for `verify` or `target probe` is not installed.",
            "The message says what to install.";
        RuntimeFailed "runtime-failed":
            "The runtime crashed, timed out or gave an invalid answer.",
            "Run it by hand; the message has the last lines that it printed.";
        EnvironmentFailed "environment-failed":
            "The operating system refused something.",
            "The message says what.";
        InternalError "internal-error":
            "Something happened that should be impossible.",
            "Please report it.";
    }
}

impl Code {
    /// Returns the reference of all codes, for a Markdown page of the book.
    pub fn reference() -> String {
        let mut page = String::new();
        let mut section = "";
        for code in Self::ALL {
            if code.section() != section {
                section = code.section();
                page += &format!("\n## {section}\n");
            }
            page += &format!("\n### `{code}`\n\n{} {}\n", code.meaning(), code.remedy());
        }
        page
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let is_plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(names.iter().all(is_plain));
    }

    #[test]
    fn every_code_has_meaning_and_remedy() {
        for code in Code::ALL {
            assert!(code.meaning().ends_with('.'), "{code}");
            assert!(code.remedy().ends_with('.'), "{code}");
        }
    }
}
