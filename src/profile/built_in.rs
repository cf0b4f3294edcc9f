//! The built-in profiles.

/// The name and text of each built-in profile, sorted by name.
pub const BUILT_IN: [(&str, &str); 10] = [
    ("browser", include_str!("../../profiles/browser.yaml")),
    (
        "browser-minimal",
        include_str!("../../profiles/browser-minimal.yaml"),
    ),
    (
        "interpreter",
        include_str!("../../profiles/interpreter.yaml"),
    ),
    ("native", include_str!("../../profiles/native.yaml")),
    ("no-tests", include_str!("../../profiles/no-tests.yaml")),
    ("node", include_str!("../../profiles/node.yaml")),
    ("pyodide", include_str!("../../profiles/pyodide.yaml")),
    (
        "pyodide-minimal",
        include_str!("../../profiles/pyodide-minimal.yaml"),
    ),
    ("wasi", include_str!("../../profiles/wasi.yaml")),
    ("wasm", include_str!("../../profiles/wasm.yaml")),
];
