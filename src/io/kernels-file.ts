import { readFileSync } from 'node:fs'

/** Bytes of the compiled kernels, which lie beside `nn` in the sources and after the build. */
export function readKernels(): Uint8Array {
  return readFileSync(new URL('../nn/kernels.wasm', import.meta.url))
}
