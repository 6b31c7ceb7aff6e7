/** Memory by address, for callers outside: given out, and taken back to be given out again. */

/** @returns the address of `bytes` bytes, aligned to 16, of any content */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function release(address: usize): void {
  heap.free(address);
}
