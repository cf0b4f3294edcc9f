//! Reads the description of instructions that `instruction_set.py` prints.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    ArgumentKind, FIRST_MARK, InstructionSet, LineSource, MAX_NAME_SHIFT, Op, Role, StackEffect,
    flag,
};
use crate::error::{PackedError, Problem};

/// The JSON of [`InstructionSet::SCRIPT`].
#[derive(Deserialize)]
struct Description {
    none_first: bool,
    argument_kinds: bool,
    null_first: bool,
    instructions: Vec<InstructionDescription>,
}

#[derive(Deserialize)]
struct InstructionDescription {
    op: u8,
    name: String,
    kind: ArgumentKind,
    caches: u8,
    name_shift: u8,
    /// The stack effects for the arguments from 0, without and with a jump.
    effects: [Vec<Option<i64>>; 2],
}

impl InstructionSet {
    /// A Python program that describes the instructions of the Python that runs it, for [`parse`](Self::parse).
    pub const SCRIPT: &str = include_str!("../instruction_set.py");

    /// Parses the output of [`SCRIPT`](Self::SCRIPT).
    ///
    /// # Errors
    /// [`PackedError`] if it is something else.
    pub fn parse(json: &str) -> Result<Self, PackedError> {
        let description: Description =
            serde_json::from_str(json).map_err(|_| Problem::Description("invalid JSON"))?;
        let by_name: BTreeMap<&str, &InstructionDescription> = description
            .instructions
            .iter()
            .map(|instruction| (&*instruction.name, instruction))
            .collect();
        let extended_arg = by_name
            .get("EXTENDED_ARG")
            .ok_or(Problem::Description("no EXTENDED_ARG"))?
            .op;
        let mut set = Self {
            ops: vec![None; 256],
            extended_arg,
            none_first: description.none_first,
            argument_kinds: description.argument_kinds,
            null_first: description.null_first,
            joined: BTreeMap::new(),
        };
        for instruction in &description.instructions {
            if instruction.op >= FIRST_MARK || instruction.op == extended_arg {
                continue;
            }
            let name = &*instruction.name;
            if instruction.name_shift > MAX_NAME_SHIFT {
                return Err(Problem::Description("name shift out of range").into());
            }
            let halves = halves(name, &by_name);
            if let Some(halves) = halves {
                set.joined.insert(halves, instruction.op);
            }
            let [effect, jump_effect] = &instruction.effects;
            set.ops[usize::from(instruction.op)] = Some(Op {
                kind: halves.map_or(instruction.kind, |_| ArgumentKind::Joined),
                name_shift: instruction.name_shift,
                caches: instruction.caches,
                flags: flags(name),
                local_stream: local_stream(name),
                line_source: line_source(name),
                role: role(name, description.none_first),
                effect: StackEffect::fit(effect),
                jump_effect: StackEffect::fit(jump_effect),
                halves: halves.unwrap_or_default(),
                counts_arguments: ["CALL", "PRECALL"].contains(&name),
            });
        }
        Ok(set)
    }
}

/// Returns the opcodes of two instructions on locals whose names make up `name`: twice that of `LOAD_FAST` for
/// `LOAD_FAST_LOAD_FAST`.
fn halves(name: &str, by_name: &BTreeMap<&str, &InstructionDescription>) -> Option<(u8, u8)> {
    let local = |part: &str| {
        let instruction = by_name.get(part)?;
        (instruction.kind == ArgumentKind::Local).then_some(instruction.op)
    };
    let mut pairs = name
        .match_indices('_')
        .filter_map(|(at, _)| Some((local(&name[..at])?, local(&name[at + 1..])?)));
    pairs.next()
}

/// The first parts of the names of instructions after which the line may change: they leave nothing of an expression on
/// the stack, or control goes elsewhere.
const STATEMENT_ENDS: [&str; 23] = [
    "POP_TOP",
    "STORE_",
    "DELETE_",
    "RETURN",
    "RAISE",
    "RERAISE",
    "POP_JUMP",
    "JUMP",
    "RESUME",
    "POP_EXCEPT",
    "PUSH_EXC",
    "END_FOR",
    "NOT_TAKEN",
    "POP_ITER",
    "NOP",
    "MAKE_CELL",
    "COPY_FREE",
    "LIST_APPEND",
    "SET_ADD",
    "MAP_ADD",
    "END_SEND",
    "FOR_ITER",
    "CLEANUP",
];

fn flags(name: &str) -> u8 {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let leaves = starts(&["RETURN", "RAISE", "RERAISE", "JUMP"]) && name != "RETURN_GENERATOR";
    let may_push_null = ["LOAD_ATTR", "LOAD_GLOBAL", "LOAD_SUPER_ATTR"].contains(&name);
    [
        (starts(&STATEMENT_ENDS), flag::ENDS_STATEMENT),
        (leaves, flag::UNCONDITIONAL),
        (name == "PUSH_NULL", flag::PUSHES_NULL),
        (name == "LOAD_METHOD", flag::PUSHES_METHOD),
        (may_push_null, flag::MAY_PUSH_NULL),
        (name == "FOR_ITER" || name == "SEND", flag::LOOP),
        (name == "FOR_ITER", flag::FOR_ITER),
        (name.starts_with("STORE"), flag::STORE),
    ]
    .into_iter()
    .filter_map(|(is_set, flag)| is_set.then_some(flag))
    .sum()
}

fn local_stream(name: &str) -> u8 {
    if name.starts_with("STORE") || name.starts_with("DELETE") {
        1
    } else if ["DEREF", "CELL", "COPY"]
        .iter()
        .any(|part| name.contains(part))
    {
        2
    } else {
        0
    }
}

/// The first parts of the names of instructions that end an expression which starts with their lowest operand.
const EXPRESSIONS: [&str; 10] = [
    "BUILD_",
    "BINARY_",
    "CALL",
    "COMPARE_",
    "CONTAINS_",
    "IS_OP",
    "LIST_EXTEND",
    "SET_UPDATE",
    "DICT_",
    "LIST_TO",
];

fn line_source(name: &str) -> LineSource {
    if ["LIST_APPEND", "SET_ADD", "MAP_ADD"].contains(&name) {
        LineSource::Display
    } else if EXPRESSIONS.iter().any(|prefix| name.starts_with(prefix)) {
        LineSource::Operand
    } else {
        LineSource::Previous
    }
}

fn role(name: &str, none_first: bool) -> Role {
    match name {
        "MAKE_CELL" => Role::MakeCell,
        "COPY_FREE_VARS" => Role::CopyFreeVars,
        "MAKE_FUNCTION" => Role::MakeFunction,
        "STORE_NAME" | "STORE_FAST" | "STORE_DEREF" | "STORE_GLOBAL" => Role::Binding,
        "LOAD_SMALL_INT" => Role::SmallInt,
        "CALL_KW" | "IMPORT_NAME" => Role::TakesTuple,
        name if name.starts_with("LOAD_CONST") => Role::LoadConst,
        name if !none_first && (name.contains("IF_NONE") || name.contains("IF_NOT_NONE")) => {
            Role::NoneJump
        }
        _ => Role::None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Version, description, instruction_set, op, opcode};

    #[test]
    fn instructions_of_two_locals_are_joined() {
        let set = instruction_set(Version::Python313);
        let (load, store) = (opcode("LOAD_FAST"), opcode("STORE_FAST"));
        let joined = opcode("STORE_FAST_LOAD_FAST");
        assert_eq!(set.joined(store, load), Some(joined));
        assert_eq!(set.joined(load, store), None);
        let op = set.op(joined).unwrap();
        assert_eq!((op.kind, op.halves), (ArgumentKind::Joined, (store, load)));
    }

    #[test]
    fn flags_roles_and_streams_follow_from_names() {
        let set = instruction_set(Version::Python314);
        let properties = |name| {
            let op = op(&set, name);
            (op.flags, op.role, op.local_stream)
        };
        let store = flag::ENDS_STATEMENT | flag::STORE;
        let never_continues = flag::ENDS_STATEMENT | flag::UNCONDITIONAL;
        let for_iter = flag::ENDS_STATEMENT | flag::LOOP | flag::FOR_ITER;
        for (name, expected) in [
            ("LOAD_FAST", (0, Role::None, 0)),
            ("STORE_FAST", (store, Role::Binding, 1)),
            ("LOAD_DEREF", (0, Role::None, 2)),
            ("MAKE_CELL", (flag::ENDS_STATEMENT, Role::MakeCell, 2)),
            ("LOAD_CONST", (0, Role::LoadConst, 0)),
            ("LOAD_GLOBAL", (flag::MAY_PUSH_NULL, Role::None, 0)),
            ("PUSH_NULL", (flag::PUSHES_NULL, Role::None, 0)),
            ("JUMP_FORWARD", (never_continues, Role::None, 0)),
            ("RERAISE", (never_continues, Role::None, 0)),
            ("RETURN_GENERATOR", (flag::ENDS_STATEMENT, Role::None, 0)),
            ("FOR_ITER", (for_iter, Role::None, 0)),
            ("IMPORT_NAME", (0, Role::TakesTuple, 0)),
            (
                "POP_JUMP_IF_NONE",
                (flag::ENDS_STATEMENT, Role::NoneJump, 0),
            ),
        ] {
            assert_eq!(properties(name), expected, "{name}");
        }
        for (name, expected) in [
            ("CALL", LineSource::Operand),
            ("BUILD_TUPLE", LineSource::Operand),
            ("LIST_APPEND", LineSource::Display),
            ("LOAD_FAST", LineSource::Previous),
        ] {
            assert_eq!(op(&set, name).line_source, expected, "{name}");
        }
        assert!(op(&set, "CALL").counts_arguments);
        assert!(!op(&set, "BUILD_TUPLE").counts_arguments);
    }

    #[test]
    fn a_comparison_with_none_implies_a_constant_since_3_14() {
        let role = |version| op(&instruction_set(version), "POP_JUMP_IF_NONE").role;
        assert_eq!(role(Version::Python313), Role::None);
        assert_eq!(role(Version::Python314), Role::NoneJump);
    }

    #[test]
    fn prefixes_and_opcodes_of_marks_are_no_instructions() {
        let mut json = description(Version::Python314);
        let mark = json!({
            "op": FIRST_MARK, "name": "ENTER_EXECUTOR", "kind": "immediate", "caches": 0,
            "name_shift": 0, "effects": [[], []],
        });
        json["instructions"].as_array_mut().unwrap().push(mark);
        let set = InstructionSet::parse(&json.to_string()).unwrap();
        assert_eq!(set.op(FIRST_MARK), None);
        assert_eq!(set.op(set.extended_arg), None);
        assert_eq!(set.extended_arg, opcode("EXTENDED_ARG"));
    }

    #[test]
    fn other_json_is_rejected() {
        assert!(InstructionSet::parse("").is_err());
        assert!(InstructionSet::parse("{}").is_err());
        let mut json = description(Version::Python314);
        json["instructions"] = json!([]);
        let error = InstructionSet::parse(&json.to_string()).unwrap_err();
        let message = "invalid description of instructions: no EXTENDED_ARG";
        assert_eq!(error.to_string(), message);
        // Such a set could pack, but no decoder would read it.
        let mut json = description(Version::Python314);
        json["instructions"][1]["name_shift"] = json!(9);
        assert!(InstructionSet::parse(&json.to_string()).is_err());
    }
}
