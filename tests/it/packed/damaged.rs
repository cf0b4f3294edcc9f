//! Damaged files: the decoders in Rust and JavaScript agree, or both refuse, and neither takes long.

use std::fs;

use stdlib_pack::bundle::{Entry, build_zip, decompress_packed};

use super::unpack_in_node;
use crate::common::{World, any_python};

/// A generator of numbers that look random (the multiplier of Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// Bytes before the table of streams, without which the digest is that of something else anyway.
const HEADER_BYTES: usize = 5 + 32 + 4 + 16;

fn damage(packed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut damaged = packed.to_vec();
    match random.below(8) {
        0 => damaged.truncate(random.below(packed.len())),
        1 => {
            let place = random.below(packed.len());
            damaged.insert(place, random.byte());
        }
        2 => {
            let place = HEADER_BYTES + random.below(60);
            damaged[place] = random.byte();
        }
        kind => {
            for _ in 0..kind - 2 {
                let place = HEADER_BYTES + random.below(packed.len() - HEADER_BYTES);
                damaged[place] ^= 1 << random.below(8);
            }
        }
    }
    damaged
}

/// The zip of a packed file without a check of its digest.
fn unpack_structure(packed: &[u8]) -> Option<Vec<u8>> {
    let unpacked = packed::unpack(packed, 1 << 26).ok()?;
    let entries: Vec<Entry> = unpacked
        .entries
        .into_iter()
        .map(|(path, bytes)| Entry { path, bytes })
        .collect();
    let zip = build_zip(&entries).ok()?;
    (zip.len() == unpacked.size as usize).then_some(zip)
}

/// `PACKED_DAMAGE` is the number of files; `PACKED_SEED` makes them others.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[test]
fn decoders_agree() {
    let world = World::empty();
    let profile = "target: native\nroots: [contextlib, bisect]\nstrip: [docstrings, columns]\noutput: {compress: [packed]}\n";
    world.write("profile.yaml", profile);
    world
        .run(&[
            "--profile",
            "profile.yaml",
            "--build-python",
            &any_python().path,
        ])
        .exits(0);
    let stem = any_python().stem();
    let zip = world.read(&format!("dist/{stem}.zip"));
    let packed = world.read(&format!("dist/{stem}.zip.packed.br"));
    let packed = decompress_packed(packed, 1 << 26).unwrap();
    let mut random = Random(setting("PACKED_SEED", 1));
    let count = setting("PACKED_DAMAGE", 1_000);
    let (mut accepted, mut different) = (0, 0);
    for _ in 0..count.div_ceil(500) {
        let names: Vec<String> = (0..500).map(|number| format!("{number}.packed")).collect();
        let files: Vec<Vec<u8>> = names.iter().map(|_| damage(&packed, &mut random)).collect();
        for (name, bytes) in names.iter().zip(&files) {
            fs::write(world.path(name), bytes).unwrap();
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let structures = unpack_in_node(&world, &names, true);
        for ((name, bytes), in_node) in names.iter().zip(&files).zip(structures) {
            let in_rust = unpack_structure(bytes);
            if in_rust != in_node.clone().ok() {
                let kept = std::env::temp_dir().join("disagreement.packed");
                fs::write(&kept, bytes).unwrap();
                panic!(
                    "{name}: Rust {}, JavaScript {:?}: {}",
                    in_rust.is_some(),
                    in_node.map(|zip| zip.len()),
                    kept.display()
                );
            }
            accepted += usize::from(in_rust.is_some());
        }
        // With the digest, what is accepted is right.
        for unpacked in unpack_in_node(&world, &names, false) {
            match unpacked {
                Ok(unpacked) => assert!(unpacked == zip, "a wrong zip is accepted"),
                Err(error) => {
                    assert!(error.starts_with("unpack: "), "{error}");
                    different += 1;
                }
            }
        }
    }
    println!(
        "{count} damaged files, {accepted} decoded without digest, {different} refused with it"
    );
    assert!(different > 0);
}
