//! What the head of a code object tells of its locals.

use crate::error::PackedError;

/// `CO_OPTIMIZED`, of functions.
const OPTIMIZED: u32 = 1;
/// `CO_VARARGS`, `CO_VARKEYWORDS`.
const VARARGS: u32 = 4;
const VARKEYWORDS: u32 = 8;

/// `CO_FAST_LOCAL`, `_CELL`, `_FREE` and `_HIDDEN`, and the kinds of arguments of 3.14 (`pycore_code.h`).
mod fast {
    pub(super) const POSITIONAL: u8 = 0x02;
    pub(super) const KEYWORD: u8 = 0x04;
    pub(super) const VARIABLE: u8 = 0x08;
    pub(super) const HIDDEN: u8 = 0x10;
    pub(super) const LOCAL: u8 = 0x20;
    pub(super) const CELL: u8 = 0x40;
    pub(super) const FREE: u8 = 0x80;
}

/// The numbers in the head of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Signature {
    pub(crate) flags: u32,
    pub(crate) arg_count: u32,
    pub(crate) positional_only: u32,
    pub(crate) keyword_only: u32,
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
        self.flags & OPTIMIZED != 0
    }

    /// How many of the locals are arguments.
    pub(crate) fn arguments(self) -> Result<usize, PackedError> {
        let named = u64::from(self.arg_count) + u64::from(self.keyword_only);
        let rest = u64::from(self.flags & VARARGS != 0) + u64::from(self.flags & VARKEYWORDS != 0);
        usize::try_from(named + rest).map_err(|_| PackedError("too many arguments"))
    }

    /// The kind of each of `count` locals, of which the last `free` are free variables, those before `plain` are
    /// arguments and variables, and `is_cell` tells which are cells.
    pub(crate) fn local_kinds(
        self,
        [count, plain, free]: [usize; 3],
        is_cell: impl Fn(usize) -> bool,
        argument_kinds: bool,
    ) -> Vec<u8> {
        let arguments = self.arguments().unwrap_or_default();
        let kind = |place: usize| {
            if place + free >= count {
                return fast::FREE;
            }
            if place >= plain {
                return fast::CELL;
            }
            let hidden = if self.is_function() { 0 } else { fast::HIDDEN };
            let cell = if is_cell(place) { fast::CELL } else { 0 };
            let argument = if argument_kinds && place < arguments {
                self.argument_kind(place)
            } else {
                0
            };
            fast::LOCAL | hidden | cell | argument
        };
        (0..count).map(kind).collect()
    }

    fn argument_kind(self, place: usize) -> u8 {
        let at = u32::try_from(place).unwrap_or(u32::MAX);
        let named = self.arg_count + self.keyword_only;
        if at < self.positional_only {
            fast::POSITIONAL
        } else if at < self.arg_count {
            fast::POSITIONAL | fast::KEYWORD
        } else if at < named {
            fast::KEYWORD
        } else if self.flags & VARARGS != 0 && at == named {
            fast::POSITIONAL | fast::VARIABLE
        } else {
            fast::KEYWORD | fast::VARIABLE
        }
    }
}
