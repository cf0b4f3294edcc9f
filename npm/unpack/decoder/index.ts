// Rebuilds a zip from its packed form.

import { check, limitMemory, reserve } from "./memory";
import {
  ENTRIES, NUMBERS, OTHER_NAMES, PATHS, RAW, SYMBOLS, bytes, byte, hasMore, isRead, left, number, openStream,
} from "./streams";
import { Pointer, concat, intern, openStrings, item, readString } from "./strings";
import { openConstants } from "./constants";
import { readInstructionSet } from "./instruction-set";
import { openCode, readModule } from "./code";
import { openLines, readModuleLines } from "./lines";
import { openAssembler } from "./assemble";
import { writeModule } from "./marshal";
import { finishEntry, finishZip, openZip, startEntry } from "./zip";
export { sha256 } from "./sha256";
import { isFull, openOutput, put, start } from "./output";

const MAGIC_BYTES: u32 = 5;
const DIGEST_BYTES: u32 = 32;
const SIZE_AT: u32 = MAGIC_BYTES + DIGEST_BYTES;
const HEADER_BYTES: u32 = 16;

/** Reserves memory for a packed file. */
export function open(length: u32): Pointer {
  return reserve(length);
}

let at: Pointer = 0;
let end: Pointer = 0;

function leb128(): u32 {
  let number: u32 = 0;
  let byte: u32 = 128;
  for (let shift: u32 = 0; byte > 127; shift += 7) {
    check(at < end && shift < 32);
    byte = load<u8>(at++);
    check(shift < 28 || byte < 16);
    number |= (byte & 127) << shift;
  }
  return number;
}

function openStreams(): void {
  const table = at;
  const count = leb128();
  check(count <= 1280);
  for (let i: u32 = 0; i < 2 * count; i++) leb128();
  let place = at;
  at = table;
  leb128();
  for (let i: u32 = 0; i < count; i++) {
    const id = leb128();
    const length = leb128();
    check(length <= end - place);
    openStream(id, place, place + length);
    place += length;
  }
  check(place == end);
}

/** Decodes the packed file at `packed`, whose magic number is known to be right, and returns where the zip is. */
export function decode(packed: Pointer, length: u32): Pointer {
  check(length >= SIZE_AT + 4 + HEADER_BYTES);
  const size = load<u32>(packed + SIZE_AT);
  const header = packed + SIZE_AT + 4;
  at = header + HEADER_BYTES;
  end = packed + length;
  openStreams();
  openOutput(size);
  limitMemory((1 << 24) + 64 * length + 2 * size);
  const most = left(SYMBOLS) + 1;
  openStrings();
  readInstructionSet();
  openConstants(length);
  openCode(length);
  openLines(most);
  openAssembler(most);
  openZip(left(ENTRIES));
  while (hasMore(ENTRIES)) readEntry(header);
  finishZip();
  check(isFull() && isRead());
  return start;
}

function readEntry(header: Pointer): void {
  let kind = number(ENTRIES);
  let pathStart = bytes(PATHS, 0);
  let pathLength: u32 = 0;
  while (byte(PATHS)) pathLength++;
  if (!kind) {
    startEntry(intern(pathStart, pathLength));
    const length = number(NUMBERS);
    put(bytes(RAW, length), length);
  } else {
    check(--kind < 12);
    const mode = kind % 3;
    startEntry(withSuffix(pathStart, pathLength, 0x6379702e, 4)); // .pyc
    const filename = (kind / 3) & 1 ? readString(OTHER_NAMES) : withSuffix(pathStart, pathLength, 0x79702e, 3); // .py
    put(kind >= 6 ? bytes(RAW, HEADER_BYTES) : header, HEADER_BYTES);
    const module = readModule();
    readModuleLines(module, mode);
    writeModule(module, filename, mode);
  }
  finishEntry();
}

function withSuffix(start: Pointer, length: u32, suffix: u32, suffixLength: u32): Pointer {
  const place = reserve(4);
  store<u32>(place, suffix);
  return concat(start, length, place, suffixLength);
}
