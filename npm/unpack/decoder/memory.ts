// Memory is one region that grows at its end. Nothing is freed: a page decodes one file.

/** Stops the decoder: the file is damaged. */
export function refuse(): void {
  unreachable();
}

export function check(holds: bool): void {
  if (!holds) unreachable();
}

const PAGE_BYTES: u32 = 65536;

let top: u32 = __heap_base as u32;
let limit: u32 = 0xffff0000;

/** Reserves `bytes` that are zero, aligned to four. */
export function reserve(bytes: u32): u32 {
  const start = (top + 3) & ~3;
  check(bytes <= limit && start <= limit - bytes);
  top = start + bytes;
  const pages = (top + PAGE_BYTES - 1) / PAGE_BYTES;
  const missing = <i32>pages - memory.size();
  // Grows by an eighth, so that it is seldom asked for.
  if (missing > 0 && memory.grow(missing + (<i32>pages >> 3)) < 0) check(memory.grow(missing) >= 0);
  return start;
}

/** Gives back what was reserved from `start` on. */
export function release(start: u32): void {
  memory.fill(start, 0, top - start);
  top = start;
}

/** At most `bytes` can be reserved from here on. */
export function limitMemory(bytes: u32): void {
  limit = bytes < 0xf0000000 - top ? top + bytes : 0xf0000000;
}

let steps: u32 = 1 << 28;

/** Accounts for `count` steps in a list: a damaged file must not take forever. */
export function spend(count: u32): void {
  check(count <= steps);
  steps -= count;
}
