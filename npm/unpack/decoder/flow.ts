// Where control goes in a code object and how high the stack is, instruction by instruction.

import { check, reserve, spend } from "./memory";
import {
  ENDS_STATEMENT, FOR_ITER, LOOP, MAY_PUSH_NULL, PUSHES_METHOD, PUSHES_NULL, UNCONDITIONAL, effect, flags, nullFirst,
} from "./instruction-set";
import { Pointer } from "./strings";

const MAX_CALLS: i32 = 32;
const MAX_OPEN: u32 = 4096;
const MAX_DEPTH: i32 = 1 << 16;

/** A call whose arguments are being pushed, in a list that is shared by all that branch off. */
@unmanaged
class Call {
  outer: Pointer;
  height: i32;
  count: i32;
}

/** A forward jump or a handler that waits for its target. */
@unmanaged
class Pending {
  /** The instruction, or the handler. */
  index: u32;
  isHandler: u32;
  endsLoop: u32;
  depth: i32;
  calls: Pointer;
}

// Lists of at most `MAX_OPEN` words.
const pending = memory.data(4 * 4096);
const loops = memory.data(4 * 4096);
const known = memory.data(4 * 4096);
const active = memory.data(4 * 4096);
let pendingCount: u32 = 0;
let loopCount: u32 = 0;
let knownCount: u32 = 0;
let activeCount: u32 = 0;

export let depth: i32 = 0;
export let maxDepth: i32 = 0;
export let statementEnded: bool = false;
let calls: Pointer = 0;
let isUnreachable: bool = false;

export function startFlow(): void {
  pendingCount = loopCount = knownCount = activeCount = 0;
  depth = 0;
  maxDepth = 1;
  statementEnded = isUnreachable = false;
  calls = 0;
}

// @ts-ignore: decorator
@inline
function call(pointer: Pointer): Call {
  return changetype<Call>(pointer as usize);
}

// @ts-ignore: decorator
@inline
function waiting(pointer: Pointer): Pending {
  return changetype<Pending>(pointer as usize);
}

// @ts-ignore: decorator
@inline
function at(list: usize, place: u32): u32 {
  return (list as u32) + 4 * place;
}

function append(list: usize, count: u32, word: u32): void {
  check(count < MAX_OPEN);
  store<u32>(at(list, count), word);
}

/** Where the word at `back` from the end is. */
function fromEnd(list: usize, count: u32, back: u32): u32 {
  check(back < count);
  return at(list, count - 1 - back);
}

/** The calls in `list` of which the stack is still as high as `height`. */
function callsUpTo(list: Pointer, height: i32): Pointer {
  while (list && call(list).height > height) list = call(list).outer;
  return list;
}

function setDepth(height: i32): void {
  depth = max(min(height, MAX_DEPTH), -MAX_DEPTH);
  maxDepth = max(maxDepth, depth);
  calls = callsUpTo(calls, depth);
}

function pushCall(height: i32): void {
  const count = calls ? call(calls).count + 1 : 1;
  if (count > MAX_CALLS) return;
  const inner = reserve(offsetof<Call>());
  call(inner).outer = calls;
  call(inner).height = height;
  call(inner).count = count;
  calls = inner;
}

/** How many arguments were pushed for the innermost call. */
export function callArguments(): u32 {
  check(calls != 0 && depth >= call(calls).height);
  return depth - call(calls).height;
}

function wait(index: u32, isHandler: bool, endsLoop: bool, depth: i32, calls: Pointer): void {
  const added = reserve(offsetof<Pending>());
  waiting(added).index = index;
  waiting(added).isHandler = isHandler ? 1 : 0;
  waiting(added).endsLoop = endsLoop ? 1 : 0;
  waiting(added).depth = depth;
  waiting(added).calls = calls;
  append(pending, pendingCount++, added);
}

/** What waits at `back` from the end has its target here. Returns twice its index, and one more for a handler. */
export function arrive(back: u32): u32 {
  spend(back + 1);
  const place = fromEnd(pending, pendingCount, back);
  const arrived = waiting(load<u32>(place));
  memory.copy(place, place + 4, back * 4);
  pendingCount--;
  if (isUnreachable || arrived.isHandler) {
    calls = arrived.calls;
    setDepth(arrived.depth);
    isUnreachable = false;
  }
  if (arrived.endsLoop) endLoop(arrived.index);
  return arrived.index * 2 + arrived.isHandler;
}

/** Moves a loop that is done behind all others. */
function endLoop(instruction: u32): void {
  let place: u32 = 0;
  while (place < loopCount && load<u32>(at(loops, place)) != instruction) place++;
  if (place == loopCount) return;
  memory.copy(at(loops, 1), at(loops, 0), place * 4);
  store<u32>(at(loops, 0), instruction);
}

export function addLoop(instruction: u32): void {
  append(loops, loopCount++, instruction);
}

/** The loop at `back` from the end. */
export function loopAt(back: u32): u32 {
  return load<u32>(fromEnd(loops, loopCount, back));
}

/** A handler is in charge from here; `stack` is twice the height it starts with, and one more for the instruction. */
export function enter(handler: u32, stack: u32, isAhead: bool): void {
  const height = <i32>(stack >> 1);
  if (isAhead) wait(handler, true, false, height + <i32>(stack & 1) + 1, callsUpTo(calls, height));
  append(known, knownCount++, handler);
  append(active, activeCount++, handler);
}

export function leave(count: u32): void {
  check(count <= activeCount);
  activeCount -= count;
}

export function enterAgain(back: u32): void {
  append(active, activeCount++, load<u32>(fromEnd(known, knownCount, back)));
}

/** The handler in charge, or -1. */
export function handler(): i32 {
  return activeCount ? load<i32>(at(active, activeCount - 1)) : -1;
}

export function jumpAhead(instruction: u32, op: u32): void {
  wait(instruction, false, (flags(op) & FOR_ITER) != 0, depth + effect(op, 1, 0), calls);
}

export function hasPending(): bool {
  return pendingCount != 0;
}

/** The height after an instruction that falls through. */
export function depthAfter(op: u32, argument: u32): i32 {
  return max(min(depth + effect(op, 0, argument), MAX_DEPTH), -MAX_DEPTH);
}

/** The instruction is done. */
export function step(instruction: u32, op: u32, argument: u32): void {
  const has = flags(op);
  if (has & UNCONDITIONAL) isUnreachable = true;
  setDepth(depthAfter(op, argument));
  if (has & PUSHES_NULL) pushCall(depth + (nullFirst ? 1 : 0));
  else if (has & PUSHES_METHOD || (has & MAY_PUSH_NULL && argument & 1)) pushCall(depth);
  if (has & LOOP) addLoop(instruction);
  statementEnded = (has & ENDS_STATEMENT) != 0;
}
