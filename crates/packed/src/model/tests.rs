#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{Version, bytecode, code, instruction_set, module};

fn model(code: Code<'static>) -> Option<(LineMode, CodeModel<'static>)> {
    CodeModel::of_module(&instruction_set(Version::Python314), &Rc::new(code))
}

fn mode(code: Code<'static>) -> Option<LineMode> {
    model(code).map(|(mode, _)| mode)
}

/// A module whose line table is `entries` and whose code is as long.
fn with_lines(units: usize, line_table: &'static [u8]) -> Code<'static> {
    Code {
        line_table: line_table.into(),
        ..code("<module>", bytecode(&vec![("NOP", 0); units]), 1)
    }
}

#[test]
fn the_line_mode_is_the_first_that_fits() {
    assert_eq!(mode(module()), Some(LineMode::Definitions));
    // Two lines.
    let lines = with_lines(2, b"\xe8\0\xe8\x02");
    assert_eq!(mode(lines), Some(LineMode::Lines));
    // The short form with columns.
    let columns = with_lines(1, b"\x80\x21");
    assert_eq!(mode(columns), Some(LineMode::Tables));
    // One line in more entries than necessary.
    let entries = with_lines(2, b"\xe8\0\xe8\0");
    assert_eq!(mode(entries), Some(LineMode::Tables));
}

#[test]
fn nested_code_objects_have_the_mode_of_the_module() {
    let nested = with_lines(1, b"\x80\x21");
    let module = Code {
        consts: vec![Value::Code(nested.into())].into(),
        ..code("<module>", bytecode(&[("LOAD_CONST", 0)]), 1)
    };
    assert_eq!(mode(module), Some(LineMode::Tables));
}

#[test]
fn children_are_in_the_order_of_their_first_load() {
    let child = |name| Value::Code(code(name, bytecode(&[("NOP", 0)]), 1).into());
    let module = Code {
        consts: vec![
            child("unused"),
            child("second"),
            child("first"),
            Value::None,
        ]
        .into(),
        ..code(
            "<module>",
            bytecode(&[("LOAD_CONST", 2), ("LOAD_CONST", 1), ("LOAD_CONST", 2)]),
            1,
        )
    };
    let (_, model) = model(module).unwrap();
    let names: Vec<_> = model.children.iter().map(|child| child.code.name).collect();
    assert_eq!(names, [&b"first"[..], b"second", b"unused"]);
    assert_eq!(model.loaded_children, 2);
    assert_eq!(model.child_indexes, [Some(2), Some(1), Some(0), None]);
}

#[test]
fn irregular_code_has_no_model() {
    let none = |code: Code<'static>| assert_eq!(mode(code), None);
    none(Code {
        names: vec![b"f", b"f"],
        ..module()
    });
    none(Code {
        names: vec![b"f\xff"],
        ..module()
    });
    none(Code {
        consts: vec![Value::None, Value::None].into(),
        ..module()
    });
    none(Code {
        first_line: -1,
        ..module()
    });
    none(Code {
        local_kinds: &[0x20],
        ..module()
    });
    none(Code {
        arg_count: 1,
        ..module()
    });
    // An operand that is in no table, and an exception table with a target outside of the code.
    none(Code {
        names: Vec::new(),
        ..module()
    });
    none(Code {
        exception_table: &[0x80, 1, 40, 0],
        ..module()
    });
    // A cache that is not empty.
    let mut bytes = bytecode(&[("CALL", 0)]).to_vec();
    bytes[2] = 1;
    none(code("<module>", bytes.leak(), 1));
}

#[test]
fn nested_code_objects_of_another_file_have_no_model() {
    let nested = Code {
        filename: b"other.py",
        ..code("f", bytecode(&[("NOP", 0)]), 1)
    };
    let constants = vec![Value::Code(nested.into()), Value::None].into();
    assert_eq!(
        mode(Code {
            consts: constants,
            ..module()
        }),
        None
    );
}

#[test]
fn nesting_is_limited() {
    let nested = |depth| {
        (1..depth).fold(module(), |inner, _| Code {
            consts: vec![Value::Code(inner.into())].into(),
            ..code("<module>", bytecode(&[("LOAD_CONST", 0)]), 1)
        })
    };
    // A module has a function.
    assert!(mode(nested(MAX_NESTED_CODE - 1)).is_some());
    assert_eq!(mode(nested(MAX_NESTED_CODE)), None);
}
