// A hash of our own choice for categories: FNV-1a (Fowler, Noll and Vo) over UTF-8, finished by
// MurmurHash3's mixer. The same everywhere and for ever; not the hash of TensorFlow.

/** The finalizer of MurmurHash3 (Appleby): mixes 32 bits. */
export const mix32 = (x: number): number => {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** `0..bins` for a string, or for a number as its decimal text. */
export const hashBin = (value: string | number, bins: number, salt = 0): number => {
  let hash = 0x811c9dc5 ^ mix32(salt)
  for (const byte of new TextEncoder().encode(String(value))) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return mix32(hash) % bins
}
