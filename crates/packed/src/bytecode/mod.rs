//! Bytecode as a list of instructions, without inline caches, `EXTENDED_ARG` prefixes, jump distances and joined
//! instructions.

mod assemble;
mod disassemble;
mod exception_table;
#[cfg(test)]
mod tests;

pub(crate) use assemble::assemble;
pub(crate) use disassemble::disassemble;

/// The maximum number of code units of an instruction, with its prefixes but without its caches.
pub(crate) const MAX_WIDTH: u8 = 4;

/// What an instruction refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    None,
    /// An index into `co_names`.
    Name(u32),
    /// An index into `co_consts`.
    Const(u32),
    /// An index into `co_localsplusnames`.
    Local(u32),
    /// The index of the instruction that a jump leads to.
    Target(u32),
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) opcode: u8,
    /// The argument if it is a number, or its bits below the index of a name.
    pub(crate) argument: u32,
    pub(crate) operand: Operand,
    pub(crate) line: Option<i32>,
    /// The index of its exception handler in [`Body::handlers`].
    pub(crate) handler: Option<u32>,
    /// It and the next one are joined to one in the bytecode.
    pub(crate) is_joined: bool,
    /// The minimum number of code units, with prefixes but without caches. CPython lays out jumps until their widths
    /// stay the same (`resolve_jump_offsets` in `Python/assemble.c`), so a jump may have a prefix that it only needs
    /// because it has it.
    pub(crate) min_width: u8,
    /// The number of code units in the bytecode that it was read from.
    pub(crate) width: u8,
}

/// An exception handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    /// The index of its first instruction.
    pub(crate) target: u32,
    /// Twice the height that the stack is cut to, plus one if the offset of the instruction that raised is pushed
    /// (`InternalDocs/exception_handling.md` of CPython).
    pub(crate) depth_lasti: u32,
}

/// The instructions of a code object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) handlers: Vec<Handler>,
}

impl Body {
    /// Sets the minimum widths of jumps to the widths that they were read with.
    pub(crate) fn keep_jump_widths(&mut self) {
        for instruction in &mut self.instructions {
            if let Operand::Target(_) = instruction.operand {
                instruction.min_width = instruction.width;
            }
        }
    }
}
