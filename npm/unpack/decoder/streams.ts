// The streams of a packed file, each with a place to read from.

import { check } from "./memory";

export const TEXT: u32 = 0;
export const PATHS: u32 = 1;
export const INSTRUCTION_SET: u32 = 2;
export const SYMBOL_OPS: u32 = 3;
export const SYMBOL_DETAILS: u32 = 4;
export const RAW: u32 = 5;
export const NUMBERS: u32 = 6;
export const TAGS: u32 = 7;
export const SIGNATURES: u32 = 8;
export const NEW_SIGNATURES: u32 = 9;
export const CODE_FLAGS: u32 = 10;
export const FIRST_LINES: u32 = 11;
export const BACKWARD_JUMPS: u32 = 12;
export const ESCAPES: u32 = 13;
export const ORDER_COUNTS: u32 = 14;
export const ORDER_PLACES: u32 = 15;
export const ORDER_GAPS: u32 = 16;
export const LOCALS: u32 = 17;
export const STRINGS: u32 = 20;
export const SYMBOLS: u32 = 21;
export const STACK_SIZES: u32 = 22;
export const ENTRIES: u32 = 23;
export const STRING_CONSTS: u32 = 24;
export const ARGUMENT_NAMES: u32 = 25;
export const LOCAL_NAMES: u32 = 26;
export const OTHER_NAMES: u32 = 27;
export const BACK_REFERENCES: u32 = 28;
export const LINES: u32 = 256;
export const INNER_LINES: u32 = 512;
export const NAMES: u32 = 768;
const END: u32 = 1280;

/** For each stream: its place, its end, and its table of strings. */
const STREAM_BYTES: u32 = 12;
const streams = memory.data(<i32>(END * STREAM_BYTES));

// @ts-ignore: decorator
@inline
function stream(id: u32): u32 {
  return (streams as u32) + id * STREAM_BYTES;
}

export function openStream(id: u32, start: u32, end: u32): void {
  check(id < END);
  check(load<u32>(stream(id)) == 0);
  store<u32>(stream(id), start);
  store<u32>(stream(id), end, 4);
}

export function hasMore(id: u32): bool {
  return load<u32>(stream(id)) < load<u32>(stream(id), 4);
}

export function isRead(): bool {
  for (let id: u32 = 0; id < END; id++) if (hasMore(id)) return false;
  return true;
}

export function left(id: u32): u32 {
  return load<u32>(stream(id), 4) - load<u32>(stream(id));
}

export function tableOf(id: u32): u32 {
  return load<u32>(stream(id), 8);
}

export function setTable(id: u32, table: u32): void {
  store<u32>(stream(id), table, 8);
}

/** Takes `length` bytes and returns where they are. */
export function bytes(id: u32, length: u32): u32 {
  const at = load<u32>(stream(id));
  check(length <= load<u32>(stream(id), 4) - at);
  store<u32>(stream(id), at + length);
  return at;
}

export function byte(id: u32): u32 {
  return load<u8>(bytes(id, 1));
}

function word(id: u32): u32 {
  return bswap(load<u32>(bytes(id, 4)));
}

/** Takes a number; the first byte of small ones is all of it. */
export function number(id: u32): u32 {
  const first = byte(id);
  const limit: u32 = id == STRINGS ? 120 : id >= NAMES || (id >= STRING_CONSTS && id <= OTHER_NAMES) ? 200 : 240;
  if (first < limit) return first;
  return first < 255 ? limit + ((first - limit) << 8) + byte(id) : word(id);
}

export function unzigzag(number: u32): i32 {
  return <i32>(number >> 1) ^ -(<i32>number & 1);
}

export function signed(id: u32): i32 {
  return unzigzag(number(id));
}
