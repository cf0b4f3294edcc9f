//! Gives each part of the program that keeps results in the cache a digest of what the results depend on: its own
//! sources, those of the parts that it uses, and the crates that these use. So a change elsewhere leaves the cache as it
//! is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// The parts, and what else decides what they do.
const PARTS: [(&str, &[&str]); 4] = [
    // What was understood of a module.
    ("scan", &[]),
    // Bytecode.
    ("compile", &["crates/pyc/src"]),
    // Compressed forms.
    ("bundle", &["crates/packed/src", "crates/pyc/src"]),
    // Whole bundles, with what is said of them.
    (
        "pipeline",
        &["crates/packed/src", "crates/pyc/src", "stdlib-manifests"],
    ),
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    for name in [
        "build.rs",
        "Cargo.lock",
        "Cargo.toml",
        "crates",
        "src",
        "stdlib-manifests",
    ] {
        println!("cargo::rerun-if-changed={name}");
    }
    let manifest = read(&root.join("Cargo.toml"));
    let lock = read(&root.join("Cargo.lock"));
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    for (part, others) in PARTS {
        let mut files = sources(&root.join("src"), part)?;
        let crates = crates(&files, &manifest, &lock);
        for other in others {
            files_below(&root.join(other), &mut files)?;
        }
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        add(version.as_bytes());
        for (path, bytes) in &files {
            let path = path.strip_prefix(&root).unwrap_or(path);
            add(path.to_string_lossy().replace('\\', "/").as_bytes());
            add(bytes);
        }
        for package in crates {
            add(package.as_bytes());
        }
        let digest = digest.finalize();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        println!(
            "cargo::rustc-env=STDLIB_PACK_{}={digits}",
            part.to_uppercase()
        );
    }
    Ok(())
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The files of a part of `src`, and of all parts that these name as `crate::PART`.
fn sources(src: &Path, part: &str) -> io::Result<Files> {
    let mut files = Files::new();
    let (mut seen, mut open) = (BTreeSet::new(), vec![part.to_owned()]);
    while let Some(part) = open.pop() {
        if !seen.insert(part.clone()) {
            continue;
        }
        let mut own = Files::new();
        files_below(&src.join(&part), &mut own)?;
        files_below(&src.join(format!("{part}.rs")), &mut own)?;
        own.retain(|path, _| !is_test(path.strip_prefix(src).unwrap_or(path)));
        for bytes in own.values() {
            let text = String::from_utf8_lossy(bytes);
            for after in text.split("crate::").skip(1) {
                open.push(word(after));
            }
        }
        files.append(&mut own);
    }
    Ok(files)
}

fn is_test(path: &Path) -> bool {
    path.iter()
        .any(|name| name == "tests" || name == "tests.rs")
}

fn files_below(path: &Path, files: &mut Files) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            files_below(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.insert(path.to_owned(), fs::read(path)?);
    }
    Ok(())
}

/// The packages whose crates `files` name, as lines of name and version, and all that they depend on.
fn crates(files: &Files, manifest: &str, lock: &str) -> BTreeSet<String> {
    let packages = packages(lock);
    let section = manifest
        .split("[dependencies]\n")
        .nth(1)
        .unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section
        .lines()
        .map(|line| line.split([' ', '=']).next().unwrap_or_default());
    let names = names.filter(|name| !name.is_empty() && !name.starts_with('#'));
    let is_named = |name: &&str| {
        let path = format!("{}::", name.replace('-', "_"));
        let mut texts = files.values().map(|bytes| String::from_utf8_lossy(bytes));
        texts.any(|text| text.contains(&path))
    };
    let mut open: Vec<String> = names.filter(is_named).map(str::to_owned).collect();
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for (version, dependencies) in packages.get(&name).into_iter().flatten() {
            found.insert(format!("{name} {version}"));
            open.extend(dependencies.iter().cloned());
        }
    }
    found
}

/// Versions of a package, each with the names of the packages that it depends on.
type Versions = Vec<(String, Vec<String>)>;

/// The packages of a lock by name. A package from a registry has no lock of its own.
fn packages(lock: &str) -> BTreeMap<String, Versions> {
    let mut packages: BTreeMap<String, Versions> = BTreeMap::new();
    for package in lock.split("[[package]]\n").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
        let of = |key: &str| {
            package
                .lines()
                .find(|line| line.starts_with(key))
                .map(quoted)
        };
        let dependencies = package.lines().filter(|line| line.starts_with(" \""));
        let dependencies = dependencies.map(|line| word_of(&quoted(line)));
        let (name, version) = (of("name ="), of("version ="));
        let versions = packages.entry(name.unwrap_or_default()).or_default();
        versions.push((version.unwrap_or_default(), dependencies.collect()));
    }
    packages
}

/// A dependency is a name, and a version where there are several.
fn word_of(dependency: &str) -> String {
    dependency.split(' ').next().unwrap_or_default().to_owned()
}

fn word(text: &str) -> String {
    let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    text.chars().take_while(is_part).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file)
        .unwrap_or_default()
        .replace("\r\n", "\n")
}
