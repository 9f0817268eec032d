// Modules that exist only while bundling; scripts/bundle/plugin.mjs makes them.

declare module 'virtual:worker-source' {
  /** The bundled worker as the source of a classic script, to be started from a blob. */
  const source: string
  export default source
}

declare module 'virtual:wasm/simd' {
  /** Base64 of the gzipped module. */
  const base64: string
  export default base64
}

declare module 'virtual:wasm/threads' {
  const base64: string
  export default base64
}

declare module 'virtual:wasm/fast' {
  const base64: string
  export default base64
}

declare module 'virtual:compiled/simd' {
  /** The file of the core, as edge runtimes import it. */
  const compiled: WebAssembly.Module
  export default compiled
}
