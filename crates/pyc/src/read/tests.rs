#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::sample::{any_code, code_with_consts, flagged};
use super::super::write::write;
use super::*;

/// Reads a code object with the given marshalled tuple of constants, and returns the constants.
fn consts<'a>(marshalled: &'a mut Vec<u8>, consts: &[&[u8]]) -> Result<Rc<[Value<'a>]>> {
    *marshalled = code_with_consts(consts);
    read(marshalled, Lines::Keep).map(|code| Rc::clone(&code.consts))
}

/// Returns the problem with a marshalled tuple of constants.
fn problem(marshalled: &[&[u8]]) -> Problem {
    consts(&mut Vec::new(), marshalled).unwrap_err().problem
}

#[test]
fn read_supports_every_type() {
    let mut bytes = Vec::new();
    let nan = [1, 0, 0, 0, 0, 0, 0xf8, 0x7f];
    let read = consts(
        &mut bytes,
        &[
            b"(\x11\0\0\0",
            b"NFT.",
            b"i\xff\xff\xff\xff",
            b"l\xff\xff\xff\xff\x05\0",
            b"g",
            &nan,
            b"f\x02-0",
            b"y",
            &nan,
            &nan,
            b"x\x021.\x031e3",
            b"s\x01\0\0\0\xff",
            b"u\x03\0\0\0\xed\xb2\x80",
            b"t\x01\0\0\0t",
            b"Z\x01Za\x01\0\0\0a",
            b">\x02\0\0\0i\x02\0\0\0i\x01\0\0\0",
            b":N)\0N",
        ],
    )
    .unwrap();
    let float = f64::to_le_bytes;
    let expected = [
        Value::None,
        Value::False,
        Value::True,
        Value::Ellipsis,
        Value::Int(-1),
        Value::Int(-5),
        Value::Float(nan),
        Value::Float(float(-0.0)),
        Value::Complex([nan, nan]),
        Value::Complex([float(1.0), float(1000.0)]),
        Value::Bytes(b"\xff"),
        Value::Str(b"\xed\xb2\x80"),
        Value::Str(b"t"),
        Value::Str(b"Z"),
        Value::Str(b"a"),
        Value::FrozenSet([Value::Int(1), Value::Int(2)].into()),
        Value::Slice(Rc::new([Value::None, Value::Tuple([].into()), Value::None])),
    ];
    assert_eq!(*read, expected);
}

#[test]
fn references_are_numbered_from_the_start_of_values() {
    // The inner tuple has number 0 and the string in it number 1. A singleton gets no number, even with the flag.
    let mut bytes = Vec::new();
    let inner = flagged(b")\x01");
    let string = flagged(b"z\x01s");
    let none = flagged(b"N");
    let read = consts(
        &mut bytes,
        &[
            b")\x04",
            &none,
            &inner,
            &string,
            b"r\x01\0\0\0",
            b"r\0\0\0\0",
        ],
    )
    .unwrap();
    let tuple = Value::Tuple([Value::Str(b"s")].into());
    assert_eq!(*read, [Value::None, tuple.clone(), Value::Str(b"s"), tuple]);
}

#[test]
fn read_rejects_bad_references() {
    let self_reference = flagged(b")\x01");
    assert_eq!(
        problem(&[&self_reference, b"r\0\0\0\0"]),
        Problem::BadReference(0)
    );
    assert_eq!(
        problem(&[b")\x01r\xff\xff\xff\xff"]),
        Problem::BadReference(u32::MAX)
    );
}

#[test]
fn depth_is_limited() {
    // The code object is the first level.
    let deep = |levels: usize| [b")\x01".repeat(levels), b"N".to_vec()].concat();
    assert!(consts(&mut Vec::new(), &[&deep(MAX_DEPTH - 2)]).is_ok());
    assert_eq!(problem(&[&deep(MAX_DEPTH - 1)]), Problem::TooDeep);
}

#[test]
fn depth_through_references_is_limited() {
    // An empty tuple, a tuple of that, a tuple of that ...
    let chain = |length: u8| {
        let mut bytes = vec![b')', length];
        bytes.extend(flagged(b")\0"));
        for number in 0..length - 1 {
            bytes.extend(flagged(b")\x01"));
            bytes.extend([b'r', number, 0, 0, 0]);
        }
        bytes
    };
    assert!(consts(&mut Vec::new(), &[&chain(198)]).is_ok());
    assert_eq!(problem(&[&chain(199)]), Problem::TooDeep);
}

#[test]
fn total_size_of_references_is_limited() {
    let mut bytes = b")\x28".to_vec();
    bytes.extend(flagged(b")\0"));
    for number in 0..39 {
        bytes.extend(flagged(b")\x02"));
        bytes.extend([b'r', number, 0, 0, 0].repeat(2));
    }
    assert_eq!(problem(&[&bytes]), Problem::TooLarge);
}

#[test]
fn lengths_are_not_trusted() {
    // The fields that follow are read as items, until one is not a value.
    assert_eq!(problem(&[b"(\xff\xff\xff\x7f"]), Problem::UnknownType(1));
    assert_eq!(problem(&[b"s\xff\xff\xff\x7f"]), Problem::Truncated);
    assert_eq!(problem(&[b"l\0\0\0\x80"]), Problem::Truncated);
    assert_eq!(
        problem(&[b"s\xff\xff\xff\xff"]),
        Problem::Malformed("a negative length")
    );
}

#[test]
fn read_rejects_malformed_values() {
    assert_eq!(problem(&[b"?"]), Problem::UnknownType(b'?'));
    assert_eq!(problem(&[b"N"]), Problem::Expected("a tuple"));
    assert!(matches!(
        problem(&[b")\x01z\x01\xff"]),
        Problem::Malformed(_)
    ));
    assert!(matches!(problem(&[b")\x01f\x01?"]), Problem::Malformed(_)));
    assert!(matches!(
        problem(&[b")\x01l\x01\0\0\0\0\0"]),
        Problem::Malformed(_)
    ));
}

#[test]
fn errors_contain_the_offset() {
    let whole = code_with_consts(&[b")\0"]);
    let error = |bytes: &[u8]| read(bytes, Lines::Keep).unwrap_err();
    let at = |offset, problem| MarshalError { offset, problem };
    for end in 0..whole.len() {
        assert_eq!(error(&whole[..end]).problem, Problem::Truncated);
    }
    assert_eq!(
        error(&[&whole[..], b"N"].concat()),
        at(whole.len(), Problem::Trailing)
    );
    assert_eq!(error(b"N"), at(0, Problem::Expected("a code object")));
    assert_eq!(error(b"c"), at(1, Problem::Truncated));
}

proptest! {
    #[test]
    fn values_round_trip(code in any_code()) {
        let bytes = write(&code);
        let reread = read(&bytes, Lines::Keep).unwrap();
        prop_assert_eq!(&*reread, &code);
        prop_assert_eq!(write(&reread), bytes);
    }
}
