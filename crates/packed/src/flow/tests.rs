#![allow(clippy::unwrap_used)]

use super::*;
use crate::testing::{Version, instruction_set, op};

struct Run {
    set: InstructionSet,
    flow: Flow,
    next: usize,
}

impl Run {
    fn new(version: Version) -> Self {
        Self {
            set: instruction_set(version),
            flow: Flow::new(),
            next: 0,
        }
    }

    /// Executes an instruction, and returns its index.
    fn step(&mut self, name: &str, argument: u32) -> usize {
        let (index, op) = (self.next, op(&self.set, name));
        if op.kind == crate::isa::ArgumentKind::ForwardJump {
            self.flow.jump_forward(index, op).unwrap();
        }
        self.flow.step(&self.set, index, op, argument).unwrap();
        self.next += 1;
        index
    }

    fn steps(&mut self, steps: &[(&str, u32)]) -> &mut Self {
        for &(name, argument) in steps {
            self.step(name, argument);
        }
        self
    }
}

#[test]
fn arguments_of_calls_are_counted() {
    let mut run = Run::new(Version::Python314);
    assert_eq!(run.flow.call_argument_count(), None);
    run.steps(&[("LOAD_NAME", 0), ("PUSH_NULL", 0)]);
    assert_eq!(run.flow.call_argument_count(), Some(0));
    run.steps(&[("LOAD_CONST", 0), ("LOAD_CONST", 0)]);
    assert_eq!(run.flow.call_argument_count(), Some(2));

    // The third argument is another call.
    run.steps(&[("LOAD_GLOBAL", 1), ("LOAD_CONST", 0)]);
    assert_eq!(run.flow.call_argument_count(), Some(1));
    run.step("CALL", 1);
    assert_eq!(run.flow.call_argument_count(), Some(3));
    run.step("CALL", 3);
    assert_eq!(run.flow.call_argument_count(), None);
    assert_eq!((run.flow.height, run.flow.max_height), (1, 7));
}

#[test]
fn the_null_comes_before_the_callable_up_to_3_12() {
    let mut run = Run::new(Version::Python312);
    run.steps(&[("PUSH_NULL", 0), ("LOAD_NAME", 0), ("LOAD_CONST", 0)]);
    assert_eq!(run.flow.call_argument_count(), Some(1));
    // A global without NULL is no callable.
    run.steps(&[("LOAD_GLOBAL", 0)]);
    assert_eq!(run.flow.call_argument_count(), Some(2));
}

#[test]
fn unreachable_code_has_the_stack_of_the_jump_that_arrives() {
    let mut run = Run::new(Version::Python314);
    run.steps(&[("LOAD_NAME", 0), ("LOAD_NAME", 0)]);
    run.step("POP_JUMP_IF_FALSE", 0);
    assert_eq!(run.flow.height, 1);
    run.steps(&[("LOAD_CONST", 0), ("LOAD_CONST", 0), ("LOAD_CONST", 0)]);
    run.step("RETURN_VALUE", 0);
    assert_eq!(run.flow.height, 3);
    run.flow.arrive(0).unwrap();
    assert_eq!((run.flow.height, run.flow.max_height), (1, 4));
}

#[test]
fn code_is_reachable_once_a_jump_has_arrived() {
    let mut run = Run::new(Version::Python314);
    run.step("JUMP_FORWARD", 0);
    run.steps(&[("LOAD_CONST", 0), ("LOAD_CONST", 0)]);
    run.step("JUMP_FORWARD", 0);
    run.flow.arrive(0).unwrap();
    assert_eq!(run.flow.height, 2);
    run.flow.arrive(0).unwrap();
    assert_eq!(run.flow.height, 2);
}

#[test]
fn reachable_code_keeps_its_stack() {
    let mut run = Run::new(Version::Python314);
    run.step("LOAD_NAME", 0);
    run.step("POP_JUMP_IF_FALSE", 0);
    run.steps(&[("LOAD_CONST", 0), ("LOAD_CONST", 0)]);
    run.flow.arrive(0).unwrap();
    assert_eq!(run.flow.height, 2);
}

#[test]
fn jumps_and_handlers_arrive_in_any_order() {
    let mut run = Run::new(Version::Python314);
    let first = run.step("JUMP_FORWARD", 0);
    run.flow.enter(0, 0, true).unwrap();
    let last = run.step("FOR_ITER", 0);
    let jump = |instruction, ends_loop| ForwardReference::Jump {
        instruction,
        ends_loop,
    };
    let find = |flow: &Flow, reference| flow.find_pending(|other| other == reference);
    assert_eq!(find(&run.flow, jump(first, false)), Some(2));
    assert_eq!(run.flow.arrive(1), Ok(ForwardReference::Handler(0)));
    assert_eq!(find(&run.flow, jump(first, false)), Some(1));
    assert_eq!(run.flow.arrive(1), Ok(jump(first, false)));
    assert_eq!(run.flow.arrive(0), Ok(jump(last, true)));
    assert_eq!(run.flow.arrive(0), Err(NO_ITEM));
}

#[test]
fn handlers_start_with_the_exception_on_their_stack() {
    let mut run = Run::new(Version::Python314);
    run.steps(&[("LOAD_NAME", 0), ("LOAD_NAME", 0), ("PUSH_NULL", 0)]);
    run.flow.enter(0, 2 << 1, true).unwrap();
    run.flow.enter(1, 1 << 1 | 1, true).unwrap();
    run.steps(&[("LOAD_CONST", 0), ("LOAD_CONST", 0)]);
    assert_eq!(run.flow.arrive(1), Ok(ForwardReference::Handler(0)));
    assert_eq!(run.flow.height, 3);
    // The call that was above the depth is over.
    assert_eq!(run.flow.call_argument_count(), None);
    // With the offset of the instruction too.
    assert_eq!(run.flow.arrive(0), Ok(ForwardReference::Handler(1)));
    assert_eq!(run.flow.height, 3);
}

#[test]
fn handlers_are_nested() {
    let mut flow = Flow::new();
    assert_eq!(flow.handler(), None);
    for handler in 0..3 {
        flow.enter(handler, 0, true).unwrap();
    }
    assert_eq!(flow.handler(), Some(2));
    flow.leave(2).unwrap();
    assert_eq!(flow.handler(), Some(0));
    flow.enter_again(1).unwrap();
    assert_eq!(flow.active_handlers, [0, 1]);
    assert_eq!(flow.leave(3), Err(NO_ITEM));
    assert_eq!(flow.enter_again(3), Err(NO_ITEM));
}

#[test]
fn a_loop_that_has_ended_is_the_least_likely() {
    let mut run = Run::new(Version::Python314);
    let loops = [0, 1, 2].map(|_| run.step("FOR_ITER", 0));
    run.flow.add_loop(9).unwrap();
    assert_eq!(run.flow.loops, [loops[0], loops[1], loops[2], 9]);
    // The exit of the innermost loop.
    run.flow.arrive(0).unwrap();
    assert_eq!(run.flow.loops, [loops[2], loops[0], loops[1], 9]);
    assert_eq!(run.flow.loop_at(0), Ok(9));
    assert_eq!(run.flow.loop_at(3), Ok(loops[2]));
    assert_eq!(run.flow.loop_at(4), Err(NO_ITEM));
}

#[test]
fn statements_end_after_a_store() {
    let mut run = Run::new(Version::Python314);
    run.step("LOAD_CONST", 0);
    assert!(!run.flow.statement_ended);
    run.step("STORE_NAME", 0);
    assert!(run.flow.statement_ended);
}

#[test]
fn heights_and_lists_are_limited() {
    let mut run = Run::new(Version::Python314);
    run.step("BUILD_TUPLE", u32::MAX);
    assert_eq!(run.flow.height, -MAX_HEIGHT);
    for _ in 0..2 * MAX_CALLS {
        run.step("PUSH_NULL", 0);
    }
    assert_eq!(run.flow.calls.len(), MAX_CALLS);
    for index in 0..MAX_ITEMS {
        run.flow.add_loop(index).unwrap();
    }
    assert!(run.flow.add_loop(0).is_err());
    // Each list by itself: handlers that are behind are never pending.
    let is_ahead = |handler| handler != 0;
    for handler in 0..MAX_ITEMS {
        run.flow.enter(handler, 0, is_ahead(handler)).unwrap();
    }
    assert_eq!(run.flow.pending.len(), MAX_ITEMS - 1);
    assert!(run.flow.enter(0, 0, false).is_err());
    assert!(run.flow.enter_again(0).is_err());
    let mut flow = Flow::new();
    flow.enter(0, 0, true).unwrap();
    for _ in 1..MAX_ITEMS {
        flow.enter_again(0).unwrap();
    }
    assert!(flow.enter(1, 0, true).is_err());
}
