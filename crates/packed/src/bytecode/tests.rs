#![allow(clippy::unwrap_used)]

use pyc::line_table::Run;

use super::assemble::Assembled;
use super::*;
use crate::isa::InstructionSet;
use crate::testing::{Version, bytecode, instruction_set, opcode};

fn set() -> InstructionSet {
    instruction_set(Version::Python314)
}

/// Disassembles bytecode without lines.
fn read(bytecode: &[u8], exception_table: &[u8]) -> Option<Body> {
    disassemble(
        &set(),
        bytecode,
        exception_table,
        &vec![None; bytecode.len() / 2],
    )
}

fn write(body: &Body) -> Vec<u8> {
    assemble(&set(), body).unwrap().bytecode
}

fn instruction(name: &str, operand: Operand) -> Instruction {
    Instruction {
        opcode: opcode(name),
        argument: 0,
        operand,
        line: None,
        handler: None,
        is_joined: false,
        min_width: 1,
        width: 1,
    }
}

fn nops(count: usize) -> Vec<Instruction> {
    vec![instruction("NOP", Operand::None); count]
}

/// Returns the bytecode of instructions, or `None` if they cannot be assembled.
fn write_instructions(instructions: Vec<Instruction>) -> Option<Vec<u8>> {
    let handlers = Vec::new();
    let body = Body {
        instructions,
        handlers,
    };
    Some(assemble(&set(), &body)?.bytecode)
}

#[test]
fn operands_are_indexes_of_tables_and_instructions() {
    let bytes = bytecode(&[
        ("LOAD_GLOBAL", 5),
        ("LOAD_CONST", 1),
        ("FOR_ITER", 4),
        ("STORE_FAST_LOAD_FAST", 0x2f),
        ("POP_TOP", 0),
        ("JUMP_BACKWARD", 6),
        ("CALL", 3),
    ]);
    let body = read(bytes, b"").unwrap();
    let operands: Vec<_> = body
        .instructions
        .iter()
        .map(|it| (it.argument, it.operand))
        .collect();
    let expected = [
        // The lowest bit is not of the index.
        (1, Operand::Name(2)),
        (0, Operand::Const(1)),
        (0, Operand::Target(7)),
        (0, Operand::Local(2)),
        (0, Operand::Local(15)),
        (0, Operand::None),
        (0, Operand::Target(2)),
        (3, Operand::None),
    ];
    assert_eq!(operands[..6], expected[..6]);
    assert_eq!(operands[6..], expected[6..]);
    assert!(body.instructions[3].is_joined && !body.instructions[4].is_joined);
    assert_eq!(body.instructions[4].opcode, opcode("LOAD_FAST"));
    assert_eq!(write(&body), bytes);
}

#[test]
fn arguments_have_the_prefixes_that_they_need() {
    let prefix = opcode("EXTENDED_ARG");
    let load = |index| write_instructions(vec![instruction("LOAD_CONST", Operand::Const(index))]);
    let opcode = opcode("LOAD_CONST");
    assert_eq!(load(0xff).unwrap(), [opcode, 0xff]);
    assert_eq!(load(0x100).unwrap(), [prefix, 1, opcode, 0]);
    let widest = load(0x0102_0304).unwrap();
    assert_eq!(widest, [prefix, 1, prefix, 2, prefix, 3, opcode, 4]);
    let body = read(&widest, b"").unwrap();
    assert_eq!(body.instructions[0].operand, Operand::Const(0x0102_0304));
    assert_eq!(body.instructions[0].width, 4);
}

#[test]
fn far_jumps_get_prefixes() {
    let far = |distance: u32| {
        let mut instructions = nops(distance as usize + 1);
        instructions[0] = instruction("JUMP_FORWARD", Operand::Target(distance + 1));
        write_instructions(instructions).unwrap()
    };
    assert_eq!(far(255)[..2], [opcode("JUMP_FORWARD"), 255]);
    let prefixed = [opcode("EXTENDED_ARG"), 1, opcode("JUMP_FORWARD"), 0];
    assert_eq!(far(256)[..4], prefixed);
    // The distance back includes the jump with its prefix and its cache.
    let mut instructions = nops(254);
    instructions.push(instruction("JUMP_BACKWARD", Operand::Target(0)));
    let bytes = write_instructions(instructions).unwrap();
    let prefixed = [opcode("EXTENDED_ARG"), 1, opcode("JUMP_BACKWARD"), 1, 0, 0];
    assert_eq!(bytes[2 * 254..], prefixed);
}

#[test]
fn a_prefix_may_make_another_jump_too_far() {
    let mut instructions = nops(512);
    instructions[0] = instruction("JUMP_FORWARD", Operand::Target(256));
    instructions[255] = instruction("JUMP_FORWARD", Operand::Target(512));
    let bytes = write_instructions(instructions).unwrap();
    let prefixed = [opcode("EXTENDED_ARG"), 1, opcode("JUMP_FORWARD"), 0];
    assert_eq!(bytes[..4], prefixed);
    let body = read(&bytes, b"").unwrap();
    assert_eq!(body.instructions[0].operand, Operand::Target(256));
    assert_eq!(body.instructions[255].operand, Operand::Target(512));
}

#[test]
fn jumps_can_keep_prefixes_that_they_do_not_need() {
    let bytes = bytecode(&[("EXTENDED_ARG", 0), ("JUMP_FORWARD", 1), ("NOP", 0)]);
    let mut body = read(bytes, b"").unwrap();
    assert_eq!(write(&body), bytes[2..]);
    body.keep_jump_widths();
    assert_eq!(write(&body), bytes);
}

#[test]
fn jumps_lead_to_the_start_of_an_instruction() {
    // The target is the cache of the second jump.
    assert_eq!(
        read(bytecode(&[("JUMP_FORWARD", 1), ("FOR_ITER", 0)]), b""),
        None
    );
    // The target is after a prefix.
    let prefix = ("EXTENDED_ARG", 1);
    assert_eq!(
        read(bytecode(&[("JUMP_FORWARD", 1), prefix, ("RESUME", 0)]), b""),
        None
    );
    // The target is before or after the code.
    assert_eq!(read(bytecode(&[("JUMP_BACKWARD", 3)]), b""), None);
    assert_eq!(read(bytecode(&[("JUMP_FORWARD", 1)]), b""), None);
    assert!(read(bytecode(&[("JUMP_FORWARD", 0)]), b"").is_some());
}

#[test]
fn truncated_and_unknown_instructions_are_rejected() {
    let bytes = bytecode(&[("EXTENDED_ARG", 1), ("CALL", 0)]);
    for length in 1..bytes.len() {
        assert_eq!(read(&bytes[..length], b""), None, "{length} bytes");
    }
    assert_eq!(read(&[200, 0], b""), None);
    // There are fewer lines than code units.
    assert_eq!(disassemble(&set(), bytes, b"", &[]), None);
}

#[test]
fn instructions_that_cannot_be_assembled_are_rejected() {
    let jump = |name, target| {
        let mut instructions = nops(3);
        instructions[1] = instruction(name, Operand::Target(target));
        write_instructions(instructions)
    };
    assert!(jump("JUMP_FORWARD", 3).is_some());
    assert_eq!(jump("JUMP_FORWARD", 4), None);
    assert_eq!(jump("JUMP_FORWARD", 0), None);
    assert_eq!(jump("JUMP_BACKWARD", 3), None);

    let joined = |first, second| {
        let mut instructions = vec![instruction("LOAD_FAST", first)];
        instructions[0].is_joined = true;
        instructions.extend(second);
        write_instructions(instructions)
    };
    let local = Operand::Local(1);
    let load = |operand| Some(instruction("LOAD_FAST", operand));
    assert!(joined(local, load(local)).is_some());
    assert_eq!(joined(local, load(Operand::None)), None);
    assert_eq!(joined(Operand::None, load(local)), None);
    assert_eq!(joined(local, Some(instruction("NOP", local))), None);
    assert_eq!(joined(local, None), None);
}

#[test]
fn each_run_of_a_handler_has_an_entry() {
    let bytes = bytecode(&[
        ("CALL", 0),
        ("NOP", 0),
        ("CALL", 0),
        ("NOP", 0),
        ("RERAISE", 0),
    ]);
    // Two ranges of one handler, and one of another in between: start, length, target, depth and lasti.
    let table = [0x80, 4, 10, 2, 0x80 | 4, 5, 10, 5, 0x80 | 9, 1, 10, 2];
    let body = read(bytes, &table).unwrap();
    let handlers: Vec<_> = body.instructions.iter().map(|it| it.handler).collect();
    assert_eq!(handlers, [Some(0), Some(1), Some(1), Some(0), None]);
    let handler = |depth_lasti| Handler {
        target: 4,
        depth_lasti,
    };
    assert_eq!(body.handlers, [handler(2), handler(5)]);
    assert_eq!(assemble(&set(), &body).unwrap().exception_table, table);
    // A handler that starts in the caches of an instruction.
    assert_eq!(read(bytes, &[0x80, 4, 1, 2]), None);
}

#[test]
fn lines_are_those_of_code_units() {
    let bytes = bytecode(&[("CALL", 0), ("NOP", 0), ("NOP", 0)]);
    let lines = [Some(1), None, None, None, Some(1), None];
    let body = disassemble(&set(), bytes, b"", &lines).unwrap();
    let Assembled { lines, .. } = assemble(&set(), &body).unwrap();
    let run = |line, units| Run { line, units };
    assert_eq!(lines, [run(Some(1), 5), run(None, 1)]);
}
