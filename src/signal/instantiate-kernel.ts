/** Memory of a kernel, as WebAssembly has it. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of the WebAssembly API that is used; neither the language's nor Node's type definitions have it. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: unknown }
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
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
}
