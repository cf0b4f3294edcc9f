// The zip that is written, whose size is known before.

import { check, reserve } from "./memory";
import { Pointer } from "./strings";

export let start: Pointer = 0;
/** Where the next byte is written. */
export let at: Pointer = 0;
let end: Pointer = 0;

export function openOutput(size: u32): void {
  start = at = reserve(size);
  end = start + size;
}

export function isFull(): bool {
  return at == end;
}

/** Moves on by `length` and returns where it was. */
export function skip(length: u32): Pointer {
  check(length <= end - at);
  at += length;
  return at - length;
}

export function put8(byte: u32): void {
  store<u8>(skip(1), byte);
}

export function put16(number: u32): void {
  store<u16>(skip(2), number);
}

export function put32(number: u32): void {
  store<u32>(skip(4), number);
}

export function put(start: Pointer, length: u32): void {
  memory.copy(skip(length), start, length);
}

/** Takes back what was written from `place` on; the copy stays in memory. */
export function takeBack(place: Pointer): Pointer {
  const length = at - place;
  const copy = reserve(length);
  memory.copy(copy, place, length);
  at = place;
  return copy;
}
