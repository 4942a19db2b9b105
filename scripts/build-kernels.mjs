/**
 * Compiles src/nn/assembly (AssemblyScript) to src/nn/kernels.wasm. The result is committed, so that nobody needs AssemblyScript to
 * start Quakewire; run this after every change there. A test compares the committed bytes with a fresh compilation.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ENTRY = join(import.meta.dirname, '../src/nn/assembly/index.ts')
const KERNELS = join(import.meta.dirname, '../src/nn/kernels.wasm')

/** @returns {Promise<Uint8Array>} the compiled module */
export async function compileKernels() {
  const { default: asc } = await import('assemblyscript/asc')
  /** @type {Uint8Array | undefined} */
  let bytes
  const options = ['--outFile', 'kernels.wasm', '--runtime', 'stub', '--noAssert', '-O3', '--converge', '--enable', 'simd']
  const { error, stderr } = await asc.main([ENTRY, ...options], {
    writeFile(name, contents) {
      if (name === 'kernels.wasm' && typeof contents !== 'string') bytes = contents
    },
  })
  if (error || bytes === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`, { cause: error })
  return bytes
}

if (process.argv[1] === import.meta.filename) {
  const bytes = await compileKernels()
  writeFileSync(KERNELS, bytes)
  console.log(`src/nn/kernels.wasm: ${bytes.length} bytes`)
}
