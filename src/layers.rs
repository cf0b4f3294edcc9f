//! Tests of the architecture: modules only use lower layers, and files form no import cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use walkdir::WalkDir;

/// The folders and files of `src`, lowest first. Each one uses only those before it.
const LAYERS: [&str; 33] = [
    "types",
    "escape",
    "exit_guard",
    "fs",
    "did_you_mean",
    "yaml",
    "pyproject",
    "diagnostic",
    "cache",
    "manifest",
    "stdlib",
    "scan",
    "embedded",
    "app",
    "dependency",
    "profile",
    "graph",
    "explain",
    "select",
    "strip",
    "compile",
    "bundle",
    "web",
    "compare",
    "recording",
    "runtime",
    "probe",
    "verify",
    "pipeline",
    "project",
    "report",
    "cli",
    "fuzzing",
];

/// Groups of files that may use each other.
const ALLOWED_CYCLES: [&[&str]; 1] = [
    // A condition has values, and constants are values of conditions.
    &["scan/condition.rs", "scan/constants.rs"],
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Returns the text of the files in `src` by their relative path, without test files and the test modules at the end of
/// files.
fn files() -> BTreeMap<String, String> {
    let files = WalkDir::new(src()).into_iter().flatten();
    let files = files.filter(|entry| entry.path().extension().is_some_and(|e| e == "rs"));
    let mut texts = BTreeMap::new();
    for file in files {
        let path = file.path().strip_prefix(src()).unwrap();
        let path = path.to_str().unwrap().replace('\\', "/");
        if path.contains("tests") || ["lib.rs", "main.rs", "layers.rs"].contains(&&*path) {
            continue;
        }
        let text = fs::read_to_string(file.path()).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code = code.split("#[cfg(test)]\n#[allow").next().unwrap();
        texts.insert(path, code.to_owned());
    }
    texts
}

/// Returns the path of the module in a file: `graph` for `graph/mod.rs`, `graph::why` for `graph/why.rs`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// Returns the absolute paths that a file uses: `[a, B]` for `crate::a::B`.
fn paths_in(file: &str, text: &str) -> BTreeSet<Vec<String>> {
    let module = module_of(file);
    // In a `mod.rs`, `super` is the parent folder, and in other files the folder of the file.
    let parent = module[..module.len() - 1].to_vec();
    let mut paths = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for (start, base) in [
            ("crate::", &Vec::new()),
            ("super::", &parent),
            ("self::", &module),
        ] {
            for (index, _) in line.match_indices(start) {
                let before = line[..index].chars().next_back();
                if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':') {
                    add_paths(
                        base,
                        &text[offset(text, line) + index + start.len()..],
                        &mut paths,
                    );
                }
            }
        }
    }
    paths
}

fn offset(text: &str, line: &str) -> usize {
    line.as_ptr() as usize - text.as_ptr() as usize
}

/// Parses `a::{b, c::d}` at the start of `text`, and adds its paths.
fn add_paths(base: &[String], text: &str, paths: &mut BTreeSet<Vec<String>>) {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let rest = &text[word.len()..];
    if let Some(list) = rest.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (index, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                '}' | ',' if depth == 0 => {
                    add_paths(base, list[start..index].trim(), paths);
                    start = index + 1;
                    if letter == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    if word.is_empty() {
        return;
    }
    let path = [base, &[word]].concat();
    match rest.strip_prefix("::") {
        Some(rest) => add_paths(&path, rest, paths),
        None => _ = paths.insert(path),
    }
}

#[test]
fn folders_use_only_lower_layers() {
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    for (file, text) in files() {
        let folder = &module_of(&file)[0];
        let folder_rank = rank(folder).unwrap_or_else(|| panic!("{folder} is not in LAYERS"));
        for path in paths_in(&file, &text) {
            if let Some(used) = rank(&path[0]) {
                assert!(
                    used <= folder_rank,
                    "{file} uses {}, which is above {folder}",
                    path.join("::")
                );
            }
        }
    }
    for layer in LAYERS {
        let exists = src().join(layer).is_dir() || src().join(format!("{layer}.rs")).is_file();
        assert!(exists, "there is no {layer}");
    }
}

/// Uses of a `mod.rs` are ignored, since it only re-exports items of the files below it.
#[test]
fn files_form_no_import_cycles() {
    let files = files();
    let by_module: BTreeMap<Vec<String>, &str> = files
        .keys()
        .filter(|file| !file.ends_with("mod.rs"))
        .map(|file| (module_of(file), file.as_str()))
        .collect();
    let mut graph = DiGraph::new();
    let nodes: BTreeMap<&str, _> = files
        .keys()
        .map(|file| (file.as_str(), graph.add_node(file.as_str())))
        .collect();
    for (file, text) in files.iter().filter(|(file, _)| !file.ends_with("mod.rs")) {
        for path in paths_in(file, text) {
            let prefixes = (1..=path.len()).rev().map(|length| &path[..length]);
            let used = prefixes
                .into_iter()
                .find_map(|prefix| by_module.get(prefix));
            if let Some(used) = used.filter(|used| *used != file) {
                graph.add_edge(nodes[file.as_str()], nodes[*used], ());
            }
        }
    }
    let cycles = tarjan_scc(&graph).into_iter().filter(|scc| scc.len() > 1);
    let cycles: BTreeSet<BTreeSet<&str>> = cycles
        .map(|cycle| cycle.into_iter().map(|node| graph[node]).collect())
        .collect();
    let allowed: BTreeSet<BTreeSet<&str>> = ALLOWED_CYCLES
        .iter()
        .map(|files| files.iter().copied().collect())
        .collect();
    assert_eq!(cycles, allowed);
}
