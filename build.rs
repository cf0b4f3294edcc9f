//! Gives the program a digest of everything it is built from, by which it knows results that
//! another build of it has remembered.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// What decides how the program behaves.
const BUILT_FROM: [&str; 5] = [
    "Cargo.lock",
    "Cargo.toml",
    "profiles",
    "src",
    "stdlib-manifests",
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut digest = Sha256::new();
    for name in BUILT_FROM {
        println!("cargo::rerun-if-changed={name}");
        add(&root.join(name), &mut digest)?;
    }
    let digest: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    println!("cargo::rustc-env=STDLIB_PACK_BUILD={digest}");
    Ok(())
}

fn add(path: &Path, digest: &mut Sha256) -> io::Result<()> {
    if path.is_dir() {
        let mut inner: Vec<PathBuf> = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        inner.sort();
        return inner.iter().try_for_each(|path| add(path, digest));
    }
    // A package built from a registry has no lock file of its own.
    if let Ok(bytes) = fs::read(path) {
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    Ok(())
}
