//! Entries that are packed and unpacked again.

use proptest::prelude::*;
use pyc::Code;

use super::{entries, round_trip_files};
use crate::testing::{Version, bytecode, code, module, pyc_file};
use crate::{InstructionSet, pack, unpack};

#[test]
fn modules_may_have_their_own_header_and_file_name() {
    let own_name = Code {
        filename: b"/build/m.py",
        ..code("<module>", bytecode(&[("NOP", 0)]), 1)
    };
    let files = [
        ("a.pyc".to_owned(), pyc_file(1, &own_name)),
        ("m.pyc".to_owned(), pyc_file(2, &module())),
    ];
    assert_eq!(round_trip_files(Version::Python314, &files), [""; 0]);
}

#[test]
fn modules_without_a_model_are_stored_unchanged() {
    let irregular = Code {
        names: vec![b"f", b"f"],
        ..module()
    };
    // The type of `None` is flagged for references, which the canonical form never does.
    let mut not_canonical = pyc_file(1, &module());
    let none = not_canonical
        .iter()
        .rposition(|byte| *byte == b'N')
        .unwrap();
    not_canonical[none] |= 0x80;
    let prefixes = [("EXTENDED_ARG", 0); 4].into_iter();
    let jump = [("JUMP_FORWARD", 1), ("NOP", 0)];
    let too_wide = bytecode(&prefixes.chain(jump).collect::<Vec<_>>());
    let files = [
        ("a.pyc".to_owned(), pyc_file(1, &irregular)),
        ("b.pyc".to_owned(), not_canonical),
        ("c.pyc".to_owned(), b"short".to_vec()),
        ("d.pyc".to_owned(), [&[0; 16][..], b"garbage"].concat()),
        (
            "e.pyc".to_owned(),
            pyc_file(1, &code("<module>", too_wide, 1)),
        ),
        ("m.pyc".to_owned(), pyc_file(1, &module())),
        ("m.txt".to_owned(), pyc_file(1, &module())),
    ];
    let raw = round_trip_files(Version::Python314, &files);
    assert_eq!(raw, ["a.pyc", "b.pyc", "c.pyc", "d.pyc", "e.pyc"]);
    // No module fits a set without instructions.
    let packed = pack(&InstructionSet::default(), &entries(&files), [0; 32], 1000);
    assert_eq!(packed.raw_modules.len(), 6);
    let unpacked = unpack(&packed.segments.concat(), 1000).unwrap();
    assert!(unpacked.entries == files);
}

#[test]
fn only_modules_that_cannot_be_written_are_stored_unchanged() {
    // One more loop than a decoder accepts.
    let loops = |count| {
        let body = bytecode(&vec![("FOR_ITER", 0); count]);
        pyc_file(1, &code("<module>", body, 1))
    };
    let files = [
        ("a.pyc".to_owned(), loops(4097)),
        ("b.pyc".to_owned(), pyc_file(2, &module())),
        ("c.pyc".to_owned(), loops(4097)),
    ];
    let raw = round_trip_files(Version::Python314, &files);
    assert_eq!(raw, ["a.pyc", "c.pyc"]);
    let files = [("a.pyc".to_owned(), loops(4096))];
    assert_eq!(round_trip_files(Version::Python314, &files), [""; 0]);
}

#[test]
fn a_file_without_entries() {
    assert_eq!(round_trip_files(Version::Python314, &[]), [""; 0]);
}

fn any_files() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let path = "[a-z\u{e9}]{1,3}(/[a-z]{0,2})?(\\.pyc|\\.py)?";
    prop::collection::btree_map(path, any::<Vec<u8>>(), 0..8)
        .prop_map(|files| files.into_iter().collect())
}

proptest! {
    #[test]
    fn raw_entries_round_trip(files in any_files()) {
        let raw = round_trip_files(Version::Python314, &files);
        let modules = files.iter().filter(|(path, _)| path.ends_with(".pyc"));
        prop_assert_eq!(raw.len(), modules.count());
    }
}
