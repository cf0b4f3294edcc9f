//! The instruction set of a Python version, as far as the packed form models it.
//!
//! The build Python describes its instructions ([`InstructionSet::SCRIPT`]). The packed file contains what a decoder
//! needs to know of them, so decoders have no tables of Python versions.

mod description;
mod effect;
mod wire;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use effect::StackEffect;

/// Opcodes from here on are marks between instructions ([`mark`](crate::symbols::mark)). CPython only has instrumented
/// instructions and `ENTER_EXECUTOR` there, which are never in files.
pub(crate) const FIRST_MARK: u8 = 245;

/// The maximum number of bits of an argument below the index of a name.
const MAX_NAME_SHIFT: u8 = 8;

/// The meaning of an instruction's argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ArgumentKind {
    /// No argument: it is 0.
    None,
    /// A number.
    Immediate,
    /// An index into `co_names`, above [`Op::name_shift`] bits that mean something else.
    Name,
    /// An index into `co_consts`.
    Const,
    /// An index into `co_localsplusnames`.
    Local,
    /// The number of code units to jump forward, counted from the next instruction.
    ForwardJump,
    /// The number of code units to jump backward, counted from the next instruction.
    BackwardJump,
    /// Two locals of four bits each, in an instruction that joins two (since 3.13).
    Joined,
}

/// The instructions that the encoder and the decoder treat specially.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    None,
    MakeCell,
    CopyFreeVars,
    MakeFunction,
    /// `STORE_NAME`, `STORE_FAST`, `STORE_DEREF` or `STORE_GLOBAL`.
    Binding,
    LoadConst,
    /// `LOAD_SMALL_INT`. The compiler first adds the integer to the constants.
    SmallInt,
    /// A jump if a value is or is not `None`. The compiler first adds `None` to the constants.
    NoneJump,
    /// `CALL_KW` or `IMPORT_NAME`. The tuple that is loaded before is never a folded expression.
    TakesTuple,
}

/// The usual line of an instruction that does not follow the end of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineSource {
    /// The line of the previous instruction.
    #[default]
    Previous,
    /// The line of the lowest operand, where the expression starts.
    Operand,
    /// The line of the display that the instruction appends to. The next line still follows from the previous one.
    Display,
}

/// Flags of instructions.
pub(crate) mod flag {
    /// The line may change after it.
    pub(crate) const ENDS_STATEMENT: u8 = 1;
    /// Control never continues with the next instruction.
    pub(crate) const UNCONDITIONAL: u8 = 2;
    /// Pushes the NULL next to a callable.
    pub(crate) const PUSHES_NULL: u8 = 4;
    /// Pushes that NULL if the lowest bit of the argument is set.
    pub(crate) const MAY_PUSH_NULL: u8 = 8;
    /// Backward jumps may lead to it.
    pub(crate) const LOOP: u8 = 16;
    /// `FOR_ITER`, whose jump ends a loop.
    pub(crate) const FOR_ITER: u8 = 32;
    /// Stores a value.
    pub(crate) const STORE: u8 = 64;
    /// Pushes a method and its receiver (`LOAD_METHOD` of 3.11).
    pub(crate) const PUSHES_METHOD: u8 = 128;
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) kind: ArgumentKind,
    /// The number of bits of the argument below the index of a name.
    pub(crate) name_shift: u8,
    /// The number of code units of inline cache after it.
    pub(crate) caches: u8,
    /// A combination of the constants in [`flag`].
    pub(crate) flags: u8,
    /// The stream of locals that it uses, an index into [`id::LOCALS`](crate::stream::id::LOCALS).
    pub(crate) local_stream: u8,
    /// The usual line. An instruction that uses a stream of locals has the default.
    pub(crate) line_source: LineSource,
    pub(crate) role: Role,
    pub(crate) effect: StackEffect,
    /// The stack effect if it jumps.
    pub(crate) jump_effect: StackEffect,
    /// The opcodes of the two instructions that it joins.
    pub(crate) halves: (u8, u8),
    /// The argument is the number of arguments of a call. Only encoders know it.
    pub(crate) counts_arguments: bool,
}

impl Op {
    /// Returns whether the instruction uses a stream of locals.
    pub(crate) fn uses_locals(&self) -> bool {
        self.kind == ArgumentKind::Local || self.role == Role::CopyFreeVars
    }

    /// Returns whether the instruction takes a tuple that is never a folded expression. `is_static_attributes` tells
    /// whether its name is [`STATIC_ATTRIBUTES`](crate::uses::STATIC_ATTRIBUTES).
    pub(crate) fn takes_tuple(&self, is_static_attributes: bool) -> bool {
        self.role == Role::TakesTuple || (self.role == Role::Binding && is_static_attributes)
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The instructions of a Python version. The default has none, and fits no module.
#[derive(Clone, Debug, Default)]
pub struct InstructionSet {
    ops: Vec<Option<Op>>,
    pub(crate) extended_arg: u8,
    /// The first constant of a function without docstring is `None` (up to 3.13).
    pub(crate) none_first: bool,
    /// The kinds of locals tell how arguments are passed (since 3.14).
    pub(crate) argument_kinds: bool,
    /// `PUSH_NULL` precedes the callable (up to 3.12).
    pub(crate) null_first: bool,
    /// The opcodes of joined instructions by their halves.
    joined: BTreeMap<(u8, u8), u8>,
}

impl InstructionSet {
    pub(crate) fn op(&self, opcode: u8) -> Option<&Op> {
        self.ops.get(usize::from(opcode))?.as_ref()
    }

    /// Returns whether an instruction exists and has a flag.
    pub(crate) fn has(&self, opcode: u8, flag: u8) -> bool {
        self.op(opcode).is_some_and(|op| op.has(flag))
    }

    /// Returns the opcode of the instruction that joins two.
    pub(crate) fn joined(&self, first: u8, second: u8) -> Option<u8> {
        self.joined.get(&(first, second)).copied()
    }
}
