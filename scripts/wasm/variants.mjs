// The three builds of the wasm module: what they may use and how they are linked.

const common = ['+simd128', '+bulk-memory', '+mutable-globals']

/** 65 536 pages: all that 32-bit addresses reach. The importer's own maximum may be smaller. */
const MAX_MEMORY = 65_536 * 65_536

/** What wasm-bindgen's thread transform looks for: it gives every thread its stack and TLS. */
const threadExports = ['__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base']

const threads = {
  shared: true,
  linkArgs: ['--shared-memory', ...threadExports.map((name) => `--export=${name}`)],
}

export const variants = [
  { name: 'simd', features: common, shared: false, linkArgs: [], relaxed: false },
  { name: 'threads', features: [...common, '+atomics'], ...threads, relaxed: false },
  {
    name: 'fast',
    features: [...common, '+atomics', '+relaxed-simd'],
    ...threads,
    relaxed: true,
  },
]

// A panic is a trap either way; without its message the module is a tenth smaller.
const QUIET_PANIC = '-Zunstable-options -Cpanic=immediate-abort'

// Loop strength reduction drops the no-wrap flags of addresses, which then are not folded into loads:
// 2 to 5 % of the products, measured.
const KEEP_ADDRESSES = '-Cllvm-args=-disable-lsr'

/**
 * All variants import their memory, so that one JavaScript glue serves them all and the caller sets
 * the limit of memory.
 */
export const rustFlags = ({ features, linkArgs }) => {
  const link = ['--import-memory', `--max-memory=${MAX_MEMORY}`, ...linkArgs]
  const args = link.map((arg) => `-Clink-arg=${arg}`)
  return [QUIET_PANIC, KEEP_ADDRESSES, `-Ctarget-feature=${features.join(',')}`, ...args].join(' ')
}
