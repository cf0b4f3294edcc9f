// Writes a zip of stored entries, like stdlib-pack.

import { check, reserve } from "./memory";
import { Pointer, item } from "./strings";
import { at, put, put16, put32, skip, start } from "./output";

const LOCAL_BYTES: u32 = 30;

@unmanaged
class Entry {
  path: Pointer;
  offset: u32;
  crc: u32;
  size: u32;
}

let entries: Pointer = 0;
let count: u32 = 0;

export function openZip(most: u32): void {
  entries = reserve(offsetof<Entry>() * most);
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    store<u32>((table as u32) + 4 * i, crc);
  }
}

const table = memory.data(1024);

function crc32(from: Pointer, to: Pointer): u32 {
  let crc: u32 = 0xffffffff;
  for (; from < to; from++) crc = load<u32>((table as u32) + 4 * ((crc ^ load<u8>(from)) & 255)) ^ (crc >> 8);
  return ~crc;
}

function entry(place: u32): Entry {
  return changetype<Entry>((entries + offsetof<Entry>() * place) as usize);
}

/** Entries have to be in the order of their paths. */
export function startEntry(path: Pointer): void {
  check(isText(path) && (!count || isBefore(entry(count - 1).path, path)));
  const added = entry(count++);
  added.path = path;
  added.offset = at - start;
  skip(LOCAL_BYTES);
  put(item(path).start, item(path).length);
}

function isBefore(first: Pointer, second: Pointer): bool {
  const order = memory.compare(item(first).start, item(second).start, min(item(first).length, item(second).length));
  return order ? order < 0 : item(first).length < item(second).length;
}

/** Whether a path is UTF-8 (RFC 3629). */
function isText(path: Pointer): bool {
  let at = item(path).start;
  const end = at + item(path).length;
  while (at < end) {
    const first: u32 = load<u8>(at++);
    if (first < 0x80) continue;
    const more: u32 = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = first & (0x3f >> more);
    for (let i: u32 = 0; i < more; i++) {
      const byte: u32 = load<u8>(at++);
      if (at > end || (byte & 0xc0) != 0x80) return false;
      point = (point << 6) | (byte & 0x3f);
    }
    const least: u32 = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
    if (first < 0xc0 || first > 0xf4 || point < least || point > 0x10ffff || point >> 11 == 0x1b) return false;
  }
  return true;
}

export function finishEntry(): void {
  const added = entry(count - 1);
  const header = start + added.offset;
  const contents = header + LOCAL_BYTES + item(added.path).length;
  added.crc = crc32(contents, at);
  added.size = at - contents;
  store<u32>(header, 0x04034b50);
  writeHeader(header + 4, added);
}

function isFolder(owner: Entry): bool {
  const path = item(owner.path);
  return load<u8>(path.start + path.length - 1) == 0x2f;
}

/** What the header of an entry and the directory have in common. */
function writeHeader(place: Pointer, owner: Entry): void {
  store<u16>(place, isFolder(owner) ? 20 : 10);
  store<u16>(place, item(owner.path).isAscii ? 0 : 0x800, 2);
  store<u16>(place, 0, 4);
  store<u32>(place, 0x210000, 6);
  store<u32>(place, owner.crc, 10);
  store<u32>(place, owner.size, 14);
  store<u32>(place, owner.size, 18);
  store<u32>(place, item(owner.path).length, 22);
}

export function finishZip(): void {
  const directory = at;
  for (let i: u32 = 0; i < count; i++) {
    const owner = entry(i);
    put32(0x02014b50);
    put16(isFolder(owner) ? 0x314 : 0x30a);
    writeHeader(skip(26), owner);
    put32(0);
    put16(0);
    put32(isFolder(owner) ? 0x41ed0000 : 0x81a40000);
    put32(owner.offset);
    put(item(owner.path).start, item(owner.path).length);
  }
  const end = at;
  put32(0x06054b50);
  put32(0);
  put16(count);
  put16(count);
  put32(end - directory);
  put32(directory - start);
  put16(0);
}
