//! Where control goes in a code object and how high the stack is, instruction by instruction.
//!
//! Encoder and decoder take the same steps, so that what can be derived from the instructions before need not be
//! written: the distance of a jump, the handler in charge, the number of arguments of a call, the size of the stack.

use crate::error::PackedError;
use crate::isa::{
    ENDS_STATEMENT, FOR_ITER, InstructionSet, LOOP, MAY_PUSH_NULL, Op, PUSHES_METHOD, PUSHES_NULL,
    UNCONDITIONAL,
};

/// The most calls in each other whose arguments are counted.
const MAX_CALLS: usize = 32;

/// The most forward jumps on the way, and loops.
const MAX_OPEN: usize = 4096;

/// No stack is higher or lower.
const MAX_DEPTH: i64 = 1 << 16;

/// What waits for its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// A forward jump, by its instruction.
    Jump { instruction: usize, ends_loop: bool },
    /// An exception handler, by its number.
    Handler(usize),
}

/// Something that waits for its target, and the stack that it comes with.
#[derive(Clone, Debug)]
struct Pending {
    waiting: Waiting,
    calls: Vec<i64>,
    depth: i64,
}

/// The state before an instruction.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) depth: i64,
    /// The highest that it was.
    pub(crate) max_depth: i64,
    /// Heights of the stack above what is called and its NULL, for the calls whose arguments are being pushed.
    calls: Vec<i64>,
    /// The instruction before leaves for elsewhere.
    unreachable: bool,
    pending: Vec<Pending>,
    /// Where backward jumps may lead, the likeliest last.
    pub(crate) loops: Vec<usize>,
    /// Handlers in charge, the innermost last.
    pub(crate) active: Vec<usize>,
    /// All handlers so far, the latest last.
    pub(crate) known: Vec<usize>,
    /// The instruction before ends a statement.
    pub(crate) statement_ended: bool,
}

const TOO_MANY: PackedError = PackedError("too many jumps");
const NOT_THERE: PackedError = PackedError("a jump that is not there");

impl Flow {
    pub(crate) fn new() -> Self {
        Self {
            depth: 0,
            max_depth: 1,
            calls: Vec::new(),
            unreachable: false,
            pending: Vec::new(),
            loops: Vec::new(),
            active: Vec::new(),
            known: Vec::new(),
            statement_ended: false,
        }
    }

    /// Returns the depth after an instruction that falls through.
    pub(crate) fn depth_after(&self, op: &Op, argument: u32) -> i64 {
        (self.depth + op.effects[0].of(argument)).clamp(-MAX_DEPTH, MAX_DEPTH)
    }

    fn set_depth(&mut self, depth: i64) {
        self.depth = depth.clamp(-MAX_DEPTH, MAX_DEPTH);
        self.max_depth = self.max_depth.max(self.depth);
        while self.calls.last().is_some_and(|call| *call > self.depth) {
            self.calls.pop();
        }
    }

    fn push_call(&mut self, height: i64) {
        if self.calls.len() < MAX_CALLS {
            self.calls.push(height);
        }
    }

    /// How many arguments were pushed for the innermost call.
    pub(crate) fn call_arguments(&self) -> Option<u32> {
        u32::try_from(self.depth - self.calls.last()?).ok()
    }

    /// The latest waiting one that `is` it, counted from the end.
    pub(crate) fn find_pending(&self, is: impl Fn(Waiting) -> bool) -> Option<usize> {
        let mut latest_first = self.pending.iter().rev();
        latest_first.position(|pending| is(pending.waiting))
    }

    pub(crate) fn handler(&self) -> Option<usize> {
        self.active.last().copied()
    }

    /// What waits at `back` from the end has its target here.
    pub(crate) fn arrive(&mut self, back: usize) -> Result<Waiting, PackedError> {
        let place = self.pending.len().checked_sub(back + 1).ok_or(NOT_THERE)?;
        let arrived = self.pending.remove(place);
        if self.unreachable || matches!(arrived.waiting, Waiting::Handler(_)) {
            self.calls = arrived.calls;
            self.set_depth(arrived.depth);
            self.unreachable = false;
        }
        if let Waiting::Jump {
            instruction,
            ends_loop: true,
        } = arrived.waiting
            && let Some(place) = self.loops.iter().position(|at| *at == instruction)
        {
            // The loop is done: others are likelier now.
            self.loops[..=place].rotate_right(1);
        }
        Ok(arrived.waiting)
    }

    pub(crate) fn add_loop(&mut self, at: usize) -> Result<(), PackedError> {
        if self.loops.len() >= MAX_OPEN {
            return Err(TOO_MANY);
        }
        self.loops.push(at);
        Ok(())
    }

    /// The loop at `back` from the end.
    pub(crate) fn loop_at(&self, back: usize) -> Result<usize, PackedError> {
        let place = self.loops.len().checked_sub(back + 1).ok_or(NOT_THERE)?;
        Ok(self.loops[place])
    }

    /// Handler `handler` is in charge from here. `depth` is twice the height of the stack that it starts with, and
    /// one more if it wants the last instruction.
    pub(crate) fn enter(
        &mut self,
        handler: usize,
        depth: u32,
        is_ahead: bool,
    ) -> Result<(), PackedError> {
        if self.pending.len() >= MAX_OPEN || self.known.len() >= MAX_OPEN {
            return Err(TOO_MANY);
        }
        if is_ahead {
            let height = i64::from(depth >> 1);
            let calls = self.calls.iter().copied();
            self.pending.push(Pending {
                waiting: Waiting::Handler(handler),
                calls: calls.filter(|call| *call <= height).collect(),
                depth: height + i64::from(depth & 1) + 1,
            });
        }
        self.known.push(handler);
        self.active.push(handler);
        Ok(())
    }

    /// The `count` innermost handlers are not in charge any more.
    pub(crate) fn leave(&mut self, count: usize) -> Result<(), PackedError> {
        let rest = self.active.len().checked_sub(count).ok_or(NOT_THERE)?;
        self.active.truncate(rest);
        Ok(())
    }

    /// The known handler at `back` from the end is in charge again.
    pub(crate) fn enter_again(&mut self, back: usize) -> Result<(), PackedError> {
        let place = self.known.len().checked_sub(back + 1).ok_or(NOT_THERE)?;
        if self.active.len() >= MAX_OPEN {
            return Err(TOO_MANY);
        }
        self.active.push(self.known[place]);
        Ok(())
    }

    /// The jump of instruction `at` leads ahead.
    pub(crate) fn jump_ahead(&mut self, at: usize, op: &Op) -> Result<(), PackedError> {
        if self.pending.len() >= MAX_OPEN {
            return Err(TOO_MANY);
        }
        self.pending.push(Pending {
            waiting: Waiting::Jump {
                instruction: at,
                ends_loop: op.has(FOR_ITER),
            },
            calls: self.calls.clone(),
            depth: self.depth + op.effects[1].of(0),
        });
        Ok(())
    }

    /// Instruction `at` is done. `argument` is its number, or what its argument says beside a name.
    pub(crate) fn step(
        &mut self,
        set: &InstructionSet,
        at: usize,
        op: &Op,
        argument: u32,
    ) -> Result<(), PackedError> {
        self.unreachable |= op.has(UNCONDITIONAL);
        self.set_depth(self.depth_after(op, argument));
        if op.has(PUSHES_NULL) {
            self.push_call(self.depth + i64::from(set.null_first));
        } else if op.has(PUSHES_METHOD) || (op.has(MAY_PUSH_NULL) && argument & 1 != 0) {
            self.push_call(self.depth);
        }
        if op.has(LOOP) {
            self.add_loop(at)?;
        }
        self.statement_ended = op.has(ENDS_STATEMENT);
        Ok(())
    }
}
