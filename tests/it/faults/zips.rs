//! Zips made to do harm, as standard library and as app: refused, without much memory.

use std::process::Command;

use insta::assert_snapshot;

use super::measured;
use crate::common::{World, any_python};

/// The most memory that a refusal may take.
const MEMORY: u64 = 500 << 20;

/// A zip with `encodings/__init__.py` and `greet.py`, which `change` then changes in Python: `z` is the zip, `it` what
/// its directory says of `greet.py`.
fn hostile_zip(world: &World, change: &str) {
    let program = format!(
        "import copy, zipfile, zlib\nwith zipfile.ZipFile('hostile.zip', 'w') as z:\n    \
         z.writestr('encodings/__init__.py', '')\n    \
         z.writestr('greet.py', 'import names.world')\n    \
         it = z.infolist()[1]\n    {}",
        change.replace('\n', "\n    ")
    );
    python(world, &program);
}

/// Runs a Python program in the world's folder.
fn python(world: &World, program: &str) {
    let mut python = Command::new(&any_python().path);
    python.current_dir(world.path(""));
    let run = python.args(["-I", "-W", "ignore", "-c", program]).status();
    assert!(run.unwrap().success());
}

/// What is said of `hostile.zip` as standard library and as app, which has to be the same.
#[track_caller]
fn refused(world: &World) -> String {
    world.pack(&[]).exits(0);
    let bundle = world.files("dist");
    let python = &any_python().path;
    let said = [["--stdlib", "hostile.zip"], ["--app", "hostile.zip"]].map(|flags| {
        let mut command = world.command();
        command.args(["--profile", "profile.yaml", "--build-python", python]);
        if flags[0] == "--app" {
            command.args(["--stdlib", "Lib"]);
        }
        let (outcome, peak) = measured(world, command.args(flags));
        let err = outcome.exits(2).err;
        assert!(peak < MEMORY, "{peak} bytes of memory");
        err
    });
    assert!(world.files("dist") == bundle);
    let [stdlib, app] = said;
    let what = stdlib.strip_prefix("error[invalid-stdlib]: ").unwrap();
    assert_eq!(app.strip_prefix("error[invalid-app]: "), Some(what));
    what.to_owned()
}

/// Puts 4 GB of `#` into `greet.py`, and says that they are as many as `claim`.
fn four_gigabytes(claim: &str) -> String {
    format!(
        "deflate = zlib.compressobj(9, wbits=-15)\n\
         part = deflate.compress(b'#' * (64 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)\n\
         z.filelist.remove(it)\n\
         z.writestr('greet.py', part * 64 + b'\\3\\0')\n\
         it = z.infolist()[1]\n\
         it.compress_type, it.file_size = 8, {claim}"
    )
}

#[test]
fn four_gigabytes_that_are_admitted() {
    let world = World::new();
    hostile_zip(&world, &four_gigabytes("4 << 30"));
    assert_snapshot!(refused(&world), @"'hostile.zip (unpacked)' is refused: 4294967296 bytes, where at most 1073741824 are accepted");
}

#[test]
fn four_gigabytes_that_are_said_to_be_less() {
    let world = World::new();
    hostile_zip(&world, &four_gigabytes("100"));
    assert_snapshot!(refused(&world), @"'hostile.zip' is not a readable zip: greet.py: File is larger than its declared uncompressed size");
    hostile_zip(&world, &four_gigabytes("1 << 29"));
    assert_snapshot!(refused(&world), @"'greet.py' is refused: 67108865 bytes, where at most 67108864 are accepted");
}

/// One file's bytes, under a thousand names.
#[test]
fn files_that_share_their_bytes() {
    let world = World::new();
    let share = "for number in range(1000):\n    twin = copy.copy(it)\n    \
                 twin.filename = twin.orig_filename = f'm{number}.py'\n    z.filelist.append(twin)";
    hostile_zip(&world, share);
    assert_snapshot!(refused(&world), @"'hostile.zip' is not a readable zip: files in it share the same bytes");
}

/// Their sum is zero, for those who do not look.
#[test]
fn sizes_whose_sum_is_too_large_a_number() {
    let world = World::new();
    let claim = "z.writestr('names.py', '')\nit.file_size = z.infolist()[2].file_size = 1 << 63";
    hostile_zip(&world, claim);
    assert_snapshot!(refused(&world), @"'hostile.zip (unpacked)' is refused: 18446744073709551615 bytes, where at most 1073741824 are accepted");
}

/// Writes a zip with a directory of a million files, all of which are the first one, and that is empty.
const MILLION: &str = "\
import struct
count, names = 10 ** 6, b'm%07d.py'
first = struct.pack('<4s5H3I2H', b'PK\\3\\4', *[0] * 8, 11, 0) + names % 0
entry = struct.pack('<4s6H3I5H2I', b'PK\\1\\2', *[0] * 9, 11, *[0] * 6)
directory = b''.join(entry + names % number for number in range(count))
with open('hostile.zip', 'wb') as file:
    file.write(first + directory)
    sizes = count, count, len(directory), len(first)
    file.write(struct.pack('<4sQ2H2I4Q', b'PK\\6\\6', 44, 45, 45, 0, 0, *sizes))
    file.write(struct.pack('<4sIQI', b'PK\\6\\7', 0, len(first + directory), 1))
    file.write(struct.pack('<4s4H2IH', b'PK\\5\\6', 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0))
";

#[test]
fn a_million_files() {
    let world = World::new();
    python(&world, MILLION);
    assert_snapshot!(refused(&world), @"'hostile.zip' is refused: 1000000 files, where at most 200000 are accepted");
}

#[test]
fn names_that_honest_tools_do_not_write() {
    let world = World::new();
    hostile_zip(&world, "it.filename = 'greet.py\\0.txt'");
    assert_snapshot!(refused(&world), @r"'hostile.zip' is refused: its entry 'greet.py\0.txt' holds a zero byte");
    hostile_zip(&world, "it.filename = 'a\\\\..\\\\..\\\\greet.py'");
    assert_snapshot!(refused(&world), @r"'hostile.zip' is refused: its entry 'a\..\..\greet.py' leads out of the archive");
    hostile_zip(&world, "it.filename = '\\\\\\\\server\\\\greet.py'");
    assert_snapshot!(refused(&world), @r"'hostile.zip' is refused: its entry '\\server\greet.py' has an absolute name");
}

/// Its text would be read as a module that divides.
#[test]
fn a_link() {
    let world = World::new();
    let link = "it = zipfile.ZipInfo('linked.py')\nit.create_system = 3\n\
                it.external_attr = 0o120777 << 16\nz.writestr(it, 'names/world.py')";
    hostile_zip(&world, link);
    assert_snapshot!(refused(&world), @"'hostile.zip' is refused: its entry 'linked.py' is a symbolic link");
}

#[test]
fn what_cannot_be_unpacked() {
    let world = World::new();
    hostile_zip(&world, "it.flag_bits |= 1");
    assert_snapshot!(refused(&world), @"'hostile.zip' is not a readable zip: greet.py: unsupported Zip archive: Password required to decrypt file");
    hostile_zip(&world, "it.compress_type = 99");
    assert_snapshot!(refused(&world), @"'hostile.zip' is not a readable zip: greet.py: compression method not supported: 99");
    hostile_zip(&world, "it.header_offset = 1 << 40");
    assert_snapshot!(refused(&world), @"'hostile.zip' is not a readable zip: invalid Zip archive: Unexpected end of zip::format::blocks::ZipLocalEntryBlock");
}
