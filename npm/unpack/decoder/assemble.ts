// Writes the bytecode and the tables of a code object.

import { check, reserve } from "./memory";
import { Pointer } from "./strings";
import * as set from "./instruction-set";
import { at, put8, put32, skip, takeBack } from "./output";
import { ALL_LINES, NONE, lines } from "./lines";
import {
  APART, TOGETHER, args, code, handlerDepths, handlerTargets, handlers, marks, minWidths, ops, setWord, targets, word,
} from "./code";

const MAX_LAYOUTS: u32 = 32;
const MAX_JOINED_LOCALS: u32 = 16;

/** For each instruction, the number of the one that it is in when some are joined. */
let places: Pointer = 0;
/** For each of those, its first instruction, its width and its first code unit. */
let firsts: Pointer = 0;
let widths: Pointer = 0;
let starts: Pointer = 0;
let isTarget: Pointer = 0;
let count: u32 = 0;

export let lineTable: Pointer = 0;
export let lineTableLength: u32 = 0;
export let exceptionTable: Pointer = 0;
export let exceptionTableLength: u32 = 0;

export function openAssembler(instructions: u32): void {
  places = reserve(4 * instructions);
  firsts = reserve(4 * instructions);
  widths = reserve(instructions);
  starts = reserve(4 * instructions);
  isTarget = reserve(instructions);
}

/** Writes the bytecode as a bytes object, and keeps the tables for later. */
export function assemble(owner: Pointer, mode: u32): void {
  join(owner, mode == ALL_LINES);
  layOut(code(owner).start);
  put8(0x73);
  put32(2 * word(starts, count));
  for (let i: u32 = 0; i < count; i++) {
    const first = word(firsts, i);
    const op: u32 = load<u8>(ops + first);
    const argument = word(args, first);
    for (let prefix: u32 = load<u8>(widths + i); --prefix; ) {
      put8(set.extendedArg);
      put8(argument >> (8 * prefix));
    }
    put8(op);
    put8(argument);
    const cacheBytes = 2 * set.caches(op);
    memory.fill(skip(cacheBytes), 0, cacheBytes);
  }
  const tables = at;
  writeLines(code(owner).firstLine);
  lineTableLength = at - tables;
  lineTable = takeBack(tables);
  writeHandlers(code(owner).start);
  exceptionTableLength = at - tables;
  exceptionTable = takeBack(tables);
}

function joinsNext(first: u32, kinds: Pointer, hasLines: bool): bool {
  const op: u32 = load<u8>(ops + first);
  const nextOp: u32 = load<u8>(ops + first + 1);
  if (word(handlers, first) != word(handlers, first + 1)) return false;
  if (hasLines ? word(lines, first) != word(lines, first + 1) : set.flags(op) & ~set.flags(nextOp) & set.STORE) return false;
  const left = word(args, first);
  const right = word(args, first + 1);
  return left < MAX_JOINED_LOCALS && right < MAX_JOINED_LOCALS && (load<u8>(kinds + left) | load<u8>(kinds + right)) < 64;
}

function join(owner: Pointer, hasLines: bool): void {
  const start = code(owner).start;
  const length = code(owner).end - start;
  memory.fill(isTarget, 0, length + 1);
  for (let i: u32 = 0; i < length; i++) {
    const kind = set.kind(load<u8>(ops + start + i));
    if (kind == set.FORWARD_JUMP || kind == set.BACKWARD_JUMP) store<u8>(isTarget + word(targets, start + i), 1);
    const handler = <i32>word(handlers, start + i);
    if (handler >= 0) store<u8>(isTarget + word(handlerTargets, handler), 1);
  }
  count = 0;
  for (let i: u32 = 0; i < length; i++) {
    const first = start + i;
    setWord(places, i, count);
    setWord(firsts, count, first);
    const mark = load<u8>(marks + first);
    const op: u32 = load<u8>(ops + first);
    let joined: u32 = 0;
    if (i + 1 < length) {
      joined = set.joinedOp(op, load<u8>(ops + first + 1));
      if (joined) check(set.kind(op) == set.LOCAL && set.kind(load<u8>(ops + first + 1)) == set.LOCAL);
    }
    if (mark & TOGETHER) check(joined != 0);
    else if (mark & APART || load<u8>(isTarget + i + 1) || (joined && !joinsNext(first, code(owner).kinds, hasLines))) joined = 0;
    if (joined) {
      i++;
      setWord(places, i, count);
      store<u8>(ops + first, joined);
      setWord(args, first, (word(args, first) << 4) | word(args, first + 1));
    }
    store<u8>(widths + count, max(<u32>load<u8>(minWidths + first), width(word(args, first))));
    count++;
  }
  setWord(places, length, count);
}

function width(argument: u32): u32 {
  return argument > 0xffffff ? 4 : argument > 0xffff ? 3 : argument > 0xff ? 2 : 1;
}

/** Finds the distances of jumps, which need prefixes if they are large, which makes others larger. */
function layOut(base: u32): void {
  let isDone = false;
  for (let layouts: u32 = 0; !isDone; layouts++) {
    check(layouts < MAX_LAYOUTS);
    let unit: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      setWord(starts, i, unit);
      unit += load<u8>(widths + i) + set.caches(load<u8>(ops + word(firsts, i)));
    }
    setWord(starts, count, unit);
    isDone = true;
    for (let i: u32 = 0; i < count; i++) {
      const first = word(firsts, i);
      const kind = set.kind(load<u8>(ops + first));
      if (kind != set.FORWARD_JUMP && kind != set.BACKWARD_JUMP) continue;
      const distance = word(starts, word(places, word(targets, first))) - word(starts, i + 1);
      const argument = kind == set.FORWARD_JUMP ? distance : 0 - distance;
      check(<i32>argument >= 0);
      setWord(args, first, argument);
      if (width(argument) > load<u8>(widths + i)) {
        store<u8>(widths + i, width(argument));
        isDone = false;
      }
    }
  }
}

/** Writes a table with lines and no columns (`InternalDocs/code_objects.md`). */
function writeLines(line: i32): void {
  for (let i: u32 = 0; i < count; ) {
    const own = <i32>word(lines, word(firsts, i));
    const unit = word(starts, i);
    while (i < count && <i32>word(lines, word(firsts, i)) == own) i++;
    let units = word(starts, i) - unit;
    while (units) {
      const covered = min(units, 8);
      units -= covered;
      put8(((own == NONE ? 0x1f : 0x1d) << 3) | (covered - 1));
      if (own == NONE) continue;
      const step = own - line;
      line = own;
      let rest: u32 = step < 0 ? ((0 - step) << 1) | 1 : step << 1;
      for (; rest > 63; rest >>= 6) put8((rest & 63) | 64);
      put8(rest);
    }
  }
}

/** Writes the exception table (`InternalDocs/exception_handling.md`). */
function writeHandlers(base: u32): void {
  for (let i: u32 = 0; i < count; ) {
    const handler = word(handlers, word(firsts, i));
    const start = word(starts, i);
    while (i < count && word(handlers, word(firsts, i)) == handler) i++;
    if (<i32>handler < 0) continue;
    writeNumber(start, 0x80);
    writeNumber(word(starts, i) - start, 0);
    writeNumber(word(starts, word(places, word(handlerTargets, handler))), 0);
    writeNumber(word(handlerDepths, handler), 0);
  }
}

function writeNumber(number: u32, flag: u32): void {
  let shift: u32 = 0;
  while (shift < 30 && number >> (shift + 6)) shift += 6;
  for (; shift; shift -= 6) {
    put8(flag | 64 | ((number >> shift) & 63));
    flag = 0;
  }
  put8(flag | (number & 63));
}
