//! Every module of every library, and of packages that other people wrote, is modelled and comes back byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use packed::{Entry, InstructionSet, pack, unpack};

use crate::common::World;
use crate::common::pythons::{Python, pythons, schemas};

fn instruction_set(python: &Python) -> InstructionSet {
    let described = Command::new(&python.path)
        .args(["-I", "-c", InstructionSet::SCRIPT])
        .output()
        .unwrap();
    assert!(described.status.success());
    InstructionSet::parse(std::str::from_utf8(&described.stdout).unwrap()).unwrap()
}

/// Packs files and unpacks them, and returns how many modules there are, and how many of them are raw.
fn check(python: &Python, files: &[(String, Vec<u8>)]) -> (usize, usize) {
    let entries: Vec<Entry<'_>> = files
        .iter()
        .map(|(path, bytes)| Entry { path, bytes })
        .collect();
    let size = files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    let size = u32::try_from(size).unwrap();
    let packed = pack(&instruction_set(python), &entries, [7; 32], size);
    let unpacked = unpack(&packed.segments.concat(), size).unwrap();
    assert_eq!((unpacked.digest, unpacked.size), ([7; 32], size));
    assert!(unpacked.entries == files, "Python {}", python.version);
    let modules = files.iter().filter(|(path, _)| path.ends_with(".pyc"));
    (modules.count(), packed.raw_modules.len())
}

/// The entries of a zip of stored files.
fn zip_files(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|place| {
            let mut entry = zip.by_index(place).unwrap();
            let mut bytes = Vec::new();
            std::io::copy(&mut entry, &mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// Columns kept, lines kept, and nothing but the lines of definitions.
const STRIPS: [&str; 3] = ["", "columns", "docstrings, lines, asserts, annotations"];

#[test]
fn every_library() {
    for python in pythons() {
        for strip in STRIPS {
            let world = World::empty();
            let profile = format!(
                "extends: [native]\nfrozen: keep\nstrip: [{strip}]\noutput: {{compress: []}}\n"
            );
            world.write("all.yaml", profile);
            world
                .run(&["--profile", "all.yaml", "--build-python", &python.path])
                .exits(0);
            let zip = world.read(&format!("dist/{}.zip", python.stem()));
            let (modules, raw) = check(python, &zip_files(&zip));
            assert!(modules > 400, "{modules} modules");
            assert_eq!(raw, 0, "Python {}", python.version);
        }
    }
}

/// The packages of `PACKED_PACKAGES`, a folder, or a few that other tests need.
#[test]
fn packages_of_others() {
    let folder = std::env::var_os("PACKED_PACKAGES").map_or_else(schemas, PathBuf::from);
    for python in pythons() {
        let world = World::empty();
        let modules = compile_all(&world, python, &folder);
        let (modules, raw) = check(python, &modules);
        println!("Python {}: {modules} modules, {raw} raw", python.version);
        // Class bodies of 3.12 may have two variables of one name, which no model covers.
        assert!(modules > 0 && raw <= modules / 1000);
    }
}

/// Compiles the modules in a folder that compile, and normalizes them as bundles do.
fn compile_all(world: &World, python: &Python, folder: &Path) -> Vec<(String, Vec<u8>)> {
    let cache = world.path("compiled");
    let compiled = Command::new(&python.path)
        .args(["-I", "-X"])
        .arg(format!("pycache_prefix={}", cache.display()))
        .args(["-m", "compileall", "-q", "-q", "-f"])
        .args(["-s", folder.to_str().unwrap()])
        .arg(folder)
        .output()
        .unwrap();
    // Some packages have templates of modules that do not compile.
    assert!(compiled.status.code().is_some());
    let mut files = Vec::new();
    visit(&cache, &mut |path| {
        let bytes = fs::read(path).unwrap();
        let (header, code) = bytes.split_at(16);
        let code = pyc::normalize(code, pyc::Lines::WithoutColumns).unwrap();
        let path = path.strip_prefix(&cache).unwrap().to_str().unwrap();
        files.push((path.to_owned(), [header, &code].concat()));
    });
    files.sort();
    files
}

fn visit(folder: &Path, found: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pyc") {
            found(&path);
        }
    }
}
