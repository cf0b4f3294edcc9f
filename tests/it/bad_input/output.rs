//! Output that cannot be written.

use insta::assert_snapshot;

use super::Before;
use crate::common::{any_python, by_shell};

#[test]
fn a_folder_below_a_file() {
    let before = Before::new();
    before.world.write("file", "precious");
    let outcome = before.world.pack(&["--out", "file/dist"]);
    assert_snapshot!(before.refuses(3, outcome), @"error[write-failed]: cannot write 'file/dist': Not a directory (os error 20); what was there before is untouched");
    assert_eq!(before.world.read("file"), b"precious");
}

#[test]
fn a_file_in_place_of_the_folder() {
    let before = Before::new();
    before.world.write("file", "precious");
    let outcome = before.world.pack(&["--out", "file"]);
    assert_snapshot!(before.refuses(3, outcome), @"error[write-failed]: cannot write 'file': File exists (os error 17); what was there before is untouched");
    assert_eq!(before.world.read("file"), b"precious");
}

/// A folder where one of the files belongs: none of the others is written either.
#[test]
fn a_folder_in_place_of_a_file() {
    for ending in ["zip", "json"] {
        let before = Before::new();
        let name = format!("{}.{ending}", any_python().stem());
        before
            .world
            .write(&format!("other/{name}/inner"), "precious");
        let err = before.refuses(3, before.world.pack(&["--out", "other"]));
        let expected = format!("cannot write 'other/python3xx.{ending}': is a directory");
        assert!(err.contains(&expected), "{err}");
        assert!(before.world.files("other").is_empty(), "half a bundle");
    }
}

#[test]
fn a_compressed_form_that_cannot_be_written_is_no_half_bundle() {
    let before = Before::new();
    before.world.write("profile.yaml", "roots: [greet]\n");
    let name = format!("{}.zip.br", any_python().stem());
    before
        .world
        .write(&format!("other/{name}/inner"), "precious");
    before.refuses(3, before.world.pack(&["--out", "other"]));
    assert!(before.world.files("other").is_empty(), "half a bundle");
}

/// The receipt fits and the zip does not: the old zip stays, and so does the old receipt.
#[test]
fn no_room_left() {
    let before = Before::new();
    before
        .world
        .write("Lib/names/world.py", format!("WORLD = '{:20000}'\n", "o"));
    let receipt = format!("{}.json", any_python().stem());
    let enough_for_receipt = before.bundle[&receipt].len().div_ceil(512) + 1;
    for (blocks, refused) in [(1, "json"), (enough_for_receipt, "zip")] {
        let pack = before
            .world
            .pack_command(&any_python().path, &["--no-cache"]);
        // No file may grow past so many blocks of 512 bytes; without the trap it would be a signal.
        let limited = by_shell(&format!("trap '' XFSZ; ulimit -f {blocks}"), &pack);
        let err = before.refuses(3, before.world.finish(limited));
        let expected = format!("cannot write 'dist/python3xx.{refused}': file too large");
        assert!(err.contains(&expected), "{err}");
        assert!(err.contains("what was there before is untouched"), "{err}");
    }
}
