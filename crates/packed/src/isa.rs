//! The instruction set of a Python version, as far as the packed form models it.
//!
//! The build Python describes its instructions ([`InstructionSet::SCRIPT`]); what a decoder needs of them is
//! written into the packed file, so that no decoder has tables of Python versions.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::PackedError;
use crate::stream::{Reader, Streams, id};

/// What the argument of an instruction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ArgumentKind {
    /// There is none: it is 0.
    None,
    /// A number.
    Immediate,
    /// An index of `co_names`, shifted by [`Op::name_shift`] bits that are a number.
    Name,
    /// An index of `co_consts`.
    Const,
    /// An index of `co_localsplusnames`.
    Local,
    /// Code units to jump ahead, from the next instruction.
    ForwardJump,
    /// Code units to jump back, from the next instruction.
    BackwardJump,
    /// Two locals, of two instructions joined to one (3.13 and later).
    Joined,
}

const KINDS: [ArgumentKind; 8] = [
    ArgumentKind::None,
    ArgumentKind::Immediate,
    ArgumentKind::Name,
    ArgumentKind::Const,
    ArgumentKind::Local,
    ArgumentKind::ForwardJump,
    ArgumentKind::BackwardJump,
    ArgumentKind::Joined,
];

/// What an instruction has to do with the model, beyond its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    None,
    MakeCell,
    CopyFreeVars,
    MakeFunction,
    /// `STORE_NAME`, `STORE_FAST`, `STORE_DEREF` or `STORE_GLOBAL`.
    Binding,
    LoadConst,
    /// `LOAD_SMALL_INT`: the compiler had the number among the constants first.
    SmallInt,
    /// A jump if something is `None`, which the compiler had among the constants first.
    NoneJump,
    /// `CALL_KW` or `IMPORT_NAME`: the tuple that is loaded before is the compiler's own, and no folded expression.
    TakesTuple,
}

/// The usual line of an instruction that no statement's end precedes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineSource {
    /// That of the instruction before.
    #[default]
    Before,
    /// That of its lowest operand: expressions start there.
    Operand,
    /// That of the display that it appends to, if its argument is 1; the line of the next one follows from the one before.
    Display,
}

const LINE_SOURCES: [LineSource; 3] =
    [LineSource::Before, LineSource::Operand, LineSource::Display];

const ROLES: [Role; 9] = [
    Role::None,
    Role::MakeCell,
    Role::CopyFreeVars,
    Role::MakeFunction,
    Role::Binding,
    Role::LoadConst,
    Role::SmallInt,
    Role::NoneJump,
    Role::TakesTuple,
];

/// A line may change after it.
pub(crate) const ENDS_STATEMENT: u8 = 1;
/// What follows is reached by jumps alone.
pub(crate) const UNCONDITIONAL: u8 = 2;
/// It pushes the NULL under or over a function that is called.
pub(crate) const PUSHES_NULL: u8 = 4;
/// It does so if the lowest bit of its argument is set.
pub(crate) const MAY_PUSH_NULL: u8 = 8;
/// Backward jumps may lead to it.
pub(crate) const LOOP: u8 = 16;
/// It is `FOR_ITER`, whose exit ends a loop.
pub(crate) const FOR_ITER: u8 = 32;
/// It stores.
pub(crate) const STORE: u8 = 64;
/// It pushes a method and what it is called with (`LOAD_METHOD` of 3.11).
pub(crate) const PUSHES_METHOD: u8 = 128;

/// How an instruction changes the height of the stack: `base`, and `slope` for each unit of the argument, or for
/// each bit of it that is in `mask` if there is a mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackEffect {
    pub(crate) base: i8,
    pub(crate) slope: i8,
    pub(crate) mask: u8,
}

impl StackEffect {
    pub(crate) fn of(self, argument: u32) -> i64 {
        let steps = match self.mask {
            0 => i64::from(argument),
            mask => i64::from((argument & u32::from(mask)).count_ones()),
        };
        i64::from(self.base) + i64::from(self.slope) * steps
    }

    /// The effect with these values for the arguments from 0; None where an argument is not possible.
    fn fitted(samples: &[Option<i64>]) -> Self {
        let base = samples.iter().flatten().next().copied().unwrap_or_default();
        let fits = |effect: Self| {
            let expected = (0..).map(|argument| effect.of(argument));
            let mut pairs = samples.iter().zip(expected);
            pairs.all(|(sample, expected)| sample.is_none_or(|sample| sample == expected))
        };
        let small = |number: i64| i8::try_from(number).unwrap_or_default();
        let masks = [0, 1, 2, 4, 8, 0xff];
        let slopes = [0, -1, 1, -2, 2];
        let effects = masks.into_iter().flat_map(|mask| {
            slopes.into_iter().map(move |slope| Self {
                base: small(base),
                slope,
                mask,
            })
        });
        effects
            .into_iter()
            .find(|effect| fits(*effect))
            .unwrap_or(Self {
                base: small(base),
                ..Self::default()
            })
    }
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) kind: ArgumentKind,
    pub(crate) name_shift: u8,
    /// Code units of cache that follow it.
    pub(crate) caches: u8,
    pub(crate) flags: u8,
    /// Which of the streams of locals it uses: 0 loads, 1 stores, 2 cells. It stands where others have `line_source`.
    pub(crate) local_stream: u8,
    /// Where its line usually is.
    pub(crate) line_source: LineSource,
    pub(crate) role: Role,
    /// Without and with a jump.
    pub(crate) effects: [StackEffect; 2],
    /// The two instructions that a joined one stands for.
    pub(crate) halves: (u8, u8),
    /// Its argument is the number of arguments of a call. Only encoders ask for it.
    pub(crate) counts_arguments: bool,
}

impl Op {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The instructions of a Python version; none by default, with which no module can be modelled.
#[derive(Clone, Debug, Default)]
pub struct InstructionSet {
    ops: Vec<Option<Op>>,
    pub(crate) extended_arg: u8,
    /// The first constant of a function without documentation is None.
    pub(crate) none_first: bool,
    /// The kinds of locals say how arguments are passed.
    pub(crate) argument_kinds: bool,
    /// `PUSH_NULL` comes before the function that is called.
    pub(crate) null_first: bool,
    joined: BTreeMap<(u8, u8), u8>,
}

/// Numbers from here on are no instructions but marks in the stream of them.
pub(crate) const FIRST_MARK: u8 = 245;

/// What [`InstructionSet::SCRIPT`] prints.
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
    effects: [Vec<Option<i64>>; 2],
}

impl InstructionSet {
    /// A Python program that prints the instructions of the Python that runs it, for [`parse`](Self::parse).
    pub const SCRIPT: &str = include_str!("instruction_set.py");

    /// Reads what [`SCRIPT`](Self::SCRIPT) printed.
    ///
    /// # Errors
    /// [`PackedError`] if it is something else.
    pub fn parse(json: &str) -> Result<Self, PackedError> {
        let description: Description =
            serde_json::from_str(json).map_err(|_| PackedError("unknown instructions"))?;
        let by_name: BTreeMap<&str, &InstructionDescription> = description
            .instructions
            .iter()
            .map(|instruction| (&*instruction.name, instruction))
            .collect();
        let extended = by_name.get("EXTENDED_ARG");
        let extended_arg = extended.ok_or(PackedError("no EXTENDED_ARG"))?.op;
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
            let halves = halves(&instruction.name, &by_name);
            if let Some(halves) = halves {
                set.joined.insert(halves, instruction.op);
            }
            set.ops[usize::from(instruction.op)] = Some(Op {
                kind: halves.map_or(instruction.kind, |_| ArgumentKind::Joined),
                name_shift: instruction.name_shift,
                caches: instruction.caches,
                flags: flags(&instruction.name),
                local_stream: local_stream(&instruction.name),
                line_source: line_source(&instruction.name),
                role: role(instruction, description.none_first),
                effects: [0, 1].map(|jump| StackEffect::fitted(&instruction.effects[jump])),
                halves: halves.unwrap_or_default(),
                counts_arguments: ["CALL", "PRECALL"].contains(&&*instruction.name),
            });
        }
        Ok(set)
    }

    pub(crate) fn op(&self, op: u8) -> Option<&Op> {
        self.ops.get(usize::from(op))?.as_ref()
    }

    /// The instruction that stands for two.
    pub(crate) fn joined(&self, first: u8, second: u8) -> Option<u8> {
        self.joined.get(&(first, second)).copied()
    }

    /// Writes the instructions that `used` names, and those that join two of them.
    pub(crate) fn write(&self, used: &[bool; 256], streams: &mut Streams<'_>) {
        let joins = |op: &Op| {
            let (first, second) = op.halves;
            op.kind == ArgumentKind::Joined && used[usize::from(first)] && used[usize::from(second)]
        };
        let ops: Vec<(u8, &Op)> = (0..FIRST_MARK)
            .filter_map(|number| Some((number, self.op(number)?)))
            .filter(|(number, op)| used[usize::from(*number)] || joins(op))
            .collect();
        let switches = u8::from(self.none_first)
            | u8::from(self.argument_kinds) << 1
            | u8::from(self.null_first) << 2;
        let count = u8::try_from(ops.len()).unwrap_or(u8::MAX);
        streams.bytes(id::INSTRUCTION_SET, &[count, self.extended_arg, switches]);
        let mut before = 0;
        for (number, _) in &ops {
            streams.bytes(id::INSTRUCTION_SET, &[number - before]);
            before = *number;
        }
        for column in 0..COLUMNS {
            let bytes: Vec<u8> = ops.iter().map(|(_, op)| op.column(column)).collect();
            streams.bytes(id::INSTRUCTION_SET, &bytes);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, PackedError> {
        let mut byte = || reader.byte(id::INSTRUCTION_SET);
        let (count, extended_arg, switches) = (byte()?, byte()?, byte()?);
        let mut numbers = Vec::new();
        let mut number = 0_u8;
        for _ in 0..count {
            number = number
                .checked_add(byte()?)
                .ok_or(PackedError("instructions"))?;
            numbers.push(number);
        }
        let mut columns = [const { Vec::new() }; COLUMNS];
        for column in &mut columns {
            for _ in 0..count {
                column.push(byte()?);
            }
        }
        let mut set = Self {
            ops: vec![None; 256],
            extended_arg,
            none_first: switches & 1 != 0,
            argument_kinds: switches & 2 != 0,
            null_first: switches & 4 != 0,
            joined: BTreeMap::new(),
        };
        for (place, number) in numbers.into_iter().enumerate() {
            let op = Op::of_columns(&columns.each_ref().map(|column| column[place]))?;
            if op.kind == ArgumentKind::Joined {
                set.joined.insert(op.halves, number);
            }
            set.ops[usize::from(number)] = Some(op);
        }
        Ok(set)
    }
}

/// How many bytes describe an instruction.
const COLUMNS: usize = 12;

impl Op {
    fn uses_locals(&self) -> bool {
        self.kind == ArgumentKind::Local || self.role == Role::CopyFreeVars
    }

    /// A byte of the description. The halves of a joined instruction stand where others have a local stream and a role.
    fn column(&self, column: usize) -> u8 {
        let [plain, jump] = self.effects;
        let joined = self.kind == ArgumentKind::Joined;
        let place = |list: &[Role]| list.iter().position(|role| *role == self.role);
        #[allow(clippy::cast_possible_truncation)] // there are eight of each
        let index = |place: Option<usize>| place.unwrap_or_default() as u8;
        match column {
            0 => index(KINDS.iter().position(|kind| *kind == self.kind)),
            1 => self.name_shift,
            2 => self.caches,
            3 => self.flags,
            4 if joined => self.halves.0,
            4 if self.uses_locals() => self.local_stream,
            4 => index(
                LINE_SOURCES
                    .iter()
                    .position(|source| *source == self.line_source),
            ),
            5 if joined => self.halves.1,
            5 => index(place(&ROLES)),
            6 => plain.base.cast_unsigned(),
            7 => plain.slope.cast_unsigned(),
            8 => plain.mask,
            9 => jump.base.cast_unsigned(),
            10 => jump.slope.cast_unsigned(),
            _ => jump.mask,
        }
    }

    fn of_columns(bytes: &[u8; COLUMNS]) -> Result<Self, PackedError> {
        let [kind, name_shift, caches, flags, first, second, effects @ ..] = *bytes;
        let kind = *KINDS
            .get(usize::from(kind))
            .ok_or(PackedError("an argument kind"))?;
        let joined = kind == ArgumentKind::Joined;
        if name_shift > 8 || (!joined && first > 2) {
            return Err(PackedError("an instruction"));
        }
        let role = if joined {
            Role::None
        } else {
            *ROLES
                .get(usize::from(second))
                .ok_or(PackedError("a role"))?
        };
        let uses_locals = kind == ArgumentKind::Local || role == Role::CopyFreeVars;
        let effect = |[base, slope, mask]: [u8; 3]| StackEffect {
            base: base.cast_signed(),
            slope: slope.cast_signed(),
            mask,
        };
        let [a, b, c, d, e, f] = effects;
        Ok(Self {
            kind,
            name_shift,
            caches,
            flags,
            local_stream: if uses_locals { first } else { 0 },
            line_source: if joined || uses_locals {
                LineSource::Before
            } else {
                LINE_SOURCES[usize::from(first)]
            },
            role,
            effects: [effect([a, b, c]), effect([d, e, f])],
            halves: if joined { (first, second) } else { (0, 0) },
            counts_arguments: false,
        })
    }
}

/// The two instructions on locals of which a name is made up: `LOAD_FAST` and `LOAD_FAST` of `LOAD_FAST_LOAD_FAST`.
fn halves(name: &str, by_name: &BTreeMap<&str, &InstructionDescription>) -> Option<(u8, u8)> {
    let local = |part: &str| {
        let instruction = by_name.get(part)?;
        (instruction.kind == ArgumentKind::Local).then_some(instruction.op)
    };
    let splits = name.match_indices('_');
    let mut pairs =
        splits.filter_map(|(at, _)| Some((local(&name[..at])?, local(&name[at + 1..])?)));
    pairs.next()
}

fn flags(name: &str) -> u8 {
    const STATEMENTS: [&str; 23] = [
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
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let leaves = starts(&["RETURN", "RAISE", "RERAISE", "JUMP"]) && name != "RETURN_GENERATOR";
    let calls = ["LOAD_ATTR", "LOAD_GLOBAL", "LOAD_SUPER_ATTR"].contains(&name);
    [
        (starts(&STATEMENTS), ENDS_STATEMENT),
        (leaves, UNCONDITIONAL),
        (name == "PUSH_NULL", PUSHES_NULL),
        (name == "LOAD_METHOD", PUSHES_METHOD),
        (calls, MAY_PUSH_NULL),
        (name == "FOR_ITER" || name == "SEND", LOOP),
        (name == "FOR_ITER", FOR_ITER),
        (name.starts_with("STORE"), STORE),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .sum()
}

fn line_source(name: &str) -> LineSource {
    const OPERANDS: [&str; 10] = [
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
    if ["LIST_APPEND", "SET_ADD", "MAP_ADD"].contains(&name) {
        LineSource::Display
    } else if OPERANDS.iter().any(|prefix| name.starts_with(prefix)) {
        LineSource::Operand
    } else {
        LineSource::Before
    }
}

fn local_stream(name: &str) -> u8 {
    if name.starts_with("STORE") || name.starts_with("DELETE") {
        1
    } else {
        u8::from(
            ["DEREF", "CELL", "COPY"]
                .iter()
                .any(|part| name.contains(part)),
        ) * 2
    }
}

fn role(instruction: &InstructionDescription, none_first: bool) -> Role {
    match &*instruction.name {
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
