//! The forms that a bundle is written in.

use std::io::Read;

use crate::common::{World, any_python};

fn zip() -> String {
    format!("{}.zip", any_python().stem())
}

#[test]
fn every_form_holds_the_zip() {
    let world = World::new();
    world.pack(&["--compress", "brotli,zstd,deflate"]).exits(0);
    let files = world.files("dist");
    let stored = &files[&zip()];
    let mut brotli = Vec::new();
    let packed = &files[&format!("{}.br", zip())][..];
    brotli::Decompressor::new(packed, 4096)
        .read_to_end(&mut brotli)
        .unwrap();
    assert!(brotli == *stored);
    let zstd = zstd::decode_all(&files[&format!("{}.zst", zip())][..]).unwrap();
    assert!(zstd == *stored);
    let deflated = format!("dist/{}.deflated.zip", any_python().stem());
    let plain = format!("dist/{}", zip());
    assert_eq!(world.zip_names(&deflated), world.zip_names(&plain));
    for name in world.zip_names(&plain) {
        assert!(world.zip_file(&deflated, &name) == world.zip_file(&plain, &name));
    }
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["outputs"].as_object().unwrap().len(), 4);
}

/// A form that is not asked for any more would be served in place of the new zip.
#[test]
fn old_forms_go() {
    let world = World::new();
    world.pack(&["--compress", "brotli,zstd"]).exits(0);
    world.pack(&["--compress", "zstd"]).exits(0);
    let names: Vec<String> = world.files("dist").into_keys().collect();
    let stem = any_python().stem();
    assert_eq!(
        names,
        [".json", ".zip", ".zip.zst"].map(|ending| format!("{stem}{ending}"))
    );
}

/// The receipt has the old zip's part in it, a warm run too.
#[test]
fn deltas_are_for_one_zip() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let first = world.read(&format!("dist/{}", zip()));
    world.write("first.zip", &first);
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    world.pack(&[]).exits(0);
    world.write("second.zip", world.read(&format!("dist/{}", zip())));
    let delta = |old: &str| {
        world.pack(&["--delta-from", old]).exits(0);
        world.read(&format!("dist/{}.dcb", zip()))
    };
    let (from_first, from_second) = (delta("first.zip"), delta("second.zip"));
    assert!(from_first != from_second);
    assert!(delta("first.zip") == from_first);
    world.pack(&[]).exits(0);
    assert!(!world.files("dist").contains_key(&format!("{}.dcb", zip())));
}

#[test]
fn what_is_no_old_zip() {
    let world = World::new();
    world.write("text.zip", "no zip");
    let said = world.pack(&["--delta-from", "text.zip"]).exits(2).said();
    assert!(
        said.contains("cannot make a delta from 'text.zip': not a zip"),
        "{said}"
    );
    let said = world.pack(&["--delta-from", "no.zip"]).exits(2).said();
    assert!(said.contains("cannot make a delta from 'no.zip'"), "{said}");
}

/// Zopfli is smaller, and neither is taken for the other of the cache.
#[test]
fn deflate_and_zopfli_are_one_file() {
    let world = World::new();
    let text: Vec<String> = include_str!("artifacts.rs")
        .lines()
        .map(|line| format!("# {line}\n"))
        .collect();
    world.write("Lib/greet.py", text.concat());
    let deflated = |compress: &str| {
        let flags = [
            "--payload",
            "source",
            "--strip",
            "none",
            "--compress",
            compress,
        ];
        world.pack(&flags).exits(0);
        world.read(&format!("dist/{}.deflated.zip", any_python().stem()))
    };
    let (fast, small) = (deflated("deflate"), deflated("zopfli"));
    assert!(
        small.len() < fast.len(),
        "{} and {}",
        small.len(),
        fast.len()
    );
    assert!(deflated("deflate") == fast);
    assert!(deflated("zopfli,deflate") == small);
}
