//! A small instruction set, and code objects of its instructions, for tests.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use pyc::{Code, Value, line_table};
use serde_json::json;

use crate::isa::{InstructionSet, Op};
use crate::stream::{StreamReader, StreamWriter, id};

/// An instruction: its name, the kind of its argument, its caches, and the stack effect of an argument.
type Instruction = (&'static str, &'static str, u8, fn(i64) -> i64);

/// The instructions. Their opcodes start at 1, in this order.
const INSTRUCTIONS: [Instruction; 35] = [
    ("EXTENDED_ARG", "immediate", 0, |_| 0),
    ("NOP", "none", 0, |_| 0),
    ("RESUME", "immediate", 0, |_| 0),
    ("POP_TOP", "none", 0, |_| -1),
    ("PUSH_NULL", "none", 0, |_| 1),
    ("PUSH_EXC_INFO", "none", 0, |_| 1),
    ("RERAISE", "immediate", 0, |_| -1),
    ("RETURN_VALUE", "none", 0, |_| -1),
    ("RETURN_GENERATOR", "none", 0, |_| 1),
    ("MAKE_FUNCTION", "none", 0, |_| 0),
    ("LOAD_BUILD_CLASS", "none", 0, |_| 1),
    ("GET_ITER", "none", 0, |_| 0),
    ("BUILD_TUPLE", "immediate", 0, |count| 1 - count),
    ("UNPACK_SEQUENCE", "immediate", 1, |count| count - 1),
    ("LIST_APPEND", "immediate", 0, |_| -1),
    ("CALL", "immediate", 3, |count| -1 - count),
    ("IMPORT_NAME", "name", 0, |_| -1),
    ("LOAD_CONST", "const", 0, |_| 1),
    ("LOAD_SMALL_INT", "immediate", 0, |_| 1),
    ("LOAD_NAME", "name", 0, |_| 1),
    ("STORE_NAME", "name", 0, |_| -1),
    ("LOAD_GLOBAL", "name", 4, |argument| 1 + argument % 2),
    ("LOAD_FAST", "local", 0, |_| 1),
    ("STORE_FAST", "local", 0, |_| -1),
    ("LOAD_FAST_LOAD_FAST", "immediate", 0, |_| 2),
    ("STORE_FAST_LOAD_FAST", "immediate", 0, |_| 0),
    ("STORE_FAST_STORE_FAST", "immediate", 0, |_| -2),
    ("LOAD_DEREF", "local", 0, |_| 1),
    ("MAKE_CELL", "local", 0, |_| 0),
    ("COPY_FREE_VARS", "immediate", 0, |_| 0),
    ("FOR_ITER", "forward-jump", 1, |_| 1),
    ("POP_JUMP_IF_FALSE", "forward-jump", 1, |_| -1),
    ("POP_JUMP_IF_NONE", "forward-jump", 1, |_| -1),
    ("JUMP_FORWARD", "forward-jump", 0, |_| 0),
    ("JUMP_BACKWARD", "backward-jump", 1, |_| 0),
];

/// The Python whose properties an instruction set has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    Python312,
    Python313,
    Python314,
}

/// Returns the description of the instructions, as `instruction_set.py` prints it.
pub(crate) fn description(version: Version) -> serde_json::Value {
    let instructions = (1..).zip(INSTRUCTIONS);
    let instructions = instructions.map(|(opcode, (name, kind, caches, effect))| {
        let effects: Vec<i64> = (0..16).map(effect).collect();
        json!({
            "op": opcode,
            "name": name,
            "kind": kind,
            "caches": caches,
            "name_shift": u8::from(name == "LOAD_GLOBAL"),
            "effects": [effects, effects],
        })
    });
    json!({
        "none_first": version < Version::Python314,
        "argument_kinds": version >= Version::Python314,
        "null_first": version < Version::Python313,
        "instructions": instructions.collect::<Vec<_>>(),
    })
}

pub(crate) fn instruction_set(version: Version) -> InstructionSet {
    InstructionSet::parse(&description(version).to_string()).unwrap()
}

pub(crate) fn opcode(name: &str) -> u8 {
    let index = INSTRUCTIONS.iter().position(|(other, ..)| *other == name);
    u8::try_from(index.unwrap() + 1).unwrap()
}

pub(crate) fn op<'s>(set: &'s InstructionSet, name: &str) -> &'s Op {
    set.op(opcode(name)).unwrap()
}

/// Returns bytecode with the caches of each instruction. Its memory is leaked.
pub(crate) fn bytecode(instructions: &[(&str, u8)]) -> &'static [u8] {
    let mut bytes = Vec::new();
    for &(name, argument) in instructions {
        let opcode = opcode(name);
        let (_, _, caches, _) = INSTRUCTIONS[usize::from(opcode) - 1];
        bytes.extend([opcode, argument]);
        bytes.extend(vec![0; 2 * usize::from(caches)]);
    }
    bytes.leak()
}

/// Returns a code object without constants and names, on one line.
pub(crate) fn code(name: &'static str, bytecode: &'static [u8], first_line: i32) -> Code<'static> {
    let run = line_table::Run {
        line: Some(first_line),
        units: bytecode.len() / 2,
    };
    Code {
        arg_count: 0,
        positional_only: 0,
        keyword_only: 0,
        stack_size: 1,
        flags: 0,
        bytecode,
        consts: Vec::new().into(),
        names: Vec::new(),
        locals: Vec::new(),
        local_kinds: &[],
        filename: b"m.py",
        name: name.as_bytes(),
        qualname: name.as_bytes(),
        first_line,
        line_table: line_table::write(&[run], first_line).into(),
        exception_table: &[],
    }
}

/// Returns a `.pyc` file whose header consists of a byte.
pub(crate) fn pyc_file(header: u8, code: &Code<'_>) -> Vec<u8> {
    [&[header; 16][..], &pyc::write(code)].concat()
}

/// Returns a module with `def f(a, b): return a(b, 700)`, all on the first lines of the definitions.
pub(crate) fn module() -> Code<'static> {
    let function = Code {
        arg_count: 2,
        stack_size: 4,
        flags: 3,
        consts: vec![Value::Int(700)].into(),
        locals: vec![b"a", b"b"],
        local_kinds: &[0x26, 0x26],
        ..code(
            "f",
            bytecode(&[
                ("RESUME", 0),
                ("LOAD_FAST", 0),
                ("PUSH_NULL", 0),
                ("LOAD_FAST", 1),
                ("LOAD_CONST", 0),
                ("CALL", 2),
                ("RETURN_VALUE", 0),
            ]),
            2,
        )
    };
    Code {
        consts: vec![Value::Code(function.into()), Value::None].into(),
        names: vec![b"f"],
        ..code(
            "<module>",
            bytecode(&[
                ("RESUME", 0),
                ("LOAD_CONST", 0),
                ("MAKE_FUNCTION", 0),
                ("STORE_NAME", 0),
                ("LOAD_CONST", 1),
                ("RETURN_VALUE", 0),
            ]),
            1,
        )
    }
}

/// Calls `read` with a reader of the streams of `writer`.
pub(crate) fn reread<T>(
    writer: StreamWriter<'_>,
    read: impl FnOnce(&mut StreamReader<'_>) -> T,
) -> T {
    read(&mut reader(&writer.into_streams()))
}

/// Returns a reader of streams.
pub(crate) fn reader(streams: &BTreeMap<u16, Vec<u8>>) -> StreamReader<'_> {
    let mut slices = vec![&[][..]; usize::from(id::END)];
    for (stream, bytes) in streams {
        slices[usize::from(*stream)] = bytes;
    }
    StreamReader::new(slices)
}
