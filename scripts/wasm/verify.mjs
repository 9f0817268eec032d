// Checks of the built modules: valid, memory imported (and shared where it must be), relaxed
// instructions only in `fast`. Reads the binary format as far as that needs; not a disassembler.

import { Failure } from '../shell.mjs'

const reader = (bytes, at = 8) => ({
  at,
  bytes,
  u32() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.at++]
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  },
  name() {
    const length = this.u32()
    const text = new TextDecoder().decode(bytes.subarray(this.at, this.at + length))
    this.at += length
    return text
  },
})

const section = (bytes, id) => {
  const source = reader(bytes)
  while (source.at < bytes.length) {
    const found = bytes[source.at++]
    const size = source.u32()
    if (found === id) return bytes.subarray(source.at, source.at + size)
    source.at += size
  }
  return new Uint8Array()
}

const limits = (source) => {
  const flags = source.u32()
  const initial = source.u32()
  const maximum = flags & 1 ? source.u32() : undefined
  return { shared: (flags & 2) !== 0, initial, maximum }
}

const skipImport = (source, kind) => {
  if (kind === 0) source.u32()
  else if (kind === 1) {
    source.at++
    limits(source)
  } else if (kind === 3) source.at += 2
}

/** The limits of the imported memory, or undefined. */
const importedMemory = (bytes) => {
  const source = reader(section(bytes, 2), 0)
  if (source.bytes.length === 0) return undefined
  for (let left = source.u32(); left > 0; left--) {
    source.name()
    source.name()
    const kind = source.bytes[source.at++]
    if (kind === 2) return limits(source)
    skipImport(source, kind)
  }
  return undefined
}

/** Relaxed SIMD instructions are `fd 80 02` … `fd 93 02`: opcodes 0x100 to 0x113. */
const countRelaxed = (bytes) => {
  const code = section(bytes, 10)
  let count = 0
  for (let at = 0; at + 2 < code.length; at++) {
    const relaxed = code[at + 1] >= 0x80 && code[at + 1] <= 0x93 && code[at + 2] === 2
    if (code[at] === 0xfd && relaxed) count++
  }
  return count
}

export const inspect = (bytes) => {
  const valid = WebAssembly.validate(bytes)
  const module = valid ? new WebAssembly.Module(bytes) : undefined
  const names = (list) => list.map(({ name }) => name).sort()
  return {
    valid,
    memory: importedMemory(bytes),
    relaxed: countRelaxed(bytes),
    imports: module && names(WebAssembly.Module.imports(module)),
    exports: module && names(WebAssembly.Module.exports(module)),
  }
}

export const verifyVariant = (variant, { valid, memory, relaxed }) => {
  const wrong = (what) => new Failure(`the ${variant.name} variant ${what}.`)
  // Node 20 has no relaxed SIMD, so it cannot validate `fast`.
  if (!valid && !variant.relaxed) throw wrong('is not valid WebAssembly')
  if (!memory) throw wrong('does not import its memory')
  if (memory.shared !== variant.shared) throw wrong(`has shared memory: ${memory.shared}`)
  if (variant.relaxed !== relaxed > 0) throw wrong(`has ${relaxed} relaxed instructions`)
}
