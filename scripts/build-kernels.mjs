/**
 * Compiles the AssemblyScript of src/nn/assembly to src/nn/kernels.wasm, and that of src/signal/assembly, a few hundred bytes, to a
 * string in src/signal/weigh-wasm.ts. The results are committed, so that nobody needs AssemblyScript to start Quakewire; run this
 * after every change there. Tests compare what is committed with a fresh compilation.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const source = (path) => join(import.meta.dirname, '../src', path)

/** @returns {Promise<Uint8Array>} the compiled module of src/nn/assembly */
export function compileKernels() {
  return compile(source('nn/assembly/index.ts'))
}

/** @returns {Promise<string>} the compiled module of src/signal/assembly as a TypeScript file */
export async function compileWeigh() {
  const hex = Buffer.from(await compile(source('signal/assembly/index.ts'))).toString('hex')
  return `/** Compiled from assembly/ by scripts/build-kernels.mjs; hexadecimal. */\nexport const WEIGH_WASM =\n  '${hex}'\n`
}

/** @param {string} entry */
async function compile(entry) {
  const { default: asc } = await import('assemblyscript/asc')
  /** @type {Uint8Array | undefined} */
  let bytes
  const options = ['--outFile', 'kernels.wasm', '--runtime', 'stub', '--noAssert', '-O3', '--converge', '--enable', 'simd']
  const { error, stderr } = await asc.main([entry, ...options], {
    writeFile(name, contents) {
      if (name === 'kernels.wasm' && typeof contents !== 'string') bytes = contents
    },
  })
  if (error || bytes === undefined) throw new Error(`AssemblyScript: ${stderr.toString()}`, { cause: error })
  return bytes
}

if (process.argv[1] === import.meta.filename) {
  const kernels = await compileKernels()
  writeFileSync(source('nn/kernels.wasm'), kernels)
  const weigh = await compileWeigh()
  writeFileSync(source('signal/weigh-wasm.ts'), weigh)
  console.log(`src/nn/kernels.wasm: ${kernels.length} bytes; src/signal/weigh-wasm.ts: ${weigh.length} characters`)
}
