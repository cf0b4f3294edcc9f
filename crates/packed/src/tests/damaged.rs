//! Files that are refused.

use proptest::prelude::*;
use pyc::{Code, line_table};

use super::pack_files;
use crate::container::open;
use crate::stream::id;
use crate::testing::{Version, bytecode, code, module, pyc_file};
use crate::{MAGIC, raw_modules, unpack};

/// The size of the header of a packed file.
const HEADER_BYTES: usize = 5 + 32 + 4 + 16;

fn small_file() -> Vec<u8> {
    let files = [
        ("folder/".to_owned(), Vec::new()),
        ("m.pyc".to_owned(), pyc_file(1, &module())),
        ("raw".to_owned(), b"content".to_vec()),
    ];
    pack_files(Version::Python314, &files).segments.concat()
}

fn error(packed: &[u8], max_bytes: u32) -> String {
    unpack(packed, max_bytes).unwrap_err().to_string()
}

#[test]
fn packing_is_deterministic() {
    assert_eq!(small_file(), small_file());
    assert!(small_file().starts_with(MAGIC));
}

#[test]
fn truncated_files_are_refused() {
    let file = small_file();
    assert!(unpack(&file, u32::MAX).is_ok());
    for length in 0..file.len() {
        let expected = if length < MAGIC.len() {
            "not a packed file of version 1"
        } else {
            "truncated file"
        };
        assert_eq!(error(&file[..length], u32::MAX), expected, "{length} bytes");
        assert!(raw_modules(&file[..length]).is_err());
    }
}

#[test]
fn large_zips_are_refused() {
    let file = small_file();
    let size = unpack(&file, u32::MAX).unwrap().size;
    assert!(unpack(&file, size).is_ok());
    let message = format!("larger than the maximum of {} bytes", size - 1);
    assert_eq!(error(&file, size - 1), message);
    // The entries are larger than the size in the header.
    let mut smaller = file;
    smaller[37..41].copy_from_slice(&(size - 1).to_le_bytes());
    let message = "damaged file: entries are larger than the zip";
    assert_eq!(error(&smaller, u32::MAX), message);
}

#[test]
fn entries_out_of_order_are_refused() {
    let message = "damaged file: entries are not sorted by path";
    for paths in [["b", "a"], ["a", "a"], ["a/", "a"]] {
        let files = paths.map(|path| (path.to_owned(), Vec::new()));
        let packed = pack_files(Version::Python314, &files);
        assert_eq!(error(&packed.segments.concat(), u32::MAX), message);
    }
}

#[test]
fn unknown_kinds_of_entries_are_refused() {
    let files = [("a.pyc".to_owned(), Vec::new())];
    let mut file = pack_files(Version::Python314, &files).segments.concat();
    assert_eq!(raw_modules(&file).unwrap(), ["a.pyc"]);
    let (_, streams) = open(&file).unwrap();
    let entries = streams[usize::from(id::ENTRIES)];
    let place = entries.as_ptr().addr() - file.as_ptr().addr();
    file[place] = 13;
    let message = "damaged file: unknown kind of entry";
    assert_eq!(error(&file, u32::MAX), message);
    assert_eq!(raw_modules(&file).unwrap_err().to_string(), message);
}

#[test]
fn high_stacks_take_too_many_steps() {
    // Each pair pushes 65535 items and pops them, on a line other than that of the module.
    let pair = [
        ("EXTENDED_ARG", 0xff),
        ("UNPACK_SEQUENCE", 0xff),
        ("EXTENDED_ARG", 0xff),
        ("BUILD_TUPLE", 0xff),
    ];
    let packed = |pairs| {
        let body = bytecode(&pair.repeat(pairs));
        let run = line_table::Run {
            line: Some(2),
            units: body.len() / 2,
        };
        let code = Code {
            line_table: line_table::write(&[run], 1).into(),
            ..code("<module>", body, 1)
        };
        let files = [("m.pyc".to_owned(), pyc_file(1, &code))];
        pack_files(Version::Python314, &files).segments.concat()
    };
    assert!(unpack(&packed(4000), u32::MAX).is_ok());
    let message = "damaged file: too many steps";
    assert_eq!(error(&packed(4200), u32::MAX), message);
}

#[test]
fn streams_that_are_not_read_are_refused() {
    // A stream of names of an instruction that the file does not use.
    let mut file = small_file();
    file[HEADER_BYTES] += 1;
    let table = file.split_off(HEADER_BYTES + 1);
    file.extend([0x80, 0x09, 1]);
    file.extend(table);
    let streams = usize::from(file[HEADER_BYTES]);
    let mut place = HEADER_BYTES + 1;
    for _ in 0..2 * streams {
        place += file[place..]
            .iter()
            .position(|byte| byte & 0x80 == 0)
            .unwrap()
            + 1;
    }
    file.insert(place, 0);
    let message = "damaged file: streams are longer than the entries";
    assert_eq!(error(&file, u32::MAX), message);
}

proptest! {
    #[test]
    fn damaged_files_do_not_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut file = small_file();
        let after_header = file.len() - HEADER_BYTES;
        for (index, byte) in damage {
            file[HEADER_BYTES + index.index(after_header)] = byte;
        }
        let _ = unpack(&file, 1 << 20);
        let _ = raw_modules(&file);
    }
}
