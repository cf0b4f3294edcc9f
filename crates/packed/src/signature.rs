//! The head of a code object, and the kinds of locals that follow from it.

use crate::error::PackedError;

/// The flags in `co_flags` (`Include/cpython/code.h`).
mod co {
    /// `CO_OPTIMIZED`: a function.
    pub(super) const OPTIMIZED: u32 = 0x01;
    pub(super) const VARARGS: u32 = 0x04;
    pub(super) const VARKEYWORDS: u32 = 0x08;
}

/// The kinds of locals: `CO_FAST_LOCAL` and so on (`Include/internal/pycore_code.h`). Those of arguments exist since
/// 3.14.
mod fast {
    pub(super) const ARG_POS: u8 = 0x02;
    pub(super) const ARG_KW: u8 = 0x04;
    pub(super) const ARG_VAR: u8 = 0x08;
    pub(super) const HIDDEN: u8 = 0x10;
    pub(super) const LOCAL: u8 = 0x20;
    pub(super) const CELL: u8 = 0x40;
    pub(super) const FREE: u8 = 0x80;
}

/// The kinds of locals that are cells or free variables.
pub(crate) const CELL_OR_FREE: u8 = fast::CELL | fast::FREE;

/// The numbers in the head of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Signature {
    pub(crate) flags: u32,
    pub(crate) arg_count: u32,
    pub(crate) positional_only: u32,
    pub(crate) keyword_only: u32,
}

/// How many locals there are of each sort. Arguments and other variables come first, and may be cells. Other cells
/// follow, and then free variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalCounts {
    /// The number of arguments and other variables.
    pub(crate) variables: usize,
    /// The number of free variables.
    pub(crate) free: usize,
}

impl Signature {
    pub(crate) fn of(code: &pyc::Code<'_>) -> Self {
        Self {
            flags: code.flags,
            arg_count: code.arg_count,
            positional_only: code.positional_only,
            keyword_only: code.keyword_only,
        }
    }

    pub(crate) fn is_function(self) -> bool {
        self.flags & co::OPTIMIZED != 0
    }

    /// Returns how many of the locals are arguments.
    pub(crate) fn argument_count(self) -> Result<usize, PackedError> {
        let named = u64::from(self.arg_count) + u64::from(self.keyword_only);
        let variadic = u64::from(self.has(co::VARARGS)) + u64::from(self.has(co::VARKEYWORDS));
        usize::try_from(named + variadic).map_err(|_| PackedError::damaged("too many arguments"))
    }

    /// Returns the expected kinds of `count` locals. `is_cell` tells which variables are cells by their index, and
    /// `argument_kinds` whether the kinds tell how arguments are passed.
    pub(crate) fn local_kinds(
        self,
        count: usize,
        counts: LocalCounts,
        is_cell: impl Fn(usize) -> bool,
        argument_kinds: bool,
    ) -> Vec<u8> {
        let arguments = if argument_kinds {
            self.argument_count().unwrap_or_default()
        } else {
            0
        };
        let hidden = if self.is_function() { 0 } else { fast::HIDDEN };
        let kind = |index: usize| {
            if index + counts.free >= count {
                return fast::FREE;
            }
            if index >= counts.variables {
                return fast::CELL;
            }
            let cell = if is_cell(index) { fast::CELL } else { 0 };
            let argument = if index < arguments {
                self.argument_kind(index)
            } else {
                0
            };
            fast::LOCAL | hidden | cell | argument
        };
        (0..count).map(kind).collect()
    }

    /// Returns how the argument at an index is passed (`compute_localsplus_info` in `Python/assemble.c`).
    fn argument_kind(self, index: usize) -> u8 {
        let index = index as u64;
        let named = u64::from(self.arg_count) + u64::from(self.keyword_only);
        if index < u64::from(self.positional_only) {
            fast::ARG_POS
        } else if index < u64::from(self.arg_count) {
            fast::ARG_POS | fast::ARG_KW
        } else if index < named {
            fast::ARG_KW
        } else if index == named && self.has(co::VARARGS) {
            fast::ARG_POS | fast::ARG_VAR
        } else {
            fast::ARG_KW | fast::ARG_VAR
        }
    }

    fn has(self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}
