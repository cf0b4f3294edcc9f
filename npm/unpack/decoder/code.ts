// Reads code objects: their heads, instructions and tables.

import { check, reserve, spend } from "./memory";
import {
  ARGUMENT_NAMES, BACKWARD_JUMPS, BACK_REFERENCES, CODE_FLAGS, ESCAPES, LOCALS, LOCAL_NAMES, NAMES, NEW_SIGNATURES,
  ORDER_COUNTS, ORDER_GAPS, ORDER_PLACES, OTHER_NAMES, RAW, SIGNATURES, STACK_SIZES, STRING_CONSTS, SYMBOLS, TAGS,
  bytes, left, number, signed, unzigzag,
} from "./streams";
import { Pointer, concat, intern, item, readString } from "./strings";
import * as set from "./instruction-set";
import * as flow from "./flow";
import * as constants from "./constants";

/** A code object. */
@unmanaged
export class Code {
  flags: u32;
  argCount: u32;
  positionalOnly: u32;
  keywordOnly: u32;
  stackSize: u32;
  /** Its instructions. */
  start: u32;
  end: u32;
  name: Pointer;
  qualname: Pointer;
  consts: Pointer;
  constCount: u32;
  names: Pointer;
  nameCount: u32;
  locals: Pointer;
  localCount: u32;
  kinds: Pointer;
  children: Pointer;
  childCount: u32;
  parent: Pointer;
  firstLine: i32;
  lineTable: Pointer;
  lineTableLength: u32;
  /** The greatest height of its stack. */
  height: u32;
}

// @ts-ignore: decorator
@inline
export function code(pointer: Pointer): Code {
  return changetype<Code>(pointer as usize);
}

// Marks of instructions.
export const SAME_LINE: u32 = 0;
export const MARKED_LINE: u32 = 1;
export const NO_LINE: u32 = 2;
export const NEXT_STATEMENT: u32 = 3;
export const LINE_MARK: u32 = 3;
export const APART: u32 = 4;
export const TOGETHER: u32 = 8;

// The instructions of a module, by column.
export let ops: Pointer = 0;
export let marks: Pointer = 0;
export let minWidths: Pointer = 0;
export let args: Pointer = 0;
/** Names, locals and constants. */
export let values: Pointer = 0;
export let targets: Pointer = 0;
export let handlers: Pointer = 0;
/** The heights of the stack before and after them. */
export let heights: Pointer = 0;
export let heightsAfter: Pointer = 0;
/** The targets and depths of handlers. */
export let handlerTargets: Pointer = 0;
export let handlerDepths: Pointer = 0;
let count: u32 = 0;
let handlerCount: u32 = 0;

// What the instructions of a code object use, in the order of first use.
let names: Pointer = 0;
let nameCount: u32 = 0;
let locals: Pointer = 0;
let localCount: u32 = 0;
let cells: Pointer = 0;
let cellCount: u32 = 0;
let free: Pointer = 0;
let freeCount: u32 = 0;
let consts: Pointer = 0;
let constCount: u32 = 0;
/** Results of folding, which come after other constants since 3.14, and a constant that may be one. */
let folded: Pointer = 0;
let foldedCount: u32 = 0;
let pendingConstant: Pointer = 0;
/** Locals, the latest last. */
let recent: Pointer = 0;
let recentCount: u32 = 0;
/** A list that is put in order. */
let list: Pointer = 0;
let listCount: u32 = 0;
let childCount: u32 = 0;

let signatures: Pointer = 0;
let signatureCount: u32 = 0;
let moduleName: Pointer = 0;
let staticAttributes: Pointer = 0;
let classSeparator: Pointer = 0;
let functionSeparator: Pointer = 0;

// How a code object uses a string or constant.
const USED_NAME: u32 = 1;
const USED_LOCAL: u32 = 2;
const CELL: u32 = 4;
const FREE: u32 = 8;
const USED_CONST: u32 = 16;
const LOADED: u32 = 32;
const LISTED: u32 = 64;
const FOLDED: u32 = 128;

const SIGNATURE_BYTES: u32 = 20;
const MAX_NESTED_CODE: u32 = 50;
const MAX_ARGUMENTS: u32 = 1 << 24;
const OPTIMIZED: u32 = 1;

// @ts-ignore: decorator
@inline
export function word(list: Pointer, place: u32): u32 {
  return load<u32>(list + 4 * place);
}

// @ts-ignore: decorator
@inline
export function setWord(list: Pointer, place: u32, value: u32): void {
  store<u32>(list + 4 * place, value);
}

function ascii(text: string): Pointer {
  const start = reserve(text.length);
  for (let i = 0; i < text.length; i++) store<u8>(start + i, text.charCodeAt(i));
  return intern(start, text.length);
}

/** Reserves memory for what a file of `length` bytes can have. */
export function openCode(length: u32): void {
  const most = left(SYMBOLS) + 1;
  ops = reserve(most);
  marks = reserve(most);
  minWidths = reserve(most);
  args = reserve(4 * most);
  values = reserve(4 * most);
  targets = reserve(4 * most);
  handlers = reserve(4 * most);
  heights = reserve(4 * most);
  heightsAfter = reserve(4 * most);
  handlerTargets = reserve(4 * most);
  handlerDepths = reserve(4 * most);
  names = reserve(4 * length);
  locals = reserve(4 * length);
  cells = reserve(4 * length);
  free = reserve(4 * length);
  consts = reserve(4 * length);
  folded = reserve(4 * length);
  recent = reserve(4 * length);
  list = reserve(16 * length);
  signatures = reserve(SIGNATURE_BYTES * (left(SIGNATURES) + 1));
  moduleName = ascii("<module>");
  staticAttributes = ascii("__static_attributes__");
  classSeparator = ascii(".");
  functionSeparator = ascii(".<locals>.");
}

export function readModule(): Pointer {
  count = 0;
  handlerCount = 0;
  return readCode(0, moduleName, 0);
}

export function isFunction(owner: Pointer): bool {
  return (code(owner).flags & OPTIMIZED) != 0;
}

function argumentCount(owner: Pointer): u32 {
  const named = code(owner).argCount + code(owner).keywordOnly;
  return named + ((code(owner).flags >> 2) & 1) + ((code(owner).flags >> 3) & 1);
}

/** Marks code objects, so that what strings say of another is known to be that. */
let serial: u32 = 0;

/** Notes a use, and returns whether it is the first. */
function isFirst(pointer: Pointer, use: u32): bool {
  if (item(pointer).code != serial) {
    item(pointer).code = serial;
    item(pointer).uses = 0;
  }
  const known = item(pointer).uses & use;
  item(pointer).uses |= use;
  return known == 0;
}

function isUsed(pointer: Pointer, use: u32): bool {
  return item(pointer).code == serial && (item(pointer).uses & use) != 0;
}

function readCode(parent: Pointer, predicted: Pointer, nesting: u32): Pointer {
  check(nesting < MAX_NESTED_CODE);
  const signature = readSignature();
  const known = word(signature, 0);
  const read = reserve(offsetof<Code>());
  memory.copy(read, signature + 4, 16);
  check(code(read).argCount < MAX_ARGUMENTS && code(read).keywordOnly < MAX_ARGUMENTS);
  code(read).parent = parent;
  check(predicted != 0 || (known & 1) == 0);
  const name = known & 1 ? predicted : readString(OTHER_NAMES);
  code(read).name = name;
  code(read).qualname = known & 2 ? qualname(parent, name) : readString(OTHER_NAMES);

  serial++;
  nameCount = localCount = cellCount = freeCount = constCount = foldedCount = childCount = 0;
  recentCount = argumentCount(read);
  const argumentNames = reserve(4 * min(recentCount, left(ARGUMENT_NAMES)));
  for (let i: u32 = 0; i < recentCount; i++) setWord(argumentNames, i, readString(ARGUMENT_NAMES));
  // The first argument is the likeliest to be used.
  for (let i: u32 = 0; i < recentCount; i++) setWord(recent, i, word(argumentNames, recentCount - 1 - i));

  code(read).start = count;
  flow.startFlow();
  readInstructions(code(read).start);
  code(read).end = count;
  code(read).height = flow.maxDepth;
  const stackSize = flow.maxDepth + signed(STACK_SIZES);
  check(stackSize >= 0);
  code(read).stackSize = stackSize;
  const loaded = childCount;
  readTables(read, argumentNames);
  code(read).childCount = childCount;
  numberOperands(read);
  const children = reserve(4 * childCount);
  code(read).children = children;
  const all = childCount;
  let child: u32 = 0;
  for (let at = code(read).start; at < code(read).end; at++) {
    if (set.kind(load<u8>(ops + at)) == set.CONST && isNewChild(word(values, at), child)) {
      setWord(children, child, readCode(read, predictName(at, code(read).end), nesting + 1));
      child++;
    }
  }
  check(child == loaded);
  for (; child < all; child++) setWord(children, child, readCode(read, 0, nesting + 1));
  return read;
}

/** Whether a constant is the code object with this number. */
export function isNewChild(constant: Pointer, child: u32): bool {
  return constants.tagOf(constant) == constants.NEW_CODE && constants.wordOf(constant, 0) == child;
}

function readSignature(): Pointer {
  const place = number(SIGNATURES);
  check(place <= signatureCount);
  if (place) return signatures + (place - 1) * SIGNATURE_BYTES;
  const added = signatures + signatureCount++ * SIGNATURE_BYTES;
  for (let i: u32 = 0; i < 5; i++) setWord(added, i, number(NEW_SIGNATURES));
  return added;
}

function qualname(parent: Pointer, name: Pointer): Pointer {
  if (!parent || !code(parent).parent) return name;
  const outer = item(code(parent).qualname);
  const separator = item(isFunction(parent) ? functionSeparator : classSeparator);
  const prefix = item(concat(outer.start, outer.length, separator.start, separator.length));
  return concat(prefix.start, prefix.length, item(name).start, item(name).length);
}

/** The name of the code object that an instruction loads: what it is stored as soon, or a class is called. */
function predictName(place: u32, end: u32): Pointer {
  end = min(end, place + 40);
  for (let at = place + 1; at < end; at++) {
    const op: u32 = load<u8>(ops + at);
    const kind = set.kind(op);
    const role = set.role(op);
    const value = word(values, at);
    if (kind == set.NAME || kind == set.LOCAL) {
      if (role == set.BINDING) return value;
    } else if (kind == set.CONST) {
      const tag = constants.tagOf(value);
      if (tag == constants.NEW_CODE) return 0;
      if (tag == constants.STR && role == set.LOAD_CONST) {
        if (set.role(load<u8>(ops + at - 1)) == set.MAKE_FUNCTION) return value;
      }
    }
  }
  return 0;
}

// Marks between instructions, from the first on.
const END_MARK: u32 = 0;
const ARRIVE: u32 = 1;
const LOOP_MARK: u32 = 2;
const APART_MARK: u32 = 3;
const JOINED_MARK: u32 = 4;
const ENTER: u32 = 5;
const LEAVE: u32 = 6;
const ENTER_AGAIN: u32 = 7;
const LINE: u32 = 8;
const NO_LINE_MARK: u32 = 9;

const SAME_ARGUMENT: u32 = 253;
const CALL_ARGUMENTS: u32 = 254;
const ESCAPED: u32 = 255;

function detailOf(detail: u32): u32 {
  return detail == ESCAPED ? number(ESCAPES) : detail;
}

function readInstructions(base: u32): void {
  let lineMark: i32 = -1;
  let join: u32 = 0;
  let width: u32 = 1;
  for (;;) {
    const symbol = number(SYMBOLS);
    const op = set.symbolOp(symbol);
    const detail = set.symbolDetail(symbol);
    const here = count - base;
    if (op < set.FIRST_MARK) {
      check(set.isInstruction(op));
      store<u8>(minWidths + count, width);
      setWord(handlers, count, flow.handler());
      const ended = flow.statementEnded;
      readInstruction(op, detail, here);
      store<u8>(marks + count, (lineMark >= 0 ? lineMark : ended ? NEXT_STATEMENT : SAME_LINE) | join);
      lineMark = -1;
      join = 0;
      width = 1;
      count++;
      continue;
    }
    const mark = op - set.FIRST_MARK;
    if (mark == END_MARK) break;
    if (mark == ARRIVE) {
      const arrived = flow.arrive(detailOf(detail));
      if (arrived & 1) setWord(handlerTargets, arrived >> 1, here);
      else setWord(targets, base + (arrived >> 1), here);
    } else if (mark == LOOP_MARK) flow.addLoop(here);
    else if (mark == APART_MARK) join = APART;
    else if (mark == JOINED_MARK) join = TOGETHER;
    else if (mark == ENTER) enterHandler(detailOf(detail));
    else if (mark == LEAVE) flow.leave(detailOf(detail) + 1);
    else if (mark == ENTER_AGAIN) flow.enterAgain(detailOf(detail));
    else if (mark == LINE) lineMark = MARKED_LINE;
    else if (mark == NO_LINE_MARK) lineMark = NO_LINE;
    else {
      width = detailOf(detail);
      check(width - 1 < 4);
    }
  }
  resolvePending(false);
  check(!flow.hasPending());
}

/**
 * Decides whether the constant of the instruction before is the result of folding: it is not if the next instruction
 * takes it from the compiler.
 */
function resolvePending(takes: bool): void {
  const constant = pendingConstant;
  pendingConstant = 0;
  if (!constant) return;
  if (takes) {
    addPart(constant);
    return;
  }
  addParts(constant);
  if (isFirst(constant, FOLDED)) setWord(folded, foldedCount++, constant);
}

/** Adds what an expression was made of before it was folded. */
function addParts(constant: Pointer): void {
  const tag = constants.tagOf(constant);
  if (tag == constants.INT) return addPart(constants.int(0 - <i32>constants.wordOf(constant, 0)));
  const count = constants.bodyLength(constant) / 4;
  for (let i: u32 = 0; i < count; i++) {
    const part = constants.wordOf(constant, i);
    if (isFolded(part)) addParts(part);
    else addPart(part);
  }
}

function addPart(constant: Pointer): void {
  if (isFirst(constant, USED_CONST)) setWord(consts, constCount++, constant);
}

function isFolded(constant: Pointer): bool {
  const tag = constants.tagOf(constant);
  if (tag == constants.INT) return <i32>constants.wordOf(constant, 0) < 0;
  return tag == constants.TUPLE || tag == constants.FROZEN_SET;
}

function enterHandler(detail: u32): void {
  const stack = unzigzag(detail >> 1) + 2 * flow.depth;
  check(stack >= 0);
  const isAhead = (detail & 1) == 0;
  setWord(handlerDepths, handlerCount, stack);
  if (!isAhead) setWord(handlerTargets, handlerCount, flow.loopAt(number(BACK_REFERENCES)));
  flow.enter(handlerCount++, stack, isAhead);
}

function readInstruction(op: u32, detail: u32, here: u32): void {
  const kind = set.kind(op);
  let argument: u32 = 0;
  let value: Pointer = 0;
  const role = set.role(op);
  let takes = role == set.TAKES_TUPLE;
  store<u8>(ops + count, op);
  if (kind == set.IMMEDIATE) {
    if (detail == CALL_ARGUMENTS) argument = flow.callArguments();
    else if (detail == SAME_ARGUMENT) {
      check(here > 0);
      argument = word(args, count - 1);
    } else argument = detailOf(detail);
  } else if (kind == set.NAME) {
    argument = detail;
    check(argument >> set.nameShift(op) == 0);
    value = readString(NAMES + 2 * op + (detail & 1));
    if (isFirst(value, USED_NAME)) setWord(names, nameCount++, value);
    takes = takes || (role == set.BINDING && value == staticAttributes);
  } else if (kind == set.CONST) {
    resolvePending(false);
    value = readConst(detail);
    isFirst(value, LOADED);
    if (!set.noneFirst && isFolded(value)) pendingConstant = value;
    else addPart(value);
  } else if (kind == set.LOCAL) {
    value = readLocal(op);
    if (set.role(op) == set.MAKE_CELL && isFirst(value, CELL)) setWord(cells, cellCount++, value);
    if (isFirst(value, USED_LOCAL)) setWord(locals, localCount++, value);
  } else if (kind == set.FORWARD_JUMP) flow.jumpAhead(here, op);
  else if (kind == set.BACKWARD_JUMP) setWord(targets, count, flow.loopAt(number(BACKWARD_JUMPS)));
  else check(kind == 0);
  if (kind != set.CONST) resolvePending(takes);
  setWord(args, count, argument);
  setWord(values, count, value);
  setWord(heights, count, max(flow.depth, 0));
  setWord(heightsAfter, count, max(flow.depthAfter(op, argument), 0));

  if (role == set.SMALL_INT) addPart(constants.int(argument));
  else if (role == set.NONE_JUMP) addPart(constants.plain(0));
  flow.step(here, op, argument);
  if (role == set.COPY_FREE_VARS) {
    for (let i: u32 = 0; i < argument; i++) {
      const variable = readLocal(op);
      isFirst(variable, FREE);
      setWord(free, freeCount++, variable);
    }
  }
}

function readLocal(op: u32): Pointer {
  const rank = number(LOCALS + set.localStream(op));
  let local: Pointer;
  if (rank) {
    check(rank <= recentCount);
    spend(rank);
    const place = recentCount - rank;
    local = word(recent, place);
    memory.copy(recent + 4 * place, recent + 4 * place + 4, 4 * (rank - 1));
    recentCount--;
  } else {
    local = readString(LOCAL_NAMES);
  }
  setWord(recent, recentCount++, local);
  return local;
}

function readConst(tag: u32): Pointer {
  if (tag == constants.INT) return constants.int(unzigzag(number(ESCAPES)));
  if (tag < constants.NEW_CODE) return constants.constantBody(tag, 0);
  if (tag >= constants.SMALL_INTS) return constants.int(unzigzag(tag - constants.SMALL_INTS));
  if (tag == constants.NEW_CODE) return constants.wordConstant(constants.NEW_CODE, childCount++);
  if (tag == constants.KNOWN_CODE) {
    const back = number(BACK_REFERENCES);
    check(back < childCount);
    return constants.wordConstant(constants.NEW_CODE, childCount - 1 - back);
  }
  if (tag == constants.FIRST_LINE) return constants.plain(constants.FIRST_LINE);
  check(tag == constants.EMPTY_STR);
  return constants.emptyString();
}

// Flags of code objects.
const LOCALS_ORDER: u32 = 1;
const NAMES_ORDER: u32 = 2;
const CONSTS_ORDER: u32 = 4;
const KINDS: u32 = 8;
const NO_FIRST: u32 = 16;
const DOCSTRING: u32 = 32;

function append(pointer: Pointer): void {
  setWord(list, listCount++, pointer);
}

function readTables(owner: Pointer, argumentNames: Pointer): void {
  const flags = number(CODE_FLAGS);
  const docstring = flags & DOCSTRING ? readString(STRING_CONSTS) : 0;

  listCount = 0;
  for (let i: u32 = 0; i < argumentCount(owner); i++) appendLocal(word(argumentNames, i));
  for (let i: u32 = 0; i < localCount; i++) if (!isUsed(word(locals, i), CELL | FREE)) appendLocal(word(locals, i));
  const plainCount = listCount;
  for (let i: u32 = 0; i < cellCount; i++) appendLocal(word(cells, i));
  for (let i: u32 = 0; i < freeCount; i++) append(word(free, i));
  code(owner).locals = readOrder((flags & LOCALS_ORDER) != 0, false);
  code(owner).localCount = listCount;
  if (flags & KINDS) code(owner).kinds = bytes(RAW, listCount);
  else localKinds(owner, plainCount);

  listCount = 0;
  for (let i: u32 = 0; i < nameCount; i++) append(word(names, i));
  code(owner).names = readOrder((flags & NAMES_ORDER) != 0, false);
  code(owner).nameCount = listCount;

  listCount = 0;
  const hasFirst = (flags & NO_FIRST) == 0;
  const hasNone = set.noneFirst && hasFirst && isFunction(owner);
  const first = docstring ? docstring : hasNone ? constants.plain(0) : 0;
  if (first) appendConst(first, 0, hasFirst);
  let place: u32 = first ? 1 : 0;
  for (let i: u32 = 0; i < constCount; i++) {
    if (word(consts, i) != first) appendConst(word(consts, i), place++, hasFirst);
  }
  for (let i: u32 = 0; i < foldedCount; i++) {
    const constant = word(folded, i);
    if (constant != first && !isUsed(constant, USED_CONST)) append(constant);
  }
  // The end of every function returns None at first.
  if (!set.noneFirst && !listCount && hasFirst) append(constants.plain(0));
  code(owner).consts = readOrder((flags & CONSTS_ORDER) != 0, true);
  code(owner).constCount = listCount;
}

function appendLocal(local: Pointer): void {
  if (isFirst(local, LISTED)) append(local);
}

/** Since 3.14, what nothing loads is dropped, but for the first. */
function appendConst(constant: Pointer, place: u32, hasFirst: bool): void {
  if (set.noneFirst || (!place && hasFirst) || isUsed(constant, LOADED)) append(constant);
}

/** Adds extra items to the list, and takes items out of turn. */
function readOrder(differs: bool, ofConsts: bool): Pointer {
  if (!differs) {
    const ordered = reserve(4 * listCount);
    memory.copy(ordered, list, 4 * listCount);
    return ordered;
  }
  let extras = number(ORDER_COUNTS);
  for (; extras; extras--) {
    if (!ofConsts) append(readString(OTHER_NAMES));
    else {
      const tag = number(TAGS);
      if (tag == constants.NEW_CODE) append(constants.wordConstant(tag, childCount++));
      else append(constants.constantBody(tag, 0));
    }
  }
  const ordered = reserve(4 * listCount);
  let at: u32 = 0;
  let moves = number(ORDER_COUNTS);
  check(moves <= listCount);
  for (; moves; moves--) {
    const gap = number(ORDER_GAPS);
    check(gap <= listCount - at);
    memory.copy(ordered + 4 * at, list + 4 * at, 4 * gap);
    at += gap;
    const place = number(ORDER_PLACES);
    check(place < listCount - at);
    spend(place);
    const taken = word(list, at + place);
    memory.copy(list + 4 * at + 4, list + 4 * at, 4 * place);
    setWord(ordered, at, taken);
    at++;
  }
  memory.copy(ordered + 4 * at, list + 4 * at, 4 * (listCount - at));
  return ordered;
}

/** The kinds of locals (`CO_FAST_*` in `pycore_code.h`). */
function localKinds(owner: Pointer, plainCount: u32): void {
  const kinds = reserve(listCount);
  const hidden: u32 = isFunction(owner) ? 0x20 : 0x30;
  const argumentKinds = set.argumentKinds ? argumentCount(owner) : 0;
  for (let place: u32 = 0; place < listCount; place++) {
    let kind: u32 = 0x80;
    if (place + freeCount < listCount) {
      kind = 0x40;
      if (place < plainCount) {
        kind = hidden;
        if (isUsed(word(code(owner).locals, place), CELL)) kind |= 0x40;
        if (place < argumentKinds) kind |= argumentKind(owner, place);
      }
    }
    store<u8>(kinds + place, kind);
  }
  code(owner).kinds = kinds;
}

function argumentKind(owner: Pointer, place: u32): u32 {
  const named = code(owner).argCount + code(owner).keywordOnly;
  if (place < code(owner).positionalOnly) return 2;
  if (place < code(owner).argCount) return 6;
  if (place < named) return 4;
  return code(owner).flags & 4 && place == named ? 10 : 12;
}

/** Replaces names, locals and constants by their places in the tables. */
function numberOperands(owner: Pointer): void {
  for (let i: u32 = 0; i < code(owner).nameCount; i++) item(word(code(owner).names, i)).namePlace = i;
  for (let i: u32 = 0; i < code(owner).localCount; i++) item(word(code(owner).locals, i)).localPlace = i;
  for (let i: u32 = 0; i < code(owner).constCount; i++) item(word(code(owner).consts, i)).constPlace = i;
  for (let at = code(owner).start; at < code(owner).end; at++) {
    const op: u32 = load<u8>(ops + at);
    const kind = set.kind(op);
    const value = item(word(values, at));
    if (kind == set.NAME) setWord(args, at, (value.namePlace << set.nameShift(op)) | word(args, at));
    else if (kind == set.CONST) setWord(args, at, value.constPlace);
    else if (kind == set.LOCAL) setWord(args, at, value.localPlace);
  }
}
