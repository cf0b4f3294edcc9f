// The instructions of the Python that compiled the modules, and the symbols of the file.

import { check, reserve } from "./memory";
import { INSTRUCTION_SET, SYMBOL_DETAILS, SYMBOL_OPS, byte, bytes, left } from "./streams";
import { Pointer } from "./strings";

// Kinds of arguments.
export const IMMEDIATE: u32 = 1;
export const NAME: u32 = 2;
export const CONST: u32 = 3;
export const LOCAL: u32 = 4;
export const FORWARD_JUMP: u32 = 5;
export const BACKWARD_JUMP: u32 = 6;
export const JOINED: u32 = 7;

// Roles.
export const MAKE_CELL: u32 = 1;
export const COPY_FREE_VARS: u32 = 2;
export const MAKE_FUNCTION: u32 = 3;
export const BINDING: u32 = 4;
export const LOAD_CONST: u32 = 5;
export const SMALL_INT: u32 = 6;
export const NONE_JUMP: u32 = 7;
export const TAKES_TUPLE: u32 = 8;

// Sources of lines.
export const OPERAND_LINE: u32 = 1;
export const DISPLAY_LINE: u32 = 2;

// Flags.
export const ENDS_STATEMENT: u32 = 1;
export const UNCONDITIONAL: u32 = 2;
export const PUSHES_NULL: u32 = 4;
export const MAY_PUSH_NULL: u32 = 8;
export const LOOP: u32 = 16;
export const FOR_ITER: u32 = 32;
export const STORE: u32 = 64;
export const PUSHES_METHOD: u32 = 128;

/** The first number that is a mark, and no instruction. */
export const FIRST_MARK: u32 = 245;

// Columns of 256 bytes each.
const isKnown = memory.data(256);
const columns = memory.data(12 * 256);
const joined = memory.data(65536);

export let extendedArg: u32 = 0;
export let noneFirst: bool = false;
export let argumentKinds: bool = false;
export let nullFirst: bool = false;

// @ts-ignore: decorator
@inline
function column(place: u32, op: u32): u32 {
  return load<u8>((columns as u32) + place * 256 + op);
}

export function kind(op: u32): u32 { return column(0, op); }
export function nameShift(op: u32): u32 { return column(1, op); }
export function caches(op: u32): u32 { return column(2, op); }
export function flags(op: u32): u32 { return column(3, op); }
/** The stream of locals of instructions that use one, and the source of the line of others. */
export function localStream(op: u32): u32 { return column(4, op); }
export function role(op: u32): u32 { return column(5, op); }

/** The change of the stack's height, with a jump or without. */
export function effect(op: u32, jump: u32, argument: u32): i32 {
  const first = 6 + 3 * jump;
  const base = <i32>extend8(column(first, op));
  const slope = <i32>extend8(column(first + 1, op));
  const mask = column(first + 2, op);
  // No stack is that high.
  return base + slope * <i32>(mask ? popcnt(argument & mask) : min(argument, 1 << 20));
}

// @ts-ignore: decorator
@inline
function extend8(byte: u32): i32 {
  return <i32>(byte << 24) >> 24;
}

/** The instruction that stands for two, or 0. */
export function joinedOp(first: u32, second: u32): u32 {
  return load<u8>((joined as u32) + first * 256 + second);
}

export function isInstruction(op: u32): bool {
  return load<u8>((isKnown as u32) + op) != 0;
}

let symbolCount: u32 = 0;
let symbolOps: Pointer = 0;
let symbolDetails: Pointer = 0;

export function symbolOp(symbol: u32): u32 {
  check(symbol < symbolCount);
  return load<u8>(symbolOps + symbol);
}

export function symbolDetail(symbol: u32): u32 {
  return load<u8>(symbolDetails + symbol);
}

export function readInstructionSet(): void {
  symbolCount = left(SYMBOL_OPS);
  check(left(SYMBOL_DETAILS) == symbolCount);
  symbolOps = bytes(SYMBOL_OPS, symbolCount);
  symbolDetails = bytes(SYMBOL_DETAILS, symbolCount);

  const count = byte(INSTRUCTION_SET);
  extendedArg = byte(INSTRUCTION_SET);
  const switches = byte(INSTRUCTION_SET);
  noneFirst = (switches & 1) != 0;
  argumentKinds = (switches & 2) != 0;
  nullFirst = (switches & 4) != 0;
  const ops = reserve(count);
  let op: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    op += byte(INSTRUCTION_SET);
    check(op < 256);
    store<u8>(ops + i, op);
    store<u8>((isKnown as u32) + op, 1);
  }
  for (let place: u32 = 0; place < 12; place++) {
    for (let i: u32 = 0; i < count; i++) {
      store<u8>((columns as u32) + place * 256 + load<u8>(ops + i), byte(INSTRUCTION_SET));
    }
  }
  for (let i: u32 = 0; i < count; i++) {
    op = load<u8>(ops + i);
    check(kind(op) <= JOINED && nameShift(op) <= 8);
    if (kind(op) == JOINED) store<u8>((joined as u32) + localStream(op) * 256 + role(op), op);
    else check(localStream(op) <= 2 && role(op) <= TAKES_TUPLE);
  }
}
