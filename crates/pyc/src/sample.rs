//! Code objects for tests, and proptest strategies for them.

use std::borrow::Cow;

use proptest::prelude::*;

use super::frozen_set::frozen_set;
use super::value::{Code, Value};

/// Sets [`FLAG_REF`](super::FLAG_REF) on the type byte of a marshalled value, so that references can refer to it.
pub(super) fn flagged(marshalled: &[u8]) -> Vec<u8> {
    let mut bytes = marshalled.to_vec();
    bytes[0] |= 0x80;
    bytes
}

/// Returns a marshalled code object that is empty except for its constants, given as their marshalled tuple.
pub(super) fn code_with_consts(consts: &[&[u8]]) -> Vec<u8> {
    let no_bytes = b"s\0\0\0\0";
    [
        b"c",
        &[0; 20][..],
        no_bytes,
        &consts.concat(),
        b")\0)\0",
        no_bytes,
        b"Z\x04f.pyZ\x01fZ\x01f\x01\0\0\0",
        no_bytes,
        no_bytes,
    ]
    .concat()
}

/// Returns a strategy for any code object. There are few different strings, so that some occur repeatedly. Their memory
/// is leaked.
pub(super) fn any_code() -> impl Strategy<Value = Code<'static>> {
    code(any_value())
}

fn any_value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        Just(Value::None),
        Just(Value::False),
        Just(Value::True),
        Just(Value::Ellipsis),
        any::<i32>().prop_map(Value::Int),
        long(),
        any::<[u8; 8]>().prop_map(Value::Float),
        any::<[[u8; 8]; 2]>().prop_map(Value::Complex),
        bytes().prop_map(Value::Bytes),
        string().prop_map(Value::Str),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            items.clone().prop_map(|items| Value::Tuple(items.into())),
            (250_usize..260).prop_map(|length| Value::Tuple(vec![Value::None; length].into())),
            items.prop_map(frozen_set),
            [inner.clone(), inner.clone(), inner.clone()]
                .prop_map(|parts| Value::Slice(parts.into())),
            code(inner).prop_map(|code| Value::Code(code.into())),
        ]
    })
}

fn code(consts: impl Strategy<Value = Value<'static>>) -> impl Strategy<Value = Code<'static>> {
    let names = || prop::collection::vec(string(), 0..4);
    (
        any::<[u32; 5]>(),
        prop::collection::vec(consts, 0..4),
        [names(), names()],
        [string(), string(), string()],
        [bytes(), bytes(), bytes()],
        0..1000,
        // Entries of a line table without data.
        prop::collection::vec(prop_oneof![0x80_u8..0xd8, 0xf8_u8..], 0..20),
    )
        .prop_map(
            |(numbers, consts, names, strings, byte_strings, first_line, line_table)| {
                let [names, locals] = names;
                let [filename, name, qualname] = strings;
                let [bytecode, local_kinds, exception_table] = byte_strings;
                let [arg_count, positional_only, keyword_only, stack_size, flags] = numbers;
                Code {
                    arg_count,
                    positional_only,
                    keyword_only,
                    stack_size,
                    flags,
                    bytecode,
                    consts: consts.into(),
                    names,
                    locals,
                    local_kinds,
                    filename,
                    name,
                    qualname,
                    first_line,
                    line_table: Cow::Owned(line_table),
                    exception_table,
                }
            },
        )
}

fn long() -> impl Strategy<Value = Value<'static>> {
    (any::<bool>(), prop::collection::vec(0_u16..1 << 15, 0..6)).prop_map(
        |(negative, mut digits)| {
            digits.push(1);
            let size = i32::try_from(digits.len()).unwrap_or_default();
            let bytes: Vec<u8> = digits.into_iter().flat_map(u16::to_le_bytes).collect();
            Value::long(if negative { -size } else { size }, bytes.leak()).unwrap_or(Value::None)
        },
    )
}

fn bytes() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![&b""[..], b"\x01", b"\xff\0 bytes"])
}

/// Returns a strategy for strings on both sides of each distinction: by length and by character set.
fn string() -> impl Strategy<Value = &'static [u8]> {
    let long: &str = "long ".repeat(51).leak();
    let strings = [
        "",
        "a",
        "b",
        "seven c",
        "eight ch",
        "na\u{ef}ve",
        "\u{1f40d}\u{1f40d}",
    ];
    let mut strings: Vec<_> = strings.into_iter().map(str::as_bytes).collect();
    strings.extend([
        long.as_bytes(),
        &long.as_bytes()[1..],
        b"\xed\xb2\x80",
        "long \u{ef}".repeat(51).leak().as_bytes(),
    ]);
    prop::sample::select(strings)
}
