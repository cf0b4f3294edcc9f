//! Modules that are packed and unpacked again.

use pyc::{Code, Value};

use super::round_trip_files;
use crate::testing::{Version, bytecode, code, module, pyc_file};

const VERSIONS: [Version; 3] = [Version::Python312, Version::Python313, Version::Python314];

/// Checks that a module is packed and unpacked again.
fn round_trip(code: &Code<'_>) {
    for version in VERSIONS {
        let files = [("m.pyc".to_owned(), pyc_file(1, code))];
        assert_eq!(round_trip_files(version, &files), [""; 0]);
    }
}

/// A module with this body, these constants and names.
fn with_body(
    instructions: &[(&str, u8)],
    consts: Vec<Value<'static>>,
    names: Vec<&'static [u8]>,
) -> Code<'static> {
    Code {
        consts: consts.into(),
        names,
        ..code("<module>", bytecode(instructions), 1)
    }
}

fn nested(code: Code<'static>) -> Value<'static> {
    Value::Code(code.into())
}

fn function(name: &'static str) -> Code<'static> {
    code(name, bytecode(&[("RESUME", 0), ("RETURN_VALUE", 0)]), 1)
}

#[test]
fn a_module_with_a_function() {
    round_trip(&module());
}

#[test]
fn empty_code() {
    round_trip(&with_body(&[], Vec::new(), Vec::new()));
}

#[test]
fn tables_in_another_order() {
    let body = [("LOAD_NAME", 1), ("LOAD_CONST", 3), ("STORE_NAME", 3)];
    let consts = vec![
        Value::Str(b"docstring"),
        Value::Int(-1),
        Value::Tuple(vec![Value::Int(1), Value::Str(b"in a tuple")].into()),
        Value::Float([1; 8]),
    ];
    let names: Vec<&[u8]> = vec![b"unused", b"first", b"unused too", b"second"];
    let module = with_body(&body, consts.clone(), names);
    round_trip(&module);
    // In a function, with locals that no instruction uses.
    round_trip(&Code {
        flags: 3,
        arg_count: 1,
        consts: consts.into(),
        locals: vec![b"x", b"y", b"z"],
        local_kinds: &[0x20, 0x40, 0x99],
        ..with_body(
            &[("LOAD_FAST", 2), ("LOAD_FAST", 0)],
            Vec::new(),
            Vec::new(),
        )
    });
}

#[test]
fn nested_code_that_is_loaded_twice_or_never() {
    let body = [
        ("LOAD_CONST", 1),
        ("LOAD_CONST", 2),
        ("LOAD_CONST", 1),
        ("LOAD_CONST", 2),
    ];
    let unnamed = Code {
        qualname: b"another.name",
        ..function("<lambda>")
    };
    let consts = vec![
        nested(function("unused")),
        nested(function("f")),
        nested(unnamed),
    ];
    round_trip(&with_body(&body, consts, Vec::new()));
}

#[test]
fn nested_classes_and_functions() {
    let method = Code {
        flags: 3,
        qualname: b"C.method",
        ..function("method")
    };
    let class_body = Code {
        qualname: b"C",
        names: vec![b"__firstlineno__", b"method"],
        ..with_body(
            &[
                ("LOAD_CONST", 0),
                ("STORE_NAME", 0),
                ("LOAD_CONST", 1),
                ("MAKE_FUNCTION", 0),
                ("STORE_NAME", 1),
            ],
            vec![Value::Int(1), nested(method)],
            Vec::new(),
        )
    };
    let class_body = Code {
        name: b"C",
        ..class_body
    };
    let body = [
        ("LOAD_BUILD_CLASS", 0),
        ("PUSH_NULL", 0),
        ("LOAD_CONST", 0),
        ("MAKE_FUNCTION", 0),
        ("LOAD_CONST", 1),
        ("CALL", 2),
        ("STORE_NAME", 0),
    ];
    let consts = vec![nested(class_body), Value::Str(b"C")];
    round_trip(&with_body(&body, consts, vec![b"C"]));
}

#[test]
fn closures() {
    let inner = Code {
        flags: 0x13,
        locals: vec![b"own", b"x", b"y"],
        local_kinds: &[0x20, 0x80, 0x80],
        ..code(
            "inner",
            bytecode(&[
                ("COPY_FREE_VARS", 2),
                ("LOAD_DEREF", 2),
                ("STORE_FAST", 0),
                ("LOAD_DEREF", 1),
            ]),
            1,
        )
    };
    round_trip(&Code {
        flags: 3,
        arg_count: 1,
        consts: vec![nested(inner)].into(),
        locals: vec![b"x", b"y"],
        local_kinds: &[0x66, 0x40],
        ..with_body(
            &[
                ("MAKE_CELL", 0),
                ("MAKE_CELL", 1),
                ("LOAD_DEREF", 1),
                ("LOAD_CONST", 0),
            ],
            Vec::new(),
            Vec::new(),
        )
    });
}

#[test]
fn joined_instructions_with_and_against_the_rule() {
    let locals = |instructions: &[(&str, u8)]| Code {
        flags: 3,
        locals: vec![b"x", b"y"],
        local_kinds: &[0x20, 0x20],
        ..with_body(instructions, Vec::new(), Vec::new())
    };
    round_trip(&locals(&[("LOAD_FAST_LOAD_FAST", 0x01), ("LOAD_FAST", 0)]));
    round_trip(&locals(&[("LOAD_FAST", 0), ("LOAD_FAST", 1)]));
    round_trip(&locals(&[("LOAD_FAST", 0), ("LOAD_FAST_LOAD_FAST", 0x10)]));
    round_trip(&locals(&[
        ("STORE_FAST_LOAD_FAST", 0x01),
        ("STORE_FAST_STORE_FAST", 0x10),
    ]));
    // A jump leads to the second half of the next two, which are therefore apart.
    round_trip(&locals(&[
        ("JUMP_FORWARD", 1),
        ("LOAD_FAST", 0),
        ("LOAD_FAST", 1),
    ]));
}

#[test]
fn loops_and_jumps() {
    let body = [
        ("LOAD_NAME", 0),
        ("FOR_ITER", 12),
        ("LOAD_NAME", 0),
        ("FOR_ITER", 2),
        ("JUMP_BACKWARD", 4),
        ("POP_JUMP_IF_FALSE", 2),
        ("JUMP_BACKWARD", 11),
        ("NOP", 0),
        ("JUMP_BACKWARD", 3),
        ("JUMP_FORWARD", 0),
    ];
    round_trip(&with_body(&body, Vec::new(), vec![b"items"]));
}

#[test]
fn a_jump_with_a_prefix_that_it_does_not_need() {
    let body = [("EXTENDED_ARG", 0), ("JUMP_FORWARD", 1), ("NOP", 0)];
    round_trip(&with_body(&body, Vec::new(), Vec::new()));
}

#[test]
fn handlers_ahead_behind_nested_and_again() {
    let body = vec![("NOP", 0); 8];
    let handlers = |exception_table| Code {
        exception_table,
        ..with_body(&body, Vec::new(), Vec::new())
    };
    // Start, length, target, depth and lasti.
    round_trip(&handlers(&[0x80, 1, 7, 0]));
    round_trip(&handlers(&[
        0x80, 1, 7, 2, 0x81, 1, 6, 3, 0x82, 1, 7, 2, 0x84, 1, 6, 3,
    ]));
    // The target is before the covered instructions, or the first of them.
    round_trip(&handlers(&[0x84, 1, 1, 0]));
    round_trip(&handlers(&[0x83, 2, 3, 0]));
    // A large depth.
    round_trip(&handlers(&[0x80, 1, 7, 0x7f, 0x7f, 0x3f]));
}

#[test]
fn lines_without_order() {
    // Entries for two code units each: lines 1, 51, none, 49, and two with columns.
    let lines = |line_table: &'static [u8]| Code {
        line_table: line_table.into(),
        ..with_body(
            &[("NOP", 0), ("LOAD_NAME", 0)].repeat(4),
            Vec::new(),
            vec![b"x"],
        )
    };
    round_trip(&lines(b"\xe9\0\xe9\x64\x01\xf9\xe9\x05"));
    round_trip(&lines(
        b"\xe8\0\xe8\x02\xe8\x03\xe8\x04\xf8\xe8\x02\xf8\xe8\0",
    ));
    round_trip(&lines(b"\xe9\0\xe9\x64\x01\x81\x21\x81\x21"));
}

#[test]
fn lines_of_expressions() {
    let body = [
        ("BUILD_TUPLE", 0),
        ("LOAD_NAME", 0),
        ("PUSH_NULL", 0),
        ("LOAD_NAME", 0),
        ("CALL", 1),
        ("LIST_APPEND", 1),
        ("POP_TOP", 0),
    ];
    // By code units: a display on line 1, in it a call on line 2 with an argument on line 3, and the end on line 1.
    for line_table in [
        &b"\xe8\0\xe9\x02\xe8\x02\xeb\x03\xe9\x03"[..],
        b"\xe8\0\xe9\x02\xe8\x02\xeb\0\xe9\x05",
        b"\xe8\0\xe9\x02\xf8\xec\x03\xe8\0",
    ] {
        round_trip(&Code {
            line_table: line_table.into(),
            ..with_body(&body, Vec::new(), vec![b"x"])
        });
    }
}

#[test]
fn lines_after_definitions() {
    // `def f(): ...` on lines 2 to 5, and a statement on line 6.
    let f = Code {
        line_table: b"\xe8\0\xe8\x06".into(),
        ..code("f", bytecode(&[("RESUME", 0), ("RETURN_VALUE", 0)]), 2)
    };
    let body = [
        ("RESUME", 0),
        ("LOAD_CONST", 0),
        ("MAKE_FUNCTION", 0),
        ("STORE_NAME", 0),
        ("LOAD_NAME", 0),
        ("POP_TOP", 0),
    ];
    round_trip(&Code {
        line_table: b"\xe8\0\xea\x02\xe9\x08".into(),
        ..with_body(&body, vec![nested(f)], vec![b"f"])
    });
}

#[test]
fn functions_that_are_stored_under_another_name() {
    let body = [("LOAD_CONST", 0), ("MAKE_FUNCTION", 0), ("STORE_NAME", 0)];
    let consts = vec![nested(function("<lambda>"))];
    round_trip(&with_body(&body, consts, vec![b"f"]));
}

#[test]
fn folded_constants_and_tuples_of_the_compiler() {
    let tuple = |name: &'static [u8]| Value::Tuple(vec![Value::Str(name)].into());
    let body = [
        ("LOAD_CONST", 0),
        ("IMPORT_NAME", 0),
        ("LOAD_CONST", 3),
        ("LOAD_CONST", 1),
        ("LOAD_CONST", 2),
        ("STORE_NAME", 1),
        ("LOAD_CONST", 3),
    ];
    let consts = vec![
        tuple(b"from"),
        Value::Int(5),
        tuple(b"attribute"),
        Value::Int(-5),
    ];
    let names: Vec<&[u8]> = vec![b"module", b"__static_attributes__"];
    round_trip(&with_body(&body, consts.clone(), names.clone()));
    let reversed = consts.into_iter().rev().collect();
    round_trip(&with_body(&body, reversed, names));
}

#[test]
fn stack_sizes_that_are_not_expected() {
    for stack_size in [0, 1000, i32::MAX.cast_unsigned()] {
        round_trip(&Code {
            stack_size,
            ..module()
        });
    }
}
