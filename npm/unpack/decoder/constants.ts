// Constants by themselves: their types, and how they are read.

import { check, reserve } from "./memory";
import { NUMBERS, RAW, STRING_CONSTS, TAGS, bytes, left, number, signed, unzigzag } from "./streams";
import { Pointer, intern, internReserved, item, readString } from "./strings";

export const INT: u32 = 4;
export const LONG: u32 = 5;
export const FLOAT: u32 = 6;
export const COMPLEX: u32 = 7;
export const BYTES: u32 = 8;
export const STR: u32 = 9;
export const TUPLE: u32 = 10;
export const FROZEN_SET: u32 = 11;
export const SLICE: u32 = 12;
export const NEW_CODE: u32 = 13;
export const KNOWN_CODE: u32 = 14;
export const FIRST_LINE: u32 = 15;
export const EMPTY_STR: u32 = 20;
export const SMALL_INTS: u32 = 21;

const MAX_NESTING: u32 = 100;

/** The type of a constant. */
export function tagOf(constant: Pointer): u32 {
  const start = item(constant).start;
  return item(constant).length && load<u8>(start) == 255 ? load<u8>(start, 1) : STR;
}

/** What a constant that is no string is: bytes, words, or other constants. */
export function bodyOf(constant: Pointer): Pointer {
  return item(constant).start + 2;
}

export function bodyLength(constant: Pointer): u32 {
  return item(constant).length - 2;
}

/** A word of what a constant is. */
export function wordOf(constant: Pointer, place: u32): u32 {
  return load<u32>(bodyOf(constant) + 4 * place);
}

function blob(tag: u32, length: u32): Pointer {
  const start = reserve(2 + length);
  store<u8>(start, 255);
  store<u8>(start, tag, 1);
  return start;
}

/** A constant without anything but its type. */
export function plain(tag: u32): Pointer {
  return internReserved(blob(tag, 0), 2);
}

export function wordConstant(tag: u32, word: u32): Pointer {
  const start = blob(tag, 4);
  store<u32>(start, word, 2);
  return internReserved(start, 6);
}

export function int(value: i32): Pointer {
  return wordConstant(INT, <u32>value);
}

function rawConstant(tag: u32, length: u32): Pointer {
  const start = blob(tag, length);
  memory.copy(start + 2, bytes(RAW, length), length);
  return internReserved(start, 2 + length);
}

/** The constants of tuples that are not complete. */
let stack: Pointer = 0;

export function openConstants(words: u32): void {
  stack = reserve(4 * words);
}

function sequence(tag: u32, count: u32, nesting: u32): Pointer {
  check(count <= left(TAGS));
  const first = stack;
  for (let i: u32 = 0; i < count; i++) {
    const part = constant(nesting + 1);
    store<u32>(stack, part);
    stack += 4;
  }
  stack = first;
  const start = blob(tag, 4 * count);
  memory.copy(start + 2, first, 4 * count);
  return internReserved(start, 2 + 4 * count);
}

export function constant(nesting: u32): Pointer {
  return constantBody(number(TAGS), nesting);
}

/** Reads a constant of a known type. */
export function constantBody(tag: u32, nesting: u32): Pointer {
  check(nesting < MAX_NESTING);
  if (tag < INT) return plain(tag);
  if (tag == INT) return int(signed(NUMBERS));
  if (tag == LONG) {
    const size = unzigzag(number(TAGS));
    const length = <u32>abs(size) * 2;
    check(length <= left(RAW));
    const start = blob(LONG, 4 + length);
    store<u32>(start, size, 2);
    memory.copy(start + 6, bytes(RAW, length), length);
    return internReserved(start, 6 + length);
  }
  if (tag == FLOAT) return rawConstant(FLOAT, 8);
  if (tag == COMPLEX) return rawConstant(COMPLEX, 16);
  if (tag == BYTES) {
    const length = number(NUMBERS);
    check(length <= left(RAW));
    return rawConstant(BYTES, length);
  }
  if (tag == STR) return readString(STRING_CONSTS);
  if (tag == SLICE) return sequence(SLICE, 3, nesting);
  check(tag <= FROZEN_SET);
  return sequence(tag, number(TAGS), nesting);
}

export function emptyString(): Pointer {
  return intern(0, 0);
}
