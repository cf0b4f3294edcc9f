#![no_main]

use limits as _;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stdlib_pack::fuzzing::requirements(bytes));
