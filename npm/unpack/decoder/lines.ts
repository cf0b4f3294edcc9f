// The line of each instruction.

import { reserve, spend } from "./memory";
import { FIRST_LINES, INNER_LINES, LINES, NUMBERS, RAW, bytes, number, signed, unzigzag } from "./streams";
import { Pointer } from "./strings";
import * as set from "./instruction-set";
import {
  LINE_MARK, MARKED_LINE, NEXT_STATEMENT, NO_LINE, SAME_LINE, args, code, heights, heightsAfter, isNewChild, marks, ops,
  setWord, values, word,
} from "./code";

// What is kept of line tables in a module.
export const DEFINITIONS: u32 = 0;
export const ALL_LINES: u32 = 1;
export const TABLES: u32 = 2;

/** Stands for no line. */
export const NONE: i32 = i32.MIN_VALUE;

export let lines: Pointer = 0;
let mode: u32 = 0;

export function openLines(instructions: u32): void {
  lines = reserve(4 * instructions);
}

export function readModuleLines(module: Pointer, ofMode: u32): void {
  mode = ofMode;
  readLines(module, 1);
}

/** Reads the lines of a code object and those in it, and returns the largest. */
function readLines(owner: Pointer, before: i32): i32 {
  const first = before + signed(FIRST_LINES);
  code(owner).firstLine = first;
  if (mode == TABLES) {
    code(owner).lineTableLength = number(NUMBERS);
    code(owner).lineTable = bytes(RAW, code(owner).lineTableLength);
  }
  let line = first;
  let largest = first;
  // The largest line of code objects loaded since the line changed, and the first line of the latest.
  let nestedLargest: i32 = 0;
  let lastFirst = first;
  let isAfterStore = false;
  // The lines of what is on the stack.
  const slots = reserve(4 * (code(owner).height + 1));
  let slotCount: u32 = 0;
  let child: u32 = 0;
  for (let at = code(owner).start; at < code(owner).end; at++) {
    const op: u32 = load<u8>(ops + at);
    let own: i32 = first;
    let usual: i32 = line;
    const height = word(heightsAfter, at);
    let source: u32 = 0;
    if (set.kind(op) != set.LOCAL && set.role(op) != set.COPY_FREE_VARS) source = set.localStream(op);
    if (source == set.DISPLAY_LINE && (set.kind(op) != set.IMMEDIATE || word(args, at) != 1)) source = 0;
    if (mode != DEFINITIONS) {
      const mark = load<u8>(marks + at) & LINE_MARK;
      let hasNone = mode == TABLES || mark == NO_LINE;
      if (mode == ALL_LINES) {
        if (mark == MARKED_LINE) line += signed(INNER_LINES + op);
        else if (mark == SAME_LINE && source) {
          usual = height < slotCount ? <i32>word(slots, height) : line;
          if (source == set.OPERAND_LINE) line = usual;
        }
        else if (mark == NEXT_STATEMENT) {
          const change = number(LINES + op);
          if (change == 1) hasNone = true;
          else if (change) {
            // After a definition is stored, the next statement comes after its body.
            line = (isAfterStore && nestedLargest > line ? nestedLargest : line) + unzigzag(change - 2);
            nestedLargest = 0;
          }
        }
      }
      own = hasNone ? NONE : mark == SAME_LINE && source == set.DISPLAY_LINE ? usual : line;
    }
    setWord(lines, at, own);
    largest = max(largest, line);
    let slot = word(heights, at) + 1;
    if (source == set.OPERAND_LINE) slot = min(slot, height);
    if (mode == ALL_LINES && slot <= height) spend(height - slot + 1);
    for (; slot <= height; slot++) {
      for (; slotCount <= slot; slotCount++) setWord(slots, slotCount, line);
      setWord(slots, slot, own == NONE ? line : own);
    }
    if (set.kind(op) == set.CONST && child < code(owner).childCount && isNewChild(word(values, at), child)) {
      const nested = word(code(owner).children, child++);
      const nestedMax = readLines(nested, mode == ALL_LINES ? line : lastFirst);
      lastFirst = code(nested).firstLine;
      largest = max(largest, nestedMax);
      nestedLargest = max(nestedLargest, nestedMax);
    }
    isAfterStore = (set.flags(op) & set.STORE) != 0;
  }
  for (; child < code(owner).childCount; child++) {
    const nested = word(code(owner).children, child);
    const nestedMax = readLines(nested, mode == ALL_LINES ? line : lastFirst);
    lastFirst = code(nested).firstLine;
    largest = max(largest, nestedMax);
    nestedLargest = max(nestedLargest, nestedMax);
  }
  return largest;
}
