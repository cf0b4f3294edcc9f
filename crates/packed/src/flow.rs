//! The control flow of a code object and the height of its stack, instruction by instruction.
//!
//! Encoder and decoder take the same steps. So what follows from earlier instructions is not stored: the distance of a
//! jump, the handler of an instruction, the number of arguments of a call, the size of the stack.

#[cfg(test)]
mod tests;

use crate::error::PackedError;
use crate::isa::{InstructionSet, Op, flag};

/// The maximum number of nested calls whose arguments are counted.
const MAX_CALLS: usize = 32;

/// The maximum length of the other lists.
const MAX_ITEMS: usize = 4096;

/// The maximum height of the stack, and that below it.
const MAX_HEIGHT: i64 = 1 << 16;

/// A reference to a target that is not reached yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForwardReference {
    /// A forward jump, by the index of its instruction.
    Jump { instruction: usize, ends_loop: bool },
    /// An exception handler, by its index.
    Handler(usize),
}

/// A forward reference and the stack with which control arrives at its target.
#[derive(Clone, Debug)]
struct Pending {
    reference: ForwardReference,
    calls: Vec<i64>,
    height: i64,
}

/// The state before an instruction.
#[derive(Debug)]
pub(crate) struct Flow {
    /// The height of the stack.
    pub(crate) height: i64,
    /// The maximum height so far.
    pub(crate) max_height: i64,
    /// The calls whose arguments are being pushed, the innermost last: for each, the height of the stack above the
    /// callable and its NULL.
    calls: Vec<i64>,
    /// Control does not continue from the previous instruction.
    is_unreachable: bool,
    /// The forward references whose target is not reached, the latest last.
    pending: Vec<Pending>,
    /// The instructions that backward jumps may lead to, the most likely last.
    pub(crate) loops: Vec<usize>,
    /// The handlers that cover the instruction, the innermost last.
    pub(crate) active_handlers: Vec<usize>,
    /// The handlers so far, the latest last.
    pub(crate) known_handlers: Vec<usize>,
    /// The previous instruction ends a statement.
    pub(crate) statement_ended: bool,
}

impl Flow {
    /// Returns the state at the start of a code object.
    pub(crate) fn new() -> Self {
        Self {
            height: 0,
            max_height: 1,
            calls: Vec::new(),
            is_unreachable: false,
            pending: Vec::new(),
            loops: Vec::new(),
            active_handlers: Vec::new(),
            known_handlers: Vec::new(),
            statement_ended: false,
        }
    }

    /// Returns the height after an instruction that does not jump.
    pub(crate) fn height_after(&self, op: &Op, argument: u32) -> i64 {
        (self.height + op.effect.of(argument)).clamp(-MAX_HEIGHT, MAX_HEIGHT)
    }

    /// Returns the number of arguments that are pushed for the innermost call.
    pub(crate) fn call_argument_count(&self) -> Option<u32> {
        u32::try_from(self.height - self.calls.last()?).ok()
    }

    /// Returns the innermost handler that covers the instruction.
    pub(crate) fn handler(&self) -> Option<usize> {
        self.active_handlers.last().copied()
    }

    /// Returns the latest pending reference that fulfils `predicate`, counted from the latest.
    pub(crate) fn find_pending(
        &self,
        predicate: impl Fn(ForwardReference) -> bool,
    ) -> Option<usize> {
        let mut latest_first = self.pending.iter().rev();
        latest_first.position(|pending| predicate(pending.reference))
    }

    /// Resolves the pending reference that is `back` from the latest: its target is here.
    pub(crate) fn arrive(&mut self, back: usize) -> Result<ForwardReference, PackedError> {
        let index = index_from_end(&self.pending, back)?;
        let Pending {
            reference,
            calls,
            height,
        } = self.pending.remove(index);
        if self.is_unreachable || matches!(reference, ForwardReference::Handler(_)) {
            self.calls = calls;
            self.set_height(height);
            self.is_unreachable = false;
        }
        if let ForwardReference::Jump {
            instruction,
            ends_loop: true,
        } = reference
        {
            self.end_loop(instruction);
        }
        Ok(reference)
    }

    /// Adds a loop that starts at an instruction.
    pub(crate) fn add_loop(&mut self, instruction: usize) -> Result<(), PackedError> {
        push(&mut self.loops, instruction)
    }

    /// Returns the start of the loop that is `back` from the most likely.
    pub(crate) fn loop_at(&self, back: usize) -> Result<usize, PackedError> {
        Ok(self.loops[index_from_end(&self.loops, back)?])
    }

    /// Makes a loop the least likely.
    fn end_loop(&mut self, instruction: usize) {
        if let Some(index) = self.loops.iter().position(|start| *start == instruction) {
            self.loops[..=index].rotate_right(1);
        }
    }

    /// Enters a new handler with its depth and lasti flag. Its target is pending if it `is_ahead`.
    pub(crate) fn enter(
        &mut self,
        handler: usize,
        depth_lasti: u32,
        is_ahead: bool,
    ) -> Result<(), PackedError> {
        if is_ahead {
            let depth = i64::from(depth_lasti >> 1);
            let mut calls = self.calls.clone();
            calls.retain(|call| *call <= depth);
            let pending = Pending {
                reference: ForwardReference::Handler(handler),
                calls,
                // The handler starts with the exception on the stack, and the offset before it if it wants that.
                height: depth + i64::from(depth_lasti & 1) + 1,
            };
            push(&mut self.pending, pending)?;
        }
        push(&mut self.known_handlers, handler)?;
        push(&mut self.active_handlers, handler)
    }

    /// Leaves the innermost `count` handlers.
    pub(crate) fn leave(&mut self, count: usize) -> Result<(), PackedError> {
        let rest = self.active_handlers.len().checked_sub(count);
        self.active_handlers.truncate(rest.ok_or(NO_ITEM)?);
        Ok(())
    }

    /// Enters the handler that is `back` from the latest once more.
    pub(crate) fn enter_again(&mut self, back: usize) -> Result<(), PackedError> {
        let handler = self.known_handlers[index_from_end(&self.known_handlers, back)?];
        push(&mut self.active_handlers, handler)
    }

    /// Adds the pending target of a forward jump, before the [`step`](Self::step) of its instruction.
    pub(crate) fn jump_forward(&mut self, instruction: usize, op: &Op) -> Result<(), PackedError> {
        let pending = Pending {
            reference: ForwardReference::Jump {
                instruction,
                ends_loop: op.has(flag::FOR_ITER),
            },
            calls: self.calls.clone(),
            height: self.height + op.jump_effect.of(0),
        };
        push(&mut self.pending, pending)
    }

    /// Executes an instruction. `argument` is its number, or the bits below the index of a name.
    pub(crate) fn step(
        &mut self,
        set: &InstructionSet,
        instruction: usize,
        op: &Op,
        argument: u32,
    ) -> Result<(), PackedError> {
        self.is_unreachable |= op.has(flag::UNCONDITIONAL);
        self.set_height(self.height + op.effect.of(argument));
        if op.has(flag::PUSHES_NULL) {
            self.push_call(self.height + i64::from(set.null_first));
        } else if op.has(flag::PUSHES_METHOD) || (op.has(flag::MAY_PUSH_NULL) && argument & 1 != 0)
        {
            self.push_call(self.height);
        }
        if op.has(flag::LOOP) {
            self.add_loop(instruction)?;
        }
        self.statement_ended = op.has(flag::ENDS_STATEMENT);
        Ok(())
    }

    fn push_call(&mut self, height: i64) {
        if self.calls.len() < MAX_CALLS {
            self.calls.push(height);
        }
    }

    fn set_height(&mut self, height: i64) {
        self.height = height.clamp(-MAX_HEIGHT, MAX_HEIGHT);
        self.max_height = self.max_height.max(self.height);
        while self.calls.last().is_some_and(|call| *call > self.height) {
            self.calls.pop();
        }
    }
}

const NO_ITEM: PackedError = PackedError::damaged("jump or handler that does not exist");

/// Returns the index of the item that is `back` from the last.
fn index_from_end<T>(list: &[T], back: usize) -> Result<usize, PackedError> {
    let last = list.len().checked_sub(1);
    last.and_then(|last| last.checked_sub(back)).ok_or(NO_ITEM)
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), PackedError> {
    if list.len() >= MAX_ITEMS {
        return Err(PackedError::damaged("too many jumps and handlers"));
    }
    list.push(item);
    Ok(())
}
