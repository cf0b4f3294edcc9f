//! The names and texts of the manifests that are embedded in the program.

/// Expands to the name and text of a file.
macro_rules! embedded {
    ($folder:literal, $name:literal) => {
        (
            $name,
            include_str!(concat!("../../stdlib-manifests/", $folder, $name)),
        )
    };
}

pub(super) const VERSIONS: [(&str, &str); 5] = [
    embedded!("", "python-3.11.yaml"),
    embedded!("", "python-3.12.yaml"),
    embedded!("", "python-3.13.yaml"),
    embedded!("", "python-3.14.yaml"),
    embedded!("", "python-3.15.yaml"),
];
pub(super) const TARGETS: [(&str, &str); 5] = [
    embedded!("targets/", "native.yaml"),
    embedded!("targets/", "emscripten-browser.yaml"),
    embedded!("targets/", "emscripten-node.yaml"),
    embedded!("targets/", "wasi.yaml"),
    embedded!("targets/", "pyodide.yaml"),
];
pub(super) const HIDDEN_IMPORTS: (&str, &str) = embedded!("", "hidden-imports.yaml");
pub(super) const DEFERRED_CALLBACKS: (&str, &str) = embedded!("", "deferred-callbacks.yaml");
pub(super) const C_ATTRIBUTE_READS: (&str, &str) = embedded!("", "c-attribute-reads.yaml");
pub(super) const IMPORT_FAILURES: (&str, &str) = embedded!("", "import-failures.yaml");
pub(super) const DATA_LOOKUPS: (&str, &str) = embedded!("", "data-lookups.yaml");
pub(super) const DECORATORS: (&str, &str) = embedded!("", "decorators.yaml");
pub(super) const CODEC_GROUPS: (&str, &str) = embedded!("", "codec-groups.yaml");
pub(super) const CODEC_FUNCTIONS: (&str, &str) = embedded!("", "codec-functions.yaml");
pub(super) const FUNCTIONAL_CHECKS: (&str, &str) = embedded!("", "functional-checks.yaml");
pub(super) const REDUNDANT_IMPORTS: (&str, &str) = embedded!("", "redundant-imports.yaml");
