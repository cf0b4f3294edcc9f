// SHA-256 (FIPS 180-4), for pages without `crypto.subtle`: browsers have that in secure contexts alone.

import { Pointer } from "./strings";

const constants = memory.data(64 * 4);
const initial = memory.data(8 * 4);
const words = memory.data(64 * 4);
const block = memory.data(64);
const state = memory.data(8 * 4);

// @ts-ignore: decorator
@inline
function word(list: usize, place: u32): u32 {
  return load<u32>((list as u32) + place * 4);
}

// @ts-ignore: decorator
@inline
function setWord(list: usize, place: u32, value: u32): void {
  store<u32>((list as u32) + place * 4, value);
}

/** The constants are the first 32 bits of the fractions of roots of primes, which is shorter than to list them. */
function openConstants(): void {
  let count: u32 = 0;
  for (let number: u32 = 2; count < 64; number++) {
    let divisor: u32 = 2;
    while (number % divisor) divisor++;
    if (divisor < number) continue;
    const prime = <f64>number;
    let root: f64 = 8;
    for (let step = 0; step < 20; step++) root -= (root * root * root - prime) / (3 * root * root);
    setWord(constants, count, fraction(root));
    if (count < 8) setWord(initial, count, fraction(sqrt<f64>(prime)));
    count++;
  }
}

function fraction(root: f64): u32 {
  return <u32>(<u64>(root * 4294967296.0));
}

function mixBlock(from: Pointer): void {
  for (let i: u32 = 0; i < 64; i++) {
    if (i < 16) {
      setWord(words, i, bswap(load<u32>(from + 4 * i)));
      continue;
    }
    const a = word(words, i - 15);
    const b = word(words, i - 2);
    const before = rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3);
    const after = rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10);
    setWord(words, i, word(words, i - 16) + before + word(words, i - 7) + after);
  }
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let i: u32 = 0; i < 64; i++) {
    const first =
      h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + word(constants, i) + word(words, i);
    const second = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  setWord(state, 0, word(state, 0) + a);
  setWord(state, 1, word(state, 1) + b);
  setWord(state, 2, word(state, 2) + c);
  setWord(state, 3, word(state, 3) + d);
  setWord(state, 4, word(state, 4) + e);
  setWord(state, 5, word(state, 5) + f);
  setWord(state, 6, word(state, 6) + g);
  setWord(state, 7, word(state, 7) + h);
}

/** Returns where the digest of `length` bytes is. */
export function sha256(start: Pointer, length: u32): Pointer {
  openConstants();
  memory.copy(state, initial, 32);
  let rest = length;
  for (; rest >= 64; rest -= 64, start += 64) mixBlock(start);
  memory.fill(block, 0, 64);
  memory.copy(block, start, rest);
  store<u8>((block as u32) + rest, 0x80);
  if (rest > 55) {
    mixBlock(block as u32);
    memory.fill(block, 0, 64);
  }
  store<u64>((block as u32) + 56, bswap(<u64>length * 8));
  mixBlock(block as u32);
  for (let i: u32 = 0; i < 8; i++) setWord(state, i, bswap(word(state, i)));
  return state as u32;
}
