// Strings and constants: each is a record, and equal ones are the same record. The bytes of a constant begin with 0xFF,
// which no string has.

import { check, release, reserve } from "./memory";
import { STRINGS, TEXT, byte, bytes, number, setTable, left, tableOf } from "./streams";

/** A place in memory. */
export type Pointer = u32;

@unmanaged
export class Item {
  start: Pointer;
  length: u32;
  next: Pointer;
  isAscii: u32;
  // In the code object that is read: see `Uses`.
  code: u32;
  uses: u32;
  namePlace: u32;
  localPlace: u32;
  constPlace: u32;
  // In the module that is written.
  module: u32;
  count: u32;
  isInterned: u32;
  /** Its number among what is referred to, from 1. */
  reference: u32;
}

const BUCKETS: u32 = 1 << 14;
const buckets = memory.data(1 << 16);

export function item(pointer: Pointer): Item {
  return changetype<Item>(pointer as usize);
}

/** The record of the string or constant in these bytes, which stay. */
export function intern(start: Pointer, length: u32): Pointer {
  let hash: u32 = 0;
  let high: u32 = 0;
  for (let at = start; at < start + length; at++) {
    const byte: u32 = load<u8>(at);
    high |= byte;
    hash = (hash ^ byte) * 0x01000193;
  }
  const bucket = (buckets as u32) + ((hash ^ (hash >> 15)) & (BUCKETS - 1)) * 4;
  for (let known = load<u32>(bucket); known; known = item(known).next) {
    if (item(known).length == length && memory.compare(item(known).start, start, length) == 0) return known;
  }
  const added = reserve(offsetof<Item>());
  item(added).start = start;
  item(added).length = length;
  item(added).isAscii = high < 128 ? 1 : 0;
  item(added).next = load<u32>(bucket);
  store<u32>(bucket, added);
  return added;
}

/** The record of bytes that were written to reserved memory, which is released if they are known. */
export function internReserved(start: Pointer, length: u32): Pointer {
  const before = reserve(0);
  const found = intern(start, length);
  if (found < before) release(start);
  return found;
}

/** The record of bytes followed by others. */
export function concat(start: Pointer, length: u32, moreStart: Pointer, moreLength: u32): Pointer {
  const joined = reserve(length + moreLength);
  memory.copy(joined, start, length);
  memory.copy(joined + length, moreStart, moreLength);
  return internReserved(joined, length + moreLength);
}

export function isEqual(pointer: Pointer, start: Pointer, length: u32): bool {
  return item(pointer).length == length && memory.compare(item(pointer).start, start, length) == 0;
}

let file: Pointer = 0;

/** A table has its length, and then its strings. Each takes a byte of the stream at least. */
function newTable(id: u32): Pointer {
  const table = reserve(4 + 4 * (left(id) + 1));
  setTable(id, table);
  return table;
}

export function openStrings(): void {
  file = newTable(STRINGS);
}

function add(table: Pointer, string: Pointer): void {
  const length = load<u32>(table) + 1;
  store<u32>(table, length);
  store<u32>(table + 4 * length, string);
}

function get(table: Pointer, place: u32): Pointer {
  check(place <= load<u32>(table));
  return load<u32>(table + 4 * place);
}

/** Reads a string of a class: known in the class, known in the file, or new. */
export function readString(id: u32): Pointer {
  let table = tableOf(id);
  if (!table) table = newTable(id);
  let place = number(id);
  if (place) return get(table, place);
  place = number(STRINGS);
  let string: Pointer;
  if (place) {
    string = get(file, place);
  } else {
    const start = bytes(TEXT, 0);
    let length: u32 = 0;
    while (byte(TEXT) != 255) length++;
    string = intern(start, length);
    add(file, string);
  }
  add(table, string);
  return string;
}
