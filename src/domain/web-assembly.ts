/** The part of the WebAssembly API that is used; neither the language's nor Node's type definitions have it. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: unknown }
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }

/** @throws {Error} when this JavaScript engine cannot run the module, for example without SIMD */
export function compileModule(bytes: Uint8Array): object {
  return new WebAssembly.Module(bytes)
}

/**
 * An instance with memory of its own.
 *
 * @param module one that imports nothing
 * @returns its exports, which the caller knows
 */
export function instantiateModule(module: object): unknown {
  return new WebAssembly.Instance(module).exports
}
