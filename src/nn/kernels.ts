import { EngineError } from '../domain/errors.ts'
import { compileModule, instantiateModule } from '../domain/web-assembly.ts'

/** The functions of `assembly/`; offsets, steps and strides in bytes of `memory`. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** From this byte on, memory is not the kernels' own. */
  readonly firstFree: { readonly value: number }
  affine(
    x: number,
    xStep: number,
    positions: number,
    terms: number,
    weights: number,
    bias: number,
    y: number,
    yStep: number,
    outputs: number,
    floor: number,
  ): void
  weightGradient(
    x: number,
    xSample: number,
    xStep: number,
    dy: number,
    dySample: number,
    dyStep: number,
    samples: number,
    positions: number,
    terms: number,
    outputs: number,
    gradient: number,
  ): void
  biasGradient(dy: number, dySample: number, samples: number, positions: number, outputs: number, gradient: number): void
  rectifierGradient(y: number, dy: number, count: number): void
  maxPool(x: number, xStep: number, size: number, positions: number, channels: number, y: number): void
  maxPoolGradient(x: number, dx: number, xStep: number, size: number, positions: number, channels: number, dy: number): void
  scaleShift(x: number, rows: number, channels: number, scale: number, shift: number, y: number): void
  splitSigns(x: number, rows: number, channels: number, y: number): void
  relevancePerContribution(
    r: number,
    d: number,
    s: number,
    rows: number,
    outputs: number,
    step: number,
    coefficient: number,
    stabiliser: number,
  ): void
  repairedRelevancePerContribution(
    r: number,
    d: number,
    s: number,
    rows: number,
    outputs: number,
    beta: number,
    stabiliser: number,
  ): void
  gatherRelevance(x: number, g: number, gStep: number, rows: number, channels: number, isSplit: boolean, r: number): void
}

/** Compiled once, however many instances there are. */
const modules = new WeakMap<Uint8Array, object>()

/**
 * An own instance of the kernels with an own, small memory.
 *
 * @param bytes content of `kernels.wasm`
 * @throws {EngineError} when this JavaScript engine cannot run them (WebAssembly with SIMD is needed)
 */
export function instantiateKernels(bytes: Uint8Array): Kernels {
  try {
    const module = modules.get(bytes) ?? compileModule(bytes)
    modules.set(bytes, module)
    return instantiateModule(module) as Kernels
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError(`builtin engine: expected a runtime with WebAssembly SIMD, got: ${got}`, {}, cause)
  }
}
