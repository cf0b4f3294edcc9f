//! The manifests that are built into the program, by their files' names.

pub(super) const VERSIONS: [(&str, &str); 4] = [
    (
        "python-3.11.yaml",
        include_str!("../../stdlib-manifests/python-3.11.yaml"),
    ),
    (
        "python-3.12.yaml",
        include_str!("../../stdlib-manifests/python-3.12.yaml"),
    ),
    (
        "python-3.13.yaml",
        include_str!("../../stdlib-manifests/python-3.13.yaml"),
    ),
    (
        "python-3.14.yaml",
        include_str!("../../stdlib-manifests/python-3.14.yaml"),
    ),
];

pub(super) const TARGETS: [(&str, &str); 5] = [
    (
        "native.yaml",
        include_str!("../../stdlib-manifests/targets/native.yaml"),
    ),
    (
        "emscripten-browser.yaml",
        include_str!("../../stdlib-manifests/targets/emscripten-browser.yaml"),
    ),
    (
        "emscripten-node.yaml",
        include_str!("../../stdlib-manifests/targets/emscripten-node.yaml"),
    ),
    (
        "wasi.yaml",
        include_str!("../../stdlib-manifests/targets/wasi.yaml"),
    ),
    (
        "pyodide.yaml",
        include_str!("../../stdlib-manifests/targets/pyodide.yaml"),
    ),
];

pub(super) const HIDDEN: (&str, &str) = (
    "hidden-imports.yaml",
    include_str!("../../stdlib-manifests/hidden-imports.yaml"),
);

pub(super) const HELD: (&str, &str) = (
    "held-functions.yaml",
    include_str!("../../stdlib-manifests/held-functions.yaml"),
);

pub(super) const CALLED: (&str, &str) = (
    "called-members.yaml",
    include_str!("../../stdlib-manifests/called-members.yaml"),
);

pub(super) const UNIMPORTABLE: (&str, &str) = (
    "unimportable.yaml",
    include_str!("../../stdlib-manifests/unimportable.yaml"),
);

pub(super) const SETTLED: (&str, &str) = (
    "settled-imports.yaml",
    include_str!("../../stdlib-manifests/settled-imports.yaml"),
);
