// Writes modules in the form that `marshal` reads.

import { Pointer, item } from "./strings";
import * as constants from "./constants";
import { code, word, Code } from "./code";
import { assemble, exceptionTable, exceptionTableLength, lineTable, lineTableLength } from "./assemble";
import { put, put32, put8 } from "./output";
import { TABLES } from "./lines";

const REFERENCE_FLAG: u32 = 0x80;
/** Shorter strings are written again where they are repeated. */
const MIN_REFERENCED_BYTES: u32 = 8;

let serial: u32 = 0;
let references: u32 = 0;
let filename: Pointer = 0;
let mode: u32 = 0;

export function writeModule(module: Pointer, ofFilename: Pointer, ofMode: u32): void {
  serial++;
  references = 0;
  filename = ofFilename;
  mode = ofMode;
  countCode(module);
  writeCode(module);
}

// How often the strings of a module occur, and which of them are names.

function countString(string: Pointer, isName: u32): void {
  if (item(string).module != serial) {
    item(string).module = serial;
    item(string).count = item(string).isInterned = item(string).reference = 0;
  }
  item(string).count++;
  item(string).isInterned |= isName;
}

function countNames(names: Pointer, count: u32): void {
  for (let i: u32 = 0; i < count; i++) countString(word(names, i), 1);
}

function countCode(owner: Pointer): void {
  countNames(code(owner).names, code(owner).nameCount);
  countNames(code(owner).locals, code(owner).localCount);
  countString(filename, 1);
  countString(code(owner).name, 1);
  countString(code(owner).qualname, 1);
  for (let i: u32 = 0; i < code(owner).constCount; i++) {
    const constant = word(code(owner).consts, i);
    if (constants.tagOf(constant) == constants.NEW_CODE) countCode(word(code(owner).children, constants.wordOf(constant, 0)));
    else countValue(constant);
  }
}

function countValue(constant: Pointer): void {
  const tag = constants.tagOf(constant);
  if (tag == constants.STR) countString(constant, 0);
  if (tag < constants.TUPLE || tag > constants.SLICE) return;
  const count = constants.bodyLength(constant) / 4;
  for (let i: u32 = 0; i < count; i++) countValue(constants.wordOf(constant, i));
}

function writeString(string: Pointer): void {
  const known = item(string);
  if (known.reference) {
    put8(0x72); // r
    put32(known.reference - 1);
    return;
  }
  let flag: u32 = 0;
  if (known.count > 1 && known.length >= MIN_REFERENCED_BYTES) {
    known.reference = ++references;
    flag = REFERENCE_FLAG;
  }
  if (known.isAscii && known.length < 256) {
    put8((known.isInterned ? 0x5a : 0x7a) | flag); // Z, z
    put8(known.length);
  } else {
    // A and a, or t and u.
    put8((known.isAscii ? (known.isInterned ? 0x41 : 0x61) : known.isInterned ? 0x74 : 0x75) | flag);
    put32(known.length);
  }
  put(known.start, known.length);
}

function writeTuple(length: u32): void {
  if (length < 256) {
    put8(0x29); // )
    put8(length);
  } else {
    put8(0x28); // (
    put32(length);
  }
}

function writeBytes(start: Pointer, length: u32): void {
  put8(0x73); // s
  put32(length);
  put(start, length);
}

/** The types of constants, by tag. */
const TYPES = memory.data<u8>([0x4e, 0x54, 0x46, 0x2e, 0x69, 0x6c, 0x67, 0x79, 0x73, 0, 0x29, 0x3e, 0x3a]); // NTF.ilgys )>:

function writeValue(constant: Pointer, owner: Pointer): void {
  const tag = constants.tagOf(constant);
  if (tag == constants.STR) writeString(constant);
  else if (tag == constants.NEW_CODE) writeCode(word(code(owner).children, constants.wordOf(constant, 0)));
  else if (tag == constants.FIRST_LINE) {
    put8(0x69); // i
    put32(code(owner).firstLine);
  } else {
    const length = constants.bodyLength(constant);
    const count = length / 4;
    if (tag == constants.TUPLE) writeTuple(count);
    else put8(load<u8>((TYPES as u32) + tag));
    if (tag == constants.FROZEN_SET) put32(count);
    if (tag == constants.BYTES) put32(length);
    if (tag < constants.TUPLE) put(constants.bodyOf(constant), length);
    else for (let i: u32 = 0; i < count; i++) writeValue(constants.wordOf(constant, i), owner);
  }
}

function writeStrings(strings: Pointer, count: u32): void {
  writeTuple(count);
  for (let i: u32 = 0; i < count; i++) writeString(word(strings, i));
}

function writeCode(owner: Pointer): void {
  put8(0x63); // c
  put32(code(owner).argCount);
  put32(code(owner).positionalOnly);
  put32(code(owner).keywordOnly);
  put32(code(owner).stackSize);
  put32(code(owner).flags);
  assemble(owner, mode);
  let lines = lineTable;
  let linesLength = lineTableLength;
  const handlers = exceptionTable;
  const handlersLength = exceptionTableLength;
  if (mode == TABLES) {
    lines = code(owner).lineTable;
    linesLength = code(owner).lineTableLength;
  }
  writeTuple(code(owner).constCount);
  for (let i: u32 = 0; i < code(owner).constCount; i++) writeValue(word(code(owner).consts, i), owner);
  writeStrings(code(owner).names, code(owner).nameCount);
  writeStrings(code(owner).locals, code(owner).localCount);
  writeBytes(code(owner).kinds, code(owner).localCount);
  writeString(filename);
  writeString(code(owner).name);
  writeString(code(owner).qualname);
  put32(code(owner).firstLine);
  writeBytes(lines, linesLength);
  writeBytes(handlers, handlersLength);
}
