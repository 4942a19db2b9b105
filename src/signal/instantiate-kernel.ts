import { compileModule, instantiateModule } from '../domain/web-assembly.ts'

/** Memory of a kernel, as WebAssembly has it. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** Bytes of a page of WebAssembly memory. */
export const PAGE_BYTES = 65_536

/**
 * A kernel with memory of its own.
 *
 * @param hex a module that imports nothing, hexadecimal
 * @returns its exports, which the caller knows
 */
export function instantiateKernel(hex: string): unknown {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  return instantiateModule(compileModule(bytes))
}
